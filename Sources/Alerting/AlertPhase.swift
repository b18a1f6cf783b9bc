/// Where the alert of one key stands.
///
/// ```
///               raised                held
///   ┌──────────┐ ────────▶ ┌─────────┐ ────────▶ ┌────────┐
///   │ inactive │           │ pending │           │ firing │
///   └──────────┘ ◀──────── └─────────┘           └────────┘
///        ▲        dropped                             │
///        └────────────────────────────────────────────┘
///                           cleared
/// ```
public enum AlertPhase: UInt8, Sendable, CaseIterable {
    /// The condition does not hold.
    case inactive
    /// The condition holds, but not yet for as long as the rule asks.
    case pending
    /// The alert is out; it ends when the clear condition has held for as long as the rule asks.
    case firing
}

/// What moves an alert from one phase to another.
public enum AlertEvent: UInt8, Sendable, CaseIterable {
    /// A row for which the condition holds, when it did not hold before.
    case raised
    /// A row for which the condition no longer holds, or no row for the rule's `expire`, before it was held long
    /// enough.
    case dropped
    /// The condition has held for the rule's `for`.
    case held
    /// The clear condition has held for the rule's `keepFiring`, or no row has come for its `expire`.
    case cleared
}

extension AlertPhase {
    /// Every legal move. Anything else is a bug of the caller.
    public static let moves: [(from: AlertPhase, event: AlertEvent, to: AlertPhase)] = [
        (.inactive, .raised, .pending),
        (.pending, .dropped, .inactive),
        (.pending, .held, .firing),
        (.firing, .cleared, .inactive),
    ]

    /// The phase after an event; nil when the event can't happen in this phase.
    public func after(_ event: AlertEvent) -> AlertPhase? {
        Self.moves.first { $0.from == self && $0.event == event }?.to
    }
}
