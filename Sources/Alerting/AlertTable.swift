public import Records

/// The alerts of one rule over many keys: a state per dense key id, and the running deadlines in order, so that a
/// watermark costs nothing for keys that have none due. 64 bytes per key, 80 to 100 for one that is pending. Confined
/// to one thread.
public struct AlertTable: ~Copyable {
    public let rule: AlertRule
    /// Ids in use are 0 ..< count.
    public private(set) var count = 0
    /// Keys whose alert is pending, and keys whose alert is firing.
    public private(set) var pending = 0
    public private(set) var firing = 0
    /// Rows left out because a later one of their key had been seen.
    public private(set) var outOfOrder: UInt64 = 0

    @usableFromInline var states: UnsafeMutablePointer<AlertState>
    private var capacity = 64
    private var deadlines = DeadlineQueue()
    /// The earliest deadline of each key that stands in the queue; `Int64.max` when none does. A key is entered again
    /// only for an earlier one, so that flicker does not fill the queue.
    private var queued: ContiguousArray<Int64> = []

    public init(rule: AlertRule) {
        self.rule = rule
        states = .allocate(capacity: capacity)
    }

    deinit { states.deallocate() }

    /// Gives a key id an inactive alert in place of whatever it had. Ids before it that were never started get one too,
    /// so ids should be dense.
    public mutating func start(_ id: UInt32, fingerprint: Fingerprint) {
        restore(id, AlertState(fingerprint: fingerprint))
    }

    /// Gives a key id a state that was stored before.
    public mutating func restore(_ id: UInt32, _ state: AlertState) {
        grow(to: Int(id) + 1)
        note(states[Int(id)].phase, state.phase)
        states[Int(id)] = state
        schedule(id)
    }

    /// The state of a key that was started.
    @inlinable
    public subscript(_ id: UInt32) -> AlertState {
        precondition(Int(id) < count, "the key was started")
        return states[Int(id)]
    }

    /// Takes in a row of a key that was started; see `AlertState.observe`.
    @inlinable
    public mutating func observe(
        _ id: UInt32, when: Bool, clear: Bool? = nil, severity: UInt8, at time: EventTime
    ) -> AlertTransitions {
        precondition(Int(id) < count, "the key was started")
        let state = states + Int(id)
        if state.pointee.phase == .inactive && !when && time.microseconds >= state.pointee.horizon {
            state.pointee.horizon = time.microseconds
            return .none
        }
        return observeSlowly(id, when, clear, severity, time)
    }

    /// Lets event time move on: alerts whose deadline has passed fire or end, in the order of their deadlines.
    public mutating func advance(to watermark: EventTime, _ body: (UInt32, AlertTransition) -> Void) {
        while let entry = deadlines.first, entry.due <= watermark.microseconds {
            _ = deadlines.pop()
            // Another entry of the key, entered later for an earlier deadline, has done this one's work.
            guard queued[Int(entry.id)] == entry.due else { continue }
            queued[Int(entry.id)] = .max
            // A deadline that has moved is entered where it belongs, so that all take effect in order.
            if states[Int(entry.id)].nextDeadline(rule)?.microseconds == entry.due {
                let before = states[Int(entry.id)].phase
                let transition = states[Int(entry.id)].advance(to: watermark, rule: rule)
                note(before, states[Int(entry.id)].phase)
                if let transition { body(entry.id, transition) }
            }
            schedule(entry.id)
        }
    }

    /// A watermark before this has no effect. Nil when no deadline runs; it may be early, never late.
    public var nextDeadline: EventTime? { deadlines.first.map { EventTime(microseconds: $0.due) } }

    /// Every key whose alert is pending or firing, by id.
    public func forEachActive(_ body: (UInt32, AlertState) throws -> Void) rethrows {
        for id in 0..<count where states[id].phase != .inactive {
            try body(UInt32(truncatingIfNeeded: id), states[id])
        }
    }

    @usableFromInline
    mutating func observeSlowly(
        _ id: UInt32, _ when: Bool, _ clear: Bool?, _ severity: UInt8, _ time: EventTime
    ) -> AlertTransitions {
        let state = states + Int(id)
        let before = state.pointee.phase
        if time.microseconds < state.pointee.horizon { outOfOrder += 1 }
        let transitions = state.pointee.observe(when: when, clear: clear, severity: severity, at: time, rule: rule)
        note(before, state.pointee.phase)
        schedule(id)
        return transitions
    }

    /// Enters a key's deadline in the queue, unless an entry at least as early is there.
    private mutating func schedule(_ id: UInt32) {
        guard let due = states[Int(id)].nextDeadline(rule)?.microseconds, due < queued[Int(id)] else { return }
        queued[Int(id)] = due
        deadlines.push(.init(due: due, id: id))
    }

    private mutating func note(_ before: AlertPhase, _ after: AlertPhase) {
        if before == after { return }
        pending += (after == .pending ? 1 : 0) - (before == .pending ? 1 : 0)
        firing += (after == .firing ? 1 : 0) - (before == .firing ? 1 : 0)
    }

    private mutating func grow(to needed: Int) {
        guard needed > count else { return }
        if needed > capacity {
            let larger = max(needed, capacity * 2)
            let memory = UnsafeMutablePointer<AlertState>.allocate(capacity: larger)
            memory.moveInitialize(from: states, count: count)
            states.deallocate()
            states = memory
            capacity = larger
        }
        (states + count).initialize(repeating: AlertState(fingerprint: Fingerprint(value: 0)), count: needed - count)
        queued.append(contentsOf: repeatElement(.max, count: needed - count))
        count = needed
    }
}
