public import Records

/// Writes a template's text for rows of a batch. Confined to one thread.
public final class TemplateRenderer {
    /// The template that it renders.
    public let template: Template
    /// Rows of the prepared batch in which a value could not be computed. Such a value is written as "?".
    public private(set) var failures: [RowFailure] = []

    private enum Part {
        case text([UInt8])
        case value(Evaluator, ValueFormat, Column?)
    }

    private var parts: [Part]
    private let oneRow = Selection(capacity: 1)

    init(_ template: Template, capacity: Int) {
        self.template = template
        parts = template.parts.map { part in
            switch part {
            case .text(let bytes): .text(bytes)
            case .value(let expression, let format):
                .value(expression.makeEvaluator(capacity: capacity), format, nil)
            }
        }
    }

    /// Computes the template's values for the selected rows; `append` then takes them one by one, until the batch
    /// changes.
    public func prepare(_ batch: RecordBatch, _ selection: Selection) {
        if !failures.isEmpty { failures.removeAll() }
        for index in parts.indices {
            guard case .value(let evaluator, let format, _) = parts[index] else { continue }
            let column = evaluator.evaluate(batch, selection)
            failures += evaluator.failures
            parts[index] = .value(evaluator, format, column)
        }
    }

    /// Computes and appends the text for one row. For rows few and far between, such as those that raise an alert.
    public func append(_ row: Int, of batch: RecordBatch, to buffer: inout ByteBuffer) {
        oneRow.rows[0] = UInt32(truncatingIfNeeded: row)
        oneRow.count = 1
        oneRow.isDense = row == 0
        prepare(batch, oneRow)
        append(row: row, to: &buffer)
    }

    /// Appends the text for one of the rows that were prepared.
    public func append(row: Int, to buffer: inout ByteBuffer) {
        for part in parts {
            switch part {
            case .text(let bytes): bytes.withUnsafeBufferPointer { buffer.append($0) }
            case .value(let evaluator, let format, let column):
                guard let column else { continue }
                if evaluator.failures.contains(where: { $0.row == row }) {
                    buffer.append("?")
                } else {
                    format.append(column, row, to: &buffer)
                }
            }
        }
    }
}
