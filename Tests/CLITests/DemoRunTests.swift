import Arguments
import KafkaClient
import Records
import Settings
import Simulators
import Telemetry
import Testing
import Topology

@testable import CLI

/// Keeps what it is shown, and wants the end once enough records have been read.
private final class KeptOutput: DemoOutput {
    private let enough: Int64
    private(set) var summary: DemoSummary?
    private(set) var isOpen = false
    private(set) var phases: [BoardFigures.Phase] = []

    init(enough: Int64) { self.enough = enough }

    func open() { isOpen = true }
    func alert(_ notice: AlertNotice, family: String) {}

    func show(_ state: BoardState, now: EventTime) -> Bool {
        if phases.last != state.figures.phase { phases.append(state.figures.phase) }
        return state.figures.records >= enough
    }

    func close() { isOpen = false }
    func end(_ summary: DemoSummary) { self.summary = summary }
}

@Suite struct DemoRunTests {
    private func plans() throws -> [TopologyPlan] {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        return try #require(TopologyFiles.load([root + "/Topologies"]))
    }

    private func run(_ settings: DemoRun.Settings, _ output: KeptOutput) throws {
        let demo = DemoRun(
            settings, plans: try plans(), output: output, log: .silent, notes: nil, shouldStop: Locked(false))
        try demo.run()
    }

    @Test func everyEventThatIsProducedIsRead() throws {
        var simulation = SimulationSettings(start: BoardFixtures.noon, rate: 2000)
        simulation.malformedShare = 0.05
        let output = KeptOutput(enough: 2000)
        try run(DemoRun.Settings(simulation: simulation), output)
        let summary = try #require(output.summary)
        #expect(!output.isOpen)
        #expect(summary.pump.counts.failed == 0)
        #expect(summary.pump.counts.delivered == summary.pump.counts.sent)
        #expect(summary.figures.records == summary.pump.counts.sent)
        #expect(summary.figures.deadLettered > 0)
        #expect(output.phases.contains(.running))
        #expect(summary.peakResidentBytes > 1 << 20)
    }

    @Test func aWrongPropertyIsSaid() throws {
        let output = KeptOutput(enough: 1)
        var settings = DemoRun.Settings(simulation: SimulationSettings(start: BoardFixtures.noon))
        settings.kafka = .init(brokers: "127.0.0.1:1", properties: ["no.such.property": "1"])
        #expect {
            try run(settings, output)
        } throws: { error in
            (error as? CommandFailure)?.code == .usage && !output.isOpen && output.summary == nil
        }
    }
}
