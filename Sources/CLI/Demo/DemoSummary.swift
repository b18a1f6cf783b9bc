import Codecs
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
    /// Whether the broker's share of memory and CPU is in them.
    var isEmbedded = true

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
            (
                "deadLetters",
                .object(figures.deadLetters.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
            ),
            ("alerts", .array(alertNodes)), ("incidents", .array(incidentNodes)),
            ("unexpectedAlerts", .number(Int64(unexpected.count))),
            (
                "latencyMilliseconds",
                .object([("p50", Self.node(latency(percentile: 50))), ("p99", Self.node(latency(percentile: 99)))])
            ),
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
