import Codecs
import Records

/// How a column writes instants.
enum TimeFormat: Sendable {
    case rfc3339
    case unixMilliseconds
    case unixSeconds
    case pattern(TimePattern)

    var name: String {
        switch self {
        case .rfc3339: "rfc3339"
        case .unixMilliseconds: "unix-ms"
        case .unixSeconds: "unix-s"
        case .pattern(let pattern): pattern.text
        }
    }

    /// The instant of a cell that has something.
    func read(_ cell: Cell, zone: ZoneRule) throws(RowProblem) -> EventTime {
        if case .instant(let time) = cell.value { return time }
        guard let text = cell.value.plain else { throw cell.problem("expected a time (\(name)), found nothing") }
        switch self {
        case .rfc3339:
            if let time = RFC3339.parse(text) { return time }
            throw cell.problem(
                "'\(shown(text))' is no time by RFC 3339 (2026-01-31T08:00:00Z)",
                hint: "say how times are written: --time-format 'yyyy-MM-dd HH:mm:ss'")
        case .unixMilliseconds: return try number(text, scale: 1000, cell)
        case .unixSeconds: return try number(text, scale: 1_000_000, cell)
        case .pattern(let pattern):
            switch pattern.parse(text, zone: zone) {
            case .success(let time): return time
            case .failure(let mismatch):
                throw cell.problem("'\(shown(text))' does not fit \(pattern.text): \(mismatch.reason)")
            }
        }
    }

    private func number(_ text: String, scale: Int64, _ cell: Cell) throws(RowProblem) -> EventTime {
        // Whole numbers exactly; a fraction to the microsecond as far as a double holds it.
        if let whole = Int64(text) {
            let (micros, overflow) = whole.multipliedReportingOverflow(by: scale)
            if !overflow { return EventTime(microseconds: micros) }
        } else if let value = Double(text), abs(value) < 9e18 / Double(scale) {
            return EventTime(microseconds: Int64((value * Double(scale)).rounded()))
        }
        throw cell.problem(
            "'\(shown(text))' is no number of \(scale == 1000 ? "milliseconds" : "seconds") since 1970 (\(name))")
    }
}

/// A text of a file, cut so that a message stays readable.
func shown(_ text: String) -> String { text.count > 60 ? text.prefix(60) + "…" : text }
