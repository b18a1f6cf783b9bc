import CMicroHTTPD

/// What the library's callbacks work on: lives from the daemon's start to the end of its stop.
final class ServerCore: @unchecked Sendable {  // what is mutable is under `lock`
    let router: Router
    let settings: WebServerSettings
    let lock = Lock()

    // Under the lock.
    var isStopping = false
    private(set) var activeRequests = 0
    private(set) var requestCount: UInt64 = 0
    private var readers: [ObjectIdentifier: EventReader] = [:]

    init(router: Router, settings: WebServerSettings) {
        self.router = router
        self.settings = settings
    }

    var readerCount: Int { lock.withLock { readers.count } }
    var requests: UInt64 { lock.withLock { requestCount } }

    // MARK: A request's life, on the server's threads

    func began() {
        lock.withLock {
            activeRequests += 1
            requestCount += 1
        }
    }

    func completed() {
        lock.withLock {
            activeRequests -= 1
            if activeRequests == 0 { lock.broadcast() }
        }
    }

    /// Before the body: whether it may come. Returns the answer otherwise.
    func admit(_ connection: OpaquePointer) -> Response? {
        guard let text = MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length") else { return nil }
        let length = String(cString: text)
        guard let bytes = UInt64(length) else {
            return .problem(Problem(400, "Content-Length \"\(length)\" is not a number"))
        }
        return bytes > UInt64(max(0, settings.limits.bodyBytes)) ? tooLarge : nil
    }

    private var tooLarge: Response {
        .problem(Problem(413, "the body must not be larger than \(settings.limits.bodyBytes) bytes"))
    }

    func answer(_ exchange: Exchange, method: String, connection: OpaquePointer) -> Response {
        if exchange.isTooLarge { return tooLarge }
        do throws(Problem) {
            let request = try exchange.request(method: method, connection: connection)
            let log = settings.log
            return router.answer(request) { log("\($0.method) \($0.path) failed: \($1)") }
        } catch {
            return .problem(error)
        }
    }

    // MARK: Sending

    /// Hands a response to the library; false when it does not take it and the connection is to be cut.
    func send(_ response: Response, on connection: OpaquePointer) -> MHD_Result {
        guard (200...599).contains(response.status) else {
            settings.log("a handler answered with the status \(response.status), which is not within 200…599")
            return send(.problem(Problem(500, "the server failed on this request; its log says why")), on: connection)
        }
        let made: OpaquePointer?
        switch response.body {
        case .bytes(let bytes):
            made = bytes.withUnsafeBytes { source in
                MHD_create_response_from_buffer(
                    source.count, UnsafeMutableRawPointer(mutating: source.baseAddress), .RESPMEM_MUST_COPY)
            }
        case .events(let stream, let cursor, let preface):
            let reader = EventReader(stream: stream, connection: connection, from: cursor, preface: preface)
            guard admit(reader) else {
                var problem = Problem(503, "as many readers of events as are allowed are connected: try again later")
                problem.headers = [NamedValue("Retry-After", "10")]
                return send(.problem(problem), on: connection)
            }
            made = eventResponse(reader)
            if made == nil { leave(reader) }
        }
        guard let made else { return .NO }
        defer { MHD_destroy_response(made) }
        for header in response.headers where MHD_add_response_header(made, header.name, header.value) != .YES {
            settings.log("a handler's header field \(header.name) is not one: left out")
        }
        MHD_add_response_header(made, "X-Content-Type-Options", "nosniff")
        if lock.withLock({ isStopping }) { MHD_add_response_header(made, "Connection", "close") }
        return MHD_queue_response(connection, UInt32(response.status), made)
    }

    private func eventResponse(_ reader: EventReader) -> OpaquePointer? {
        // Balanced by the response's own end, which comes whatever happens to the connection.
        let box = Unmanaged.passRetained(ReaderBox(core: self, reader: reader))
        let unknownSize = UInt64.max  // MHD_SIZE_UNKNOWN
        let response = MHD_create_response_from_callback(
            unknownSize, 16 << 10,
            { context, _, buffer, room in
                guard let context, let buffer else { return -1 }
                let reader = Unmanaged<ReaderBox>.fromOpaque(context).takeUnretainedValue().reader
                return buffer.withMemoryRebound(to: UInt8.self, capacity: room) { target in
                    reader.stream.fill(reader, target, room: room)
                }
            },
            box.toOpaque(),
            { context in
                guard let context else { return }
                let box = Unmanaged<ReaderBox>.fromOpaque(context).takeRetainedValue()
                box.core.leave(box.reader)
            })
        if response == nil { box.release() }
        return response
    }

    private final class ReaderBox {
        let core: ServerCore
        let reader: EventReader

        init(core: ServerCore, reader: EventReader) {
            self.core = core
            self.reader = reader
        }
    }

    // MARK: Readers of events

    private func admit(_ reader: EventReader) -> Bool {
        let isAdmitted = lock.withLock {
            guard !isStopping, readers.count < settings.limits.eventReaders else { return false }
            readers[ObjectIdentifier(reader)] = reader
            return true
        }
        if isAdmitted { reader.stream.add(reader) }
        return isAdmitted
    }

    private func leave(_ reader: EventReader) {
        reader.stream.remove(reader)
        lock.withLock { _ = readers.removeValue(forKey: ObjectIdentifier(reader)) }
    }

    /// Has the connections of all readers finish. None comes after it when `isStopping` has been set.
    func endReaders() {
        for reader in lock.withLock({ Array(readers.values) }) { reader.stream.end(reader) }
    }

    /// A comment for the readers of each stream.
    func pulse() {
        var streams: [ObjectIdentifier: EventStream] = [:]
        for reader in lock.withLock({ Array(readers.values) }) {
            streams[ObjectIdentifier(reader.stream)] = reader.stream
        }
        for stream in streams.values { stream.pulse() }
    }
}
