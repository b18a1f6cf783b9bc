public import Records

/// Evaluates one expression, batch after batch, without allocating once it has run. Confined to one thread.
public final class Evaluator {
    /// The expression that it evaluates.
    public let expression: Expression
    /// Rows of the last call for which the expression has no value, ascending. Empty costs nothing.
    public private(set) var failures: [RowFailure] = []

    private let capacity: Int
    private lazy var values = Machine(expression.valueProgram, capacity: capacity)
    private lazy var filtering = expression.filterProgram.map { Machine($0, capacity: capacity) }

    init(_ expression: Expression, capacity: Int) {
        self.expression = expression
        self.capacity = capacity
    }

    /// The expression's value for each selected row, valid until the next call. At rows that are not selected, and at
    /// those listed in `failures`, the column holds anything: the caller takes failed rows out of the selection.
    ///
    /// Text that the expression made lives until the next call too.
    public func evaluate(_ batch: RecordBatch, _ selection: Selection) -> Column {
        precondition(
            batch.capacity <= capacity || batch.count <= capacity, "the evaluator was made for smaller batches")
        let machine = values
        machine.bind(batch.columns)
        let rows = Rows(rows: UnsafePointer(selection.rows), count: selection.count, isDense: selection.isDense)
        if !failures.isEmpty { failures.removeAll() }
        _ = machine.run(rows, kept: nil)
        if machine.resultHasFailures { collectFailures(machine, rows) }
        return machine.result
    }

    /// Selects into `kept` those of the selected rows for which a bool expression is true. Rows that failed, or where
    /// the value is absent, are not kept. `kept` may be `selection` itself.
    public func filter(_ batch: RecordBatch, _ selection: Selection, into kept: Selection) {
        guard let machine = filtering else { preconditionFailure("only a bool expression filters") }
        precondition(batch.count <= capacity && selection.count <= kept.capacity, "the selection is too small")
        machine.bind(batch.columns)
        if !failures.isEmpty { failures.removeAll() }
        let rows = Rows(rows: UnsafePointer(selection.rows), count: selection.count, isDense: selection.isDense)
        let left = machine.run(rows, kept: kept.rows)
        kept.count = left.count
        kept.isDense = left.isDense
        if UnsafePointer(kept.rows) != left.rows { kept.rows.update(from: left.rows, count: left.count) }
        if machine.resultHasFailures { removeFailures(machine, kept) }
    }

    private func collectFailures(_ machine: Machine, _ rows: Rows) {
        for index in 0..<rows.count {
            let row = Int(rows.rows[index])
            if let failure = machine.failure(inRow: row) { failures.append(described(failure, row, machine)) }
        }
    }

    private func removeFailures(_ machine: Machine, _ kept: Selection) {
        var place = 0
        for index in 0..<kept.count {
            let row = kept.rows[index]
            if let failure = machine.failure(inRow: Int(row)) {
                failures.append(described(failure, Int(row), machine))
            } else {
                kept.rows[place] = row
                place += 1
            }
        }
        if place < kept.count { kept.isDense = false }
        kept.count = place
    }

    private func described(
        _ failure: (at: Int, reason: FailureReason), _ row: Int, _ machine: Machine
    ) -> RowFailure {
        let step = machine.program.code[failure.at]
        let range = Int(step.start)..<Int(step.end)
        let ranges = machine.program.operandRanges[failure.at] ?? []
        let operands = zip(step.operands, ranges).compactMap { slot, range -> RowFailure.Operand? in
            // A constant is seen in the text already.
            if case .constant = machine.program.slots[Int(slot)] { return nil }
            return RowFailure.Operand(text: text(range), value: machine.value(of: slot, inRow: row))
        }
        return RowFailure(
            row: row, message: "\(failure.reason.message) in `\(text(range))`", offset: range.lowerBound,
            length: range.count, operands: operands)
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: expression.source[range], as: UTF8.self) }
}
