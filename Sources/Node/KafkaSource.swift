import KafkaClient
import Records
import Runtime

/// A Kafka consumer as the worker sees it.
final class KafkaSource: RecordSource, AssignmentListener {
    private let consumer: Consumer
    private let outOfRange: OutOfRangePolicy
    /// Whom assignments are told to; set for the length of a poll or close.
    private weak var handler: (any SourceHandler)?
    /// Partitions whose reading has been announced.
    private var started: [TopicPartition: PartitionIndex] = [:]
    private var isPaused = false
    /// Whether a failing look-up has been told already.
    private var isLookupFailing = false
    private var commitTokens: Set<Int> = []

    init(_ consumer: Consumer, outOfRange: OutOfRangePolicy) {
        self.consumer = consumer
        self.outOfRange = outOfRange
        consumer.listener = self
    }

    func poll(limit: Int, waiting milliseconds: Int, _ handler: any SourceHandler) {
        self.handler = handler
        // With partitions waiting for their offsets the poll is kept short.
        let wait = consumer.waitingCount > 0 ? min(milliseconds, 20) : milliseconds
        let batch = consumer.poll(limit: limit, timeout: .milliseconds(wait))
        for run in batch.runs { handler.received(run.messages, run.count, index: run.index) }
        for event in batch.events { take(event, handler) }
        if consumer.waitingCount > 0 { settle(handler) }
    }

    private func settle(_ handler: any SourceHandler) {
        for one in consumer.settle() {
            started[one.partition] = one.index
            handler.started(
                one.partition, index: one.index, from: StartPosition(offset: one.offset, metadata: one.metadata ?? ""))
            if isPaused { consumer.pause([one.index]) }
        }
        if let error = consumer.lookupError, !isLookupFailing {
            handler.failed(
                SourceFailure(
                    message: "looking up committed offsets: \(error.text)", hint: error.hint, isFatal: error.isFatal))
        }
        isLookupFailing = consumer.lookupError != nil
    }

    private func take(_ event: ConsumerEvent, _ handler: any SourceHandler) {
        switch event {
        case .endOfPartition(let index, let offset): handler.reachedEnd(index: index, offset: offset)
        case .error(let error): handler.failed(failure(error, isFatal: error.isFatal))
        case .partitionError(let index, let error):
            let place = consumer.partition(index)
            handler.failed(SourceFailure(message: "\(place): \(error.text)", hint: error.hint, isFatal: error.isFatal))
        case .outOfRange(let index, let range): leaveRange(index, range, handler)
        case .committed(let result):
            if let error = result.error { handler.commitFailed(error.description) }
        case .brokersDown(let error): handler.failed(failure(error, isFatal: false))
        case .brokersBack: break
        }
    }

    private func failure(_ error: KafkaError, isFatal: Bool) -> SourceFailure {
        SourceFailure(message: error.text.isEmpty ? error.name : error.text, hint: error.hint, isFatal: isFatal)
    }

    /// The offset to go on at is no longer (or not yet) in the topic.
    private func leaveRange(_ index: PartitionIndex, _ range: OutOfRange, _ handler: any SourceHandler) {
        let place = consumer.partition(index)
        let what = "\(place) was to go on at offset \(range.wanted), but holds \(range.earliest) to \(range.latest)"
        switch outOfRange {
        case .fail:
            handler.failed(
                SourceFailure(
                    message: what + ": records may be lost for good",
                    hint: "retention is shorter than the outage; start with --out-of-range earliest or latest to go on",
                    isFatal: true))
        case .earliest, .latest:
            let target = outOfRange == .earliest ? range.earliest : range.latest
            guard target >= 0 else {
                // The broker could not be asked what it holds: offset 0 would be a guess that reads everything again.
                handler.failed(SourceFailure(message: what + ", which is not known yet", isFatal: true))
                return
            }
            started[place] = index
            handler.failed(
                SourceFailure(message: what + "; going on at \(target), as --out-of-range says", isFatal: false))
            consumer.start(index, at: target)
            handler.started(place, index: index, from: StartPosition(offset: target, metadata: ""))
        }
    }

    // MARK: Assignment, inline in a poll

    func assigned(_ partitions: [TopicPartition]) {}

    func revoked(_ partitions: [TopicPartition]) {
        // What was given but never started has nothing to finish.
        let known = partitions.filter { started.removeValue(forKey: $0) != nil }
        handler?.revoking(known)
    }

    func lost(_ partitions: [TopicPartition]) {
        let known = partitions.filter { started.removeValue(forKey: $0) != nil }
        handler?.lost(known)
    }

    // MARK: Commits

    func commit(_ commits: [Runtime.OffsetCommit], waits: Bool) {
        let offsets = commits.map { KafkaClient.OffsetCommit($0.partition, $0.offset, metadata: $0.metadata) }
        if !waits {
            _ = consumer.commit(offsets)
            return
        }
        do { try consumer.commitSync(offsets) } catch { handler?.commitFailed(error.description) }
    }

    func pause() {
        isPaused = true
        consumer.pause(Array(started.values))
    }

    func resume() {
        isPaused = false
        consumer.resume(Array(started.values))
    }

    func endOffset(_ partition: TopicPartition) -> Int64? {
        started[partition].flatMap { consumer.storedWatermarks($0)?.high }
    }

    var isConnected: Bool { !consumer.areBrokersDown }

    func close(_ handler: any SourceHandler) {
        self.handler = handler
        consumer.close()
    }
}

/// What to do when the offset to go on at is not in the topic.
public enum OutOfRangePolicy: String, Sendable, CaseIterable {
    /// Stop, so that somebody decides; the default.
    case fail
    case earliest, latest
}
