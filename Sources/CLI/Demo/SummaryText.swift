import Records
import Simulators

/// The summary for people: a few rows with a name in front.
struct SummaryText {
    let summary: DemoSummary
    let words: SummaryWords
    /// Rows are broken between words to be no wider, where it can be helped.
    var width = Int.max

    private typealias Row = (name: String, text: String)
    private var board: BoardWords { words.board }
    private static let indent = 14

    var text: String {
        let figures = summary.figures
        var rows: [Row] = [(words.events, events)]
        if let strain { rows.append(("", strain)) }
        let dropped =
            "\(board.number(figures.late)) \(words.late), \(board.number(figures.deadLettered)) \(words.deadLetters)"
        rows.append((words.notUsed, dropped + reasons))
        rows += alertRows + incidentRows
        if let median = summary.latency(percentile: 50), let high = summary.latency(percentile: 99) {
            let both = "\(milliseconds(median)) (p50), \(milliseconds(high)) (p99)"
            rows.append((words.latency, "\(both) \(words.latencyIs)"))
        }
        let memory = "\(board.number(summary.peakResidentBytes / 1_048_576)) MiB \(words.memory)"
        let cpu = "\(board.seconds(summary.cpuMicroseconds)) \(words.cpu)"
        rows.append((words.machine, "\(memory), \(cpu) \(summary.isEmbedded ? words.forAll : words.forNode)"))
        return "\n\(words.summaryOf) \(board.seconds(summary.elapsedMicroseconds))\n"
            + rows.map { wrapped($0.name, $0.text) }.joined(separator: "\n")
    }

    func wrapped(_ name: String, _ text: String) -> String {
        let indent = Self.indent
        var lines = ["  " + TextWidth.fit(name, indent - 3) + " "]
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
        let counts = summary.pump.counts
        var text =
            "\(board.number(counts.sent)) \(words.produced), \(board.number(summary.figures.records)) \(words.read)"
        text += ", \(board.number(Int64(summary.recordsPerSecond.rounded()))) \(words.perSecond)"
        if counts.failed > 0 {
            text += ", \(board.number(counts.failed)) \(words.notDelivered) (\(counts.firstFailure ?? words.noReason))"
        }
        return text
    }

    /// Said when the machine could not do what was asked.
    private var strain: String? {
        let pump = summary.pump
        guard pump.heldMicroseconds > 500_000 || pump.worstBehindMicroseconds > 1_000_000 else { return nil }
        return "\(words.held) \(board.seconds(pump.heldMicroseconds)) \(words.heldAnd) "
            + "\(board.seconds(pump.worstBehindMicroseconds)) \(words.heldEnd)"
    }

    private var reasons: String {
        let list = summary.figures.deadLetters.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        if list.isEmpty { return "" }
        return board.colon + " " + list.map { "\($0.key) \(board.number($0.value))" }.joined(separator: ", ")
    }

    private var alertRows: [Row] {
        let tally = summary.tally
        if tally.raised == 0 { return [(words.alerts, words.none)] }
        return tally.raisedByFamily.enumerated().map { index, entry in
            var parts: [String] = []
            for transition in AlertNotice.Transition.allCases {
                let rows = tally.counts.filter { $0.key.family == entry.name && $0.key.transition == transition }
                    .sorted { BoardState.rank($0.key.severity) < BoardState.rank($1.key.severity) }
                if rows.isEmpty { continue }
                let list = rows.map { "\($0.value) \(board.severity($0.key.severity))" }.joined(separator: ", ")
                parts.append("\(words.transitions[transition] ?? transition.rawValue) \(list)")
            }
            return (index == 0 ? words.alerts : "", "\(TextWidth.fit(entry.name, 8)) " + parts.joined(separator: "; "))
        }
    }

    private var incidentRows: [Row] {
        var rows: [Row] = []
        for (incident, verdict) in summary.verdicts {
            guard let said = said(verdict) else { continue }
            let kind = TextWidth.fit(words.kinds[incident.kind] ?? incident.kind.rawValue, 12)
            rows.append((rows.isEmpty ? words.planted : "", "\(kind) \(TextWidth.fit(incident.asset, 12)) \(said)"))
        }
        let open = summary.verdicts.filter { $0.verdict == .undecided }.count
        if open > 0 { rows.append((rows.isEmpty ? words.planted : "", "\(open) \(words.undecided)")) }
        for notice in summary.unexpected.prefix(10) {
            rows.append((words.unexpected, "\(notice.name) \(TextWidth.harmless(notice.subject)) \(notice.startsAt)"))
        }
        return rows
    }

    private func said(_ verdict: IncidentLedger.Verdict) -> String? {
        switch verdict {
        case .detected(let delay): "\(words.alertAfter) \(board.seconds(delay))"
        case .passedOver(nil): words.quiet
        case .passedOver(let delay?): "\(words.quiet); \(words.modelAfter) \(board.seconds(delay))"
        case .missed: words.missed
        case .falseAlarm: words.falseAlarm
        case .undecided: nil
        }
    }

    private func milliseconds(_ microseconds: Int64) -> String {
        let tenths = (max(0, microseconds) + 50) / 100
        return "\(board.number(tenths / 10))\(board.decimal)\(tenths % 10) ms"
    }
}
