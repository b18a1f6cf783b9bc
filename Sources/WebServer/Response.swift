/// What a client is answered.
public struct Response: Sendable {
    /// The HTTP status, 200…599.
    public var status: Int
    /// Header fields; `Content-Length`, `Date` and `Connection` are the server's.
    public var headers: [NamedValue]
    /// What follows the header.
    public var body: Body

    /// What follows the header.
    public enum Body: Sendable {
        /// All of it.
        case bytes([UInt8])
        /// Server-sent events, without end: first the bytes, then what the stream has from the cursor on.
        case events(EventStream, from: EventCursor, preface: [UInt8])
    }

    /// An answer of whole bytes.
    public init(status: Int = 200, headers: [NamedValue] = [], bytes: [UInt8] = []) {
        self.status = status
        self.headers = headers
        body = .bytes(bytes)
    }

    /// Text, by default plain.
    public static func text(
        _ text: String, status: Int = 200, contentType: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(status: status, headers: [NamedValue("Content-Type", contentType)], bytes: Array(text.utf8))
    }

    /// JSON that has been written already.
    public static func json(_ bytes: [UInt8], status: Int = 200) -> Response {
        Response(status: status, headers: [NamedValue("Content-Type", "application/json")], bytes: bytes)
    }

    /// Server-sent events (WHATWG HTML, section 9.2) from a stream.
    ///
    /// Take the cursor first, then a snapshot of the state, and give the snapshot as `preface` (formatted by
    /// `EventStream.format`): nothing is missed between the two.
    public static func events(
        _ stream: EventStream, from cursor: EventCursor? = nil, preface: [UInt8] = []
    ) -> Response {
        var response = Response(headers: [
            NamedValue("Content-Type", "text/event-stream"), NamedValue("Cache-Control", "no-store"),
            NamedValue("X-Accel-Buffering", "no"),
        ])
        response.body = .events(stream, from: cursor ?? stream.now, preface: preface)
        return response
    }

    /// Problem details (RFC 9457), `application/problem+json`.
    public static func problem(_ problem: Problem) -> Response {
        Response(
            status: problem.status,
            headers: [NamedValue("Content-Type", "application/problem+json")] + problem.headers,
            bytes: problem.json)
    }
}

/// Why a request is refused; thrown by a handler, it becomes the answer.
public struct Problem: Error, Hashable, Sendable {
    /// The HTTP status, 400…599.
    public var status: Int
    /// What is wrong and what to do, for the client.
    public var detail: String
    /// Further header fields, such as `Allow` or `Retry-After`.
    public var headers: [NamedValue] = []

    /// A refusal.
    public init(_ status: Int, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// The status's own name.
    public var title: String { Self.titles[status] ?? "Error" }

    private static let titles: [Int: String] = [
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        409: "Conflict", 410: "Gone", 413: "Content Too Large", 415: "Unsupported Media Type",
        422: "Unprocessable Content", 429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented",
        503: "Service Unavailable",
    ]

    var json: [UInt8] {
        var text = "{\"type\":\"about:blank\",\"title\":"
        Self.quote(title, into: &text)
        text += ",\"status\":\(status),\"detail\":"
        Self.quote(detail, into: &text)
        text += "}\n"
        return Array(text.utf8)
    }

    private static func quote(_ value: String, into text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
