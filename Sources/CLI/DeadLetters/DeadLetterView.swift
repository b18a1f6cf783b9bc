import KafkaClient
import Records

/// One letter in full.
enum DeadLetterView {
    static func text(_ letter: DeadLetter, isReplayed: Bool, whole: Bool) -> String {
        var rows = [("reason", letter.reason), ("detail", letter.detail), ("topology", letter.topology)]
        if !letter.step.isEmpty { rows.append(("step", letter.step)) }
        let written = letter.sourceTimestamp.map { ", written \(EventTime(milliseconds: $0))" } ?? ""
        rows.append(("record", letter.source + (letter.sourceTimestamp ?? -1 >= 0 ? written : "")))
        rows.append(("rejected", letter.rejectedAt.description))
        if isReplayed { rows.append(("replayed", "yes")) }
        let shownAbove: Set<String> = [
            "vigie-reason", "vigie-detail", "vigie-topology", "vigie-step", "vigie-topic", "vigie-partition",
            "vigie-offset",
            "vigie-timestamp", "vigie-rejected-at", "vigie-omitted",
        ]
        for header in letter.headers where !shownAbove.contains(header.name) {
            rows.append(
                ("header", "\(header.name)=\(header.value.map { String(decoding: $0, as: UTF8.self) } ?? "(null)")"))
        }
        rows.append(("key", letter.key.map { String(decoding: $0, as: UTF8.self) } ?? "(none)"))
        var lines =
            [letter.name]
            + rows.map { name, value in
                "  \(name)\(String(repeating: " ", count: 10 - name.count))\(PayloadText.escaped(value))"
            }
        if let omitted = letter.omitted {
            lines.append("  payload   left out: \(PayloadText.escaped(omitted))")
        } else if let value = letter.value {
            lines.append("  payload   \(grouped(value.count)) byte\(value.count == 1 ? "" : "s")")
            lines += PayloadText.lines(value, marked: letter.markedByte, whole: whole).map { "    " + $0 }
        } else {
            lines.append("  payload   (null)")
        }
        return lines.joined(separator: "\n")
    }
}
