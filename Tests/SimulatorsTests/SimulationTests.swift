import Foundation
import Records
import Simulators
import Testing

@Suite struct SimulationTests {
    @Test func sameSeedSameBytes() throws {
        let settings = SimulationSettings(seed: 42, start: morning, duration: .seconds(20), rate: 500)
        let once = try capture(settings)
        #expect(once.count == 10_000)
        #expect(try capture(settings) == once)
        #expect(try capture(settings, limit: 7) == once, "the size of the batches must not matter")
        var other = settings
        other.seed = 43
        #expect(try capture(other) != once)
    }

    /// A fingerprint of the bytes, so that a change of them is never by accident, nor by another machine's libm.
    @Test func bytesAreTheSameEverywhere() throws {
        let events = try capture(SimulationSettings(seed: 1, start: morning, duration: .seconds(30)))
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for event in events {
            for byte in Array(event.key.utf8) + Array(event.value ?? Data()) {
                hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
            }
        }
        #expect(hash == fingerprint, "the bytes have changed: if that was meant, put \(hash) here")
    }

    @Test func dueOrderAndPaging() throws {
        let settings = SimulationSettings(seed: 3, start: morning, duration: .seconds(10), rate: 2000)
        let events = try capture(settings)
        for (a, b) in zip(events, events.dropFirst()) { #expect(a.dueTime <= b.dueTime) }
        for event in events { #expect(event.eventTime <= event.dueTime) }
        // Taken in steps of simulated time, it is the same.
        let simulation = try Simulation(settings)
        var batch = SimulatedBatch()
        var count = 0
        var now = morning
        while let due = simulation.nextDue {
            now = max(now.plus(0.25), due)
            while simulation.produce(until: now, into: &batch, limit: 100) { count += batch.count }
            #expect(batch.records.allSatisfy { $0.dueTime < now })
            count += batch.count
        }
        #expect(count == events.count)
    }

    @Test(arguments: [20.0, 162, 500, 5000, 50_000])
    func rates(rate: Double) throws {
        let seconds = rate > 1000 ? 1.0 : 20
        var settings = SimulationSettings(seed: 5, start: morning, duration: .seconds(seconds), rate: rate)
        settings.shares = .init(portSensors: 3, roadTraffic: 1, videoMetadata: 1)
        let events = try capture(settings)
        #expect(abs(Double(events.count) - rate * seconds) <= 3)
        for (family, share) in [(SimulatedFamily.portSensors, 0.6), (.roadTraffic, 0.2), (.videoMetadata, 0.2)] {
            let count = events.count { $0.family == family }
            #expect(abs(Double(count) - rate * seconds * share) <= 2)
        }
        // Those with incidents keep their pace.
        if rate >= 162 {
            let tank = events.count { $0.key == "T-07" }
            #expect(abs(Double(tank) - 3 * seconds) <= 3)
            let camera = events.count { $0.key == "cam-quai-03" }
            #expect(abs(Double(camera) - 2 * seconds) <= 2)
        }
    }

    @Test func naturalPace() throws {
        let events = try capture(SimulationSettings(start: morning, duration: .seconds(10)))
        #expect(events.count == 1620)
        #expect(Set(events.filter { $0.family == .portSensors }.map(\.key)).count == 41)
        #expect(Set(events.filter { $0.family == .roadTraffic }.map(\.key)).count == 60)
        #expect(Set(events.filter { $0.family == .videoMetadata }.map(\.key)).count == 12)
        var only = SimulationSettings(start: morning, duration: .seconds(10))
        only.shares = .init(portSensors: 0, roadTraffic: 1, videoMetadata: 0)
        #expect(try capture(only).count == 120)
        #expect(try Simulation(only).incidents(until: .distantFuture).allSatisfy { $0.family == .roadTraffic })
    }

    @Test func sharesOfTheDisorderly() throws {
        var settings = SimulationSettings(seed: 11, start: morning, duration: .seconds(25), rate: 1000)
        settings.disorderShare = 0.2
        settings.lateShare = 0.01
        settings.malformedShare = 0.02
        let events = try capture(settings)
        let count = Double(events.count)
        let late = events.filter(\.isLate)
        #expect(abs(Double(late.count) / count - 0.01) < 0.003)
        for event in late { #expect((20...30.001).contains(event.dueTime.seconds(since: event.eventTime))) }
        let ordinary = events.filter { !$0.isLate }
        for event in ordinary { #expect(event.dueTime.seconds(since: event.eventTime) <= 2.001) }
        let delayed = ordinary.count { $0.dueTime.seconds(since: $0.eventTime) > 0.001 }
        #expect(abs(Double(delayed) / count - 0.2) < 0.01)
        let spoilt = events.filter { $0.fault != .none }
        #expect(abs(Double(spoilt.count) / count - 0.02) < 0.004)
        for fault in SimulatedFault.allCases where fault != .none {
            #expect(spoilt.count { $0.fault == fault } > spoilt.count / 16, "\(fault)")
        }

        settings.disorderShare = 0
        settings.lateShare = 0
        settings.malformedShare = 0
        let clean = try capture(settings)
        #expect(clean.allSatisfy { $0.fault == .none && !$0.isLate })
        for (a, b) in zip(clean, clean.dropFirst()) { #expect(a.eventTime <= b.eventTime) }
    }

    @Test func settingsOutOfRange() {
        let changes: [(String, (inout SimulationSettings) -> Void)] = [
            ("rate", { $0.rate = 0 }), ("rate", { $0.rate = .nan }), ("rate", { $0.rate = 1e9 }),
            ("duration", { $0.duration = .zero }), ("late share", { $0.lateShare = 1.5 }),
            ("malformed share", { $0.malformedShare = -0.1 }), ("disorder share", { $0.disorderShare = 2 }),
            ("disorder", { $0.disorder = .seconds(-1) }),
            (
                "together",
                {
                    $0.disorderShare = 0.6
                    $0.lateShare = 0.6
                }
            ),
            ("late by", { $0.lateBy = .seconds(100_000) }), ("share", { $0.shares.roadTraffic = -1 }),
            ("family", { $0.shares = .init(portSensors: 0, roadTraffic: 0, videoMetadata: 0) }),
            ("start", { $0.start = .distantPast }), ("start", { $0.start = .distantFuture }),
        ]
        for (word, change) in changes {
            var settings = SimulationSettings(start: morning)
            change(&settings)
            let error = #expect(throws: SimulationError.self) { try Simulation(settings) }
            #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
        }
    }
}

private let fingerprint: UInt64 = 16_490_700_027_435_538_484
