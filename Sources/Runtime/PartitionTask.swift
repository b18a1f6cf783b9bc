import Codecs
import Operators
import Records
import Topology

/// One partition of one source of one topology: decoder, operators with their state, and how far time and reading are.
final class PartitionTask {
    let topology: TopologyPlan
    let source: SourcePlan
    let partition: TopicPartition
    let pipeline: Pipeline
    private let decoder: any RecordDecoder
    private let batch: RecordBatch
    private let selection: Selection
    private let rowWatermarks: UnsafeMutablePointer<Int64>
    private let context: TaskContext
    private let deadLetters: DeadLetters
    private let clock: any NodeClock
    private var rejections: [Rejection] = []
    private(set) var watermark: InputWatermark
    /// The next offset to process.
    private(set) var position: Int64
    /// Offsets below this were processed before a restart and are read again only to rebuild state.
    private let rebuildUntil: Int64
    private(set) var counters = TaskCounters()
    /// Set by a source whose policy is to stop at a record that can't be used.
    private(set) var stopReason: String?

    init(
        _ topology: TopologyPlan, source: SourcePlan, partition: TopicPartition, start: StartPosition, capacity: Int,
        emitter: Emitter, deadLetters: DeadLetters, clock: any NodeClock
    ) {
        self.topology = topology
        self.source = source
        self.partition = partition
        self.deadLetters = deadLetters
        self.clock = clock
        pipeline = Pipeline(topology, source: source, capacity: capacity, emitter: emitter)
        decoder = source.makeDecoder()
        batch = RecordBatch(source.shape.schema, capacity: capacity)
        selection = Selection(capacity: capacity)
        rowWatermarks = .allocate(capacity: capacity)
        rowWatermarks.initialize(repeating: .min, count: capacity)
        context = TaskContext(topology: topology.name, source: partition, rejects: deadLetters)
        let metadata = CommitMetadata(start.metadata)
        rebuildUntil = max(metadata?.position ?? start.offset, start.offset)
        position = start.offset
        let restored = metadata?.watermarks[Self.id(topology, source)] ?? .min
        watermark = InputWatermark(
            rule: source.watermark, restored: EventTime(microseconds: restored), monotonic: clock.monotonicMicroseconds)
        context.watermark = watermark.current
    }

    deinit { rowWatermarks.deallocate() }

    static func id(_ topology: TopologyPlan, _ source: SourcePlan) -> String { topology.name + "/" + source.name }
    var id: String { Self.id(topology, source) }

    /// What a commit may say for this task: the oldest record that its state still needs.
    var committable: Int64 { min(position, pipeline.heldOffset ?? position) }
    /// How far processing is, at least as far as it was before a restart.
    var processed: Int64 { max(position, rebuildUntil) }

    // MARK: Records

    func receive(_ messages: UnsafePointer<RawMessage>, _ count: Int) {
        context.wallClock = clock.now
        var from = 0
        while from < count {
            var to = min(count, from + batch.capacity)
            context.isRebuilding = messages[from].offset < rebuildUntil
            if context.isRebuilding {
                while to > from + 1, messages[to - 1].offset >= rebuildUntil { to -= 1 }
            }
            let consumed = process(messages + from, to - from)
            from += consumed
        }
        position = messages[count - 1].offset + 1
        for index in 0..<count { counters.bytes += Int64(messages[index].valueCount) }
    }

    /// Decodes and pushes one batch; returns the messages used up.
    private func process(_ messages: UnsafePointer<RawMessage>, _ count: Int) -> Int {
        rejections.removeAll(keepingCapacity: true)
        let decoded = decoder.decode(messages, count, into: batch, selection: selection, rejections: &rejections)
        counters.records += Int64(decoded.consumed)
        if !rejections.isEmpty { reject(messages) }
        let latest = observe(decoded.maxEventTime)
        pipeline.entry.emit(batch, selection, context)
        watermark.observe(latest: latest, monotonic: clock.monotonicMicroseconds)
        advance()
        return max(decoded.consumed, 1)
    }

    private func reject(_ messages: UnsafePointer<RawMessage>) {
        counters.undecodable += Int64(rejections.count)
        if context.isRebuilding { return }
        for rejection in rejections {
            let message = messages[rejection.message]
            deadLetters.reject(
                message, rejection, topology: topology.name, source: partition, skipped: source.onError != .deadLetter)
            if source.onError == .stop, stopReason == nil {
                let place = Position(topic: partition.topic, partition: partition.partition, offset: message.offset)
                stopReason =
                    "\(place) can't be used (\(rejection.reason.rawValue)): \(rejection.detail); source '\(source.name)' of '\(topology.name)' says on-error: stop"
            }
        }
    }

    /// Looks over the event times of the batch: the latest, rows ahead of the clock (taken out), and whether any row
    /// lies behind the watermark that held just before it.
    private func observe(_ maxEventTime: EventTime) -> EventTime {
        let limit = context.wallClock.advanced(by: source.watermark.aheadMicroseconds).microseconds
        let times = batch.eventTimes
        let rows = selection.rows
        var latest = watermark.latest.microseconds
        let delay = source.watermark.delayMicroseconds
        let floor = watermark.current.microseconds
        var isBehind = false
        if maxEventTime.microseconds > limit { removeFuture(limit) }
        let count = selection.count
        var index = 0
        while index < count {
            let time = times[Int(rows[index])]
            let bound = max(latest == .min ? .min : latest &- delay, floor)
            isBehind = isBehind || time < bound
            latest = max(latest, time)
            index += 1
        }
        if isBehind { fillRowWatermarks() }
        context.rowWatermarks = isBehind ? UnsafePointer(rowWatermarks) : nil
        // Frames without a row count, unless they are what lies ahead.
        if maxEventTime.microseconds <= limit { latest = max(latest, maxEventTime.microseconds) }
        return EventTime(microseconds: latest)
    }

    private func fillRowWatermarks() {
        let delay = source.watermark.delayMicroseconds
        let floor = watermark.current.microseconds
        var latest = watermark.latest.microseconds
        for index in 0..<selection.count {
            let row = Int(selection.rows[index])
            rowWatermarks[row] = max(latest == .min ? .min : latest &- delay, floor)
            latest = max(latest, batch.eventTimes[row])
        }
    }

    private func removeFuture(_ limit: Int64) {
        var ahead: [Int] = []
        for index in 0..<selection.count {
            let row = Int(selection.rows[index])
            let time = EventTime(microseconds: batch.eventTimes[row])
            if time.microseconds <= limit { continue }
            ahead.append(row)
            context.reject(
                batch, row: row, reason: .future,
                detail:
                    "event time \(time) lies more than \(source.watermark.aheadMicroseconds / 1_000_000) s ahead of the clock, \(context.wallClock); is the device's clock or time zone right?",
                step: nil)
        }
        selection.remove(rows: ahead)
    }

    // MARK: Time

    func reachedEnd() { watermark.reachedEnd() }

    /// The clock has moved on; matters to a partition that has gone quiet.
    func tick(isConnected: Bool) {
        watermark.tick(monotonic: clock.monotonicMicroseconds, isConnected: isConnected)
        if watermark.current > context.watermark {
            context.wallClock = clock.now
            context.isRebuilding = false
            advance()
        }
    }

    private func advance() {
        guard watermark.current > context.watermark else { return }
        pipeline.advance(to: watermark.current, context)
        context.watermark = watermark.current
    }
}

/// What one task has done since it began.
struct TaskCounters: Sendable, Equatable {
    var records: Int64 = 0
    /// Of the payloads.
    var bytes: Int64 = 0
    var undecodable: Int64 = 0
}
