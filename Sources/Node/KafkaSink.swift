import KafkaClient
import Records
import Runtime

/// A Kafka producer as the worker sees it.
final class KafkaSink: RecordSink {
    private let producer: Producer
    private var topics: [TopicHandle] = []
    private var refusals: [Runtime.DeliveryFailure] = []

    init(_ producer: Producer) { self.producer = producer }

    func topic(_ name: String) -> Int {
        if let index = topics.firstIndex(where: { $0.name == name }) { return index }
        do { topics.append(try producer.topic(name)) } catch {
            refusals.append(Runtime.DeliveryFailure(topic: name, message: error.text, hint: error.hint, isFatal: true))
            return -1
        }
        return topics.count - 1
    }

    func send(_ record: OutgoingRecord, epoch: Int) -> SendResult {
        guard record.topic >= 0 else { return .refused("the topic could not be opened") }
        let outcome: SendOutcome
        if record.headers.isEmpty {
            outcome = producer.send(
                to: topics[record.topic], partition: record.partition ?? -1, key: record.key, value: record.value,
                timestampMilliseconds: record.timestampMilliseconds, epoch: epoch)
        } else {
            outcome = producer.send(
                to: topics[record.topic], partition: record.partition ?? -1, key: record.key, value: record.value,
                headers: record.headers.map { MessageHeader($0.name, $0.value) },
                timestampMilliseconds: record.timestampMilliseconds, epoch: epoch)
        }
        switch outcome {
        case .queued: return .taken
        case .queueFull: return .full
        case .refused(let error): return .refused(error.text)
        }
    }

    func poll() { producer.poll() }
    func outstanding(epoch: Int) -> Int { producer.outstanding(epoch) }
    func flush(milliseconds: Int) -> Bool { producer.flush(timeout: .milliseconds(milliseconds)) }

    func takeFailures() -> [Runtime.DeliveryFailure] {
        defer { refusals.removeAll() }
        let failed = producer.takeFailures().map {
            Runtime.DeliveryFailure(
                topic: $0.topic, message: $0.error.text, hint: $0.error.hint, isFatal: $0.error.isFatal)
        }
        let fatal = producer.fatalError.map {
            [Runtime.DeliveryFailure(topic: "any topic", message: $0.text, hint: $0.hint, isFatal: true)]
        }
        return refusals + failed + (fatal ?? [])
    }
}
