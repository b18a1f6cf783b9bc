/// A method, a path pattern and who answers.
public struct Route: Sendable {
    /// Answers a request; runs on a thread of the server, so that it must not wait long. What it throws becomes a
    /// problem answer: a `Problem` as it is, any other error as 500, without its text.
    public typealias Handler = @Sendable (Request) throws -> Response

    /// The methods that routes may have. `HEAD` and `OPTIONS` are answered by the server.
    public enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// The request's method.
    public var method: Method
    /// Segments after slashes, each a text or `{name}`: `/alerts/{id}/ack`. A text goes before a name.
    public var pattern: String
    /// Who answers.
    public var handler: Handler

    /// A route.
    public init(_ method: Method, _ pattern: String, _ handler: @escaping Handler) {
        self.method = method
        self.pattern = pattern
        self.handler = handler
    }
}

/// Finds the route for a request. Knows no sockets, so that handlers are tested without any.
public struct Router: Sendable {
    private enum Segment: Hashable {
        case text(String)
        case name(String)
    }

    private struct Entry {
        var route: Route
        var segments: [Segment]
    }

    private var entries: [Entry] = []

    /// Checks the patterns: two routes of a method must not match the same paths.
    public init(_ routes: [Route]) throws(WebServerError) {
        for route in routes {
            let segments = try Self.segments(route.pattern)
            let peers = entries.filter { $0.route.method == route.method }
            if let other = peers.first(where: { Self.clash($0.segments, segments) }) {
                throw Self.invalid(route.pattern, "it matches the same paths as \"\(other.route.pattern)\"")
            }
            entries.append(Entry(route: route, segments: segments))
        }
        // Texts before names, from the left: the first match is the best.
        entries.sort { a, b in
            for (x, y) in zip(a.segments, b.segments) {
                switch (x, y) {
                case (.text, .name): return true
                case (.name, .text): return false
                default: continue
                }
            }
            return false
        }
    }

    /// The routes, in the order in which they are tried.
    public var routes: [Route] { entries.map(\.route) }

    private static func segments(_ pattern: String) throws(WebServerError) -> [Segment] {
        guard pattern.hasPrefix("/") else { throw invalid(pattern, "it does not begin with a slash") }
        var names = Set<String>()
        var segments: [Segment] = []
        for part in pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard part.hasPrefix("{"), part.hasSuffix("}") else {
                if part.contains(where: { "{}%?# ".contains($0) }) {
                    throw invalid(pattern, "\"\(part)\" is neither a plain text nor a {name}")
                }
                segments.append(.text(String(part)))
                continue
            }
            let name = String(part.dropFirst().dropLast())
            guard !name.isEmpty, names.insert(name).inserted else {
                throw invalid(pattern, "\"\(part)\" is empty or stands twice")
            }
            segments.append(.name(name))
        }
        return segments
    }

    private static func clash(_ a: [Segment], _ b: [Segment]) -> Bool {
        a.count == b.count
            && zip(a, b).allSatisfy { x, y in
                switch (x, y) {
                case (.name, .name): true
                default: x == y
                }
            }
    }

    private static func invalid(_ pattern: String, _ why: String) -> WebServerError {
        WebServerError(
            .routes, "route \"\(pattern)\": \(why)", hint: "write it as /alerts/{id}/ack, once per method")
    }

    // MARK: Answering

    /// Finds the handler of a request and runs it; `path` and `method` decide. Refusals and failures become problem
    /// answers; `failed` hears of errors that are not the client's.
    public func answer(_ request: Request, failed: (Request, any Error) -> Void = { _, _ in }) -> Response {
        do {
            return try find(request)
        } catch let problem as Problem {
            return .problem(problem)
        } catch {
            failed(request, error)
            return .problem(Problem(500, "the server failed on this request; its log says why"))
        }
    }

    private func find(_ request: Request) throws -> Response {
        var path: [String] = []
        for part in request.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let decoded = PercentCoding.decode(part) else {
                throw Problem(400, "the path is not properly percent-encoded")
            }
            path.append(decoded)
        }
        let wanted = request.method == "HEAD" ? "GET" : request.method
        var allowed = Set<Route.Method>()
        for entry in entries {
            guard let parameters = Self.match(entry.segments, path) else { continue }
            guard entry.route.method.rawValue == wanted else {
                allowed.insert(entry.route.method)
                continue
            }
            var request = request
            request.parameters = parameters
            return try entry.route.handler(request)
        }
        if allowed.isEmpty { throw Problem(404, "there is nothing at \(request.path)") }
        var names = Set(allowed.map(\.rawValue) + ["OPTIONS"])
        if allowed.contains(.get) { names.insert("HEAD") }
        let allow = NamedValue("Allow", names.sorted().joined(separator: ", "))
        if request.method == "OPTIONS" { return Response(status: 204, headers: [allow]) }
        var problem = Problem(405, "\(request.path) takes \(allow.value), not \(request.method)")
        problem.headers = [allow]
        throw problem
    }

    private static func match(_ segments: [Segment], _ path: [String]) -> [String: String]? {
        guard segments.count == path.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            switch segment {
            case .text(let text):
                if text != part { return nil }
            case .name(let name):
                if part.isEmpty { return nil }
                parameters[name] = part
            }
        }
        return parameters
    }

    /// Splits a request target into path and decoded query; nil when it is no path or badly encoded.
    static func parse(target: String) -> (path: String, query: [NamedValue])? {
        var target = target[...]
        // The absolute form, which servers must accept (RFC 9112, 3.2.2).
        for scheme in ["http://", "https://"] where target.hasPrefix(scheme) {
            target = target.dropFirst(scheme.count)
            target = target[(target.firstIndex { $0 == "/" || $0 == "?" } ?? target.endIndex)...]
            if !target.hasPrefix("/") { target = "/" + target }
        }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.hasPrefix("/") else { return nil }
        var query: [NamedValue] = []
        for pair in (parts.count > 1 ? parts[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(sides[0], plusIsSpace: true),
                let value = PercentCoding.decode(sides.count > 1 ? sides[1] : "", plusIsSpace: true)
            else { return nil }
            query.append(NamedValue(name, value))
        }
        return (String(path), query)
    }
}
