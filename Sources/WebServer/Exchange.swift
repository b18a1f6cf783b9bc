import CMicroHTTPD

/// A request while it comes in. Touched only by the server's thread that serves its connection.
final class Exchange {
    let target: String
    var hasBegun = false
    /// Answered before its body was read.
    var isAnswered = false
    var body: [UInt8] = []
    var isTooLarge = false

    init(target: String) { self.target = target }

    /// Takes a part of the body; false when so much comes that the connection is better cut.
    func take(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> Bool {
        if !isTooLarge, body.count + bytes.count <= limit {
            body.append(contentsOf: bytes)
            return true
        }
        // In the middle of a body no answer can be queued: the rest is thrown away, within reason.
        isTooLarge = true
        body = []
        discarded += bytes.count
        return discarded <= max(limit, 1 << 16)
    }

    private var discarded = 0

    /// What the handler gets; throws when the target can't be read.
    func request(method: String, connection: OpaquePointer) throws(Problem) -> Request {
        guard let (path, query) = Router.parse(target: target) else {
            throw Problem(400, "the request's target is not a properly encoded path")
        }
        var request = Request(method: method, path: path)
        request.query = query
        request.headers = Self.headers(of: connection)
        request.body = body
        request.client = vigie_mhd_client(connection).flatMap(SocketAddress.text) ?? ""
        return request
    }

    private static func headers(of connection: OpaquePointer) -> [NamedValue] {
        var headers: [NamedValue] = []
        withUnsafeMutablePointer(to: &headers) { pointer in
            _ = MHD_get_connection_values(
                connection, .HEADER_KIND,
                { context, _, name, value in
                    if let name {
                        context?.assumingMemoryBound(to: [NamedValue].self).pointee.append(
                            NamedValue(String(cString: name), value.map { String(cString: $0) } ?? ""))
                    }
                    return .YES
                }, pointer)
        }
        return headers
    }
}
