/// A name and a value, in the order in which they came.
public struct NamedValue: Hashable, Sendable {
    /// As written.
    public var name: String
    /// As written (headers) or decoded (query).
    public var value: String

    /// A pair.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a client asks for.
public struct Request: Sendable {
    /// `GET`, `POST`, …; `HEAD` where a `GET` route answers one.
    public var method: String
    /// The path as it was sent, still percent-encoded, without the query.
    public var path: String
    /// The values of the route's `{name}` segments, decoded.
    public var parameters: [String: String] = [:]
    /// The query's pairs, decoded, in order.
    public var query: [NamedValue] = []
    /// The header fields, in order.
    public var headers: [NamedValue] = []
    /// The whole body, at most `WebServerLimits.bodyBytes`.
    public var body: [UInt8] = []
    /// The client's address, without its port.
    public var client: String = ""

    /// A request; for tests of handlers, no server needed.
    public init(method: String, path: String) {
        self.method = method
        self.path = path
    }

    /// The first value of a query name.
    public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The first value of a header field; names compare without regard to ASCII case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}
