import Glibc
import Testing
import WebServer

/// Lines that a server logged.
final class Log: @unchecked Sendable {  // under the lock
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var lines: [String] = []

    init() { pthread_mutex_init(lock, nil) }
    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    func add(_ line: String) {
        pthread_mutex_lock(lock)
        lines.append(line)
        pthread_mutex_unlock(lock)
    }

    var all: [String] {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return lines
    }
}

private let routes: [Route] = [
    Route(.get, "/hello/{name}") { request in
        .text("bonjour \(request.parameters["name"] ?? "") \(request.query("lang") ?? "-")")
    },
    Route(.post, "/echo") { request in
        Response(headers: [NamedValue("X-Kind", request.header("x-kind") ?? "none")], bytes: request.body)
    },
    Route(.get, "/broken") { _ in throw CancellationError() },
    Route(.get, "/client") { request in .text(request.client) },
    Route(.get, "/large") { _ in Response(bytes: [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)) },
    Route(.get, "/odd") { _ in Response(status: 99, headers: [NamedValue("A\r\nB", "c")]) },
    Route(.get, "/header") { _ in Response(headers: [NamedValue("A", "b\r\nEvil: yes"), NamedValue("Good", "yes")]) },
]

@Suite struct ServerTests {
    private func start(
        _ limits: WebServerLimits = WebServerLimits(), threads: Int = 1, host: String = "127.0.0.1", log: Log = Log()
    ) throws -> WebServer {
        let settings = WebServerSettings(
            address: ListenAddress(host: host, port: 0), limits: limits, threads: threads, log: { log.add($0) })
        return try WebServer(settings, routes: routes)
    }

    @Test func answers() throws {
        let log = Log()
        let server = try start(log: log)
        #expect(server.address.port != 0)
        let client = try RawClient(server.address)
        let hello = try client.request("GET", "/hello/Akp%C3%A9?lang=fr+BJ&x=1")
        #expect(hello.status == 200)
        #expect(hello.text == "bonjour Akpé fr BJ")
        #expect(hello.header("Content-Type") == "text/plain; charset=utf-8")
        #expect(hello.header("X-Content-Type-Options") == "nosniff")
        // The same connection serves on.
        let head = try client.request("HEAD", "/hello/a")
        #expect(head.status == 200)
        #expect(head.header("Content-Length") == "11")
        let echo = try client.request("POST", "/echo", headers: ["X-KIND: port"], body: "données")
        #expect(echo.text == "données")
        #expect(echo.header("X-Kind") == "port")
        #expect(try client.request("GET", "/client").text == "127.0.0.1")
        #expect(try client.request("GET", "/large").body.count == 3_000_000)

        let missing = try client.request("GET", "/nothing")
        #expect(missing.status == 404)
        #expect(missing.header("Content-Type") == "application/problem+json")
        #expect(missing.text.contains(#""status":404"#))
        let wrong = try client.request("DELETE", "/echo")
        #expect(wrong.status == 405)
        #expect(wrong.header("Allow") == "OPTIONS, POST")
        #expect(try client.request("GET", "/hello/%ZZ").status == 400)
        #expect(try client.request("GET", "/hello/a?b=%ZZ").status == 400)
        #expect(try client.request("OPTIONS", "/echo").status == 204)
        #expect(try client.request("GET", "http://test/hello/proxy").text == "bonjour proxy -")
        let broken = try client.request("GET", "/broken")
        #expect(broken.status == 500)
        #expect(log.all.contains { $0.contains("/broken failed: CancellationError") })
        #expect(try client.request("GET", "/odd").status == 500)
        let header = try client.request("GET", "/header")
        #expect(header.header("Evil") == nil && header.header("Good") == "yes")
        #expect(server.requestCount == 14)
        #expect(server.stop())
        #expect(server.stop(), "a second time does nothing")
        #expect(throws: RawClient.Failure.self) { try RawClient(server.address) }
    }

    @Test func versionSix() throws {
        let server: WebServer
        do {
            server = try start(host: "::1")
        } catch let error as WebServerError where error.reason == .addressNotAvailable {
            return  // no IPv6 here
        }
        #expect(server.url == "http://[::1]:\(server.address.port)")
        #expect(try RawClient(server.address).request("GET", "/client").text == "::1")
    }

    @Test func portTaken() throws {
        let server = try start()
        let error = #expect(throws: WebServerError.self) {
            try WebServer(WebServerSettings(address: server.address), routes: routes)
        }
        #expect(error?.reason == .portTaken)
        #expect(error?.message.contains("127.0.0.1:\(server.address.port)") == true)
        #expect(error?.hint.contains("another port") == true)
        #expect(server.stop())
        // Free again at once, whatever connections there were.
        let second = try WebServer(WebServerSettings(address: server.address), routes: routes)
        #expect(second.address == server.address)
    }

    @Test func otherAddressErrors() throws {
        for (host, reason) in [("no", WebServerError.Reason.invalidAddress), ("192.0.2.1", .addressNotAvailable)] {
            let error = #expect(throws: WebServerError.self) { try start(host: host) }
            #expect(error?.reason == reason)
        }
    }

    @Test func bodyLimit() throws {
        var limits = WebServerLimits()
        limits.bodyBytes = 1000
        let server = try start(limits)
        let exact = String(repeating: "y", count: 1000)
        #expect(try RawClient(server.address).request("POST", "/echo", body: exact).text == exact)
        // Refused before it comes; the client need not send it.
        let early = try RawClient(server.address)
        try early.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n")
        #expect(try early.answer().status == 413)
        let expecting = try RawClient(server.address)
        try expecting.send(
            "POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 99999999999999\r\n\r\n")
        let refused = try expecting.answer()
        #expect(refused.status == 413)
        #expect(refused.text.contains("1000 bytes"))
        // Without a length.
        let chunked = try RawClient(server.address)
        try chunked.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
        try chunked.send("3e9\r\n" + exact + "y\r\n0\r\n\r\n")
        #expect(try chunked.answer().status == 413)
        let fine = try RawClient(server.address)
        try fine.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
        try fine.send("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
        #expect(try fine.answer().text == "hello world")
        // Without end: cut.
        let endless = try RawClient(server.address)
        try endless.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "2000\r\n" + String(repeating: "z", count: 0x2000) + "\r\n"
        #expect(throws: RawClient.Failure.self) {
            for _ in 0..<10_000 { try endless.send(chunk) }
        }
    }

    @Test func brokenRequests() throws {
        let server = try start(WebServerLimits(headerBytes: 4096, idle: .seconds(1)))
        let texts = [
            "GET / HTTP/1.1\r\nHost: test\r\nX: " + String(repeating: "a", count: 10_000) + "\r\n\r\n",
            "GET /" + String(repeating: "a", count: 10_000) + " HTTP/1.1\r\nHost: test\r\n\r\n",
            "nonsense\r\n\r\n", "GET http://elsewhere/ HTTP/1.1\r\nHost: test\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: -5\r\n\r\n",
            "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: many\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: test\r\n\u{0}\u{1}: x\r\n\r\n",
            "\u{16}\u{3}\u{1}\r\n\r\n",
            "GET * HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n",
        ]
        for text in texts {
            let client = try RawClient(server.address)
            try? client.send(text)
            client.endSending()
            let first = String(decoding: try client.rest(), as: UTF8.self).prefix(12)
            #expect(first.isEmpty || first.hasPrefix("HTTP/1.1 4"), "\(text.prefix(40)) → \(first)")
        }
        #expect(try RawClient(server.address).request("GET", "/hello/x").status == 200)
        #expect(server.stop(), "no request is left over")
    }

    @Test(arguments: [1, 2])
    func manyAtOnce(threads: Int) async throws {
        let server = try start(threads: threads)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    try await onThread {
                        let client = try RawClient(server.address)
                        for number in 0..<50 {
                            let answer = try client.request("GET", "/hello/\(worker)-\(number)")
                            #expect(answer.text == "bonjour \(worker)-\(number) -")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(server.requestCount == 400)
    }

    /// One that never finishes its request does not hold up the others, and is closed in the end.
    @Test func slowClients() throws {
        let server = try start(WebServerLimits(idle: .seconds(1)))
        let slow = try RawClient(server.address)
        try slow.send("GET /hello/x HT")
        let deaf = try RawClient(server.address)
        try deaf.send("GET /large HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try RawClient(server.address).request("GET", "/hello/quick").status == 200)
        let rest = String(decoding: try slow.rest(), as: UTF8.self)
        #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 408"), "closed without an answer, or with 408")
        #expect(server.stop(within: .milliseconds(1500)) || true)
    }

    @Test func connectionLimit() throws {
        let server = try start(WebServerLimits(connections: 2))
        var held: RawClient? = try RawClient(server.address)
        #expect(try held?.request("GET", "/hello/a").status == 200)
        let other = try RawClient(server.address)
        #expect(try other.request("GET", "/hello/b").status == 200)
        let waiting = try RawClient(server.address)
        try waiting.send("GET /hello/c HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(try other.request("GET", "/hello/b").status == 200)
        held = nil
        #expect(try waiting.answer().text == "bonjour c -")
    }
}
