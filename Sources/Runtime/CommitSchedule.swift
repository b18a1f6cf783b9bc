import Records

/// When to commit, as a plain value: offsets are committed only after every record sent before they were taken has been
/// delivered (at least once), without waiting for it.
///
///     idle ──interval passed, something new──▶ delivering(epoch) ──all of it delivered──▶ commit ──▶ idle
struct CommitSchedule {
    private let intervalMicroseconds: Int64
    private var lastMicroseconds: Int64
    private var pending: (epoch: Int, commits: [OffsetCommit])?

    init(intervalMicroseconds: Int64, now: Int64) {
        self.intervalMicroseconds = intervalMicroseconds
        lastMicroseconds = now
    }

    /// Whether to take offsets now.
    func isDue(now: Int64) -> Bool { pending == nil && now - lastMicroseconds >= intervalMicroseconds }

    mutating func begin(epoch: Int, _ commits: [OffsetCommit], now: Int64) {
        precondition(pending == nil, "one commit at a time")
        lastMicroseconds = now
        pending = (epoch, commits)
    }

    /// The epoch whose deliveries the pending commit waits for.
    var awaitedEpoch: Int? { pending?.epoch }

    /// Takes the commit whose deliveries are done.
    mutating func take() -> [OffsetCommit] {
        defer { pending = nil }
        return pending?.commits ?? []
    }

    /// Forgets offsets of partitions that are no longer ours.
    mutating func drop(_ partitions: Set<TopicPartition>) {
        pending?.commits.removeAll { partitions.contains($0.partition) }
    }
}
