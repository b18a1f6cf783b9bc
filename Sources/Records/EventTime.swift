/// An instant: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Used for event times, watermarks and wall-clock readings alike. Microseconds cover the years −290 000 to 290 000 and
/// keep every digit that sensors send; Kafka's own timestamps are milliseconds.
public struct EventTime: Comparable, Hashable, Sendable {
    public var microseconds: Int64

    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }

    /// From Unix milliseconds. Values beyond the representable range are clamped.
    @inlinable public init(milliseconds: Int64) {
        let (value, overflow) = milliseconds.multipliedReportingOverflow(by: 1000)
        self.microseconds = overflow ? (milliseconds < 0 ? .min : .max) : value
    }

    /// Unix milliseconds, rounded down.
    @inlinable public var milliseconds: Int64 {
        let quotient = microseconds / 1000
        return microseconds % 1000 < 0 ? quotient - 1 : quotient
    }

    /// Before every event: the watermark of a partition that has not had a record yet.
    public static let distantPast = EventTime(microseconds: .min)
    /// After every event: the watermark of an input that has ended.
    public static let distantFuture = EventTime(microseconds: .max)

    @inlinable public static func < (a: EventTime, b: EventTime) -> Bool { a.microseconds < b.microseconds }

    /// Moves by a span; saturates at the ends instead of overflowing.
    @inlinable public func advanced(by span: Int64) -> EventTime {
        let (value, overflow) = microseconds.addingReportingOverflow(span)
        return EventTime(microseconds: overflow ? (span < 0 ? .min : .max) : value)
    }
}

extension Duration {
    /// The span in whole microseconds, rounded toward zero and clamped to Int64.
    public var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return overflow || carry ? (seconds < 0 ? .min : .max) : sum
    }
}

extension EventTime: CustomStringConvertible {
    /// RFC 3339 in UTC, with as many fractional digits as needed (none, 3 or 6).
    public var description: String {
        if self == .distantPast { return "-infinity" }
        if self == .distantFuture { return "+infinity" }
        var bytes = ByteBuffer(capacity: 40)
        bytes.append(rfc3339: self)
        return bytes.string
    }
}
