public import Records

/// The life of the alert of one key, driven by event time alone: rows (`observe`) and watermarks (`advance`). A plain
/// value of 64 bytes without references, so that a table of it can be copied, stored and restored as it is.
///
/// Between two rows of a key the condition is taken to stay as the earlier row said, for the rule's `expire` at most. A
/// deadline (the end of `for`, `keepFiring` or `expire`) therefore takes effect when either the watermark or a later
/// row of the key is past it, and a row exactly at the deadline still counts: if it says otherwise, the deadline has no
/// effect. That makes the result a function of the rows alone; watermarks only bring it to light earlier.
public struct AlertState: Sendable, Hashable {
    public let fingerprint: Fingerprint
    public internal(set) var phase: AlertPhase = .inactive
    /// Code of the current severity: of the last row for which the condition held.
    public internal(set) var severity: UInt8 = 0
    /// Transitions so far.
    public internal(set) var sequence: UInt32 = 0
    /// Rows that were left out because a later one of the key had been seen (saturates).
    public internal(set) var outOfOrder: UInt32 = 0
    /// Pending or firing: when the condition became true.
    var activeMicros: Int64 = 0
    /// Firing: when it fired.
    var startMicros: Int64 = 0
    /// Firing: since when the clear condition holds; `never` when it does not.
    var clearMicros: Int64 = AlertState.never
    /// Pending or firing: the last row that counted.
    var lastMicros: Int64 = 0
    /// Rows before this are out of order: the last row's time, or the last deadline that took effect.
    @usableFromInline var horizon: Int64 = AlertState.never

    @usableFromInline static let never = Int64.min

    public init(fingerprint: Fingerprint) { self.fingerprint = fingerprint }

    /// When the condition became true; nil when inactive.
    public var activeSince: EventTime? { phase == .inactive ? nil : EventTime(microseconds: activeMicros) }
    /// When the alert fired; nil unless firing.
    public var startsAt: EventTime? { phase == .firing ? EventTime(microseconds: startMicros) : nil }
    /// The event time of the last row that counted, or of the last deadline that took effect.
    public var lastSeen: EventTime? { horizon == Self.never ? nil : EventTime(microseconds: horizon) }

    /// Takes in a row of the key.
    ///
    /// - `when`: whether the condition holds for this row.
    /// - `clear`: whether the clear condition holds; nil stands for "not `when`". A row for which both hold counts as
    ///   `when`. A row for which neither holds (the hysteresis band) leaves a firing alert firing, restarts
    ///   `keepFiring`, and ends a pending one, whose condition has to hold without a break.
    /// - `severity`: a code of the caller's; looked at only when the condition holds. Another severity while firing is
    ///   an `updated` transition of the same incident.
    /// - `at`: the row's event time. A row older than the last one of the key is counted in `outOfOrder` and otherwise
    ///   ignored; of rows with the same time each counts, in the order they come.
    @inlinable
    public mutating func observe(
        when: Bool, clear: Bool? = nil, severity: UInt8, at time: EventTime, rule: AlertRule
    ) -> AlertTransitions {
        if phase == .inactive && !when && time.microseconds >= horizon {
            horizon = time.microseconds
            return .none
        }
        return observeSlowly(when, when ? false : clear ?? true, severity, time.microseconds, rule)
    }

    /// Lets event time move on to the watermark: no row of the key before it is still to come. Carries out the earliest
    /// deadline that has passed; more than one may have, so call it until it returns nil.
    public mutating func advance(to watermark: EventTime, rule: AlertRule) -> AlertTransition? {
        settle(before: watermark.microseconds, rule)
    }

    /// The least watermark at which `advance` has an effect, if no row comes before: one microsecond after the
    /// deadline, because a row at the deadline itself still counts. Nil when no deadline is running.
    public func nextDeadline(_ rule: AlertRule) -> EventTime? {
        deadline(rule).map { EventTime(microseconds: $0.due).advanced(by: 1) }
    }

    private enum Deadline { case hold, keepFiring, expire }

    /// The earliest instant at which something that is running is over.
    private func deadline(_ rule: AlertRule) -> (due: Int64, kind: Deadline)? {
        let expires = rule.expire == AlertRule.never ? Int64.max : Self.sum(lastMicros, rule.expire)
        switch phase {
        case .inactive: return nil
        case .pending:
            let fires = Self.sum(activeMicros, rule.hold)
            return expires < fires ? (expires, .expire) : (fires, .hold)
        case .firing:
            let clears = clearMicros == Self.never ? Int64.max : Self.sum(clearMicros, rule.keepFiring)
            if clears <= expires { return clearMicros == Self.never ? nil : (clears, .keepFiring) }
            return (expires, .expire)
        }
    }

    @usableFromInline
    mutating func observeSlowly(
        _ when: Bool, _ clear: Bool, _ severity: UInt8, _ time: Int64, _ rule: AlertRule
    ) -> AlertTransitions {
        if time < horizon {
            if outOfOrder < .max { outOfOrder += 1 }
            return .none
        }
        var transitions = AlertTransitions.none
        while let transition = settle(before: time, rule) { transitions.append(transition) }
        horizon = time
        lastMicros = time
        switch phase {
        case .inactive where when:
            move(.raised)
            activeMicros = time
            self.severity = severity
            if rule.hold == 0 { transitions.append(fire(at: time)) }
        case .inactive: break
        case .pending where when:
            self.severity = severity
            let due = Self.sum(activeMicros, rule.hold)
            if time >= due { transitions.append(fire(at: due)) }
        case .pending: move(.dropped)
        case .firing where clear:
            if clearMicros == Self.never { clearMicros = time }
            let due = Self.sum(clearMicros, rule.keepFiring)
            if time >= due { transitions.append(resolve(at: due)) }
        case .firing:
            clearMicros = Self.never
            if when && severity != self.severity { transitions.append(update(severity, at: time)) }
        }
        return transitions
    }

    /// Carries out the earliest deadline if it lies before `time`.
    private mutating func settle(before time: Int64, _ rule: AlertRule) -> AlertTransition? {
        guard let (due, kind) = deadline(rule), due < time else { return nil }
        horizon = max(horizon, due)
        switch kind {
        case .hold: return fire(at: due)
        case .keepFiring: return resolve(at: due)
        case .expire where phase == .firing: return resolve(at: due, isExpired: true)
        case .expire:
            move(.dropped)
            return nil
        }
    }

    private mutating func fire(at time: Int64) -> AlertTransition {
        move(.held)
        startMicros = time
        clearMicros = Self.never
        return transition(.firing, from: severity, at: time)
    }

    private mutating func update(_ severity: UInt8, at time: Int64) -> AlertTransition {
        let previous = self.severity
        self.severity = severity
        return transition(.updated, from: previous, at: time)
    }

    private mutating func resolve(at time: Int64, isExpired: Bool = false) -> AlertTransition {
        move(.cleared)
        return transition(.resolved, from: severity, at: time, isExpired: isExpired)
    }

    private mutating func transition(
        _ kind: AlertTransition.Kind, from previous: UInt8, at time: Int64, isExpired: Bool = false
    ) -> AlertTransition {
        sequence &+= 1
        return AlertTransition(
            kind: kind, severity: severity, previousSeverity: previous, sequence: sequence, fingerprint: fingerprint,
            at: EventTime(microseconds: time), activeSince: EventTime(microseconds: activeMicros),
            startsAt: EventTime(microseconds: startMicros),
            endsAt: kind == .resolved ? EventTime(microseconds: time) : nil, isExpired: isExpired)
    }

    private mutating func move(_ event: AlertEvent) {
        guard let next = phase.after(event) else {
            preconditionFailure("no such move: phase \(phase), event \(event)")
        }
        phase = next
    }

    private static func sum(_ time: Int64, _ span: Int64) -> Int64 {
        EventTime(microseconds: time).advanced(by: span).microseconds
    }
}
