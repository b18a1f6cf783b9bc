import Records

/// How a worker runs. Times carry their unit in the name.
public struct WorkerSettings: Sendable {
    /// The worker's number within its node.
    public var index = 0
    public var batchRows = Limits.batchRows
    /// How often offsets are committed. What a killed node had done since is done again by the next one.
    public var commitIntervalMicroseconds: Int64 = 500_000
    /// How long a poll waits for the first record.
    public var waitMilliseconds = 50
    /// How long deliveries may take when partitions are given up; after that the next owner reads the records again.
    /// Far below `max.poll.interval.ms` (5 minutes), beyond which the group would drop the member.
    public var revokeMilliseconds = 10_000
    public var stopMilliseconds = 10_000
    public var statusIntervalMicroseconds: Int64 = 250_000
    public var deadLetterTopic: String

    public init(deadLetterTopic: String) { self.deadLetterTopic = deadLetterTopic }
}
