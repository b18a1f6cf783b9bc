import Arguments
import KafkaClient
import Records
import Runtime
import Settings

/// Reads a dead-letter topic from one end to the other, as it stands at the start. Nothing is committed and no letter
/// is taken away.
struct DeadLetterScan {
    /// What a scan found.
    struct Result {
        var letters: [DeadLetter] = []
        /// Letters that notes say were replayed.
        var replayed: Set<LetterID> = []
        /// Records that no node wrote.
        var foreign = 0
    }

    let settings: ClientSettings
    let topic: String
    /// First offset and end of each partition.
    let ranges: [(low: Int64, high: Int64)]

    init(_ settings: ClientSettings, topic: String, _ admin: Admin) throws(CommandFailure) {
        self.settings = settings
        self.topic = topic
        var found: [(low: Int64, high: Int64)]?
        var names: [String] = []
        do throws(KafkaError) {
            if let known = try admin.topic(topic) {
                found = try admin.watermarks(of: known.partitions.indices.map { TopicPartition(topic, Int32($0)) })
            } else {
                names = try admin.topics().map(\.name)
            }
        } catch { throw KafkaAccess.failure(error, settings) }
        guard let found else {
            let likely = Suggestion.nearest(to: topic, in: names) ?? names.first { $0.hasSuffix(".dead-letters") }
            let hint =
                likely.map { "did you mean '\($0)'?" }
                ?? "nodes make it when they start: APPLICATION.dead-letters unless told otherwise"
            throw CommandFailure(.usage, "there is no topic '\(topic)' on \(settings.brokers)", hint: hint)
        }
        ranges = found
    }

    /// Reads what `wanted` takes. `from` gives the offset at which a partition is begun.
    func run(
        from start: (_ partition: Int32, _ range: (low: Int64, high: Int64)) -> Int64 = { $1.low },
        isStopped: () -> Bool = { false }, wanted: (DeadLetter) -> Bool
    ) throws(CommandFailure) -> Result {
        var result = Result()
        var left: [Int32: Int64] = [:]
        for (partition, range) in ranges.enumerated() where range.high > range.low {
            left[Int32(partition)] = range.high
        }
        guard !left.isEmpty else { return result }
        let consumer: Consumer
        do throws(KafkaError) {
            // A group of this run only: nothing is committed, so that nothing of it stays.
            let group = "vigie-dlq-\(UInt64.random(in: 0..<(.max)))"
            consumer = try Consumer(settings, group: group, startPolicy: .earliest, log: KafkaAccess.silence)
            try consumer.subscribe([topic])
        } catch { throw KafkaAccess.failure(error, settings) }
        defer { consumer.close(timeout: .seconds(2)) }
        let clock = MachineClock()
        var heardAt = clock.monotonicMicroseconds
        while !left.isEmpty, !isStopped() {
            let taken = try turn(consumer, &left, &result, wanted)
            for one in consumer.settle() {
                let range = ranges[Int(one.partition.partition)]
                let first = max(start(one.partition.partition, range), range.low)
                if first >= range.high { left[one.partition.partition] = nil }
                if first > one.offset { consumer.start(one.index, at: first) }
            }
            if taken { heardAt = clock.monotonicMicroseconds }
            if clock.monotonicMicroseconds - heardAt > 30_000_000 {
                let why = consumer.lookupError.map { ": \($0)" } ?? ""
                throw CommandFailure(
                    .unavailable, "\(settings.brokers): nothing came of \(topic) in 30 s\(why)",
                    hint: "is the cluster healthy, and may this user read with a group named vigie-dlq-…?")
            }
        }
        result.letters.sort { ($0.place.partition, $0.place.offset) < ($1.place.partition, $1.place.offset) }
        return result
    }

    /// One poll; whether it brought anything.
    private func turn(
        _ consumer: Consumer, _ left: inout [Int32: Int64], _ result: inout Result, _ wanted: (DeadLetter) -> Bool
    ) throws(CommandFailure) -> Bool {
        let batch = consumer.poll(limit: 1024, timeout: .milliseconds(50))
        for (number, run) in batch.runs.enumerated() {
            let partition = consumer.partition(run.index).partition
            for at in 0..<run.count where run.messages[at].offset < ranges[Int(partition)].high {
                take(run.messages[at], batch.headers(run: number, message: at), partition, &result, wanted)
            }
            if run.count > 0, run.messages[run.count - 1].offset + 1 >= ranges[Int(partition)].high {
                left[partition] = nil
            }
        }
        for event in batch.events {
            switch event {
            case .endOfPartition(let index, _): left[consumer.partition(index).partition] = nil
            case .outOfRange(let index, let range): consumer.start(index, at: max(range.earliest, 0))
            case .error(let error)
            where error.isFatal || error.code == .groupAuthorizationFailed || error.code == .topicAuthorizationFailed:
                throw KafkaAccess.failure(error, settings)
            case .partitionError(_, let error) where !error.isRetriable: throw KafkaAccess.failure(error, settings)
            case .error, .partitionError, .committed, .brokersDown, .brokersBack: break
            }
        }
        return batch.count > 0
    }

    private func take(
        _ message: RawMessage, _ headers: [MessageHeader], _ partition: Int32, _ result: inout Result,
        _ wanted: (DeadLetter) -> Bool
    ) {
        let value = message.value.map { Array(UnsafeBufferPointer(start: $0, count: message.valueCount)) }
        if ReplayNote.isNote(headers) {
            result.replayed.formUnion(ReplayNote.read(value))
            return
        }
        let letter = DeadLetter(
            place: Position(topic: topic, partition: partition, offset: message.offset),
            timestampMilliseconds: message.timestampMilliseconds,
            key: message.key.map { Array(UnsafeBufferPointer(start: $0, count: message.keyCount)) }, value: value,
            headers: headers)
        if !letter.isLetter {
            result.foreign += 1
        } else if wanted(letter) {
            result.letters.append(letter)
        }
    }
}
