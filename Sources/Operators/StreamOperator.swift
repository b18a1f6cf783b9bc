public import Records

/// The running half of a step, one per task: takes batches, keeps what state it needs, hands batches on to its outlet.
/// Called on the task's worker thread only. Its immutable half, shared by all tasks, is a `StepSpec`.
public protocol StreamOperator: AnyObject {
    /// Works on the selected rows. Batch and selection are lent for the length of the call.
    func process(_ batch: RecordBatch, _ selection: Selection, _ context: TaskContext)

    /// Event time has come to `watermark`: emits what is due. Called after the rows that brought it there, in step
    /// order, and never with a smaller value.
    func advance(to watermark: EventTime, _ context: TaskContext)

    /// The earliest source offset that the state of this step still depends on, nil where it depends on none: a commit
    /// does not pass it, so that a restart rebuilds the state from the records themselves.
    var heldOffset: Int64? { get }

    /// Keys in state, and the bytes they take.
    var stateSize: StateSize { get }
}

extension StreamOperator {
    public func advance(to watermark: EventTime, _ context: TaskContext) {}
    public var heldOffset: Int64? { nil }
    public var stateSize: StateSize { StateSize(keys: 0, bytes: 0) }
}

/// How much state a step holds in one task.
public struct StateSize: Sendable, Equatable {
    public var keys: Int
    public var bytes: Int

    public init(keys: Int, bytes: Int) {
        self.keys = keys
        self.bytes = bytes
    }
}

/// Where a step's rows go: every step and sink that reads from it, in file order.
public final class Outlet {
    public private(set) var consumers: [any StreamOperator] = []

    public init() {}

    public func add(_ consumer: any StreamOperator) { consumers.append(consumer) }

    public func emit(_ batch: RecordBatch, _ selection: Selection, _ context: TaskContext) {
        if selection.count == 0 { return }
        for consumer in consumers { consumer.process(batch, selection, context) }
    }
}
