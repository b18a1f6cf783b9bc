/// What a client may cost.
public struct WebServerLimits: Hashable, Sendable {
    /// Connections at once; more wait in the system's queue until one ends.
    public var connections: Int
    /// Connections at once that read event streams; more are answered 503.
    public var eventReaders: Int
    /// Bytes of a request's line and header (a connection's memory, which also buffers its body).
    public var headerBytes: Int
    /// Bytes of a request's body; a larger one is answered 413.
    public var bodyBytes: Int
    /// A connection on which nothing moves for so long is closed: whole seconds, at least one. Event readers with
    /// nothing to read are not meant.
    public var idle: Duration
    /// How often event readers get a comment when nothing else comes.
    public var heartbeat: Duration

    /// The defaults suit a node's own pages and probes.
    public init(
        connections: Int = 128, eventReaders: Int = 64, headerBytes: Int = 32 << 10, bodyBytes: Int = 1 << 20,
        idle: Duration = .seconds(30), heartbeat: Duration = .seconds(15)
    ) {
        self.connections = connections
        self.eventReaders = eventReaders
        self.headerBytes = headerBytes
        self.bodyBytes = bodyBytes
        self.idle = idle
        self.heartbeat = heartbeat
    }
}

/// How a server is set up.
public struct WebServerSettings: Sendable {
    /// Where it listens.
    public var address: ListenAddress
    /// What a client may cost.
    public var limits: WebServerLimits
    /// Threads that serve: 1 or 2.
    public var threads: Int
    /// Serve HTTPS with these files.
    public var tls: TLSFiles?
    /// Hears of what the operator should know (a handler that failed, what the library reports), one line each; called
    /// on the server's threads.
    public var log: @Sendable (String) -> Void

    /// PEM files of the server's certificate (with its chain) and its private key.
    public struct TLSFiles: Hashable, Sendable {
        /// Path of the certificate.
        public var certificate: String
        /// Path of the key, which must not have a password.
        public var key: String

        /// Two paths.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// Loopback and plain HTTP unless told otherwise.
    public init(
        address: ListenAddress = ListenAddress(port: 0), limits: WebServerLimits = WebServerLimits(), threads: Int = 1,
        tls: TLSFiles? = nil, log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.address = address
        self.limits = limits
        self.threads = threads
        self.tls = tls
        self.log = log
    }
}
