/// The times of an alert rule, in event-time microseconds.
public struct AlertRule: Sendable, Hashable {
    /// How long the condition has to hold, without a row that says otherwise, before the alert fires. 0 fires at once.
    public var hold: Int64
    /// How long the clear condition has to hold, without a row that says otherwise, before the alert ends. 0 ends at once.
    public var keepFiring: Int64

    /// Negative spans count as 0.
    public init(for hold: Int64 = 0, keepFiring: Int64 = 0) {
        self.hold = max(hold, 0)
        self.keepFiring = max(keepFiring, 0)
    }
}
