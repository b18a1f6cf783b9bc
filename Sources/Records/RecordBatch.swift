/// Up to `capacity` rows in columns, with an event time per row, and for rows that came straight from a source the
/// message each stands for.
///
/// A batch is owned by whoever fills it and reused; operators borrow it for the length of one call and keep nothing of
/// it. Confined to one worker thread.
public final class RecordBatch {
    public let schema: Schema
    public let capacity: Int
    /// The columns, in schema order. Some may be views of another batch's memory (`select` passes columns through).
    public internal(set) var columns: [Column]
    /// Rows in use.
    public var count: Int
    /// Event time of each row in microseconds.
    public internal(set) var eventTimes: UnsafeMutablePointer<Int64>
    /// The polled messages this batch was decoded from; nil for rows that an operator made.
    public var messages: UnsafePointer<RawMessage>?
    /// Row → index into `messages`; nil when they are the same.
    public var messageIndex: UnsafeMutablePointer<UInt32>?
    /// Memory for text that stands in no message (unescaped, concatenated, formatted). Emptied by whoever fills the
    /// batch.
    public let arena: Arena

    private let storages: [ColumnStorage?]
    private let ownTimes: UnsafeMutablePointer<Int64>
    private var ownIndex: UnsafeMutablePointer<UInt32>?

    /// A batch with memory of its own for every column.
    public convenience init(_ schema: Schema, capacity: Int) {
        self.init(schema, capacity: capacity, owning: Array(repeating: true, count: schema.count))
    }

    /// A batch that has memory only for the columns marked; the others must be lent by `lend` before each use.
    public init(_ schema: Schema, capacity: Int, owning: [Bool]) {
        precondition(owning.count == schema.count && capacity > 0)
        self.schema = schema
        self.capacity = capacity
        let storages = zip(schema.fields, owning).map { $1 ? ColumnStorage($0.type, capacity: capacity) : nil }
        self.storages = storages
        let unlent = UnsafeMutableRawPointer(mutating: UnsafeRawPointer(ByteView.empty.base))
        columns = zip(schema.fields, storages).map { field, storage in
            storage?.column
                ?? Column(type: field.type, data: unlent, validity: unlent.assumingMemoryBound(to: UInt8.self))
        }
        ownTimes = .allocate(capacity: capacity)
        ownTimes.initialize(repeating: 0, count: capacity)
        eventTimes = ownTimes
        count = 0
        arena = Arena()
    }

    deinit {
        ownTimes.deallocate()
        ownIndex?.deallocate()
    }

    /// Makes `messageIndex` the batch's own memory, one index a row, for decoders that make several rows of a message.
    /// Allocated at the first call.
    public func useOwnMessageIndex() -> UnsafeMutablePointer<UInt32> {
        let index = ownIndex ?? .allocate(capacity: capacity)
        if ownIndex == nil { index.initialize(repeating: 0, count: capacity) }
        ownIndex = index
        messageIndex = index
        return index
    }

    /// Makes column `index` a view of another batch's column for the coming rows.
    public func lend(_ column: Column, at index: Int) {
        precondition(column.type == schema[index].type && storages[index] == nil, "a lent column has the field's type")
        columns[index] = column
    }

    /// Takes over count, event times and messages of the batch that this one is computed from, row by row.
    public func follow(_ other: RecordBatch) {
        count = other.count
        eventTimes = other.eventTimes
        messages = other.messages
        messageIndex = other.messageIndex
    }

    /// The message that a row stands for; nil for rows that an operator made.
    @inlinable public func message(of row: Int) -> UnsafePointer<RawMessage>? {
        guard let messages else { return nil }
        return messages + (messageIndex.map { Int($0[row]) } ?? row)
    }
}
