import Records

/// When events are due, as a plain value: event times in, moments of the clock out.
struct Pacer {
    /// Seconds of event time per second; nil: at once.
    let speed: Double?
    private var first: (time: EventTime, clock: Int64)?

    init(speed: Double?) { self.speed = speed }

    /// The reading of the monotonic clock, in microseconds, at which an event is due. Events out of order, before the
    /// first, are due at once.
    mutating func due(_ time: EventTime?, now: Int64) -> Int64 {
        guard let speed, let time else { return now }
        guard let first else {
            first = (time, now)
            return now
        }
        let (span, overflow) = time.microseconds.subtractingReportingOverflow(first.time.microseconds)
        if overflow || span <= 0 { return now }
        let wait = Double(span) / speed
        return wait < 9e18 ? first.clock + Int64(wait) : .max
    }
}
