import Codecs
import Operators
import Records
import Topology

/// The end of a pipeline: rows become records of a topic.
final class SinkOperator: StreamOperator {
    private let plan: SinkPlan
    var name: String { plan.name }
    private let emitter: Emitter
    private let topic: Int
    private let writer: JSONRecordWriter
    private let alertColumns: AlertColumns?
    private var value = ByteBuffer(capacity: 4096)
    private var key = ByteBuffer(capacity: 256)
    private(set) var written: Int64 = 0

    init(_ plan: SinkPlan, emitter: Emitter) {
        self.plan = plan
        self.emitter = emitter
        topic = emitter.topic(plan.topic)
        writer = JSONRecordWriter(plan.schema)
        alertColumns = AlertColumns(plan.schema)
    }

    func process(_ batch: RecordBatch, _ selection: Selection, _ context: TaskContext) {
        if context.isRebuilding { return }
        written += Int64(selection.count)
        switch plan.content {
        case .passThrough:
            for index in 0..<selection.count { pass(batch, Int(selection.rows[index]), context) }
        case .json:
            for index in 0..<selection.count { write(batch, Int(selection.rows[index]), context) }
        case .alerts:
            for index in 0..<selection.count { writeAlert(batch, Int(selection.rows[index]), context) }
        }
    }

    private func pass(_ batch: RecordBatch, _ row: Int, _ context: TaskContext) {
        guard let message = batch.message(of: row) else { return write(batch, row, context) }
        let payload = message.pointee.value.map { UnsafeBufferPointer(start: $0, count: message.pointee.valueCount) }
        send(batch, row, key: keyBytes(batch, row), payload, context)
    }

    private func write(_ batch: RecordBatch, _ row: Int, _ context: TaskContext) {
        value.removeAll()
        writer.append(row: row, of: batch, to: &value)
        send(batch, row, key: keyBytes(batch, row), value.bytes, context)
    }

    private func send(
        _ batch: RecordBatch, _ row: Int, key: UnsafeBufferPointer<UInt8>?, _ value: UnsafeBufferPointer<UInt8>?,
        headers: [(name: String, value: [UInt8])] = [], _ context: TaskContext
    ) {
        let time = EventTime(microseconds: batch.eventTimes[row])
        let refusal = emitter.send(
            OutgoingRecord(
                topic: topic, key: key, value: value, timestampMilliseconds: time.milliseconds, headers: headers))
        if let refusal {
            context.reject(
                batch, row: row, reason: .unsendable, detail: "to \(plan.topic): \(refusal)", step: plan.name)
        }
    }

    private func keyBytes(_ batch: RecordBatch, _ row: Int) -> UnsafeBufferPointer<UInt8>? {
        switch plan.key {
        case .source:
            guard let message = batch.message(of: row), let bytes = message.pointee.key else { return nil }
            return UnsafeBufferPointer(start: bytes, count: message.pointee.keyCount)
        case .fields(let columns):
            if columns.count == 1, let only = columns.first, batch.columns[only].type == .string {
                return batch.columns[only].validity[row] == 0 ? nil : batch.columns[only].views[row].buffer
            }
            key.removeAll()
            KeyText.append(batch, row, columns, to: &key)
            return key.bytes
        }
    }

    private func writeAlert(_ batch: RecordBatch, _ row: Int, _ context: TaskContext) {
        guard let columns = alertColumns else { return write(batch, row, context) }
        var headers: [(name: String, value: [UInt8])] = []
        let packed = batch.columns[columns.headers].views[row].string
        for line in packed.split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1)
            if parts.count == 2 { headers.append((String(parts[0]), Array(parts[1].utf8))) }
        }
        send(
            batch, row, key: batch.columns[columns.fingerprint].views[row].buffer,
            batch.columns[columns.body].views[row].buffer, headers: headers, context)
    }

    /// Where an alert's parts stand among its columns.
    private struct AlertColumns {
        let fingerprint: Int
        let body: Int
        let headers: Int

        init?(_ schema: Schema) {
            guard let fingerprint = schema.index(of: "fingerprint"), let body = schema.index(of: "body"),
                let headers = schema.index(of: "headers")
            else { return nil }
            self.fingerprint = fingerprint
            self.body = body
            self.headers = headers
        }
    }
}

/// The key of an outgoing record made of fields: the text of one, a JSON array of several.
enum KeyText {
    static func append(_ batch: RecordBatch, _ row: Int, _ columns: [Int], to buffer: inout ByteBuffer) {
        if columns.count == 1, let only = columns.first {
            appendText(batch.columns[only], row, quoted: false, to: &buffer)
            return
        }
        buffer.append(UInt8(ascii: "["))
        for (index, column) in columns.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            appendText(batch.columns[column], row, quoted: true, to: &buffer)
        }
        buffer.append(UInt8(ascii: "]"))
    }

    private static func appendText(_ column: Column, _ row: Int, quoted: Bool, to buffer: inout ByteBuffer) {
        if column.validity[row] == 0 { return buffer.append("null") }
        switch column.type {
        case .bool: column.bools[row] != 0 ? buffer.append("true") : buffer.append("false")
        case .int, .duration: buffer.append(column.ints[row])
        case .uint: buffer.append(column.uints[row])
        case .double: buffer.append(shortest: column.doubles[row])
        case .timestamp:
            if quoted { buffer.append(UInt8(ascii: "\"")) }
            buffer.append(rfc3339: EventTime(microseconds: column.ints[row]))
            if quoted { buffer.append(UInt8(ascii: "\"")) }
        case .string, .bytes:
            quoted ? buffer.append(jsonString: column.views[row]) : buffer.append(column.views[row])
        }
    }
}
