import Codecs
import Glibc
import Testing

/// One GET over a socket of its own.
enum HTTP {
    static func get(_ url: String, _ path: String) throws -> (status: Int, body: String) {
        let address = url.split(separator: "/").last ?? ""
        let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) }, "\(url)")
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0, "\(url): \(String(cString: strerror(errno)))")
        let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        try #require(send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count <= 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let status = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) }, "\(text)")
        let body = text.ranges(of: "\r\n\r\n").first.map { String(text[$0.upperBound...]) } ?? ""
        return (status, body)
    }

    static func json(_ url: String, _ path: String) throws -> JSONNode {
        let (status, body) = try get(url, path)
        try #require(status == 200, "\(body)")
        return try JSONText.parse(body)
    }
}
