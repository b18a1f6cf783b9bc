import Records

/// Conversions of single values; nil where the other type has no such value.
enum Converting {
    static func int(_ value: Double) -> Int64? {
        // Both bounds are excluded, as the language says: ±2^63 as doubles are beyond what rounds back.
        value > -0x1p63 && value < 0x1p63 ? Int64(value) : nil
    }

    static func uint(_ value: Double) -> UInt64? { value >= 0 && value < 0x1p64 ? UInt64(value) : nil }

    static func bool(_ view: ByteView) -> Bool? {
        switch view.count {
        case 1:
            switch view.base[0] {
            case UInt8(ascii: "1"), UInt8(ascii: "t"): return true
            case UInt8(ascii: "0"), UInt8(ascii: "f"): return false
            default: return nil
            }
        case 4, 5:
            for (text, value) in boolTexts where view == text { return value }
            return nil
        default: return nil
        }
    }

    private static let boolTexts: [(ByteView, Bool)] = [
        (view("true"), true), (view("TRUE"), true), (view("True"), true), (view("false"), false),
        (view("FALSE"), false), (view("False"), false),
    ]

    private static func view(_ text: StaticString) -> ByteView {
        ByteView(base: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// Unix seconds of a timestamp, rounded down.
    static func seconds(_ time: Int64) -> Int64 {
        let seconds = time / 1_000_000
        return time % 1_000_000 < 0 ? seconds - 1 : seconds
    }

    static func timestamp(seconds: Int64) -> Int64? {
        let (time, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow || time < TimeRange.first || time > TimeRange.last ? nil : time
    }

    static func isInRange(timestamp: Int64) -> Bool { timestamp >= TimeRange.first && timestamp <= TimeRange.last }

    static func isInRange(duration: Int64) -> Bool { duration.magnitude <= UInt64(TimeRange.longest) }
}
