import Testing
import WebServer

@Suite struct EventStreamTests {
    /// No heartbeats unless a test wants them.
    private static let calm = WebServerLimits(heartbeat: .seconds(3600))

    private func start(
        _ stream: EventStream, _ limits: WebServerLimits = Self.calm, threads: Int = 2
    ) throws -> WebServer {
        try WebServer(
            WebServerSettings(limits: limits, threads: threads),
            routes: [
                Route(.get, "/events") { request in
                    if let cursor = stream.cursor(after: request.header("Last-Event-ID")) {
                        return .events(stream, from: cursor)
                    }
                    let cursor = stream.now
                    return .events(stream, from: cursor, preface: EventStream.format("snapshot", data: "board"))
                },
                Route(.get, "/plain") { _ in .text("ok") },
            ])
    }

    private func open(_ server: WebServer, after id: String? = nil) throws -> RawClient {
        let client = try RawClient(server.address)
        let header = id.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        try client.send("GET /events HTTP/1.1\r\nHost: test\r\n\(header)\r\n")
        let head = try client.head()
        #expect(head.status == 200)
        #expect(head.header("Content-Type") == "text/event-stream")
        #expect(head.header("Transfer-Encoding") == "chunked")
        if id == nil { #expect(try client.event() == ["event: snapshot", "data: board"]) }
        return client
    }

    @Test func threeReadersWithoutAGap() async throws {
        let stream = EventStream(events: 4096)
        let server = try start(stream)
        let readers = try (0..<3).map { _ in try open(server) }
        #expect(server.eventReaderCount == 3 && stream.readerCount == 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in readers {
                group.addTask {
                    try await onThread {
                        for number in 0..<1500 {
                            let event = try #require(try reader.event())
                            #expect(event.dropFirst() == ["event: alert", "data: \(number)"])
                        }
                    }
                }
            }
            group.addTask {
                try await onThread {
                    for number in 0..<1500 { stream.publish("alert", data: "\(number)") }
                }
            }
            try await group.waitForAll()
        }
        #expect(server.stop())
        for reader in readers { #expect(try reader.event() == nil) }
        #expect(stream.readerCount == 0 && server.eventReaderCount == 0)
    }

    @Test func goesOnAfterTheLastEventSeen() throws {
        let stream = EventStream(events: 4)
        let server = try start(stream)
        let first = try open(server)
        stream.publish(data: "one")
        let seen = try #require(try first.event())
        let id = try #require(seen.first { $0.hasPrefix("id: ") }?.dropFirst(4))
        for word in ["two", "three"] { stream.publish(data: word) }
        let again = try open(server, after: String(id))
        #expect(try again.event()?.last == "data: two")
        #expect(try again.event()?.last == "data: three")
        for number in 0..<4 { stream.publish(data: "\(number)") }
        #expect(stream.cursor(after: String(id)) == nil, "no longer kept")
        for other in ["", "x", "a-1", "\(id)9", "\(id)-1", nil] { #expect(stream.cursor(after: other) == nil) }
    }

    @Test func linesOfData() throws {
        let cases = [
            ("a", "data: a\n\n"), ("", "data: \n\n"), ("a\nb", "data: a\ndata: b\n\n"),
            ("a\r\nb", "data: a\ndata: b\n\n"),
            ("a\rb\n\nc", "data: a\ndata: b\ndata: \ndata: c\n\n"), ("é\n", "data: é\ndata: \n\n"),
        ]
        for (data, expected) in cases {
            #expect(String(decoding: EventStream.format(data: data), as: UTF8.self) == expected)
        }
        let named = EventStream.format("al\nert", data: "x")
        #expect(String(decoding: named, as: UTF8.self) == "event: alert\ndata: x\n\n")
    }

    /// A reader that reads nothing neither stops publishing nor other readers; when it goes on it gets whole events,
    /// up to where they are no longer kept, and the end.
    @Test func slowReader() throws {
        let stream = EventStream(events: 16)
        let server = try start(stream)
        let slow = try open(server)
        let quick = try open(server)
        let data = String(repeating: "x", count: 100_000)
        for _ in 0..<200 {
            stream.publish(data: data)
            #expect(try quick.event()?.last?.utf8.count == 100_006)
        }
        var read = 0
        while let event = try slow.event() {
            #expect(event.last?.utf8.count == 100_006)
            read += 1
        }
        #expect(read > 0 && read < 200)
        #expect(stream.readerCount == 1)
        stream.publish(data: "on")
        #expect(try quick.event()?.last == "data: on")
    }

    @Test func largeEventsArriveWhole() throws {
        let stream = EventStream()
        let server = try start(stream)
        let reader = try open(server)
        for size in [1, 16_384, 100_000, 900_000] {
            let data = String(repeating: "x", count: size)
            stream.publish(data: data)
            #expect(try reader.event()?.last == "data: " + data)
        }
    }

    @Test func heartbeatsAndReadersThatLeft() throws {
        let stream = EventStream()
        let server = try start(stream, WebServerLimits(heartbeat: .milliseconds(20)))
        var reader: RawClient? = try open(server)
        #expect(try reader?.event() == [":"])
        #expect(try reader?.event() == [":"])
        #expect(stream.readerCount == 1)
        reader = nil
        // Noticed by a heartbeat.
        for _ in 0..<2000 where stream.readerCount > 0 { _ = try RawClient(server.address).request("GET", "/plain") }
        #expect(stream.readerCount == 0)
    }

    @Test func readersAreLimited() throws {
        let stream = EventStream()
        let server = try start(stream, WebServerLimits(eventReaders: 1, heartbeat: .seconds(3600)))
        let reader = try open(server)
        let refused = try RawClient(server.address).request("GET", "/events")
        #expect(refused.status == 503)
        #expect(refused.header("Retry-After") == "10")
        #expect(try RawClient(server.address).request("HEAD", "/events").status == 503)
        stream.publish(data: "still here")
        #expect(try reader.event()?.last == "data: still here")
    }

    @Test func closing() throws {
        let stream = EventStream()
        let server = try start(stream)
        let reader = try open(server)
        stream.publish(data: "last")
        stream.close()
        stream.publish(data: "too late")
        #expect(try reader.event()?.last == "data: last")
        #expect(try reader.event() == nil)
        let late = try open(server)
        #expect(try late.event() == nil)
        let head = try RawClient(server.address).request("HEAD", "/events")
        #expect(head.status == 200)
        #expect(server.stop())
    }

    /// Stop comes while events are published and readers come and go.
    @Test(arguments: [1, 2])
    func stopInTheMiddle(threads: Int) async throws {
        for _ in 0..<5 {
            let stream = EventStream()
            let server = try start(stream, threads: threads)
            let readers = try (0..<4).map { _ in try open(server) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for reader in readers {
                    group.addTask { try await onThread { while try reader.event() != nil {} } }
                }
                group.addTask {
                    try await onThread { for number in 0..<2000 { stream.publish(data: "\(number)") } }
                }
                group.addTask {
                    try await onThread {
                        for _ in 0..<20 { _ = try? RawClient(server.address).request("GET", "/plain") }
                    }
                }
                group.addTask { try await onThread { #expect(server.stop()) } }
                group.addTask { try await onThread { #expect(server.stop()) } }
                try await group.waitForAll()
            }
            #expect(stream.readerCount == 0)
        }
    }

    /// A reader that does not read is cut at the time limit.
    @Test func stopDoesNotWaitForever() throws {
        let stream = EventStream(bytes: 64 << 20)
        let server = try start(stream)
        let deaf = try open(server)
        for _ in 0..<300 { stream.publish(data: String(repeating: "x", count: 100_000)) }
        #expect(!server.stop(within: .milliseconds(50)))
        #expect(stream.readerCount == 0)
        _ = try? deaf.rest()
    }
}
