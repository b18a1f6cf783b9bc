import KafkaClient
import Records

/// Drops librdkafka's log.
let quiet: ClientLog = { _, _, _ in }

/// A message copied out of its batch.
struct Copied: Hashable {
    var partition: TopicPartition
    var offset: Int64
    var key: String?
    var value: String?
    var timestamp: Int64
}

/// A consumer whose turns are run by the test, and what it saw.
final class Reader: AssignmentListener {
    let consumer: Consumer
    var messages: [Copied] = []
    var started: [StartedPartition] = []
    var events: [ConsumerEvent] = []
    var ends: [TopicPartition: Int64] = [:]
    /// Assignments as they were heard of.
    var heard: [String] = []
    /// Run inside `revoked`, before the partitions are let go.
    var onRevoke: (Reader, [TopicPartition]) -> Void = { _, _ in }

    init(_ consumer: Consumer) {
        self.consumer = consumer
        consumer.listener = self
    }

    convenience init(
        _ brokers: String, group: String, topics: [String], policy: StartPolicy = .earliest,
        properties: [String: String] = [:]
    ) throws {
        // The mock cluster takes the session's time-out, less a second, to notice that a group's last member has left;
        // that of old versions throws out members whose session is shorter than the three seconds a group takes to
        // form.
        let session = ProtocolSupport.versionNumber < Ground.maturedMock ? "6000" : "2000"
        let short = ["session.timeout.ms": session, "heartbeat.interval.ms": "300"]
        let settings = ClientSettings(brokers: brokers, properties: short.merging(properties) { $1 })
        try self.init(Consumer(settings, group: group, startPolicy: policy, log: quiet))
        try consumer.subscribe(topics)
    }

    func assigned(_ partitions: [TopicPartition]) { heard.append("+" + names(partitions)) }
    func revoked(_ partitions: [TopicPartition]) {
        heard.append("-" + names(partitions))
        onRevoke(self, partitions)
    }
    func lost(_ partitions: [TopicPartition]) { heard.append("!" + names(partitions)) }

    private func names(_ partitions: [TopicPartition]) -> String {
        partitions.map { "\($0.partition)" }.sorted().joined(separator: ",")
    }

    /// The answers to commits so far.
    var commits: [CommitResult] {
        events.compactMap { if case .committed(let result) = $0 { result } else { nil } }
    }
    /// Errors so far, of the client and of partitions.
    var errors: [KafkaError] {
        events.compactMap {
            switch $0 {
            case .error(let error), .partitionError(_, let error): error
            default: nil
            }
        }
    }
    var outOfRange: [OutOfRange] {
        events.compactMap { if case .outOfRange(_, let range) = $0 { range } else { nil } }
    }

    /// How far this reader has read a partition; nil when it does not have it.
    func processed(_ partition: TopicPartition) -> OffsetCommit? {
        consumer.index(of: partition).flatMap { consumer.position($0) }.map { OffsetCommit(partition, $0) }
    }

    /// One turn; returns how many messages it brought.
    @discardableResult
    func turn(limit: Int = 1024, timeout: Duration = .milliseconds(20)) -> Int {
        let batch = consumer.poll(limit: limit, timeout: timeout)
        for run in batch.runs {
            let partition = consumer.partition(run.index)
            for at in 0..<run.count {
                let message = run.messages[at]
                messages.append(
                    Copied(
                        partition: partition, offset: message.offset,
                        key: message.key == nil ? nil : message.keyView.string,
                        value: message.value == nil ? nil : message.valueView.string,
                        timestamp: message.timestampMilliseconds))
            }
        }
        for event in batch.events {
            if case .endOfPartition(let index, let offset) = event { ends[consumer.partition(index)] = offset }
        }
        events += batch.events
        started += consumer.settle()
        return batch.count
    }

    /// Turns until `condition` holds; false after `seconds`.
    func turns(for seconds: Double = 15, until condition: (Reader) -> Bool) -> Bool {
        let end = ContinuousClock.now + .milliseconds(Int64(seconds * 1000))
        while ContinuousClock.now < end {
            turn()
            if condition(self) { return true }
        }
        return condition(self)
    }
}

extension Producer {
    /// Sends text; waits while the queue is full.
    func say(
        _ topic: String, _ value: String?, key: String? = nil, partition: Int32 = -1, time: Int64 = 0, epoch: Int = 0,
        headers: [MessageHeader]? = nil
    ) throws -> SendOutcome {
        let handle = try self.topic(topic)
        let valueBytes = value.map { Array($0.utf8) }
        let keyBytes = key.map { Array($0.utf8) }
        return Self.lend(valueBytes) { value in
            Self.lend(keyBytes) { key in
                if let headers {
                    return send(
                        to: handle, partition: partition, key: key, value: value, headers: headers,
                        timestampMilliseconds: time, epoch: epoch)
                }
                return send(
                    to: handle, partition: partition, key: key, value: value, timestampMilliseconds: time, epoch: epoch)
            }
        }
    }

    private static func lend<R>(_ bytes: [UInt8]?, _ body: (UnsafeBufferPointer<UInt8>?) -> R) -> R {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBufferPointer { body($0) }
    }
}
