import Alerting
import Records
import Testing

@Suite("Alerts over many keys")
struct AlertTableTests {
    struct Told: Equatable {
        var id: UInt32
        var transition: AlertTransition
    }

    private func at(_ microseconds: Int64) -> EventTime { EventTime(microseconds: microseconds) }

    @Test("a table does what a state per key does, asked at every watermark", arguments: 0..<100)
    func likeStates(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let rule = AlertRule(
            for: .random(in: 0...30, using: &generator), keepFiring: .random(in: 0...30, using: &generator),
            expire: Bool.random(using: &generator) ? 0 : .random(in: 1...90, using: &generator))
        let keys = UInt32.random(in: 1...90, using: &generator)
        var table = AlertTable(rule: rule)
        var states: [AlertState] = []
        for id in 0..<keys {
            let fingerprint = Fingerprint(value: UInt64(id) * 31)
            table.start(id, fingerprint: fingerprint)
            states.append(AlertState(fingerprint: fingerprint))
        }
        var time: Int64 = 1000
        for _ in 0..<600 {
            time += .random(in: 0...2, using: &generator)
            let id = UInt32.random(in: 0..<keys, using: &generator)
            let when = Int.random(in: 0..<3, using: &generator) > 0
            let clear: Bool? = Bool.random(using: &generator) ? nil : !when && .random(using: &generator)
            let severity = UInt8.random(in: 0...1, using: &generator)
            let rowTime = time - (Int.random(in: 0..<8, using: &generator) == 0 ? 9 : 0)
            let one = table.observe(id, when: when, clear: clear, severity: severity, at: at(rowTime))
            let other = states[Int(id)].observe(
                when: when, clear: clear, severity: severity, at: at(rowTime), rule: rule)
            #expect(one == other, "seed \(seed)")
            if Int.random(in: 0..<4, using: &generator) == 0 {
                expectSameAdvance(&table, &states, to: at(time - .random(in: 0...9, using: &generator)), "seed \(seed)")
            }
            expectSameStates(table, states, "seed \(seed)")
        }
        expectSameAdvance(&table, &states, to: .distantFuture, "seed \(seed)")
        expectSameStates(table, states, "seed \(seed)")
    }

    private func expectSameAdvance(
        _ table: inout AlertTable, _ states: inout [AlertState], to watermark: EventTime, _ comment: Comment
    ) {
        var told: [Told] = []
        let due = table.nextDeadline
        table.advance(to: watermark) { told.append(Told(id: $0, transition: $1)) }
        #expect(told.isEmpty || due.map { $0 <= watermark } ?? false, comment)
        var expected: [Told] = []
        for id in states.indices {
            while let transition = states[id].advance(to: watermark, rule: table.rule) {
                expected.append(Told(id: UInt32(id), transition: transition))
            }
        }
        expected.sort { ($0.transition.at, $0.id) < ($1.transition.at, $1.id) }
        #expect(told == expected, comment)
    }

    private func expectSameStates(_ table: borrowing AlertTable, _ states: [AlertState], _ comment: Comment) {
        let (count, pending, firing, outOfOrder) = (table.count, table.pending, table.firing, table.outOfOrder)
        #expect(count == states.count, comment)
        #expect(pending == states.count { $0.phase == .pending }, comment)
        #expect(firing == states.count { $0.phase == .firing }, comment)
        #expect(outOfOrder == states.reduce(0) { $0 + UInt64($1.outOfOrder) }, comment)
        var active: [UInt32] = []
        table.forEachActive { id, state in
            active.append(id)
            #expect(state == states[Int(id)], comment)
        }
        #expect(active == states.indices.filter { states[$0].phase != .inactive }.map { UInt32($0) }, comment)
    }

    @Test("stored states go on where they were")
    func restore() {
        let rule = AlertRule(for: 10)
        var first = AlertTable(rule: rule)
        for id in UInt32(0)..<200 { first.start(id, fingerprint: Fingerprint(value: UInt64(id))) }
        _ = first.observe(150, when: true, severity: 1, at: at(100))
        _ = first.observe(3, when: true, severity: 1, at: at(95))
        var second = AlertTable(rule: rule)
        for id in (UInt32(0)..<200).reversed() { second.restore(id, first[id]) }
        let (count, pending, next) = (second.count, second.pending, second.nextDeadline)
        #expect(count == 200 && pending == 2 && next == at(106))
        var told: [UInt32] = []
        second.advance(to: at(111)) { id, _ in told.append(id) }
        #expect(told == [3, 150])
        second.start(150, fingerprint: Fingerprint(value: 1))
        let firing = second.firing
        #expect(firing == 1 && second[150].phase == .inactive)
    }

    @Test("flicker does not fill the queue of deadlines")
    func flicker() {
        var table = AlertTable(rule: AlertRule(for: 1_000_000))
        table.start(0, fingerprint: Fingerprint(value: 1))
        for step in Int64(0)..<100_000 {
            _ = table.observe(0, when: step % 2 == 0, severity: 0, at: at(step))
        }
        var told = 0
        // The one entry is of the first spell; the alert, pending since the last even row, has moved on.
        let next = table.nextDeadline
        #expect(next == at(1_000_001))
        _ = table.observe(0, when: true, severity: 0, at: at(100_000))
        table.advance(to: at(1_000_001)) { _, _ in told += 1 }
        let moved = table.nextDeadline
        #expect(told == 0 && moved == at(1_100_001))
        table.advance(to: at(1_100_001)) { _, _ in told += 1 }
        let done = table.nextDeadline
        #expect(told == 1 && done == nil)
    }
}
