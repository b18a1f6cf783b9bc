public import Records

/// A small number that stands for one partition in a Consumer; the same one as long as the Consumer lives.
public typealias PartitionIndex = Int

/// What a poll found besides messages.
public enum ConsumerEvent: Sendable {
    /// Everything that is in the partition has been read. `offset` is that of the next message to come.
    case endOfPartition(PartitionIndex, offset: Int64)
    /// Something that concerns the client or the group.
    case error(KafkaError)
    /// Something that concerns one partition.
    case partitionError(PartitionIndex, KafkaError)
    /// The position is not in the topic (any more): the partition stands still until `Consumer.start(_:at:)`.
    case outOfRange(PartitionIndex, OutOfRange)
    /// The answer to `Consumer.commit`.
    case committed(CommitResult)
    /// No broker can be reached; everything goes on by itself when one is back.
    case brokersDown(KafkaError)
    /// A broker answers again.
    case brokersBack
}

/// A position that the broker refuses, and what it has.
public struct OutOfRange: Hashable, Sendable {
    /// Where reading was to go on; −1 when not known.
    public var wanted: Int64
    /// The first offset in the partition; −1 when not known.
    public var earliest: Int64
    /// The offset after the last; −1 when not known.
    public var latest: Int64
}

/// What became of a commit.
public struct CommitResult: Sendable {
    /// The number given to `Consumer.commit`.
    public var token: Int
    /// nil when everything was committed. With `isRetriable` the next commit will do.
    public var error: KafkaError?
}

/// An offset to commit for a partition: that of the next message to be read.
public struct OffsetCommit: Hashable, Sendable {
    public var partition: TopicPartition
    public var offset: Int64
    /// Kept by the broker beside the offset, up to 4096 bytes by default.
    public var metadata: String

    public init(_ partition: TopicPartition, _ offset: Int64, metadata: String = "") {
        self.partition = partition
        self.offset = offset
        self.metadata = metadata
    }
}

/// Where a partition without a committed offset starts.
public enum StartPolicy: String, Sendable, CaseIterable {
    case earliest, latest
}

/// A partition that is being read from now on.
public struct StartedPartition: Sendable {
    public enum Origin: Sendable {
        /// Went on where the group had committed.
        case committed
        /// The group had committed nothing: the start policy. Commit the offset soon: until something is committed, a
        /// restart by `latest` would skip what came meanwhile.
        case policy
    }

    public var index: PartitionIndex
    public var partition: TopicPartition
    /// The offset of the first message to come.
    public var offset: Int64
    /// What was committed with the offset; nil without one.
    public var metadata: String?
    public var origin: Origin
}

/// Hears of partitions given and taken, inside `poll` or `close`, on the polling thread.
public protocol AssignmentListener: AnyObject {
    /// Partitions were given to this consumer. They are read after `Consumer.settle` has started them.
    func assigned(_ partitions: [TopicPartition])
    /// Partitions are about to be taken away in good order: finish the work and commit (`Consumer.commitSync`) before
    /// returning.
    func revoked(_ partitions: [TopicPartition])
    /// Partitions are gone already, and may be read by others: throw their state away, commit nothing.
    func lost(_ partitions: [TopicPartition])
}
