import Alerting
import Records
import Testing

@Suite("The life of one alert")
struct AlertStateTests {
    static let scripts: [(name: String, script: String)] = [
        (
            "fires when the watermark passes the deadline",
            """
            rule for=3m
            10:00:00 when=1 sev=warning    -> pending
            watermark 10:02:59             -> pending
            watermark 10:03:00             -> pending
            watermark 10:03:00.000001      -> firing: warning, since 10:00:00, starts 10:03:00, #1
            watermark 11:00:00             -> firing
            """
        ),
        (
            "fires with a later row that still holds, at the deadline and not at the row",
            """
            rule for=3m
            10:00:00 when=1 sev=warning    -> pending
            10:01:00 when=1 sev=critical   -> pending
            10:03:30 when=1 sev=critical   -> firing: critical, since 10:00:00, starts 10:03:00, #1
            """
        ),
        (
            "a row at the deadline counts: it holds",
            """
            rule for=10s
            10:00:00 when=1                -> pending
            10:00:10 when=1 sev=critical   -> firing: critical, since 10:00:00, starts 10:00:10, #1
            """
        ),
        (
            "a row at the deadline counts: it does not hold",
            """
            rule for=10s
            10:00:00 when=1                -> pending
            10:00:10 when=0                -> inactive
            watermark 11:00:00             -> inactive
            """
        ),
        (
            "a break starts the clock again",
            """
            rule for=10s
            10:00:00 when=1                -> pending
            10:00:05 when=0                -> inactive
            10:00:06 when=1                -> pending
            10:00:15 when=1                -> pending
            10:00:16 when=1                -> firing: warning, since 10:00:06, starts 10:00:16, #1
            """
        ),
        (
            "the first contrary row after a silent deadline brings both",
            """
            rule for=10s
            10:00:00 when=1                -> pending
            10:00:30 when=0                -> firing: warning, since 10:00:00, starts 10:00:10, #1; \
            resolved: warning, since 10:00:00, starts 10:00:10, ends 10:00:30, #2
            """
        ),
        (
            "without for it fires with the row",
            """
            rule
            10:00:00 when=0                -> inactive
            10:00:01 when=1 sev=info       -> firing: info, since 10:00:01, starts 10:00:01, #1
            10:00:02 when=1 sev=info       -> firing
            10:00:03 when=0                -> resolved: info, since 10:00:01, starts 10:00:01, ends 10:00:03, #2
            10:00:03 when=1                -> firing: warning, since 10:00:03, starts 10:00:03, #3
            """
        ),
        (
            "hysteresis: between when and clear a firing alert stays, a pending one ends",
            """
            rule for=10s
            10:00:00 when=1 clear=0        -> pending
            10:00:05 when=0 clear=0        -> inactive
            10:00:10 when=1 clear=0        -> pending
            10:00:20 when=1 clear=0        -> firing: warning, since 10:00:10, starts 10:00:20, #1
            10:00:30 when=0 clear=0        -> firing
            10:00:40 when=1 clear=0        -> firing
            10:00:50 when=0 clear=1        -> resolved: warning, since 10:00:10, starts 10:00:20, ends 10:00:50, #2
            """
        ),
        (
            "keep: the clear condition has to hold, and anything else starts it again",
            """
            rule keep=1m
            10:00:00 when=1 clear=0        -> firing: warning, since 10:00:00, starts 10:00:00, #1
            10:00:10 when=0 clear=1        -> firing
            10:00:20 when=0 clear=0        -> firing
            watermark 10:01:15             -> firing
            10:01:20 when=0 clear=1        -> firing
            10:02:00 when=1 clear=0        -> firing
            10:02:10 when=0 clear=1        -> firing
            watermark 10:03:10             -> firing
            watermark 10:03:11             -> resolved: warning, since 10:00:00, starts 10:00:00, ends 10:03:10, #2
            """
        ),
        (
            "a new incident after a resolve that only the row brings to light",
            """
            rule keep=1m
            10:00:00 when=1                -> firing: warning, since 10:00:00, starts 10:00:00, #1
            10:00:10 when=0                -> firing
            10:05:00 when=1                -> \
            resolved: warning, since 10:00:00, starts 10:00:00, ends 10:01:10, #2; \
            firing: warning, since 10:05:00, starts 10:05:00, #3
            """
        ),
        (
            "severity: an update of the same incident, only while firing, only by rows for which the condition holds",
            """
            rule for=10s keep=10s
            10:00:00 when=1 sev=warning clear=0  -> pending
            10:00:05 when=1 sev=critical clear=0 -> pending
            10:00:10 when=1 sev=critical clear=0 -> firing: critical, since 10:00:00, starts 10:00:10, #1
            10:00:11 when=1 sev=warning clear=0  -> \
            updated: critical to warning, since 10:00:00, starts 10:00:10, at 10:00:11, #2
            10:00:12 when=0 sev=info clear=0     -> firing
            10:00:13 when=0 sev=critical clear=1 -> firing
            10:00:23 when=0 sev=critical clear=1 -> \
            resolved: warning, since 10:00:00, starts 10:00:10, ends 10:00:23, #3
            """
        ),
        (
            "both when and clear counts as when",
            """
            rule
            10:00:00 when=1 clear=1        -> firing: warning, since 10:00:00, starts 10:00:00, #1
            10:00:01 when=1 clear=1        -> firing
            """
        ),
        (
            "expire: a row is believed for so long",
            """
            rule for=10s expire=30s
            10:00:00 when=1                -> pending
            10:00:10 when=1                -> firing: warning, since 10:00:00, starts 10:00:10, #1
            10:00:30 when=1                -> firing
            watermark 10:01:00             -> firing
            watermark 10:01:00.000001      -> expired: warning, since 10:00:00, starts 10:00:10, ends 10:01:00, #2
            10:02:00 when=1                -> pending
            watermark 10:05:00             -> \
            firing: warning, since 10:02:00, starts 10:02:10, #3; \
            expired: warning, since 10:02:00, starts 10:02:10, ends 10:02:30, #4
            """
        ),
        (
            "expire: what can't be believed long enough never fires; a row at the end of the span is in time",
            """
            rule for=1m expire=20s
            10:00:00 when=1                -> pending
            10:00:20 when=1                -> pending
            10:00:41 when=1                -> pending
            10:01:00 when=1                -> pending
            watermark 10:01:30             -> inactive
            watermark 10:05:00             -> inactive
            """
        ),
        (
            "expire: silence ends an alert sooner than a clear condition that is not held yet",
            """
            rule keep=1m expire=20s
            10:00:00 when=1                -> firing: warning, since 10:00:00, starts 10:00:00, #1
            10:00:10 when=0                -> firing
            10:05:00 when=1                -> \
            expired: warning, since 10:00:00, starts 10:00:00, ends 10:00:30, #2; \
            firing: warning, since 10:05:00, starts 10:05:00, #3
            """
        ),
        (
            "rows out of order are counted and change nothing",
            """
            rule for=10s
            10:00:00 when=1                -> pending
            10:00:05 when=1                -> pending
            10:00:04 when=0                -> pending (1 out of order)
            watermark 10:00:11             -> firing: warning, since 10:00:00, starts 10:00:10, #1 (1 out of order)
            10:00:09 when=0                -> firing (2 out of order)
            10:00:10 when=0                -> \
            resolved: warning, since 10:00:00, starts 10:00:10, ends 10:00:10, #2 (2 out of order)
            10:00:09 when=1                -> inactive (3 out of order)
            """
        ),
    ]

    @Test("scripts in time", arguments: scripts)
    func script(_ example: (name: String, script: String)) throws {
        #expect(try TimeScript.run(example.script) == example.script, "\(example.name)")
    }

    @Test("phases move only as drawn")
    func moves() {
        let drawn: [[AlertPhase?]] = [
            // raised, dropped, held, cleared
            [.pending, nil, nil, nil],  // inactive
            [nil, .inactive, .firing, nil],  // pending
            [nil, nil, nil, .inactive],  // firing
        ]
        for phase in AlertPhase.allCases {
            for event in AlertEvent.allCases {
                #expect(phase.after(event) == drawn[Int(phase.rawValue)][Int(event.rawValue)], "\(phase) \(event)")
            }
        }
    }

    @Test("the next deadline is the least watermark that has an effect")
    func deadlines() {
        let rule = AlertRule(for: 10, keepFiring: 5)
        var state = AlertState(fingerprint: Fingerprint(value: 1))
        #expect(state.nextDeadline(rule) == nil)
        _ = state.observe(when: true, severity: 0, at: at(100), rule: rule)
        #expect(state.nextDeadline(rule) == at(111))
        #expect(state.activeSince == at(100) && state.startsAt == nil)
        #expect(state.advance(to: at(110), rule: rule) == nil)
        #expect(state.advance(to: at(111), rule: rule)?.kind == .firing)
        #expect(state.nextDeadline(rule) == nil)
        #expect(state.startsAt == at(110) && state.lastSeen == at(110))
        _ = state.observe(when: false, severity: 0, at: at(120), rule: rule)
        #expect(state.nextDeadline(rule) == at(126))
        #expect(state.advance(to: at(126), rule: rule)?.endsAt == at(125))
        #expect(state.nextDeadline(rule) == nil)
        #expect(state.activeSince == nil && state.startsAt == nil)
    }

    @Test("the ends of time do not overflow")
    func extremes() {
        let rule = AlertRule(for: .max, keepFiring: .max)
        var state = AlertState(fingerprint: Fingerprint(value: 1))
        #expect(state.advance(to: .distantFuture, rule: rule) == nil)
        #expect(state.observe(when: true, severity: 0, at: .distantPast, rule: rule).isEmpty)
        #expect(state.observe(when: true, severity: 0, at: at(0), rule: rule).first?.kind == .firing)
        #expect(state.observe(when: false, severity: 0, at: at(5), rule: rule).isEmpty)
        #expect(state.advance(to: .distantFuture, rule: rule) == nil)
        #expect(AlertRule(for: -1, keepFiring: -5) == AlertRule())
    }

    @Test("a state is 64 bytes of plain memory")
    func layout() {
        #expect(MemoryLayout<AlertState>.stride == 64)
        #expect(_isPOD(AlertState.self))
    }

    private func at(_ microseconds: Int64) -> EventTime { EventTime(microseconds: microseconds) }
}
