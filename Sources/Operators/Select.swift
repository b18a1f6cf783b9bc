import Expressions
import Records
import Settings

/// Rows with other fields: `select` lists all of them, `extend` adds some to those that are there. A field that is only
/// passed on costs nothing: its column is lent, not copied.
enum Select {
    static let kind = StepKind(
        key: "select",
        summary: "makes rows of exactly the fields listed, each from an expression",
        example: "shown: { from: readings, select: { tank: tank, fahrenheit: celsius * 1.8 + 32 } }"
    ) { reader, input in plan(reader, input, key: "select", keeping: []) }

    static func plan(
        _ reader: FieldReader, _ input: StepInput, key: String, keeping kept: [Field]
    ) -> (any StepSpec)? {
        guard let node = reader.node(key) else { return nil }
        guard case .mapping(let entries) = node.content, !entries.isEmpty else {
            input.diagnostics.error(
                node.place, "expected a mapping of field names to expressions",
                hint: "\(key): { name: expression, other: expression }")
            return nil
        }
        var columns = kept.map { field in
            SelectedColumn(field: field, source: input.shape.schema.index(of: field.name), expression: nil)
        }
        var isComplete = true
        for entry in entries {
            if columns.contains(where: { $0.field.name == entry.key }) {
                input.diagnostics.error(
                    entry.keyPlace, "field '\(entry.key)' is there already",
                    hint: "choose another name, or list all fields with 'select'")
                isComplete = false
                continue
            }
            guard let expression = input.expression(entry.value, allowingAbsence: true) else {
                isComplete = false
                continue
            }
            columns.append(column(named: entry.key, expression, input))
        }
        guard isComplete else { return nil }
        return SelectSpec(name: input.name, columns: columns, input: input.shape)
    }

    private static func column(named name: String, _ expression: Expression, _ input: StepInput) -> SelectedColumn {
        let source = expression.plainField
        let unit = source.flatMap { input.shape.schema[$0].unit }
        let field = Field(name, expression.type, optional: expression.isOptional, unit: unit)
        return SelectedColumn(field: field, source: source, expression: source == nil ? expression : nil)
    }
}

enum Extend {
    static let kind = StepKind(
        key: "extend",
        summary: "adds fields, each from an expression, to those that are there",
        example: "rated: { from: readings, extend: { share: value / limit } }"
    ) { reader, input in
        Select.plan(reader, input, key: "extend", keeping: input.shape.schema.fields)
    }
}

struct SelectedColumn: Sendable {
    let field: Field
    /// The input column that is passed through; nil for a computed one.
    let source: Int?
    let expression: Expression?
}

struct SelectSpec: StepSpec {
    let name: String
    let columns: [SelectedColumn]
    let output: StreamShape

    init(name: String, columns: [SelectedColumn], input: StreamShape) {
        self.name = name
        self.columns = columns
        // A key that is passed on, under whatever name, still says where rows stand.
        func renamed(_ old: String) -> String? {
            columns.first { $0.source == input.schema.index(of: old) && $0.source != nil }?.field.name
        }
        let grouped = input.groupedBy.compactMap(renamed)
        output = StreamShape(
            schema: Schema(columns.map(\.field)),
            partitionKey: input.partitionKey.flatMap(renamed),
            groupedBy: grouped.count == input.groupedBy.count ? grouped : [])
    }

    var explanation: [String] {
        columns.map { column in
            column.expression.map { "\(column.field.name): \(column.field.type.name) = \($0)" }
                ?? "\(column.field.name): \(column.field.type.name) passed through"
        }
    }

    func makeOperator(capacity: Int, outlet: Outlet) -> any StreamOperator {
        SelectOperator(self, capacity: capacity, outlet: outlet)
    }
}

final class SelectOperator: StreamOperator {
    private let name: String
    private let sources: [Int?]
    private let evaluators: [Evaluator?]
    private let result: RecordBatch
    private let working: Selection
    private let outlet: Outlet

    init(_ spec: SelectSpec, capacity: Int, outlet: Outlet) {
        name = spec.name
        sources = spec.columns.map(\.source)
        evaluators = spec.columns.map { $0.expression?.makeEvaluator(capacity: capacity) }
        // Computed columns are lent by their evaluators, passed ones by the input.
        result = RecordBatch(
            spec.output.schema, capacity: capacity, owning: Array(repeating: false, count: spec.columns.count))
        working = Selection(capacity: capacity)
        self.outlet = outlet
    }

    func process(_ batch: RecordBatch, _ selection: Selection, _ context: TaskContext) {
        result.follow(batch)
        working.copy(selection)
        for index in sources.indices {
            if let source = sources[index] {
                result.lend(batch.columns[source], at: index)
            } else if let evaluator = evaluators[index] {
                result.lend(evaluator.evaluate(batch, working), at: index)
                if !evaluator.failures.isEmpty {
                    context.reject(evaluator.failures, batch, step: name)
                    working.remove(rows: evaluator.failures.map(\.row))
                }
            }
        }
        outlet.emit(result, working, context)
    }
}
