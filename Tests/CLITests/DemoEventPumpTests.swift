import Records
import Simulators
import Testing

@testable import CLI

/// Keeps what it is sent.
private final class KeptEvents: EventTarget {
    private(set) var counts = EventCounts()
    private(set) var lines: [String] = []

    func send(_ batch: borrowing SimulatedBatch, shouldStop: () -> Bool) {
        for index in 0..<batch.count {
            lines.append(
                String(decoding: batch.key(index), as: UTF8.self) + " "
                    + (batch.value(index).map { String(decoding: $0, as: UTF8.self) } ?? "null"))
            counts.sent += 1
        }
        counts.delivered = counts.sent
    }

    func finish(timeout: Duration) {}
}

@Suite struct DemoEventPumpTests {
    private func run(seed: UInt64, speed: Double, seconds: Int64) throws -> (lines: [String], last: PumpStatus) {
        let target = KeptEvents()
        let last = Locked(PumpStatus())
        let settings = SimulationSettings(seed: seed, start: BoardFixtures.noon, duration: .seconds(seconds), rate: 500)
        let pump = EventPump(simulation: settings, speed: speed, shouldStop: { false }, report: { last.value = $0 })
        try pump.run(into: target)
        return (target.lines, last.value)
    }

    @Test func theSameSeedGivesTheSameEventsAtAnySpeed() throws {
        let fast = try run(seed: 7, speed: 0, seconds: 20)
        let slow = try run(seed: 7, speed: 100, seconds: 20)
        let other = try run(seed: 8, speed: 0, seconds: 20)
        #expect(fast.lines == slow.lines)
        #expect(fast.lines != other.lines)
        // Every event of the 20 seconds but those held back beyond them: 10 % by up to 2 s, 0.2 % by 20 s and more.
        #expect((9_800...10_004).contains(fast.lines.count))
        #expect(fast.last.hasEnded)
        #expect(fast.last.counts.sent == Int64(fast.lines.count))
    }

    @Test func stopsAndHoldsWhenTold() throws {
        let target = KeptEvents()
        let turns = Locked(0)
        let last = Locked(PumpStatus())
        let settings = SimulationSettings(start: BoardFixtures.noon, rate: 500)
        let pump = EventPump(
            simulation: settings, speed: 0,
            shouldStop: {
                turns.update { $0 += 1 }
                return turns.value > 20
            }, shouldHold: { turns.value > 10 }, report: { last.value = $0 })
        try pump.run(into: target)
        #expect(target.lines.count == 10 * 1024)
        #expect(last.value.heldMicroseconds > 0)
    }
}
