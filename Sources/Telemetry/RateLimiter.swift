/// Lets one of many equal events through per interval and counts the others. Thread-safe.
public final class RateLimiter: @unchecked Sendable {
    // Sendable: the entries are only touched under the lock.
    private struct Entry {
        var last: Int64
        var suppressed: Int
    }

    /// Most keys remembered; the oldest go first. A forgotten key is let through once more.
    private static let maxKeys = 1_024

    private let lock = ThreadLock()
    private let clock: @Sendable () -> Int64
    private var entries: [String: Entry] = [:]

    /// The clock gives nanoseconds that only grow.
    public init(clock: @escaping @Sendable () -> Int64) {
        self.clock = clock
    }

    /// How many events of this key were held back since the last that was let through, or nil when this one is held
    /// back, too.
    public func admit(_ key: String, every interval: Duration) -> Int? {
        let now = clock()
        let (seconds, attoseconds) = interval.components
        let nanoseconds =
            seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue
            &+ attoseconds / 1_000_000_000
        return lock.withLock {
            guard let entry = entries[key] else {
                if entries.count >= Self.maxKeys { dropOldest() }
                entries[key] = Entry(last: now, suppressed: 0)
                return 0
            }
            if now - entry.last < nanoseconds {
                entries[key] = Entry(last: entry.last, suppressed: entry.suppressed + 1)
                return nil
            }
            entries[key] = Entry(last: now, suppressed: 0)
            return entry.suppressed
        }
    }

    private func dropOldest() {
        let sorted = entries.sorted { $0.value.last < $1.value.last }
        for (key, _) in sorted.prefix(Self.maxKeys / 4) { entries[key] = nil }
    }
}
