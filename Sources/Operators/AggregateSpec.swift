import Expressions
import Records
import StateStore

/// A planned windowed aggregation: the layout of a cell and how each result is read from it.
struct AggregateSpec: StepSpec {
    /// One distinct argument and its place in the cell.
    struct Slot: Sendable {
        let accumulator: Accumulator
        /// Nil for `count()`.
        let argument: Expression?
        let word: Int
    }

    let name: String
    let by: [Int]
    let window: WindowRule
    let outputs: [AggregateOutput]
    let slots: [Slot]
    /// For each output the word its slot starts at.
    let outputWords: [Int]
    let template: CellTemplate
    let key: GroupKey
    let output: StreamShape

    init(name: String, input: StreamShape, by: [Int], window: WindowRule, outputs: [AggregateOutput]) {
        self.name = name
        self.by = by
        self.window = window
        self.outputs = outputs
        key = GroupKey(input.schema, fields: by)
        var slots: [Slot] = []
        var words: [UInt64] = []
        var outputWords: [Int] = []
        for output in outputs {
            let accumulator = output.argument.map { Accumulator.serving(output.function, of: $0.type) } ?? .count
            let text = output.argument?.description
            if let shared = slots.first(where: { $0.accumulator == accumulator && $0.argument?.description == text }) {
                outputWords.append(shared.word)
                continue
            }
            outputWords.append(words.count)
            slots.append(Slot(accumulator: accumulator, argument: output.argument, word: words.count))
            words += accumulator.initialWords
        }
        self.slots = slots
        self.outputWords = outputWords
        template = CellTemplate(words: words)
        let keys = by.map { input.schema[$0] }
        output = StreamShape(
            schema: Schema(
                keys + [Field("window_start", .timestamp), Field("window_end", .timestamp)] + outputs.map(\.field)),
            partitionKey: input.partitionKey.flatMap { key in keys.contains { $0.name == key } ? key : nil },
            groupedBy: keys.map(\.name))
    }

    var explanation: [String] {
        let keys = output.groupedBy.joined(separator: ", ")
        var lines = [
            "by \(keys), tumbling window of \(spanText(window.sizeMicroseconds)), grace \(spanText(window.graceMicroseconds)), emitted on close"
        ]
        for output in outputs {
            lines.append(
                "\(output.field.name): \(output.field.type.name) = \(output.function.rawValue)(\(output.argument?.description ?? ""))"
            )
        }
        return lines
    }

    /// A cell, its key's entry and view at the table's usual load.
    var stateBytesPerKey: Int? { template.words.count * 8 + 24 * 3 + 16 * 2 }

    var isStateRebuilt: Bool { true }

    func makeOperator(capacity: Int, outlet: Outlet) -> any StreamOperator {
        AggregateOperator(self, capacity: capacity, outlet: outlet)
    }
}

/// A span as it is written in a topology file: the largest unit that divides it.
func spanText(_ microseconds: Int64) -> String {
    for (size, unit) in [
        (86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m"), (1_000_000, "s"), (1_000, "ms"),
    ] as [(Int64, String)]
    where microseconds != 0 && microseconds % size == 0 {
        return "\(microseconds / size)\(unit)"
    }
    return microseconds == 0 ? "0s" : "\(microseconds)us"
}
