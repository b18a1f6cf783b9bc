import Codecs
import Operators
import Records
import Telemetry
import Topology

/// Sends what can't be used to the dead-letter topic, as it came, with the reason and the place in headers; counts each
/// under its reason.
final class DeadLetters: RejectSink {
    private let emitter: Emitter
    private let clock: any NodeClock
    private let topic: Int
    private let log: Log
    private(set) var counts: [RejectKey: Int64] = [:]
    private var writers: [Schema: JSONRecordWriter] = [:]
    private var buffer = ByteBuffer(capacity: 1024)

    init(topic: String, emitter: Emitter, clock: any NodeClock, log: Log) {
        self.emitter = emitter
        self.clock = clock
        self.log = log
        self.topic = emitter.topic(topic)
    }

    /// A record that could not be decoded.
    func reject(_ message: RawMessage, _ rejection: Rejection, topology: String, source: TopicPartition, skipped: Bool)
    {
        count(rejection.reason.rawValue, rejection.detail, topology, nil, source, message.offset)
        if skipped { return }
        send(
            message, reason: rejection.reason.rawValue, detail: rejection.detail, topology: topology, step: nil,
            source: source)
    }

    func reject(
        _ batch: RecordBatch, row: Int, reason: RejectReason, detail: String, step: String?, _ context: TaskContext
    ) {
        guard let message = batch.message(of: row) else {
            return rejectMade(batch, row, reason, detail, step, context)
        }
        count(reason.rawValue, detail, context.topology, step, context.source, message.pointee.offset)
        send(
            message.pointee, reason: reason.rawValue, detail: detail, topology: context.topology, step: step,
            source: context.source)
    }

    /// A row that an operator made has no message: its fields are sent as JSON.
    private func rejectMade(
        _ batch: RecordBatch, _ row: Int, _ reason: RejectReason, _ detail: String, _ step: String?,
        _ context: TaskContext
    ) {
        count(reason.rawValue, detail, context.topology, step, context.source, nil)
        let writer = writers[batch.schema] ?? JSONRecordWriter(batch.schema)
        writers[batch.schema] = writer
        buffer.removeAll()
        writer.append(row: row, of: batch, to: &buffer)
        var headers = self.headers(reason.rawValue, detail, context.topology, step)
        headers.append(("vigie-topic", Array(context.source.topic.utf8)))
        headers.append(("vigie-partition", Array(String(context.source.partition).utf8)))
        forward(key: nil, value: reason == .unsendable ? nil : buffer.bytes, timestamp: clock.now.milliseconds, headers)
    }

    private func send(
        _ message: RawMessage, reason: String, detail: String, topology: String, step: String?, source: TopicPartition
    ) {
        var headers = self.headers(reason, detail, topology, step)
        headers.append(("vigie-topic", Array(source.topic.utf8)))
        headers.append(("vigie-partition", Array(String(source.partition).utf8)))
        headers.append(("vigie-offset", Array(String(message.offset).utf8)))
        headers.append(("vigie-timestamp", Array(String(message.timestampMilliseconds).utf8)))
        let key = message.key.map { UnsafeBufferPointer(start: $0, count: message.keyCount) }
        let value = message.value.map { UnsafeBufferPointer(start: $0, count: message.valueCount) }
        forward(key: key, value: value, timestamp: clock.now.milliseconds, headers)
    }

    private func forward(
        key: UnsafeBufferPointer<UInt8>?, value: UnsafeBufferPointer<UInt8>?, timestamp: Int64,
        _ headers: [(name: String, value: [UInt8])]
    ) {
        let record = OutgoingRecord(
            topic: topic, key: key, value: value, timestampMilliseconds: timestamp, headers: headers)
        guard let refusal = emitter.send(record) else { return }
        // Too large for the producer, with the headers on top: the place and the reason still go.
        let note = headers + [("vigie-omitted", Array("the value, \(value?.count ?? 0) bytes: \(refusal)".utf8))]
        let short = OutgoingRecord(topic: topic, key: nil, value: nil, timestampMilliseconds: timestamp, headers: note)
        if let again = emitter.send(short) {
            log.error("a dead letter could not be sent", ["reason": again])
        }
    }

    private func headers(
        _ reason: String, _ detail: String, _ topology: String, _ step: String?
    ) -> [(name: String, value: [UInt8])] {
        var headers: [(name: String, value: [UInt8])] = [
            ("vigie-reason", Array(reason.utf8)), ("vigie-detail", Array(detail.utf8)),
            ("vigie-topology", Array(topology.utf8)),
        ]
        if let step { headers.append(("vigie-step", Array(step.utf8))) }
        headers.append(("vigie-rejected-at", Array(clock.now.description.utf8)))
        return headers
    }

    private func count(
        _ reason: String, _ detail: String, _ topology: String, _ step: String?, _ source: TopicPartition,
        _ offset: Int64?
    ) {
        counts[RejectKey(topology: topology, topic: source.topic, step: step ?? "", reason: reason), default: 0] += 1
        let place = offset.map { "\(source)@\($0)" } ?? source.description
        log.with(["topology": topology, "reason": reason]).warning(
            "record can't be used", ["at": place, "detail": detail], every: .seconds(10))
    }
}
