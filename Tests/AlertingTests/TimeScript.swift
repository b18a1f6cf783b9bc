import Alerting
import Records

/// Runs a script in time over one alert and returns it with what happened after each `->`, so that a test compares
/// text:
/// ```
/// rule for=3m keep=1m
/// 10:00:00 when=1 sev=warning                -> pending
/// watermark 10:03:00.000001                  -> firing: warning, since 10:00:00, starts 10:03:00, #1
/// ```
/// Of a line without transitions the phase is shown.
struct TimeScript {
    static let severities = ["info", "warning", "critical"]

    struct Unreadable: Error { var line: String }

    static func run(_ script: String) throws -> String {
        var rule = AlertRule()
        var state = AlertState(fingerprint: Fingerprint(value: 0x9c1f_0b6a_2d44_e871))
        return try script.split(separator: "\n").map { line in
            let input = line.split(separator: "->", maxSplits: 1)[0]
            let words = input.split(separator: " ")
            guard let verb = words.first else { return String(line) }
            let settings = Dictionary(
                uniqueKeysWithValues: words.dropFirst().compactMap { word -> (Substring, Substring)? in
                    let parts = word.split(separator: "=")
                    return parts.count == 2 ? (parts[0], parts[1]) : nil
                })
            switch verb {
            case "rule":
                rule = AlertRule(
                    for: try span(settings["for"] ?? "0s"), keepFiring: try span(settings["keep"] ?? "0s"),
                    expire: try span(settings["expire"] ?? "0s"))
                return String(line)
            case "watermark":
                let watermark = try time(words[1])
                let first = state.advance(to: watermark, rule: rule)
                let second = first.flatMap { _ in state.advance(to: watermark, rule: rule) }
                return render(input, AlertTransitions(first, second), state)
            default:
                let severity = severities.firstIndex { $0 == settings["sev"] ?? "warning" } ?? 0
                let transitions = state.observe(
                    when: settings["when"] == "1", clear: settings["clear"].map { $0 == "1" },
                    severity: UInt8(severity), at: try time(verb), rule: rule)
                return render(input, transitions, state)
            }
        }.joined(separator: "\n")
    }

    private static func render(_ input: Substring, _ transitions: AlertTransitions, _ state: AlertState) -> String {
        var texts: [String] = []
        transitions.forEach { texts.append(render($0)) }
        if texts.isEmpty { texts = ["\(state.phase)"] }
        if state.outOfOrder > 0 { texts[texts.count - 1] += " (\(state.outOfOrder) out of order)" }
        return "\(input)-> " + texts.joined(separator: "; ")
    }

    private static func render(_ transition: AlertTransition) -> String {
        var severity = severities[Int(transition.severity)]
        if transition.kind == .updated { severity = severities[Int(transition.previousSeverity)] + " to " + severity }
        var text =
            "\(transition.isExpired ? "expired" : "\(transition.kind)"): \(severity), since \(clock(transition.activeSince))"
        text += ", starts \(clock(transition.startsAt))"
        if let endsAt = transition.endsAt { text += ", ends \(clock(endsAt))" }
        if transition.kind == .updated { text += ", at \(clock(transition.at))" }
        return text + ", #\(transition.sequence)"
    }

    private static func clock(_ time: EventTime) -> String {
        String(time.description.dropFirst("1970-01-01T".count).dropLast())
    }

    /// "10:03:00" or "10:03:00.000001" on the first day of 1970.
    static func time(_ text: Substring) throws -> EventTime {
        let parts = text.split(separator: ":")
        guard parts.count == 3, let hours = Int64(parts[0]), let minutes = Int64(parts[1]),
            let seconds = Double(parts[2])
        else { throw Unreadable(line: String(text)) }
        return EventTime(microseconds: (hours * 3600 + minutes * 60) * 1_000_000 + Int64((seconds * 1e6).rounded()))
    }

    static func span(_ text: Substring) throws -> Int64 {
        let units: [Character: Int64] = ["s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()) else {
            throw Unreadable(line: String(text))
        }
        return number * unit
    }
}
