import Arguments
import Console
import Glibc
import KafkaClient
import Node
import Records
import Runtime
import Simulators
import Telemetry
import Topology

/// One demo from start to end. Everything is started, watched and stopped here, on the main thread:
///
///     broker → node and reader have their partitions → generator → … → generator ends → node drains → reader ends
final class DemoRun {
    struct Settings: Sendable {
        /// Nil for the embedded broker.
        var kafka: ClientSettings?
        var simulation: SimulationSettings
        var workers = 1
        var httpPort: Int? = 0
        var duration: Duration?
        var words = BoardWords.english
    }

    private let settings: Settings
    private let plans: [TopologyPlan]
    private let output: any DemoOutput
    private let log: Log
    private let notes: NoteKeeper?
    private let shouldStop: Locked<Bool>

    private var state = BoardState()
    private var meter = FigureMeter()
    private var summary = DemoSummary()
    private var ledger = IncidentLedger([])
    private let pumpStatus = Locked(PumpStatus())
    private let nodeFailure = Locked<NodeError?>(nil)
    private var startedAt: Int64?
    private var shownAt: Int64 = 0

    init(
        _ settings: Settings, plans: [TopologyPlan], output: any DemoOutput, log: Log, notes: NoteKeeper?,
        shouldStop: Locked<Bool>
    ) {
        self.settings = settings
        self.plans = plans
        self.output = output
        self.log = log
        self.notes = notes
        self.shouldStop = shouldStop
    }

    /// Runs until the time is up or somebody wants it to end. The summary has been shown when it returns.
    func run() throws(CommandFailure) {
        let broker = try openBroker()
        state.figures.broker =
            broker.embedded == nil ? broker.settings.brokers : "\(broker.settings.brokers) (embedded)"
        state.figures.topologies = plans.count
        summary.isEmbedded = broker.embedded != nil
        let application = Self.uniqueName()
        let reader = try makeReader(broker, application)
        let node = makeNode(broker, application)
        output.open()
        defer { output.close() }
        let nodeFailure = nodeFailure
        let nodeThread = BackgroundThread(name: "vigie-node") {
            do throws(NodeError) { try node.run() } catch { nodeFailure.value = error }
        }
        // Whatever happens, the node's thread is not left behind.
        defer {
            node.stop()
            nodeThread.join()
        }
        try waitUntilReady(broker, reader, node, nodeThread)
        if !shouldStop.value, nodeThread.isRunning { flow(broker, reader, node, nodeThread) }
        finish(reader, node, nodeThread)
        output.close()
        withExtendedLifetime(broker) {}
        try reportFailure()
        // Before anything has flowed there is nothing to sum up.
        if startedAt != nil { output.end(summary) }
    }

    // MARK: Making the parts

    private var sources: Set<String> { Set(plans.flatMap { $0.sources.map(\.topic) }) }
    private var alertTopics: Set<String> {
        Set(
            plans.flatMap { plan in
                plan.sinks.filter { if case .alerts = $0.content { true } else { false } }.map(\.topic)
            })
    }

    private func openBroker() throws(CommandFailure) -> DemoBroker {
        let simulated = SimulatedFamily.allCases.filter { settings.simulation.shares[$0] > 0 }.map(\.topic)
        let sinks = plans.flatMap { $0.sinks.map(\.topic) }
        let topics = sources.union(simulated).union(sinks).sorted()
        guard !alertTopics.isEmpty else {
            throw CommandFailure(
                .configuration, "the topologies have no sink for alerts",
                hint: "add one: sinks: { alerts: { from: ALERT-STEP, topic: my.alerts } }")
        }
        guard let kafka = settings.kafka else { return try .embedded(topics, log) }
        return try .connect(kafka, topics)
    }

    /// No two runs share a group: offsets of one don't matter to the next.
    private static func uniqueName() -> String {
        "vigie-demo-" + String(SystemClock.wallMicroseconds() / 1000, radix: 36) + "-\(getpid())"
    }

    private func makeReader(_ broker: DemoBroker, _ application: String) throws(CommandFailure) -> AlertReader {
        do throws(KafkaError) {
            return try AlertReader(
                broker.settings, group: application + "-board", topics: alertTopics.sorted(),
                expectedPartitions: broker.count(of: alertTopics), log: log)
        } catch {
            throw CommandFailure(.configuration, error.description, hint: error.hint)
        }
    }

    private func makeNode(_ broker: DemoBroker, _ application: String) -> StreamNode {
        var node = NodeSettings(application: application, node: "demo", brokers: broker.settings.brokers)
        node.properties = broker.settings.properties
        node.workers = settings.workers
        node.httpPort = settings.httpPort
        node.startsAtEnd = true
        // The embedded broker forgets the oldest records; a demo goes on then.
        node.outOfRange = broker.embedded == nil ? .fail : .earliest
        node.deadLetterTopic = "vigie-demo.dead-letters"
        node.fetchBytes = 64 << 20
        if let embedded = broker.embedded {
            node.makeTopic = { name, partitions in try embedded.createTopic(name, partitions: partitions) }
        }
        return StreamNode(node, plans: plans, log: log)
    }

    // MARK: Running

    /// Until every partition is read: events before that would be missed.
    private func waitUntilReady(
        _ broker: DemoBroker, _ reader: AlertReader, _ node: StreamNode, _ thread: BackgroundThread
    ) throws(CommandFailure) {
        let expected = broker.count(of: sources)
        let end = steadyMicroseconds() + 40_000_000
        while !shouldStop.value, thread.isRunning {
            take(reader.poll(milliseconds: 20))
            show(node)
            let workers = node.board.all
            let held = Set(workers.flatMap { $0.tasks.map(\.partition) }).count
            // A worker that joins later would take partitions over, and read records again to rebuild their windows.
            let busy = workers.count { !$0.tasks.isEmpty }
            if reader.isReady, held >= expected, busy >= min(settings.workers, expected) { return }
            if steadyMicroseconds() > end {
                throw CommandFailure(
                    .unavailable, "the node got \(held) of \(expected) partitions within 40 s",
                    hint: "look at the broker's group, and run again with --log-level info 2> demo.log")
            }
        }
    }

    private func flow(_ broker: DemoBroker, _ reader: AlertReader, _ node: StreamNode, _ nodeThread: BackgroundThread) {
        var simulation = settings.simulation
        simulation.start = EventTime(microseconds: SystemClock.wallMicroseconds())
        plantedIncidents(simulation)
        let endsPump = Locked(false)
        let pump = startPump(simulation, broker, node, endsPump)
        let start = steadyMicroseconds()
        startedAt = start
        let end = settings.duration.map { start &+ $0.wholeMicroseconds } ?? .max
        while !shouldStop.value, nodeThread.isRunning, pump.isRunning, steadyMicroseconds() < end {
            take(reader.poll(milliseconds: 50))
            show(node)
        }
        summary.elapsedMicroseconds = steadyMicroseconds() - start
        endsPump.value = true
        state.figures.phase = .stopping
        pump.join()
        summary.pump = pumpStatus.value
    }

    /// What will happen, for comparison: a simulation of its own, since the generator's is confined to its thread.
    private func plantedIncidents(_ simulation: SimulationSettings) {
        guard let truth = try? Simulation(simulation) else { return }
        let horizon = settings.duration?.wholeMicroseconds ?? 86_400_000_000
        let read = sources
        ledger = IncidentLedger(
            truth.incidents(until: simulation.start.advanced(by: horizon)).filter { read.contains($0.family.topic) })
    }

    private func startPump(
        _ simulation: SimulationSettings, _ broker: DemoBroker, _ node: StreamNode, _ ends: Locked<Bool>
    ) -> BackgroundThread {
        let status = pumpStatus, log = log, client = broker.settings, board = node.board
        let isEmbedded = broker.embedded != nil
        return BackgroundThread(name: "vigie-sim") {
            let pump = EventPump(
                simulation: simulation, shouldStop: { ends.value },
                // The embedded broker keeps a few seconds only: what the node has not read by then would be lost.
                shouldHold: { isEmbedded && board.all.flatMap(\.tasks).compactMap(\.lag).reduce(0, +) > 60_000 },
                report: { status.value = $0 })
            do {
                try pump.run(into: KafkaEventTarget(client, log: log.forClients))
            } catch {
                status.update { $0.counts.firstFailure = "\(error)" }
            }
        }
    }

    /// Lets the node work off what has been produced, stops it, and reads the last alerts.
    private func finish(_ reader: AlertReader, _ node: StreamNode, _ thread: BackgroundThread) {
        let patience = steadyMicroseconds() + 3_000_000
        while thread.isRunning, steadyMicroseconds() < patience, state.figures.records < summary.pump.counts.delivered {
            take(reader.poll(milliseconds: 50))
            show(node)
        }
        node.stop()
        while thread.isRunning {
            take(reader.poll(milliseconds: 50))
            show(node)
        }
        thread.join()
        for _ in 0..<3 { take(reader.poll(milliseconds: 100)) }
        reader.close()
        refresh(node)
        summary.figures = state.figures
        summary.tally = state.tally
        summary.verdicts = ledger.verdicts(at: EventTime(microseconds: SystemClock.wallMicroseconds()))
        summary.unexpected = ledger.unexpected
        summary.peakResidentBytes = ProcessUsage.peakResidentBytes
        summary.cpuMicroseconds = ProcessUsage.cpuMicroseconds
    }

    private func reportFailure() throws(CommandFailure) {
        if let error = nodeFailure.value {
            for line in notes?.lines ?? [] { Output.error(line) }
            let code: ExitCode =
                switch error.kind {
                case .configuration: .configuration
                case .unavailable: .unavailable
                case .runtime: .internal
                }
            throw CommandFailure(code, error.problems.joined(separator: "\n"))
        }
        if let reason = summary.pump.counts.firstFailure, summary.pump.counts.sent == 0 {
            throw CommandFailure(.unavailable, "no event could be sent: \(reason)")
        }
    }

    // MARK: Watching

    private func take(_ notices: [AlertNotice]) {
        for notice in notices {
            let family = family(of: notice.topology)
            state.take(notice, family: family)
            ledger.take(notice)
            summary.latencies.append(notice.seenAt.microseconds - notice.detectedAt.microseconds)
            output.alert(notice, family: family)
        }
    }

    /// What a topology is about, by the topic it reads; its own name when that is none of the simulated ones.
    private func family(of topology: String) -> String {
        let topics = plans.first { $0.name == topology }?.sources.map(\.topic) ?? []
        let family = SimulatedFamily.allCases.first { topics.contains($0.topic) }
        return family.flatMap { settings.words.families[$0] } ?? topology
    }

    private func show(_ node: StreamNode) {
        let now = steadyMicroseconds()
        if now - shownAt < 220_000 { return }
        shownAt = now
        refresh(node)
        if output.show(state, now: EventTime(microseconds: SystemClock.wallMicroseconds())) { shouldStop.value = true }
    }

    private func refresh(_ node: StreamNode) {
        let now = EventTime(microseconds: SystemClock.wallMicroseconds())
        meter.read(node.board.all, now: now, steady: steadyMicroseconds(), into: &state.figures)
        if state.figures.phase != .stopping {
            state.figures.phase =
                switch node.currentPhase {
                case .starting: .starting
                case .waiting: .waiting
                case .running: startedAt == nil ? .starting : .running
                case .draining: .stopping
                case .ended: .ended
                case .failed: .failed
                }
        }
        if let startedAt, state.figures.phase != .stopping {
            state.figures.elapsedMicroseconds = steadyMicroseconds() - startedAt
        }
        state.figures.produced = pumpStatus.value.counts.sent
        state.figures.note = notes?.note
        state.figures.pages = node.url
    }

    private func steadyMicroseconds() -> Int64 { SystemClock.steadyNanoseconds() / 1000 }
}
