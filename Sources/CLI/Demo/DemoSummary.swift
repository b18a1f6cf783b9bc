import Codecs
import Glibc
import Records
import Simulators

/// What a demo came to.
struct DemoSummary: Sendable {
    var elapsedMicroseconds: Int64 = 0
    var pump = PumpStatus()
    var figures = BoardFigures()
    var tally = AlertTally()
    var verdicts: [(incident: SimulatedIncident, verdict: IncidentLedger.Verdict)] = []
    var unexpected: [AlertNotice] = []
    /// From a transition's detection until it was read back from its topic, in microseconds.
    var latencies: [Int64] = []
    var peakResidentBytes: Int64 = 0
    var cpuMicroseconds: Int64 = 0

    /// Nearest-rank percentile of the latencies; nil without any.
    func latency(percentile: Int) -> Int64? {
        if latencies.isEmpty { return nil }
        let sorted = latencies.sorted()
        return sorted[min(sorted.count - 1, max(0, (sorted.count * percentile + 99) / 100 - 1))]
    }

    var recordsPerSecond: Double {
        elapsedMicroseconds > 0 ? Double(figures.records) * 1e6 / Double(elapsedMicroseconds) : 0
    }
}

// MARK: Text

extension DemoSummary {
    private var words: BoardWords { .english }

    /// Several lines for people, none wider than `width` where it can be helped.
    func text(width: Int) -> String {
        var rows: [(name: String, text: String)] = [("events", events)]
        if pump.heldMicroseconds > 500_000 || pump.worstBehindMicroseconds > 1_000_000 {
            rows.append(("", "the generator waited \(words.seconds(pump.heldMicroseconds)) for the readers and was up to \(words.seconds(pump.worstBehindMicroseconds)) behind: this machine can't do more"))
        }
        rows.append(("not used", "\(words.number(figures.late)) late, \(words.number(figures.deadLettered)) dead letters" + reasons))
        rows += alertRows + incidentRows
        if let median = latency(percentile: 50), let high = latency(percentile: 99) {
            rows.append(("latency", "\(Self.milliseconds(median)) (p50), \(Self.milliseconds(high)) (p99) from detection until read from the alert topic"))
        }
        rows.append(("machine", "\(words.number(peakResidentBytes / 1_048_576)) MiB of memory at most, \(words.seconds(cpuMicroseconds)) of CPU for broker, generator and node"))
        return "\nSummary of \(words.seconds(elapsedMicroseconds))\n"
            + rows.map { Self.wrapped($0.name, $0.text, width) }.joined(separator: "\n")
    }

    /// A row with its name in front, broken between words, the rest indented.
    static func wrapped(_ name: String, _ text: String, _ width: Int) -> String {
        let indent = 14
        var lines = ["  " + TextWidth.fit(name, indent - 2)]
        var used = indent
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let columns = TextWidth.columns(word)
            if used > indent, used + 1 + columns > width {
                lines.append(String(repeating: " ", count: indent))
                used = indent
            }
            let blank = used > indent ? 1 : 0
            lines[lines.count - 1] += (blank > 0 ? " " : "") + word
            used += blank + columns
        }
        return lines.joined(separator: "\n")
    }

    private var events: String {
        let counts = pump.counts
        let failed = counts.failed > 0 ? ", \(words.number(counts.failed)) not delivered (\(counts.firstFailure ?? "no reason given"))" : ""
        return "\(words.number(counts.sent)) produced, \(words.number(figures.records)) read, \(words.number(Int64(recordsPerSecond.rounded()))) a second" + failed
    }

    private var reasons: String {
        let list = figures.deadLetters.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return list.isEmpty ? "" : ": " + list.map { "\($0.key) \(words.number($0.value))" }.joined(separator: ", ")
    }

    private var alertRows: [(name: String, text: String)] {
        if tally.raised == 0 { return [("alerts", "none")] }
        return tally.raisedByFamily.enumerated().map { index, entry in
            var parts: [String] = []
            for transition in AlertNotice.Transition.allCases {
                let rows = tally.counts.filter { $0.key.family == entry.name && $0.key.transition == transition }
                    .sorted { BoardState.rank($0.key.severity) < BoardState.rank($1.key.severity) }
                if rows.isEmpty { continue }
                parts.append("\(transition.rawValue) " + rows.map { "\($0.value) \($0.key.severity)" }.joined(separator: ", "))
            }
            return (index == 0 ? "alerts" : "", "\(TextWidth.fit(entry.name, 8)) " + parts.joined(separator: "; "))
        }
    }

    private var incidentRows: [(name: String, text: String)] {
        var rows: [(name: String, text: String)] = []
        for (incident, verdict) in verdicts where verdict != .undecided {
            let what = "\(TextWidth.fit(incident.kind.rawValue, 12)) \(TextWidth.fit(incident.asset, 12))"
            let said: String =
                switch verdict {
                case .detected(let delay): "alert after \(words.seconds(delay))"
                case .passedOver(nil): "one wild sample, no alert: right"
                case .passedOver(let delay?): "one wild sample, no alert: right; model: \(words.seconds(delay))"
                case .missed: "MISSED"
                case .falseAlarm: "FALSE ALARM: one wild sample set off the rule"
                case .undecided: ""
                }
            rows.append((rows.isEmpty ? "planted" : "", "\(what) \(said)"))
        }
        let open = verdicts.filter { $0.verdict == .undecided }.count
        if open > 0 { rows.append((rows.isEmpty ? "planted" : "", "\(open) that began too late in this run to tell")) }
        for notice in unexpected.prefix(10) {
            rows.append(("unexpected", "\(notice.name) \(TextWidth.harmless(notice.subject)) at \(notice.startsAt)"))
        }
        return rows
    }

    private static func milliseconds(_ microseconds: Int64) -> String {
        let tenths = (max(0, microseconds) + 50) / 100
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}

// MARK: JSON

extension DemoSummary {
    /// The same for scripts.
    var json: JSONNode {
        .object([
            ("kind", .string("summary")),
            ("seconds", .number(Double(elapsedMicroseconds) / 1e6)),
            ("produced", .number(pump.counts.sent)), ("delivered", .number(pump.counts.delivered)),
            ("undelivered", .number(pump.counts.failed)), ("producedBytes", .number(pump.counts.bytes)),
            ("heldSeconds", .number(Double(pump.heldMicroseconds) / 1e6)),
            ("behindSeconds", .number(Double(pump.worstBehindMicroseconds) / 1e6)),
            ("read", .number(figures.records)), ("recordsPerSecond", .number(recordsPerSecond.rounded())),
            ("late", .number(figures.late)),
            ("deadLetters", .object(figures.deadLetters.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
            ("alerts", .array(alertNodes)), ("incidents", .array(incidentNodes)),
            ("unexpectedAlerts", .number(Int64(unexpected.count))),
            ("latencyMilliseconds", .object([("p50", Self.node(latency(percentile: 50))), ("p99", Self.node(latency(percentile: 99)))])),
            ("peakResidentBytes", .number(peakResidentBytes)),
            ("cpuSeconds", .number(Double(cpuMicroseconds) / 1e6)),
        ])
    }

    private static func node(_ microseconds: Int64?) -> JSONNode {
        microseconds.map { .number(Double($0) / 1000) } ?? .null
    }

    private var alertNodes: [JSONNode] {
        let order = tally.counts.sorted {
            ($0.key.family, BoardState.rank($0.key.severity), $0.key.transition.rawValue)
                < ($1.key.family, BoardState.rank($1.key.severity), $1.key.transition.rawValue)
        }
        return order.map { key, count in
            .object([
                ("family", .string(key.family)), ("severity", .string(key.severity)),
                ("transition", .string(key.transition.rawValue)), ("count", .number(Int64(count))),
            ])
        }
    }

    private var incidentNodes: [JSONNode] {
        verdicts.map { incident, verdict in
            let (word, delay): (String, Int64?) =
                switch verdict {
                case .detected(let delay): ("detected", delay)
                case .passedOver(let delay): ("passed-over", delay)
                case .missed: ("missed", nil)
                case .falseAlarm: ("false-alarm", nil)
                case .undecided: ("undecided", nil)
                }
            return .object([
                ("family", .string(incident.family.name)), ("what", .string(incident.kind.rawValue)),
                ("asset", .string(incident.asset)), ("from", .string(incident.from.description)),
                ("verdict", .string(word)), ("afterSeconds", delay.map { .number(Double($0) / 1e6) } ?? .null),
            ])
        }
    }
}

/// What the operating system says of this process.
enum ProcessUsage {
    /// The most memory it ever had in RAM; 0 where there is no /proc.
    static var peakResidentBytes: Int64 {
        guard let file = fopen("/proc/self/status", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("VmHWM:") else { continue }
            return (Int64(text.filter(\.isNumber)) ?? 0) * 1024
        }
        return 0
    }

    static var cpuMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
