import CMicroHTTPD
import Glibc

/// Where the server listens: an IP address literal and a port. Port 0 has the system choose one.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// IPv4 or IPv6, without brackets.
    public var host: String
    /// 0…65535
    public var port: UInt16

    /// Reachable from this machine only.
    public static let loopback = "127.0.0.1"

    /// `host` must be an IP address literal; it is checked when the server starts.
    public init(host: String = ListenAddress.loopback, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// From `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, `*:8080` (every address) or `8080` (loopback).
    public init(parsing text: String) throws(WebServerError) {
        let (host, port) = try Self.split(text)
        guard !port.isEmpty, port.allSatisfy(\.isASCII), let number = UInt16(port), port.first != "+" else {
            throw Self.invalid(text, "its port \"\(port)\" is not a number between 0 and 65535")
        }
        self.port = number
        switch host {
        case "localhost": self.host = Self.loopback
        case "*": self.host = "0.0.0.0"
        default: self.host = host
        }
        guard SocketAddress(self) != nil else {
            throw Self.invalid(text, "\"\(host)\" is not an IP address")
        }
    }

    private static func split(_ text: String) throws(WebServerError) -> (host: String, port: String) {
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]"), text[text.index(after: close)...].hasPrefix(":") else {
                throw invalid(text, "an IPv6 address ends with \"]:\" and the port")
            }
            let host = text[text.index(after: text.startIndex)..<close]
            guard host.contains(":") else { throw invalid(text, "only IPv6 addresses stand in brackets") }
            return (String(host), String(text[text.index(close, offsetBy: 2)...]))
        }
        guard let colon = text.lastIndex(of: ":") else { return (loopback, text) }
        let host = text[..<colon]
        if host.contains(":") { throw invalid(text, "an IPv6 address stands in brackets, as in [::1]:8080") }
        return (host.isEmpty ? loopback : String(host), String(text[text.index(after: colon)...]))
    }

    static func invalid(_ text: String, _ why: String) -> WebServerError {
        WebServerError(
            .invalidAddress, "cannot listen on \"\(text)\": \(why)",
            hint: "write an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080; port 0 chooses a free one")
    }

    /// As it stands in a URL: `127.0.0.1:8080`, `[::1]:8080`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }
}

/// A `sockaddr` of either family.
struct SocketAddress {
    private var storage = sockaddr_storage()
    private var length: socklen_t
    let family: Int32

    init?(_ address: ListenAddress) {
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if inet_pton(AF_INET, address.host, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = address.port.bigEndian
            family = AF_INET
            length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: v4, as: sockaddr_in.self) }
        } else if inet_pton(AF_INET6, address.host, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = address.port.bigEndian
            family = AF_INET6
            length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: v6, as: sockaddr_in6.self) }
        } else {
            return nil
        }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var copy = storage
        return withUnsafePointer(to: &copy) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// The numeric address at a pointer, without its port; nil for another family.
    static func text(of address: UnsafePointer<sockaddr>) -> String? {
        let length =
            switch Int32(address.pointee.sa_family) {
            case AF_INET: MemoryLayout<sockaddr_in>.size
            case AF_INET6: MemoryLayout<sockaddr_in6>.size
            default: 0
            }
        guard length > 0 else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { buffer in
            let result = getnameinfo(
                address, socklen_t(length), buffer.baseAddress, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
            guard result == 0, let base = buffer.baseAddress else { return nil }
            return String(cString: base)
        }
    }
}
