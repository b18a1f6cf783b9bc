public import Records

/// Something about an alert that the world is told.
public struct AlertTransition: Sendable, Hashable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// The alert begins.
        case firing
        /// The alert goes on with another severity.
        case updated
        /// The alert is over.
        case resolved
    }

    public var kind: Kind
    /// Code of the severity from this transition on; of a resolved alert, the last one it had.
    public var severity: UInt8
    /// Code of the severity before; the same as `severity` unless the kind is `updated`.
    public var previousSeverity: UInt8
    /// Counts the transitions of a key, from 1; never repeats for a key, so that incident id and number name a
    /// transition.
    public var sequence: UInt32
    /// Identity of the alert: the same for every incident of a key.
    public var fingerprint: Fingerprint
    /// Event time of this transition.
    public var at: EventTime
    /// When the condition became true (Prometheus: ActiveAt).
    public var activeSince: EventTime
    /// When the alert fired: `activeSince` plus the rule's `for` (Prometheus: FiredAt), not the time of the row that
    /// brought it to light, so that it does not depend on how rows and watermarks were interleaved.
    public var startsAt: EventTime
    /// When the alert ended; only of `resolved`.
    public var endsAt: EventTime?
    /// Whether the alert ended because no row came any more (the rule's `expire`), and not because it was cleared.
    public var isExpired: Bool

    public init(
        kind: Kind, severity: UInt8, previousSeverity: UInt8, sequence: UInt32, fingerprint: Fingerprint,
        at: EventTime, activeSince: EventTime, startsAt: EventTime, endsAt: EventTime?, isExpired: Bool = false
    ) {
        self.kind = kind
        self.severity = severity
        self.previousSeverity = previousSeverity
        self.sequence = sequence
        self.fingerprint = fingerprint
        self.at = at
        self.activeSince = activeSince
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.isExpired = isExpired
    }
}

/// The transitions of one row: none (nearly always), one or two. The second is never there without the first.
public struct AlertTransitions: Sendable, Hashable {
    public var first: AlertTransition?
    public var second: AlertTransition?

    @inlinable
    public init(_ first: AlertTransition? = nil, _ second: AlertTransition? = nil) {
        self.first = first
        self.second = second
    }

    @inlinable public static var none: AlertTransitions { AlertTransitions() }
    @inlinable public var isEmpty: Bool { first == nil }

    mutating func append(_ transition: AlertTransition?) {
        guard let transition else { return }
        if first == nil { first = transition } else { second = transition }
    }

    /// In order.
    @inlinable
    public func forEach(_ body: (AlertTransition) throws -> Void) rethrows {
        if let first { try body(first) }
        if let second { try body(second) }
    }
}
