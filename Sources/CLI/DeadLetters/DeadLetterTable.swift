import Codecs
import Records

/// Letters counted by what they have in common.
struct DeadLetterTable {
    struct Group: Hashable {
        let reason: String
        let topology: String
        let step: String
        let source: String
    }

    struct Row {
        fileprivate(set) var letters: [LetterID] = []
        fileprivate(set) var replayed = 0
        fileprivate(set) var first: EventTime
        fileprivate(set) var last: EventTime
        /// The latest letter, as an example; without its payload.
        fileprivate(set) var example: DeadLetter

        var count: Int { letters.count }
    }

    private(set) var rows: [Group: Row] = [:]
    private(set) var total = 0

    /// Takes a letter in. Its payload is not kept: there may be many.
    mutating func add(_ letter: DeadLetter) {
        let group = Group(
            reason: letter.reason, topology: letter.topology, step: letter.step, source: letter.sourceTopic)
        var letter = letter
        letter.value = nil
        var row =
            rows.removeValue(forKey: group) ?? Row(first: letter.rejectedAt, last: letter.rejectedAt, example: letter)
        row.letters.append(letter.id)
        row.first = min(row.first, letter.rejectedAt)
        if letter.rejectedAt >= row.last {
            row.last = letter.rejectedAt
            row.example = letter
        }
        rows[group] = row
        total += 1
    }

    /// Says which letters were replayed, once all are known.
    mutating func mark(replayed: Set<LetterID>) {
        rows = rows.mapValues { row in
            var row = row
            row.replayed = row.letters.count { replayed.contains($0) }
            return row
        }
    }

    /// Most frequent first.
    var sorted: [(key: Group, value: Row)] {
        rows.sorted { a, b in
            (b.value.count, a.key.reason, a.key.topology, a.key.step, a.key.source)
                < (a.value.count, b.key.reason, b.key.topology, b.key.step, b.key.source)
        }
    }

    func text(_ topic: String) -> String {
        var cells = [["COUNT", "REPLAYED", "REASON", "TOPOLOGY", "STEP", "SOURCE", "FIRST", "LAST"]]
        for (group, row) in sorted {
            cells.append(
                [
                    grouped(row.count), grouped(row.replayed), group.reason, group.topology,
                    group.step.isEmpty ? "-" : group.step,
                    group.source, second(row.first), second(row.last),
                ].map(PayloadText.escaped))
        }
        let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        var lines = cells.map { line in
            line.enumerated().map { column, text in
                let space = String(repeating: " ", count: widths[column] - text.count)
                return column < 2 ? space + text : text + space
            }.joined(separator: "  ").trimmingTrailingSpace
        }
        lines.append("")
        for (group, row) in sorted.prefix(5) {
            lines.append(
                "\(PayloadText.escaped(group.reason)), latest \(row.example.name): \(PayloadText.escaped(row.example.detail))"
            )
        }
        lines.append(
            "\(grouped(total)) dead letter\(total == 1 ? "" : "s") in \(topic); 'vigie dlq show TOPIC-PARTITION-OFFSET' shows one"
        )
        return lines.joined(separator: "\n")
    }

    private func second(_ time: EventTime) -> String {
        EventTime(microseconds: time.microseconds - (time.microseconds % 1_000_000 + 1_000_000) % 1_000_000).description
    }

    /// One object per line.
    func json() -> String {
        sorted.map { group, row in
            JSONText.write(
                .object([
                    ("reason", .string(group.reason)), ("topology", .string(group.topology)),
                    ("step", .string(group.step)),
                    ("source", .string(group.source)), ("count", .number(Int64(row.count))),
                    ("replayed", .number(Int64(row.replayed))),
                    ("first", .string(row.first.description)), ("last", .string(row.last.description)),
                    ("latest", .string(row.example.name)), ("detail", .string(row.example.detail)),
                ]))
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate var trimmingTrailingSpace: String {
        String(reversed().drop { $0 == " " }.reversed())
    }
}
