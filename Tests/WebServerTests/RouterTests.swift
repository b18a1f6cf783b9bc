import Testing
import WebServer

@Suite struct RouterTests {
    private func echo(_ name: String) -> Route.Handler {
        { request in
            let parameters = request.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return .text(([name] + parameters).joined(separator: " "))
        }
    }

    private func text(_ response: Response) -> String {
        guard case .bytes(let bytes) = response.body else { return "events" }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func matching() throws {
        let router = try Router([
            Route(.get, "/", echo("root")), Route(.get, "/alerts/{id}", echo("one")),
            Route(.get, "/alerts/all", echo("all")), Route(.post, "/alerts/{id}/ack", echo("ack")),
            Route(.delete, "/alerts/{id}", echo("drop")), Route(.get, "/a/{x}/{y}", echo("xy")),
        ])
        let cases: [(String, String, Int, String)] = [
            ("GET", "/", 200, "root"), ("HEAD", "/", 200, "root"), ("GET", "/alerts/all", 200, "all"),
            ("GET", "/alerts/9c1f", 200, "one id=9c1f"), ("GET", "/alerts/a%20b%2Fc", 200, "one id=a b/c"),
            ("GET", "/alerts/%C3%A9", 200, "one id=é"), ("POST", "/alerts/7/ack", 200, "ack id=7"),
            ("DELETE", "/alerts/7", 200, "drop id=7"), ("GET", "/a/1/2", 200, "xy x=1 y=2"),
            ("GET", "/a/1", 404, ""), ("GET", "/alerts/", 404, ""), ("GET", "/alerts//ack", 404, ""),
            ("GET", "//", 404, ""), ("GET", "/Alerts/all", 404, ""), ("GET", "/alerts/%zz", 400, ""),
            ("GET", "/alerts/%4", 400, ""), ("GET", "/alerts/%FF", 400, ""), ("GET", "/alerts/%00", 400, ""),
            ("PUT", "/alerts/7", 405, ""), ("GET", "/alerts/7/ack", 405, ""), ("BREW", "/", 405, ""),
            ("OPTIONS", "/alerts/7", 204, ""),
        ]
        for (method, path, status, expected) in cases {
            let response = router.answer(Request(method: method, path: path))
            #expect(response.status == status, "\(method) \(path)")
            if status == 200 { #expect(text(response) == expected, "\(method) \(path)") }
        }
        let allow = router.answer(Request(method: "PUT", path: "/alerts/7")).headers.first { $0.name == "Allow" }
        #expect(allow?.value == "DELETE, GET, HEAD, OPTIONS")
    }

    @Test func failures() throws {
        struct Broken: Error {}
        let router = try Router([
            Route(.get, "/broken") { _ in throw Broken() },
            Route(.get, "/refused") { _ in throw Problem(409, "already \"acknowledged\"\n") },
        ])
        var heard: [String] = []
        let failed = router.answer(Request(method: "GET", path: "/broken")) { heard.append("\($0.path): \($1)") }
        #expect(failed.status == 500)
        #expect(!text(failed).contains("Broken"))
        #expect(heard == ["/broken: Broken()"])
        let refused = router.answer(Request(method: "GET", path: "/refused"))
        #expect(refused.status == 409)
        #expect(
            text(refused)
                == #"{"type":"about:blank","title":"Conflict","status":409,"detail":"already \"acknowledged\"\n"}"#
                + "\n")
    }

    @Test func patterns() {
        let ok: Route.Handler = { _ in .text("") }
        for pattern in ["", "alerts", "/{}", "/{a}/{a}", "/a{b}", "/a b", "/a?b", "/%41"] {
            let error = #expect(throws: WebServerError.self) { try Router([Route(.get, pattern, ok)]) }
            #expect(error?.reason == .routes)
        }
        #expect(throws: WebServerError.self) {
            try Router([Route(.get, "/a/{b}", ok), Route(.get, "/a/{c}", ok)])
        }
        #expect(throws: Never.self) {
            try Router([Route(.get, "/a/{b}", ok), Route(.post, "/a/{c}", ok), Route(.get, "/{a}/b", ok)])
        }
    }

    @Test func addresses() throws {
        let good: [(String, String, UInt16)] = [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:9", "::1", 9), ("localhost:0", "127.0.0.1", 0),
            ("*:80", "0.0.0.0", 80), ("9200", "127.0.0.1", 9200), (":9200", "127.0.0.1", 9200),
            ("[2001:db8::1]:65535", "2001:db8::1", 65535),
        ]
        for (text, host, port) in good {
            let address = try ListenAddress(parsing: text)
            #expect(address.host == host && address.port == port, "\(text)")
        }
        for text in [
            "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1]",
            "[::1:80", "[127.0.0.1]:80", "port.bj:80", "127.0.0.256:80", "127.0.0.1:+80", "127.0.0.1:٨٠",
        ] {
            let error = #expect(throws: WebServerError.self, "\(text)") { try ListenAddress(parsing: text) }
            #expect(error?.reason == .invalidAddress)
        }
        #expect(ListenAddress(host: "::1", port: 80).description == "[::1]:80")
    }
}
