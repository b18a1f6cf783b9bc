import Operators
public import Records
public import Telemetry
public import Topology

/// One thread with one source and one sink that runs tasks: the file to read first. `runOnce` is the whole life of a
/// record, in order.
public final class Worker: SourceHandler {
    private let settings: WorkerSettings
    private let plans: [TopologyPlan]
    private let source: any RecordSource
    private let emitter: Emitter
    private let deadLetters: DeadLetters
    private let clock: any NodeClock
    private let log: Log
    private let board: StatusBoard

    /// Tasks by the source's index of their partition.
    private var tasks: [[PartitionTask]] = []
    private var partitions: [TopicPartition: Int] = [:]
    private var commits: CommitSchedule
    /// What was committed last, and when by the monotonic clock.
    private var committed: [TopicPartition: (commit: OffsetCommit, position: Int64, at: Int64)] = [:]
    /// Where nothing arrives only the watermark moves on, with the clock: that is worth a commit only now and then.
    private static let quietCommitMicroseconds: Int64 = 5_000_000
    private var isPaused = false
    private var counters = WorkerCounters()
    private var publishedAt: Int64 = .min
    /// Why the worker had to give up; nil while all is well.
    public private(set) var failure: String?

    public init(
        settings: WorkerSettings, plans: [TopologyPlan], source: any RecordSource, sink: any RecordSink,
        clock: any NodeClock, log: Log, board: StatusBoard
    ) {
        self.settings = settings
        self.plans = plans
        self.source = source
        self.clock = clock
        self.log = log
        self.board = board
        emitter = Emitter(sink)
        deadLetters = DeadLetters(topic: settings.deadLetterTopic, emitter: emitter, clock: clock, log: log)
        commits = CommitSchedule(
            intervalMicroseconds: settings.commitIntervalMicroseconds, now: clock.monotonicMicroseconds)
    }

    /// One turn. Everything that happens to a record happens in here, in this order.
    public func runOnce() {
        holdBackOrResume()  // 1 no more input than the sink can take
        source.poll(limit: settings.batchRows, waiting: waitMilliseconds, self)
        // 2 inline, per partition: `received` → decode → watermark → operators → sinks
        tick()  // 3 time moves on where nothing arrives
        emitter.poll()  // 4 deliveries
        checkDeliveries()
        commitIfDue()  // 5 offsets, once what came of them is delivered
        publishIfDue()  // 6 status for the console
    }

    /// Finishes: what has been read is sent, delivered and committed, the group is left.
    public func stop() {
        if failure == nil { commitEverything(of: Array(partitions.keys)) }
        source.close(self)
        _ = emitter.flush(milliseconds: settings.stopMilliseconds, clock)
        publish(state: failure == nil ? .stopped : .failed)
    }

    // MARK: 1 Input

    private func holdBackOrResume() {
        if emitter.isHeldBack, !isPaused {
            source.pause()
            isPaused = true
            counters.pauses += 1
            log.warning("output is slower than input, reading pauses", every: .seconds(10))
        } else if !emitter.isHeldBack, isPaused {
            source.resume()
            isPaused = false
        }
    }

    /// Short while something waits for the clock or for deliveries.
    private var waitMilliseconds: Int {
        isPaused || commits.awaitedEpoch != nil ? 5 : settings.waitMilliseconds
    }

    // MARK: 2 Records

    public func received(_ messages: UnsafePointer<RawMessage>, _ count: Int, index: Int) {
        let begin = clock.monotonicMicroseconds
        for task in tasks[index] {
            task.receive(messages, count)
            if let reason = task.stopReason { fail(reason) }
        }
        counters.records += Int64(count)
        counters.batches.add(clock.monotonicMicroseconds - begin)
    }

    public func reachedEnd(index: Int, offset: Int64) {
        for task in tasks[index] { task.reachedEnd() }
    }

    // MARK: 3 Time

    private func tick() {
        let isConnected = source.isConnected
        for list in tasks {
            for task in list { task.tick(isConnected: isConnected) }
        }
    }

    // MARK: 4 Deliveries

    private func checkDeliveries() {
        for failure in emitter.takeFailures() {
            counters.deliveryFailures += 1
            let hint = failure.hint.map { " (\($0))" } ?? ""
            // Going on would commit offsets of records whose results are lost.
            fail("a record for \(failure.topic) could not be delivered: \(failure.message)\(hint)")
        }
    }

    private func fail(_ reason: String) {
        if failure == nil {
            failure = reason
            log.error("worker stops", ["reason": reason])
        }
    }

    // MARK: 5 Commits

    private func commitIfDue() {
        if failure != nil { return }
        let now = clock.monotonicMicroseconds
        if let epoch = commits.awaitedEpoch, emitter.isDelivered(epoch) {
            commit(commits.take(), waits: false)
        }
        if commits.isDue(now: now) {
            let fresh = offsets(of: Array(partitions.keys))
            if !fresh.isEmpty { commits.begin(epoch: emitter.endEpoch(), fresh, now: now) }
        }
    }

    private func commit(_ fresh: [OffsetCommit], waits: Bool) {
        if fresh.isEmpty { return }
        source.commit(fresh, waits: waits)
        counters.commits += 1
        for commit in fresh {
            let position = CommitMetadata(commit.metadata)?.position ?? commit.offset
            committed[commit.partition] = (commit, position, clock.monotonicMicroseconds)
        }
    }

    /// What a commit would say now, of partitions where it would say something new. Sorted, so that runs compare.
    private func offsets(of keys: [TopicPartition]) -> [OffsetCommit] {
        var fresh: [OffsetCommit] = []
        for partition in keys {
            guard let index = partitions[partition], let first = tasks[index].first else { continue }
            var offset = first.committable
            var watermarks: [String: Int64] = [:]
            for task in tasks[index] {
                offset = min(offset, task.committable)
                watermarks[task.id] = task.watermark.current.microseconds
            }
            let text = CommitMetadata(position: first.processed, watermarks: watermarks).text
            let commit = OffsetCommit(partition: partition, offset: offset, metadata: text)
            if let last = committed[partition], last.commit.offset == commit.offset, last.position == first.processed {
                let isQuiet = clock.monotonicMicroseconds - last.at < Self.quietCommitMicroseconds
                if isQuiet || last.commit == commit { continue }
            }
            fresh.append(commit)
        }
        return fresh.sorted {
            ($0.partition.topic, $0.partition.partition) < ($1.partition.topic, $1.partition.partition)
        }
    }

    /// Waits for deliveries and the commit, before partitions are given up. If deliveries take too long nothing is
    /// committed: the next owner reads the records again.
    private func commitEverything(of keys: [TopicPartition]) {
        let fresh = offsets(of: keys)
        if emitter.flush(milliseconds: settings.revokeMilliseconds, clock) {
            checkDeliveries()
            if failure == nil { commit(fresh, waits: true) }
        } else {
            log.warning(
                "deliveries took too long to commit before partitions were given up", ["partitions": "\(keys.count)"])
        }
    }

    public func commitFailed(_ message: String) {
        counters.commitFailures += 1
        // The same offsets are offered again with the next commit.
        committed.removeAll()
        log.warning("a commit failed and will be tried again", ["reason": message], every: .seconds(10))
    }

    // MARK: Assignment

    public func started(_ partition: TopicPartition, index: Int, from start: StartPosition) {
        while tasks.count <= index { tasks.append([]) }
        var started: [PartitionTask] = []
        for plan in plans {
            for source in plan.sources where source.topic == partition.topic {
                started.append(
                    PartitionTask(
                        plan, source: source, partition: partition, start: start, capacity: settings.batchRows,
                        emitter: emitter, deadLetters: deadLetters, clock: clock))
            }
        }
        tasks[index] = started
        partitions[partition] = index
        counters.assignments += 1
        log.info("partition started", ["partition": "\(partition)", "offset": String(start.offset)])
        publishedAt = .min
    }

    public func revoking(_ gone: [TopicPartition]) {
        commitEverything(of: gone.filter { partitions[$0] != nil })
        forget(gone)
    }

    public func lost(_ gone: [TopicPartition]) {
        log.warning(
            "partitions were taken over by others", ["partitions": gone.map(\.description).joined(separator: " ")])
        forget(gone)
    }

    private func forget(_ gone: [TopicPartition]) {
        commits.drop(Set(gone))
        for partition in gone {
            committed[partition] = nil
            guard let index = partitions.removeValue(forKey: partition) else { continue }
            for task in tasks[index] { counters.absorb(task) }
            tasks[index] = []
            log.info("partition given up", ["partition": "\(partition)"])
        }
        counters.rebalances += 1
        publishedAt = .min
    }

    public func failed(_ failure: SourceFailure) {
        counters.pollErrors += 1
        if failure.isFatal {
            fail(failure.message + (failure.hint.map { " (\($0))" } ?? ""))
        } else {
            log.with(["what": failure.message]).warning(
                "kafka reports", ["hint": failure.hint ?? "none"], every: .seconds(10))
        }
    }

    // MARK: 6 Status

    private func publishIfDue() {
        let now = clock.monotonicMicroseconds
        if publishedAt != .min, now - publishedAt < settings.statusIntervalMicroseconds { return }
        publish(state: failure == nil ? .running : .failed)
    }

    private func publish(state: WorkerState) {
        publishedAt = clock.monotonicMicroseconds
        var status = WorkerStatus(worker: settings.index, state: state, at: clock.now, counters: counters)
        status.isConnected = source.isConnected
        status.isPaused = isPaused
        status.sent = emitter.sent
        status.rejected = deadLetters.counts
        for list in tasks {
            for task in list { status.tasks.append(TaskStatus(task, endOffset: source.endOffset(task.partition))) }
        }
        for list in tasks {
            for task in list { status.counters.absorb(task) }
        }
        board.publish(status)
    }
}
