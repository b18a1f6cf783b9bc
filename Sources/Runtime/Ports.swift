public import Records

/// Where a worker's records come from. The real one is a Kafka consumer; tests have one in memory. Used on the worker's
/// thread only.
public protocol RecordSource: AnyObject {
    /// Waits up to `milliseconds` for records and hands what is there, `limit` records at most, to the handler, with
    /// assignments and revocations in between, all inline.
    func poll(limit: Int, waiting milliseconds: Int, _ handler: any SourceHandler)

    /// Commits offsets. Waits for the answer only if `waits`; a failure is told to the handler at a later poll.
    func commit(_ commits: [OffsetCommit], waits: Bool)

    /// Stops and starts fetching from all assigned partitions; polls go on, so that the group keeps the member.
    func pause()
    func resume()

    /// The offset after the last record that the partition is known to hold; nil while unknown.
    func endOffset(_ partition: TopicPartition) -> Int64?

    /// False while no broker can be reached.
    var isConnected: Bool { get }

    /// Leaves the group; what is still assigned is revoked through the handler first.
    func close(_ handler: any SourceHandler)
}

/// What a source tells its worker. Bytes are lent for the length of the call.
public protocol SourceHandler: AnyObject {
    /// Reading of a partition begins. `index` names it in later calls until it is revoked or lost.
    func started(_ partition: TopicPartition, index: Int, from start: StartPosition)
    /// The partitions go to others when this returns: work on them has to be finished and committed by then.
    func revoking(_ partitions: [TopicPartition])
    /// The partitions are with others already: nothing about them can be committed any more.
    func lost(_ partitions: [TopicPartition])
    /// Records of one partition, in offset order.
    func received(_ messages: UnsafePointer<RawMessage>, _ count: Int, index: Int)
    /// Everything up to here has been read.
    func reachedEnd(index: Int, offset: Int64)
    func commitFailed(_ message: String)
    func failed(_ failure: SourceFailure)
}

/// Where reading of a partition starts, and what was said with the commit it starts from.
public struct StartPosition: Sendable, Equatable {
    public var offset: Int64
    /// The text committed with the offset; empty for a partition without a commit.
    public var metadata: String

    public init(offset: Int64, metadata: String) {
        self.offset = offset
        self.metadata = metadata
    }
}

public struct OffsetCommit: Sendable, Equatable {
    public var partition: TopicPartition
    /// The next offset to read after a restart.
    public var offset: Int64
    public var metadata: String

    public init(partition: TopicPartition, offset: Int64, metadata: String) {
        self.partition = partition
        self.offset = offset
        self.metadata = metadata
    }
}

/// Something went wrong at the source, in words for an operator.
public struct SourceFailure: Sendable, Equatable {
    public var message: String
    public var hint: String?
    /// The worker can't go on.
    public var isFatal: Bool

    public init(message: String, hint: String? = nil, isFatal: Bool) {
        self.message = message
        self.hint = hint
        self.isFatal = isFatal
    }
}

/// Where a worker's records go. The real one is a Kafka producer. Used on the worker's thread only.
public protocol RecordSink: AnyObject {
    /// A handle by which a topic is named in `send`.
    func topic(_ name: String) -> Int

    /// Takes a record, copying its bytes.
    func send(_ record: OutgoingRecord, epoch: Int) -> SendResult

    /// Serves deliveries, without waiting.
    func poll()

    /// Records of an epoch that were taken and not yet delivered or given up.
    func outstanding(epoch: Int) -> Int

    /// Waits until all is delivered; false when the time ran out first.
    func flush(milliseconds: Int) -> Bool

    /// Records given up since the last call, with the reason. The worker decides what becomes of it.
    func takeFailures() -> [DeliveryFailure]
}

/// What became of a record that was handed to a sink.
public enum SendResult: Sendable, Equatable {
    case taken
    /// No room now: nothing was taken, try again after `poll`.
    case full
    /// It can never be sent as it is; the reason in words.
    case refused(String)
}

/// A record on its way out. The bytes are borrowed for the call.
public struct OutgoingRecord {
    public var topic: Int
    /// Nil lets the key decide.
    public var partition: Int32?
    public var key: UnsafeBufferPointer<UInt8>?
    public var value: UnsafeBufferPointer<UInt8>?
    public var timestampMilliseconds: Int64
    public var headers: [(name: String, value: [UInt8])]

    public init(
        topic: Int, partition: Int32? = nil, key: UnsafeBufferPointer<UInt8>?, value: UnsafeBufferPointer<UInt8>?,
        timestampMilliseconds: Int64, headers: [(name: String, value: [UInt8])] = []
    ) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        self.timestampMilliseconds = timestampMilliseconds
        self.headers = headers
    }
}

public struct DeliveryFailure: Sendable, Equatable {
    public var topic: String
    public var message: String
    public var hint: String?
    /// The producer can't go on.
    public var isFatal: Bool

    public init(topic: String, message: String, hint: String? = nil, isFatal: Bool) {
        self.topic = topic
        self.message = message
        self.hint = hint
        self.isFatal = isFatal
    }
}

/// The clocks of a node; virtual in tests.
public protocol NodeClock: Sendable {
    /// The wall clock.
    var now: EventTime { get }
    /// Microseconds of a clock that never goes back.
    var monotonicMicroseconds: Int64 { get }
}
