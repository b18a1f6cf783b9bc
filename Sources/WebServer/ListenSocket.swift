import CMicroHTTPD
import Glibc

/// A bound, listening TCP socket, closed unless it is released.
struct ListenSocket: ~Copyable {
    private let descriptor: Int32
    /// With the port that the system chose, where 0 was asked for.
    let address: ListenAddress

    init(_ wanted: ListenAddress) throws(WebServerError) {
        guard let name = SocketAddress(wanted) else {
            throw ListenAddress.invalid("\(wanted)", "\"\(wanted.host)\" is not an IP address")
        }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(name.family, type, 0)
        guard descriptor >= 0 else { throw Self.failure(wanted, errno) }
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // After a restart the port must not be blocked by connections that are still closing.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        if name.family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, size) }
        let bound = name.withPointer { bind(descriptor, $0, $1) }
        guard bound == 0, listen(descriptor, 128) == 0 else {
            let error = errno
            close(descriptor)
            throw Self.failure(wanted, error)
        }
        self.descriptor = descriptor
        address = ListenAddress(host: wanted.host, port: Self.port(of: descriptor) ?? wanted.port)
    }

    deinit { close(descriptor) }

    /// Gives the descriptor away: whoever takes it closes it.
    consuming func release() -> Int32 {
        let descriptor = dup(self.descriptor)
        if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        return descriptor
    }

    /// The number by which the system knows an open socket; 0 when the descriptor is not open.
    static func identity(_ descriptor: Int32) -> UInt64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
        // The port stands at the same place in sockaddr_in and sockaddr_in6.
        return withUnsafeBytes(of: &storage) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }

    private static func failure(_ address: ListenAddress, _ error: Int32) -> WebServerError {
        switch error {
        case EADDRINUSE:
            WebServerError(
                .portTaken, "cannot listen on \(address): another program has port \(address.port) of \(address.host)",
                hint: "stop it (`ss -ltnp` names it) or give another port; 0 chooses a free one")
        case EACCES, EPERM:
            WebServerError(
                .notPermitted, "cannot listen on \(address): not permitted",
                hint: "ports below 1024 need root or CAP_NET_BIND_SERVICE: take a higher one")
        case EADDRNOTAVAIL, EAFNOSUPPORT:
            WebServerError(
                .addressNotAvailable, "cannot listen on \(address): this machine has no address \(address.host)",
                hint: "take one that `ip address` shows, 127.0.0.1 for this machine only, or 0.0.0.0 for all")
        default:
            WebServerError(
                .socket, "cannot listen on \(address): \(String(cString: strerror(error)))",
                hint: "error \(error) of the operating system")
        }
    }
}
