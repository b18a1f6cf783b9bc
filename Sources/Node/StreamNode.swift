public import Console
import Glibc
import KafkaClient
import Records
public import Runtime
public import Telemetry
public import Topology

/// A node: topics checked, workers started, pages served, everything ended in order. Usable in-process.
///
///     waiting for a broker → running → draining → ended
public final class StreamNode: Sendable {
    public let settings: NodeSettings
    public let board = StatusBoard()
    private let plans: [TopologyPlan]
    private let log: Log
    private let phase = LockedValue(NodePhase.starting)
    private let stopFlag = LockedValue(false)
    private let address = LockedValue<String?>(nil)

    public init(_ settings: NodeSettings, plans: [TopologyPlan], log: Log) {
        self.settings = settings
        self.plans = plans
        self.log = log.with(["node": settings.node])
    }

    /// Where the pages are, once they are served.
    public var url: String? { address.value }
    public var currentPhase: NodePhase { phase.value }

    /// Lets `run` finish: what has been read is processed, sent and committed, the group is left. From any thread.
    public func stop() { stopFlag.value = true }

    /// Runs until `stop`, on the caller's thread. Throws when the node can't start or had to give up; everything has
    /// ended in order by then.
    public func run() throws(NodeError) {
        let console = try startConsole()
        defer { console?.stop() }
        prepareStateDirectory()
        if let warning = ProtocolSupport.warning {
            log.with(["what": warning]).warning("librdkafka is not fit for a cluster")
        }
        let setup = TopicSetup(settings: settings, plans: plans, log: log) { self.stopFlag.value }
        phase.value = .waiting
        do throws(NodeError) {
            guard try setup.run() else { return phase.value = .ended }
        } catch {
            phase.value = .failed
            throw error
        }
        let threads = startWorkers()
        phase.value = .running
        log.info(
            "node started",
            [
                "application": settings.application, "brokers": settings.brokers, "workers": settings.workers,
                "topologies": plans.map(\.name).joined(separator: " "), "librdkafka": ProtocolSupport.version,
                "protocol": ProtocolSupport.assignmentStrategy,
            ])
        while !stopFlag.value, threads.allSatisfy(\.isRunning) { usleep(20_000) }
        phase.value = .draining
        log.info("node stops", ["reason": stopFlag.value ? "asked to" : "a worker gave up"])
        for thread in threads { thread.stop() }
        for thread in threads { thread.join() }
        let failures = threads.compactMap(\.reason)
        phase.value = failures.isEmpty ? .ended : .failed
        log.info("node ended")
        if !failures.isEmpty { throw NodeError(.runtime, failures) }
    }

    private func startWorkers() -> [WorkerThread] {
        let topics = Set(plans.flatMap { $0.sources.map(\.topic) }).sorted()
        return (0..<settings.workers).map { index in
            let thread = WorkerThread(name: "vigie-worker-\(index)")
            let settings = settings, plans = plans, log = log.with(["worker": index]), board = board
            thread.start { Self.makeWorker(index, settings, plans, topics, log, board) }
            return thread
        }
    }

    private static func makeWorker(
        _ index: Int, _ settings: NodeSettings, _ plans: [TopologyPlan], _ topics: [String], _ log: Log,
        _ board: StatusBoard
    ) -> Result<Worker, NodeError> {
        var client = settings.client
        client.clientID += "-\(index)"
        // Room for fetched records is one budget for the node, not one per partition (librdkafka's default is 64 MB
        // each).
        if client.properties["queued.max.messages.kbytes"] == nil {
            client.properties["queued.max.messages.kbytes"] = String(
                max(4096, settings.fetchBytes / 1024 / max(settings.workers, 1)))
        }
        do throws(KafkaError) {
            let consumer = try Consumer(
                client.only(.consumer), group: settings.application,
                startPolicy: settings.startsAtEnd ? .latest : .earliest,
                log: { clientLog(log, $0, $1, $2) })
            let producer = try Producer(
                client.only(.producer), lingerMilliseconds: settings.lingerMilliseconds,
                log: { clientLog(log, $0, $1, $2) })
            var worker = WorkerSettings(deadLetterTopic: settings.deadLetters)
            worker.index = index
            worker.commitIntervalMicroseconds = Int64(settings.commitIntervalMilliseconds) * 1000
            let made = Worker(
                settings: worker, plans: plans, source: KafkaSource(consumer, outOfRange: settings.outOfRange),
                sink: KafkaSink(producer), clock: MachineClock(), log: log, board: board)
            try consumer.subscribe(topics)
            return .success(made)
        } catch {
            return .failure(NodeError(.configuration, error.description))
        }
    }

    // MARK: Around it

    private func startConsole() throws(NodeError) -> ConsoleServer? {
        guard let port = settings.httpPort else { return nil }
        let board = board, phase = phase
        do {
            let console = try ConsoleServer(
                host: settings.httpAddress, port: port,
                node: NodeDescription(
                    application: settings.application, node: settings.node, topologies: plans.map(\.name)),
                board: board, phase: { phase.value }, log: log)
            address.value = console.url
            log.info("pages are served", ["url": console.url])
            return console
        } catch {
            throw NodeError(
                .unavailable,
                "\(error)\n  hint: --http-port and --http-address name another place for the pages, --no-http serves none"
            )
        }
    }

    /// Where snapshots will stand. A node works without it, and says so.
    private func prepareStateDirectory() {
        guard let path = settings.stateDirectory else { return }
        let directory = StateDirectory(path: path)
        if let problem = directory.prepare(node: settings.node) {
            log.warning("the state directory can't be used, going on without it", ["path": path, "reason": problem])
        }
    }
}
