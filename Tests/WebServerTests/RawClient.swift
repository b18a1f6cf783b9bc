import Glibc
import WebServer

/// A small blocking HTTP client over a socket, so that tests see the bytes. One thread at a time.
final class RawClient: @unchecked Sendable {  // handed from thread to thread, never shared
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    struct Answer {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
    }

    private let descriptor: Int32
    private var received = Buffer()
    private var events = Buffer()
    private var isAtEnd = false

    init(_ address: ListenAddress) throws {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, "\(address.port)", &hints, &found) == 0, let found else {
            throw Failure(description: "no address \(address)")
        }
        defer { freeaddrinfo(found) }
        descriptor = socket(found.pointee.ai_family, found.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 20, tv_usec: 0)  // a hung test fails instead of hanging
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            // Everything is initialised by now: `deinit` runs, and closes the socket.
            throw Failure(description: "cannot connect to \(address): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "cannot send: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    /// Tells the server that nothing more comes.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Receives more; false at the end of the connection (also when it was reset).
    private func receive() throws -> Bool {
        if isAtEnd { return false }
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EAGAIN { throw Failure(description: "nothing came for 20 s") }
        guard count > 0 else {
            isAtEnd = true
            return false
        }
        received.append(buffer[..<count])
        return true
    }

    /// The next line, without its end.
    func line() throws -> String {
        while true {
            if let end = received.lineEnd(from: 0) {
                let line = String(decoding: received.take(end + 1).dropLast(), as: UTF8.self)
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            guard try receive() else { throw Failure(description: "the connection ended in the middle") }
        }
    }

    func exactly(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            guard try receive() else { throw Failure(description: "the connection ended in the middle") }
        }
        return received.take(count)
    }

    /// Everything until the end of the connection.
    func rest() throws -> [UInt8] {
        while try receive() {}
        return received.take(received.count)
    }

    func head() throws -> Answer {
        let first = try line().split(separator: " ")
        guard first.count >= 2, first[0].hasPrefix("HTTP/1."), let status = Int(first[1]) else {
            throw Failure(description: "not a status line: \(first)")
        }
        var headers: [(String, String)] = []
        while case let line = try line(), !line.isEmpty {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            headers.append((String(line[..<colon]), String(line[colon...].dropFirst(2))))
        }
        return Answer(status: status, headers: headers, body: [])
    }

    func answer(hasBody: Bool = true) throws -> Answer {
        var answer = try head()
        if answer.status == 100 { answer = try head() }
        guard hasBody else { return answer }
        if let length = answer.header("Content-Length").flatMap({ Int($0) }) {
            answer.body = try exactly(length)
        } else if answer.header("Transfer-Encoding") == "chunked" {
            while let chunk = try chunk() { answer.body += chunk }
        }
        return answer
    }

    /// The next chunk of a chunked body; nil at its end.
    func chunk() throws -> [UInt8]? {
        guard let count = Int(try line(), radix: 16) else { throw Failure(description: "not a chunk's size") }
        let bytes = try exactly(count)
        _ = try line()
        return count == 0 ? nil : bytes
    }

    func request(_ method: String, _ target: String, headers: [String] = [], body: String = "") throws -> Answer {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: test\r\n"
        for header in headers { text += header + "\r\n" }
        if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        try send(text + "\r\n" + body)
        return try answer(hasBody: method != "HEAD")
    }

    /// One server-sent event: its lines, without the blank one. Chunks are taken apart. Nil at the end.
    func event() throws -> [String]? {
        var scanned = 0
        while true {
            while let end = events.lineEnd(from: scanned) {
                if events.count > end + 1, events[end + 1] == UInt8(ascii: "\n") {
                    let lines = String(decoding: events.take(end + 2), as: UTF8.self)
                    return lines.utf8.split(separator: UInt8(ascii: "\n")).compactMap { String($0) }
                }
                if events.count <= end + 1 { break }
                scanned = end + 1
            }
            guard let chunk = try chunk() else { return nil }
            events.append(chunk[...])
        }
    }
}

/// Bytes that are appended at one end and taken from the other.
private struct Buffer {
    private var bytes: [UInt8] = []
    private var start = 0

    var count: Int { bytes.count - start }
    subscript(index: Int) -> UInt8 { bytes[start + index] }

    mutating func append(_ more: ArraySlice<UInt8>) {
        if start > 0, start >= bytes.count / 2 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes.append(contentsOf: more)
    }

    mutating func take(_ count: Int) -> [UInt8] {
        defer { start += count }
        return Array(bytes[start..<start + count])
    }

    /// Where the next line feed is.
    func lineEnd(from offset: Int) -> Int? {
        bytes.withUnsafeBytes { all in
            guard let base = all.baseAddress, start + offset < all.count else { return nil }
            let found = memchr(base + start + offset, Int32(UInt8(ascii: "\n")), all.count - start - offset)
            return found.map { UnsafeRawPointer($0) - base - start }
        }
    }
}

/// Runs a body on a thread of its own, so that blocking does not hold the few threads of Swift concurrency.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        let work = Unmanaged.passRetained(Work { continuation.resume(with: Swift.Result(catching: body)) })
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, work.toOpaque())
        pthread_detach(thread)
    }
}

private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
