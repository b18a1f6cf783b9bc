public import Records

/// Why a record or row could not be used. Raw values are stable: they stand in dead letters and metrics.
public enum RejectReason: String, Sendable, CaseIterable {
    /// The payload could not be decoded; the codec's own reason is in the detail.
    case undecodable
    /// The record lies behind the watermark by more than the window's grace.
    case late
    /// An expression failed on this row (overflow, division by zero, bad conversion).
    case expression
    /// The record's event time lies further ahead of the clock than the source allows.
    case future
    /// The record can't be written to its sink (too large for the topic, for example).
    case unsendable
}

/// Takes rows that can't be used; each ends in the dead-letter topic, counted under its reason.
public protocol RejectSink: AnyObject {
    /// `detail` says what was expected and found. `step` is nil for the source itself.
    func reject(
        _ batch: RecordBatch, row: Int, reason: RejectReason, detail: String, step: String?, _ context: TaskContext)
}

/// What a task's operators share: where the rows come from and how far time is. Confined to the worker's thread.
public final class TaskContext {
    public let topology: String
    /// The source partition whose rows are being processed.
    public let source: TopicPartition
    /// Event time before the batch in hand.
    public var watermark: EventTime = .distantPast
    /// The watermark just before each row of the batch in hand, row by row; nil when no row lies behind its own, so
    /// that none can be late. Makes lateness independent of how records were cut into batches.
    public var rowWatermarks: UnsafePointer<Int64>?
    /// The wall clock, read once per turn.
    public var wallClock: EventTime = .distantPast
    /// True while records are read again only to rebuild state after a restart: they were handled before, so nothing is
    /// sent or rejected for them.
    public var isRebuilding = false
    public let rejects: any RejectSink

    public init(topology: String, source: TopicPartition, rejects: any RejectSink) {
        self.topology = topology
        self.source = source
        self.rejects = rejects
    }

    /// Hands a row to the dead letters, unless it is only being read again.
    public func reject(_ batch: RecordBatch, row: Int, reason: RejectReason, detail: String, step: String?) {
        if isRebuilding { return }
        rejects.reject(batch, row: row, reason: reason, detail: detail, step: step, self)
    }
}
