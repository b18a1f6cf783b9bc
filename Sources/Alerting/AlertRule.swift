/// The times of an alert rule, in event-time microseconds.
public struct AlertRule: Sendable, Hashable {
    /// How long the condition has to hold, without a row that says otherwise, before the alert fires. 0 fires at once.
    public var hold: Int64
    /// How long the clear condition has to hold, without a row that says otherwise, before the alert ends. 0 ends at
    /// once.
    public var keepFiring: Int64

    /// How long a row is believed when no other of the key follows: a pending or firing alert whose last row is older
    /// than this is over. `never`, the default, for keys that report whatever happens; a span for rows that are there
    /// only while something is seen (an object before a camera).
    public var expire: Int64

    public static let never = Int64.max

    /// Negative spans count as 0; an `expire` of 0 counts as `never`.
    public init(for hold: Int64 = 0, keepFiring: Int64 = 0, expire: Int64 = AlertRule.never) {
        self.hold = max(hold, 0)
        self.keepFiring = max(keepFiring, 0)
        self.expire = expire > 0 ? expire : Self.never
    }
}
