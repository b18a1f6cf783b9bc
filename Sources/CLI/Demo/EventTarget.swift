import KafkaClient
import Records
import Simulators

/// Where simulated events go. Made and used on the generator's thread.
protocol EventTarget: AnyObject {
    /// Takes all events of the batch; waits where there is no room. Returns early when `shouldStop` says so.
    func send(_ batch: borrowing SimulatedBatch, shouldStop: () -> Bool)
    /// Waits until what was sent has arrived, at most `timeout`.
    func finish(timeout: Duration)
    /// What has become of the events so far.
    var counts: EventCounts { get }
}

/// What became of events.
struct EventCounts: Sendable, Equatable {
    /// Events made and handed on.
    var sent: Int64 = 0
    /// Events that the broker has.
    var delivered: Int64 = 0
    /// Events that will not arrive: refused at once, or given up.
    var failed: Int64 = 0
    /// Bytes of keys and values.
    var bytes: Int64 = 0
    /// The first reason why one failed.
    var firstFailure: String?
}

/// Sends events to Kafka, one topic per family, partitioned by key as Java clients do.
final class KafkaEventTarget: EventTarget {
    private let producer: Producer
    private var topics: [TopicHandle] = []
    private var sent: Int64 = 0
    private var refused: Int64 = 0
    private var bytes: Int64 = 0
    private var firstFailure: String?

    /// Bounds of librdkafka's queue, where the settings say nothing: what waits there is memory.
    static let bounds = ["queue.buffering.max.messages": "50000", "queue.buffering.max.kbytes": "32768"]

    init(_ settings: ClientSettings, log: @escaping ClientLog) throws(KafkaError) {
        var settings = settings
        settings.properties.merge(Self.bounds) { given, _ in given }
        producer = try Producer(settings, lingerMilliseconds: 5, log: log)
        for family in SimulatedFamily.allCases { topics.append(try producer.topic(family.topic)) }
    }

    func send(_ batch: borrowing SimulatedBatch, shouldStop: () -> Bool) {
        for index in 0..<batch.count {
            let record = batch.records[index]
            let topic = topics[record.family.rawValue], key = batch.key(index), value = batch.value(index)
            var outcome = producer.send(to: topic, key: key, value: value, epoch: 0)
            while case .queueFull = outcome {
                if shouldStop() { return }
                producer.poll(timeout: .milliseconds(10))
                outcome = producer.send(to: topic, key: key, value: value, epoch: 0)
            }
            if case .refused(let error) = outcome {
                refused += 1
                note(error)
            }
            sent += 1
            bytes += Int64(key.count + (value?.count ?? 0))
        }
        producer.poll()
        takeFailures()
    }

    func finish(timeout: Duration) {
        _ = producer.flush(timeout: timeout)
        takeFailures()
    }

    var counts: EventCounts {
        producer.poll()
        takeFailures()
        return EventCounts(
            sent: sent, delivered: Int64(producer.deliveredTotal), failed: refused + Int64(producer.failedTotal),
            bytes: bytes, firstFailure: firstFailure)
    }

    private func takeFailures() {
        if let failure = producer.takeFailures().first { note(failure.error) }
    }

    private func note(_ error: KafkaError) {
        if firstFailure == nil { firstFailure = error.description + (error.hint.map { "; \($0)" } ?? "") }
    }
}
