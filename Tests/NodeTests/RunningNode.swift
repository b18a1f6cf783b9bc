import Glibc
import Node
import Settings
import Synchronization
import Telemetry
import Testing
import Topology

/// Log lines of a node, from any thread.
final class CapturedLog: Sendable {
    private let lock = Lock()
    // Sendable by the lock.
    private nonisolated(unsafe) var lines: [String] = []

    var text: String { lock.with { lines.joined() } }

    var log: Log {
        Log(
            level: .info,
            sink: LogSink(output: { line in
                let text = String(decoding: line, as: UTF8.self)
                self.lock.with { self.lines.append(text) }
            }))
    }

    /// A pthread lock: ThreadSanitizer does not understand `Mutex` (STYLE.md 9.3).
    final class Lock: @unchecked Sendable {
        private let raw = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        init() { pthread_mutex_init(raw, nil) }
        deinit {
            pthread_mutex_destroy(raw)
            raw.deallocate()
        }

        func with<R>(_ body: () -> R) -> R {
            pthread_mutex_lock(raw)
            defer { pthread_mutex_unlock(raw) }
            return body()
        }
    }
}

/// A node inside the test, on a thread of its own.
final class RunningNode {
    let node: StreamNode
    let log = CapturedLog()
    private let outcome = Outcome()
    private var thread: pthread_t?

    /// Written by the node's thread before it ends, read after it was joined.
    private final class Outcome: @unchecked Sendable {
        var error: NodeError?
        let hasEnded = Atomic<Bool>(false)
    }

    private final class Start: Sendable {
        let node: StreamNode
        let outcome: Outcome
        init(_ node: StreamNode, _ outcome: Outcome) {
            self.node = node
            self.outcome = outcome
        }
    }

    /// Plans topologies given as text; a mistake in one fails the test.
    static func plans(_ texts: [String]) throws -> [TopologyPlan] {
        let diagnostics = Diagnostics()
        let plans = texts.enumerated().compactMap { Loader.load(text: $1, file: "topology-\($0).yaml", diagnostics) }
        try #require(!diagnostics.hasErrors, "\(diagnostics.rendered())")
        return plans
    }

    init(_ settings: NodeSettings, _ topologies: [String]) throws {
        node = StreamNode(settings, plans: try Self.plans(topologies), log: log.log)
        let start = Unmanaged.passRetained(Start(node, outcome))
        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { raw in
                guard let raw else { return nil }
                let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
                do throws(NodeError) { try start.node.run() } catch { start.outcome.error = error }
                start.outcome.hasEnded.store(true, ordering: .releasing)
                return nil
            }, start.toOpaque())
        try #require(code == 0)
        thread = handle
    }

    deinit { _ = end() }

    var hasEnded: Bool { outcome.hasEnded.load(ordering: .acquiring) }

    /// Stops it and waits; what it gave as its reason for ending, if it had one.
    @discardableResult
    func end() -> NodeError? {
        if let thread {
            node.stop()
            pthread_join(thread, nil)
        }
        thread = nil
        return outcome.error
    }

    /// Waits until it ends by itself.
    func waitForEnd(seconds: Double = 30) -> NodeError? {
        _ = eventually(within: seconds) { hasEnded }
        return end()
    }

    static func settings(_ address: String, _ application: String, node: String = "one") -> NodeSettings {
        var settings = NodeSettings(application: application, node: node, brokers: address)
        settings.httpPort = nil
        settings.properties = ["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"]
        return settings
    }
}
