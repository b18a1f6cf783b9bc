/// One message as it was polled, read in place: the bytes belong to the source and live until its next poll.
public struct RawMessage: @unchecked Sendable {
    /// The payload; nil for a tombstone.
    public var value: UnsafePointer<UInt8>?
    public var valueCount: Int
    /// The key; nil where the message has none.
    public var key: UnsafePointer<UInt8>?
    public var keyCount: Int
    public var offset: Int64
    /// The broker's timestamp (create time or log-append time, as the topic is set), in Unix milliseconds; −1 when it
    /// has none.
    public var timestampMilliseconds: Int64

    @inlinable public init(
        value: UnsafePointer<UInt8>?, valueCount: Int, key: UnsafePointer<UInt8>?, keyCount: Int, offset: Int64,
        timestampMilliseconds: Int64
    ) {
        self.value = value
        self.valueCount = valueCount
        self.key = key
        self.keyCount = keyCount
        self.offset = offset
        self.timestampMilliseconds = timestampMilliseconds
    }

    @inlinable public var valueView: ByteView { value.map { ByteView(base: $0, count: valueCount) } ?? .empty }
    @inlinable public var keyView: ByteView { key.map { ByteView(base: $0, count: keyCount) } ?? .empty }
}

/// A partition of a topic.
public struct TopicPartition: Hashable, Sendable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public var description: String { "\(topic)[\(partition)]" }
}

/// Where a record stands: what an error message, a dead letter and an alert's evidence name.
public struct Position: Hashable, Sendable, CustomStringConvertible {
    public var topic: String
    public var partition: Int32
    public var offset: Int64

    public init(topic: String, partition: Int32, offset: Int64) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    public var description: String { "\(topic)[\(partition)]@\(offset)" }
}
