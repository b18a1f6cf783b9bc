import Alerting
import Expressions
import Records

/// What an alert tells of the row that led to it, kept while a deadline runs.
struct AlertDetails {
    var labels: [(name: String, value: [UInt8])]
    var summaries: [(language: String, text: [UInt8])]
    var value: Double?
    var threshold: Double?
    var eventTime: EventTime
    var window: AlertRecord.Window?
    var evidence: (partition: Int32, offset: Int64)?
}

/// Renders alerts into rows. Only for rows that change an alert or may: allocates freely.
final class AlertWriter {
    private let spec: AlertSpec
    private let summaries: [(language: String, renderer: TemplateRenderer)]
    private let labels: [(name: String, renderer: TemplateRenderer)]
    private let value: Evaluator?
    private let threshold: Evaluator?
    private let oneRow = Selection(capacity: 1)
    private let batch: RecordBatch
    private let selection: Selection
    private var buffer = ByteBuffer(capacity: 1024)
    private var headers = AlertHeaders()

    init(_ spec: AlertSpec) {
        self.spec = spec
        summaries = spec.summaries.map { ($0.language, $0.template.makeRenderer(capacity: Limits.batchRows)) }
        labels = spec.labels.map { ($0.name, $0.template.makeRenderer(capacity: Limits.batchRows)) }
        value = spec.value?.makeEvaluator(capacity: Limits.batchRows)
        threshold = spec.threshold?.makeEvaluator(capacity: Limits.batchRows)
        batch = RecordBatch(spec.output.schema, capacity: 64)
        selection = Selection(capacity: 64)
    }

    // MARK: From the row

    /// Identity of the alert of a row's key.
    func fingerprint(_ batch: RecordBatch, _ row: Int) -> Fingerprint {
        let labels =
            [(name: "alertname", value: spec.name)]
            + keyLabels(batch, row).map { (name: $0.name, value: String(decoding: $0.value, as: UTF8.self)) }
        return Fingerprint(labels: labels)
    }

    /// The key's fields as labels; one that is absent is left out, which an empty text is not.
    private func keyLabels(_ batch: RecordBatch, _ row: Int) -> [(name: String, value: [UInt8])] {
        var labels: [(name: String, value: [UInt8])] = []
        for (field, column) in zip(spec.keyFields, spec.key.columns) where batch.columns[column].validity[row] != 0 {
            buffer.removeAll()
            FieldText.append(batch.columns[column], row, to: &buffer)
            labels.append((field.name, Array(buffer.bytes)))
        }
        return labels
    }

    func details(_ batch: RecordBatch, _ row: Int, at time: EventTime, _ context: TaskContext) -> AlertDetails {
        var details = AlertDetails(
            labels: keyLabels(batch, row), summaries: [], eventTime: time)
        for (name, renderer) in labels { details.labels.append((name, render(renderer, batch, row))) }
        for (language, renderer) in summaries { details.summaries.append((language, render(renderer, batch, row))) }
        details.value = number(value, batch, row)
        details.threshold = number(threshold, batch, row)
        if let start = spec.windowStart, let end = spec.windowEnd {
            details.window = AlertRecord.Window(
                type: "tumbling", from: EventTime(microseconds: batch.columns[start].ints[row]),
                to: EventTime(microseconds: batch.columns[end].ints[row]))
        }
        if let message = batch.message(of: row) {
            details.evidence = (context.source.partition, message.pointee.offset)
        }
        return details
    }

    private func render(_ renderer: TemplateRenderer, _ batch: RecordBatch, _ row: Int) -> [UInt8] {
        select(row)
        renderer.prepare(batch, oneRow)
        buffer.removeAll()
        // A part that fails on this row (an overflow, say) shows as "?": the alert still goes out.
        renderer.append(row: row, to: &buffer)
        return Array(buffer.bytes)
    }

    private func number(_ evaluator: Evaluator?, _ batch: RecordBatch, _ row: Int) -> Double? {
        guard let evaluator else { return nil }
        select(row)
        let column = evaluator.evaluate(batch, oneRow)
        if !evaluator.failures.isEmpty || column.validity[row] == 0 { return nil }
        return column.type == .int ? Double(column.ints[row]) : column.doubles[row]
    }

    private func select(_ row: Int) {
        oneRow.rows[0] = UInt32(truncatingIfNeeded: row)
        oneRow.count = 1
        oneRow.isDense = row == 0
    }

    // MARK: Into rows

    var isFull: Bool { batch.count == batch.capacity }

    func append(
        _ transition: AlertTransition, _ details: AlertDetails, key: ByteView, severity: String, previous: String?,
        _ context: TaskContext
    ) {
        let row = batch.count
        let arena = batch.arena
        spec.key.decode(key, into: batch, row: row)
        var record = AlertRecord(
            transition: transition, alertName: spec.name, topology: spec.topology, severity: severity,
            generatorURL: "vigie:\(spec.topology)/\(spec.name)", eventTime: details.eventTime,
            detectedAt: context.wallClock)
        record.previousSeverity = previous
        record.labels = details.labels.map { AlertRecord.Label($0.name, copy($0.value)) }
        record.summaries = details.summaries.map { AlertRecord.Summary($0.language, copy($0.text)) }
        record.value = details.value
        record.threshold = details.threshold
        record.window = details.window
        if let evidence = details.evidence {
            record.evidence = [
                AlertRecord.Evidence(
                    topic: arena.copy(context.source.topic), partition: evidence.partition, offset: evidence.offset)
            ]
        }
        buffer.removeAll()
        AlertRecordWriter.append(record, to: &buffer)
        let own = spec.keyFields.count
        let isResolved = transition.kind == .resolved
        let texts: [Int: ByteView] = [
            own: arena.copy(isResolved ? "resolved" : "firing"),
            own + 1: arena.copy(isResolved ? "resolved" : transition.kind == .updated ? "updated" : "firing"),
            own + 2: arena.copy(severity), own + 3: arena.copy(transition.fingerprint.description),
            own + 4: record.summaries.first?.text ?? .empty, own + 7: arena.copy(buffer.bytes),
            own + 8: arena.copy(headerLines(transition)),
        ]
        for (column, view) in texts { batch.columns[column].views[row] = view }
        batch.columns[own + 5].ints[row] = transition.startsAt.microseconds
        batch.columns[own + 6].ints[row] = transition.endsAt?.microseconds ?? 0
        batch.columns[own + 6].validity[row] = transition.endsAt == nil ? 0 : 1
        batch.eventTimes[row] = transition.at.microseconds
        batch.count += 1
    }

    /// The record's CloudEvents headers as lines of name, tab, value: a column can hold text only.
    private func headerLines(_ transition: AlertTransition) -> String {
        headers.fill(transition, source: "/vigie/\(spec.topology)")
        return headers.entries.map { "\($0.name)\t\(headers.value(of: $0.name) ?? "")" }.joined(separator: "\n")
    }

    private func copy(_ bytes: [UInt8]) -> ByteView { bytes.withUnsafeBufferPointer { batch.arena.copy($0) } }

    /// The rows appended, if any; they hold until `reset`.
    func take() -> (RecordBatch, Selection)? {
        if batch.count == 0 { return nil }
        selection.selectAll(batch.count)
        return (batch, selection)
    }

    func reset() {
        batch.count = 0
        batch.arena.reset()
    }
}

/// A field's value as plain text, for labels and keys.
enum FieldText {
    static func append(_ column: Column, _ row: Int, to buffer: inout ByteBuffer) {
        if column.validity[row] == 0 { return }
        switch column.type {
        case .bool: column.bools[row] != 0 ? buffer.append("true") : buffer.append("false")
        case .int: buffer.append(column.ints[row])
        case .uint: buffer.append(column.uints[row])
        case .double: buffer.append(shortest: column.doubles[row])
        case .timestamp: buffer.append(rfc3339: EventTime(microseconds: column.ints[row]))
        case .duration: buffer.append(text: spanText(column.ints[row]))
        case .string, .bytes: buffer.append(column.views[row])
        }
    }
}
