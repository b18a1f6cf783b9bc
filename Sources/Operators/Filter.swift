import Expressions
import Records
import Settings

/// Keeps the rows for which a condition holds. Rows pass in place: what is kept is a selection, not a copy.
enum Filter {
    static let kind = StepKind(
        key: "filter",
        keepsShape: true,
        summary: "keeps the rows for which a condition holds",
        example: "hot: { from: readings, filter: 'kind == \"temperature\" && celsius > 40' }"
    ) { reader, input in
        guard let node = reader.node("filter"), let condition = input.expression(node, expecting: .bool) else {
            return nil
        }
        return FilterSpec(name: input.name, condition: condition, output: input.shape)
    }
}

struct FilterSpec: StepSpec {
    let name: String
    let condition: Expression
    let output: StreamShape

    var explanation: [String] { ["filter \(condition)"] }

    func makeOperator(capacity: Int, outlet: Outlet) -> any StreamOperator {
        FilterOperator(self, capacity: capacity, outlet: outlet)
    }
}

final class FilterOperator: StreamOperator {
    private let name: String
    private let evaluator: Evaluator
    private let kept: Selection
    private let outlet: Outlet

    init(_ spec: FilterSpec, capacity: Int, outlet: Outlet) {
        name = spec.name
        evaluator = spec.condition.makeEvaluator(capacity: capacity)
        kept = Selection(capacity: capacity)
        self.outlet = outlet
    }

    func process(_ batch: RecordBatch, _ selection: Selection, _ context: TaskContext) {
        evaluator.filter(batch, selection, into: kept)
        if !evaluator.failures.isEmpty { context.reject(evaluator.failures, batch, step: name) }
        outlet.emit(batch, kept, context)
    }
}

extension TaskContext {
    /// Hands the rows on which an expression failed to the dead letters.
    func reject(_ failures: [RowFailure], _ batch: RecordBatch, step: String) {
        for failure in failures {
            reject(batch, row: failure.row, reason: .expression, detail: failure.description, step: step)
        }
    }
}
