import Alerting
import Records
import Testing

/// Random lives of one key, against the laws and against a reference that looks at all rows at once.
@Suite("The life of one alert, at random")
struct AlertStatePropertyTests {
    struct Row {
        var time: Int64
        var when: Bool
        var clear: Bool?
        var severity: UInt8
        var clears: Bool { !when && clear ?? true }
    }

    /// How the watermark follows the rows.
    enum Pace: CaseIterable {
        case never, everyRow, everyMicrosecond, atRandom
    }

    @Test("laws hold, and neither the watermark's pace nor anything but the rows matters", arguments: 0..<600)
    func lives(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let rule = AlertRule(
            for: .random(in: 0...12, using: &generator), keepFiring: .random(in: 0...8, using: &generator),
            expire: Bool.random(using: &generator) ? 0 : .random(in: 1...15, using: &generator))
        let rows = randomRows(&generator)
        let expected = reference(rows, rule)
        for pace in Pace.allCases {
            let actual = play(rows, rule, pace, &generator)
            #expect(actual == expected, "seed \(seed), pace \(pace), \(rule), \(rows)")
        }
        expectLaws(expected, "seed \(seed)")
    }

    private func expectLaws(_ transitions: [AlertTransition], _ comment: Comment) {
        var open: AlertTransition?
        var last: AlertTransition?
        for transition in transitions {
            switch transition.kind {
            case .firing: #expect(open == nil, comment)
            case .updated: #expect(open != nil && transition.severity != transition.previousSeverity, comment)
            case .resolved: #expect(open != nil && transition.severity == last?.severity, comment)
            }
            if let open { #expect(transition.incident == open.incident, comment) }
            if let last {
                #expect(transition.sequence == last.sequence + 1 && transition.at >= last.at, comment)
            } else {
                #expect(transition.sequence == 1, comment)
            }
            #expect(transition.activeSince <= transition.startsAt && transition.startsAt <= transition.at, comment)
            #expect((transition.endsAt != nil) == (transition.kind == .resolved), comment)
            #expect(!transition.isExpired || transition.kind == .resolved, comment)
            open = transition.kind == .resolved ? nil : open ?? transition
            last = transition
        }
    }

    private func randomRows(_ generator: inout SeededGenerator) -> [Row] {
        var time: Int64 = 1000
        // Sticky conditions, so that long spells occur as well as flicker.
        let stickiness = Int.random(in: 0...5, using: &generator)
        var when = false
        return (0..<Int.random(in: 0...40, using: &generator)).map { _ in
            time += .random(in: 0...6, using: &generator)
            if Int.random(in: 0...stickiness, using: &generator) == 0 { when = .random(using: &generator) }
            let isLate = Int.random(in: 0..<10, using: &generator) == 0
            let clear: Bool? = Bool.random(using: &generator) ? nil : .random(using: &generator)
            return Row(
                time: isLate ? time - .random(in: 1...20, using: &generator) : time, when: when, clear: clear,
                severity: .random(in: 0...2, using: &generator))
        }
    }

    /// Rows and watermarks in turn; no watermark passes a row still to come, and the end of time comes last.
    private func play(
        _ rows: [Row], _ rule: AlertRule, _ pace: Pace, _ generator: inout SeededGenerator
    ) -> [AlertTransition] {
        var state = AlertState(fingerprint: Fingerprint(value: 7))
        var out: [AlertTransition] = []
        var newest = Int64.min
        func advance(_ watermark: Int64) {
            while true {
                let due = state.nextDeadline(rule)
                let before = state
                let transition = state.advance(to: EventTime(microseconds: watermark), rule: rule)
                #expect((state != before) == (due.map { $0.microseconds <= watermark } ?? false))
                guard let transition else { return }
                out.append(transition)
            }
        }
        for row in rows {
            if row.time >= newest {
                switch pace {
                case .never: break
                case .everyRow: advance(row.time)
                case .everyMicrosecond: for watermark in max(newest, 900)...row.time { advance(watermark) }
                case .atRandom: advance(.random(in: max(newest, 900)...row.time, using: &generator))
                }
            }
            newest = max(newest, row.time)
            let transitions = state.observe(
                when: row.when, clear: row.clear, severity: row.severity, at: EventTime(microseconds: row.time),
                rule: rule)
            transitions.forEach { out.append($0) }
        }
        advance(.max)
        return out
    }

    /// The same by looking ahead over the rows that are in order.
    private func reference(_ all: [Row], _ rule: AlertRule) -> [AlertTransition] {
        var rows: [Row] = []
        for row in all where row.time >= rows.last?.time ?? .min { rows.append(row) }
        var out: [AlertTransition] = []
        var index = 0
        while index < rows.count {
            guard rows[index].when else {
                index += 1
                continue
            }
            switch spell(rows, from: index, rule.hold, rule.expire, { $0.when }) {
            case .held(let fired): index = incident(rows, since: rows[index].time, fired: fired, rule, &out)
            case .silent(let last): index = last + 1
            case .broken(let by): index = by
            }
        }
        return out
    }

    /// From the firing after row `fired` to the end; returns the row to go on with.
    private func incident(
        _ rows: [Row], since: Int64, fired: Int, _ rule: AlertRule, _ out: inout [AlertTransition]
    ) -> Int {
        var severity = rows[fired].severity
        func emit(_ kind: AlertTransition.Kind, _ at: Int64, from previous: UInt8, isExpired: Bool = false) {
            out.append(
                AlertTransition(
                    kind: kind, severity: severity, previousSeverity: previous, sequence: UInt32(out.count + 1),
                    fingerprint: Fingerprint(value: 7), at: EventTime(microseconds: at),
                    activeSince: EventTime(microseconds: since),
                    startsAt: EventTime(microseconds: since + rule.hold),
                    endsAt: kind == .resolved ? EventTime(microseconds: at) : nil, isExpired: isExpired))
        }
        emit(.firing, since + rule.hold, from: severity)
        var index = fired + 1
        while true {
            let next = index < rows.count ? rows[index].time : .max
            if rule.expire != AlertRule.never, rows[index - 1].time + rule.expire < next {
                emit(.resolved, rows[index - 1].time + rule.expire, from: severity, isExpired: true)
                return index
            }
            if index == rows.count { return index }
            let row = rows[index]
            if row.clears {
                switch spell(rows, from: index, rule.keepFiring, rule.expire, { $0.clears }) {
                case .held(let last):
                    emit(.resolved, row.time + rule.keepFiring, from: severity)
                    return last + 1
                case .silent(let last):
                    emit(.resolved, rows[last].time + rule.expire, from: severity, isExpired: true)
                    return last + 1
                case .broken(let by): index = by
                }
                continue
            }
            if row.when && row.severity != severity {
                let previous = severity
                severity = row.severity
                emit(.updated, row.time, from: previous)
            }
            index += 1
        }
    }

    enum Spell {
        /// It held for the span, as the row with this index showed or the time after it.
        case held(Int)
        /// After this row there was nothing for longer than a row is believed.
        case silent(Int)
        /// This row said otherwise.
        case broken(Int)
    }

    /// What becomes of a condition that holds from row `first` on and has to for `span`.
    private func spell(
        _ rows: [Row], from first: Int, _ span: Int64, _ expire: Int64, _ holds: (Row) -> Bool
    ) -> Spell {
        let due = rows[first].time + span
        var index = first
        while index < rows.count {
            if !holds(rows[index]) { return .broken(index) }
            if rows[index].time == due { return .held(index) }
            let next = index + 1 < rows.count ? rows[index + 1].time : .max
            let believedTo = EventTime(microseconds: rows[index].time).advanced(by: expire).microseconds
            if due < next && due <= believedTo { return .held(index) }
            if believedTo < next { return .silent(index) }
            index += 1
        }
        return .broken(rows.count)
    }
}
