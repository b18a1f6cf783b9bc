import Expressions
import Records
import Settings
import StateStore

/// Groups rows by key and time and computes aggregates per window, handed on when the watermark closes it.
enum Aggregate {
    static let kind = StepKind(
        key: "aggregate",
        companions: ["by", "window"],
        summary: "groups rows by key and window of event time and computes aggregates, one row per key and window",
        example: """
            minute: { from: readings, by: [tank], window: { tumbling: 1m, grace: 30s }, aggregate: { mean: avg(celsius), n: count() } }
            """
    ) { reader, input in
        let by = fields(reader.strings("by"), reader.node("by"), input)
        let window = reader.node("window").flatMap { WindowRule.plan($0, input.diagnostics) }
        let outputs = reader.node("aggregate").flatMap { AggregateOutput.plan($0, by: by ?? [], input) }
        guard let by, let window, let outputs else { return nil }
        return AggregateSpec(name: input.name, input: input.shape, by: by, window: window, outputs: outputs)
    }

    /// The `by` fields as column numbers.
    static func fields(_ names: [String]?, _ node: ConfigNode?, _ input: StepInput) -> [Int]? {
        guard let names, let node else { return nil }
        let schema = input.shape.schema
        var columns: [Int] = []
        var isComplete = true
        for name in names {
            guard let index = schema.index(of: name) else {
                let known = schema.fields.map(\.name)
                let nearest = Suggestion.nearest(to: name, in: known).map { "did you mean '\($0)'? " } ?? ""
                input.diagnostics.error(
                    node.place, "no field '\(name)' in '\(input.from)'",
                    hint: nearest + "fields: " + known.joined(separator: ", "))
                isComplete = false
                continue
            }
            if columns.contains(index) {
                input.diagnostics.error(
                    node.place, "field '\(name)' stands twice in 'by'", hint: "name each field once")
                isComplete = false
            }
            columns.append(index)
        }
        guard isComplete else { return nil }
        if names.isEmpty {
            input.diagnostics.error(node.place, "'by' names no field", hint: "by: [field]")
            return nil
        }
        return Partitioning.check(names, of: input, at: node.place) ? columns : nil
    }
}

/// Whether rows of one group stand in one partition.
enum Partitioning {
    static func check(_ by: [String], of input: StepInput, at place: Place) -> Bool {
        guard let key = input.shape.partitionKey else {
            input.diagnostics.error(
                place, "rows of one group may stand in different partitions: the key of '\(input.from)' is not known",
                hint:
                    "say in the source which field the topic's key holds (key: field), and keep that field in 'select'")
            return false
        }
        if by.contains(key) { return true }
        input.diagnostics.error(
            place, "'by' must contain '\(key)', the field by which the topic is partitioned",
            hint: "write the topic with the key \(by.joined(separator: ", ")), or add '\(key)' to 'by'")
        return false
    }
}

/// A tumbling window of event time, aligned to 1970-01-01T00:00:00Z.
struct WindowRule: Sendable, Equatable {
    var sizeMicroseconds: Int64
    /// How far behind the watermark a window still takes records.
    var graceMicroseconds: Int64

    static func plan(_ node: ConfigNode, _ diagnostics: Diagnostics) -> WindowRule? {
        let reader = FieldReader(node, what: "window", diagnostics)
        let size = reader.duration("tumbling")
        let grace = reader.optionalDuration("grace") ?? .zero
        let emit = reader.optionalChoice("emit", ["close"])
        reader.finish()
        guard let size, emit != nil || !reader.has("emit") else { return nil }
        let micros = size.wholeMicroseconds
        if micros < 1000 {
            diagnostics.error(node.place, "a window must be at least 1 ms long", hint: "tumbling: 1m")
            return nil
        }
        return WindowRule(sizeMicroseconds: micros, graceMicroseconds: max(grace.wholeMicroseconds, 0))
    }

    /// Start of the window that holds an instant.
    @inline(__always)
    func start(of time: Int64) -> Int64 {
        let remainder = time % sizeMicroseconds
        return time - (remainder < 0 ? remainder + sizeMicroseconds : remainder)
    }
}

/// One named result of an `aggregate`: a function over an argument.
struct AggregateOutput: Sendable {
    let field: Field
    let function: AggregateFunction
    let argument: Expression?

    static func plan(_ node: ConfigNode, by: [Int], _ input: StepInput) -> [AggregateOutput]? {
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            input.diagnostics.error(
                node.place, "expected a mapping of field names to aggregates", hint: "aggregate: { mean: avg(celsius) }"
            )
            return nil
        }
        let taken = Set(by.map { input.shape.schema[$0].name } + ["window_start", "window_end"])
        var outputs: [AggregateOutput] = []
        var isComplete = true
        for entry in entries {
            if taken.contains(entry.key) {
                input.diagnostics.error(
                    entry.keyPlace, "'\(entry.key)' is taken by a key field or the window's bounds",
                    hint: "choose another name")
                isComplete = false
            }
            if let output = plan(entry.key, entry.value, input) { outputs.append(output) } else { isComplete = false }
        }
        return isComplete ? outputs : nil
    }

    private static func plan(_ name: String, _ node: ConfigNode, _ input: StepInput) -> AggregateOutput? {
        let known = AggregateFunction.allCases.map(\.rawValue)
        guard case .scalar(let text, _) = node.content, let call = Call(text) else {
            input.diagnostics.error(
                node.place, "expected an aggregate function with its argument in parentheses",
                hint: "one of \(known.map { "\($0)(…)" }.joined(separator: ", ")), e.g. avg(celsius)")
            return nil
        }
        guard let function = AggregateFunction(rawValue: call.name) else {
            let nearest = Suggestion.nearest(to: call.name, in: known).map { "did you mean '\($0)'? " } ?? ""
            input.diagnostics.error(
                node.place(atUTF8Offset: call.nameOffset), "no aggregate function '\(call.name)'",
                hint: nearest + "there are " + known.joined(separator: ", "))
            return nil
        }
        if call.argument.allSatisfy(\.isWhitespace) {
            if function == .count { return AggregateOutput(field: Field(name, .int), function: .count, argument: nil) }
            input.diagnostics.error(node.place, "'\(call.name)' needs an argument", hint: "\(call.name)(field)")
            return nil
        }
        guard let argument = input.expression(call.argument, in: node, at: call.argumentOffset, allowingAbsence: true)
        else { return nil }
        guard let type = function.result(of: argument.type) else {
            input.diagnostics.error(
                node.place(atUTF8Offset: call.argumentOffset), "'\(call.name)' does not take a \(argument.type.name)",
                hint: function == .sum || function == .avg
                    ? "it takes a double or an int" : "it takes numbers, times and durations")
            return nil
        }
        let unit = argument.plainField.flatMap { function == .count ? nil : input.shape.schema[$0].unit }
        let isOptional = function != .count && argument.isOptional
        return AggregateOutput(
            field: Field(name, type, optional: isOptional, unit: unit), function: function, argument: argument)
    }

    /// `name(argument)` taken apart, with UTF-8 offsets.
    struct Call {
        let name: String
        let nameOffset: Int
        let argument: String
        let argumentOffset: Int

        init?(_ text: String) {
            let bytes = Array(text.utf8)
            guard let open = bytes.firstIndex(of: UInt8(ascii: "(")),
                let close = bytes.lastIndex(of: UInt8(ascii: ")")), close > open,
                bytes[(close + 1)...].allSatisfy({ $0 == 32 || $0 == 9 || $0 == 10 })
            else { return nil }
            let start = bytes.firstIndex { $0 != 32 && $0 != 9 } ?? 0
            var name = bytes[start..<open]
            while name.last == 32 { name.removeLast() }
            guard !name.isEmpty, name.allSatisfy({ $0 == UInt8(ascii: "_") || ($0 | 32 >= 97 && $0 | 32 <= 122) })
            else {
                return nil
            }
            self.name = String(decoding: name, as: UTF8.self)
            nameOffset = start
            argument = String(decoding: bytes[(open + 1)..<close], as: UTF8.self)
            argumentOffset = open + 1
        }
    }
}
