import CMicroHTTPD
import Glibc

/// An HTTP/1.1 server over libmicrohttpd: routes, limits, server-sent events, graceful stop. Usable from any thread.
public final class WebServer: @unchecked Sendable {  // the mutable parts are under the core's lock
    private enum Phase { case running, stopping, stopped }

    /// Where it listens, with the port that was chosen.
    public let address: ListenAddress
    /// `http` or `https`.
    public let scheme: String
    private let core: ServerCore
    private let daemon: OpaquePointer
    private let resources: Resources
    private let ticker: pthread_t?
    private var phase = Phase.running

    /// Memory that the library reads while it runs.
    private struct Resources {
        let options: UnsafeMutablePointer<vigie_mhd_options>
        let texts: [UnsafeMutablePointer<CChar>]

        func free() {
            options.deallocate()
            for text in texts {
                memset(text, 0, strlen(text))
                text.deallocate()
            }
        }
    }

    /// The address for people and programs: `http://127.0.0.1:8080`.
    public var url: String { "\(scheme)://\(address)" }
    /// Requests so far.
    public var requestCount: UInt64 { core.requests }
    /// Connections that read event streams now.
    public var eventReaderCount: Int { core.readerCount }

    // MARK: Starting

    /// Binds, listens and serves. Throws a `WebServerError` that says what to do.
    public init(_ settings: WebServerSettings, routes: [Route]) throws(WebServerError) {
        let core = ServerCore(router: try Router(routes), settings: settings)
        let texts = try Self.readTLS(settings.tls)
        let socket: ListenSocket
        do throws(WebServerError) {
            socket = try ListenSocket(settings.address)
        } catch {
            Self.free(texts)
            throw error
        }
        address = socket.address
        scheme = settings.tls == nil ? "http" : "https"
        let descriptor = socket.release()
        let options = Self.options(core, descriptor: descriptor, texts: texts)
        let identity = ListenSocket.identity(descriptor)
        guard descriptor >= 0, let daemon = vigie_mhd_start(options) else {
            // After some failures the library has closed the socket, after others not; by now its number may be that
            // of another thread's file.
            if identity != 0, ListenSocket.identity(descriptor) == identity { Glibc.close(descriptor) }
            options.deallocate()
            Self.free(texts)
            throw settings.tls == nil
                ? WebServerError(
                    .library, "libmicrohttpd could not start",
                    hint: "its log line says why; file descriptors may be short")
                : WebServerError(
                    .tls, "HTTPS could not start with the certificate and key given",
                    hint: "both must be PEM, the key without a password and the certificate's own")
        }
        self.core = core
        self.daemon = daemon
        resources = Resources(options: options, texts: texts)
        ticker = Self.startTicker(core)
    }

    deinit {
        stop(within: .zero)
    }

    private static func options(
        _ core: ServerCore, descriptor: Int32, texts: [UnsafeMutablePointer<CChar>]
    ) -> UnsafeMutablePointer<vigie_mhd_options> {
        let limits = core.settings.limits
        var options = vigie_mhd_options()
        options.listen_socket = descriptor
        options.threads = UInt32(min(2, max(1, core.settings.threads)))
        options.connection_memory = max(1024, limits.headerBytes)
        options.connection_limit = UInt32(min(100_000, max(1, limits.connections)))
        options.timeout_seconds = UInt32(min(86_400, max(1, limits.idle.components.seconds)))
        options.handler = Self.handle
        options.target = { _, target, _ in
            Unmanaged.passRetained(Exchange(target: target.map { String(cString: $0) } ?? "")).toOpaque()
        }
        options.completed = { context, _, exchange, _ in
            guard let context, let pointer = exchange?.pointee else { return }
            exchange?.pointee = nil
            let ended = Unmanaged<Exchange>.fromOpaque(pointer).takeRetainedValue()
            if ended.hasBegun { Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue().completed() }
        }
        options.log = { context, line in
            guard let context, let line else { return }
            Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue().settings.log(String(cString: line))
        }
        options.context = Unmanaged.passUnretained(core).toOpaque()
        if texts.count == 2 {
            options.certificate = UnsafePointer(texts[0])
            options.key = UnsafePointer(texts[1])
        }
        let pointer = UnsafeMutablePointer<vigie_mhd_options>.allocate(capacity: 1)
        pointer.initialize(to: options)
        return pointer
    }

    /// The library calls this when the header is complete, for each part of the body, and at its end.
    private static let handle: MHD_AccessHandlerCallback = { context, connection, _, method, _, bytes, count, pointer in
        guard let context, let connection, let method, let count, let held = pointer?.pointee else { return .NO }
        let core = Unmanaged<ServerCore>.fromOpaque(context).takeUnretainedValue()
        let exchange = Unmanaged<Exchange>.fromOpaque(held).takeUnretainedValue()
        if !exchange.hasBegun {
            exchange.hasBegun = true
            core.began()
            guard let refusal = core.admit(connection) else { return .YES }
            exchange.isAnswered = true
            return core.send(refusal, on: connection)
        }
        if count.pointee > 0 {
            let part = UnsafeRawBufferPointer(start: bytes, count: count.pointee)
            let isTaken = part.withMemoryRebound(to: UInt8.self) {
                exchange.take($0, limit: core.settings.limits.bodyBytes)
            }
            count.pointee = 0
            return isTaken ? .YES : .NO
        }
        if exchange.isAnswered { return .YES }
        let response = core.answer(exchange, method: String(cString: method), connection: connection)
        return core.send(response, on: connection)
    }

    // MARK: Stopping

    /// Stops listening, ends the readers of events, lets requests that are being answered finish within the limit, then
    /// closes every connection. Returns whether all had finished. Later calls wait for the first and return true.
    ///
    /// Not to be called from a handler. A handler that does not return holds it up beyond the limit.
    @discardableResult
    public func stop(within limit: Duration = .seconds(5)) -> Bool {
        let lock = core.lock
        let isMine = lock.withLock {
            guard phase == .running else {
                while phase != .stopped { lock.wait() }
                return false
            }
            phase = .stopping
            core.isStopping = true
            lock.broadcast()
            return true
        }
        guard isMine else { return true }
        let deadline = Deadline(after: limit)
        if let ticker { pthread_join(ticker, nil) }
        // The library's threads may look at the socket a little longer: it is closed when they are gone. Until then
        // nobody is to connect to it and wait.
        let listening = MHD_quiesce_daemon(daemon)
        if listening >= 0 { shutdown(listening, Int32(SHUT_RDWR)) }
        core.endReaders()
        let isDone = lock.withLock {
            while core.activeRequests > 0 {
                if !lock.wait(until: deadline) { return core.activeRequests == 0 }
            }
            return true
        }
        MHD_stop_daemon(daemon)
        if listening >= 0 { Glibc.close(listening) }
        resources.free()
        lock.withLock {
            phase = .stopped
            lock.broadcast()
        }
        return isDone
    }

    /// The thread that sends the heartbeats; nil when there can be none.
    private static func startTicker(_ core: ServerCore) -> pthread_t? {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(core)
        let result = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                vigie_name_thread("web-heartbeat")
                Unmanaged<ServerCore>.fromOpaque(context).takeRetainedValue().tick()
                return nil
            }, context.toOpaque())
        if result == 0 { return thread }
        context.release()
        core.settings.log("no thread for heartbeats (error \(result)): event readers get none")
        return nil
    }

    // MARK: TLS

    private static func free(_ texts: [UnsafeMutablePointer<CChar>]) {
        for text in texts { text.deallocate() }
    }

    private static func readTLS(
        _ files: WebServerSettings.TLSFiles?
    ) throws(WebServerError) -> [UnsafeMutablePointer<CChar>] {
        guard let files else { return [] }
        guard vigie_mhd_has_tls() != 0 else {
            throw WebServerError(
                .tls, "this libmicrohttpd was built without TLS", hint: "use the distribution's, or serve plain HTTP")
        }
        let certificate = try readText(files.certificate, "certificate")
        do throws(WebServerError) {
            return [certificate, try readText(files.key, "private key")]
        } catch {
            certificate.deallocate()
            throw error
        }
    }

    /// A file's bytes and a NUL.
    private static func readText(_ path: String, _ what: String) throws(WebServerError) -> UnsafeMutablePointer<CChar> {
        let most = 1 << 20
        guard let file = fopen(path, "re") else {
            throw WebServerError(
                .tls, "cannot read the \(what) \(path): \(String(cString: strerror(errno)))",
                hint: "give the path of a PEM file that this user may read")
        }
        defer { fclose(file) }
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: most + 1)
        let count = fread(text, 1, most, file)
        text[count] = 0
        return text
    }
}

extension ServerCore {
    /// Heartbeats until the server stops.
    func tick() {
        let span = max(settings.limits.heartbeat, .milliseconds(10))
        while true {
            let isOver = lock.withLock {
                let deadline = Deadline(after: span)
                while !isStopping {
                    if !lock.wait(until: deadline) { return isStopping }
                }
                return true
            }
            if isOver { return }
            pulse()
        }
    }
}
