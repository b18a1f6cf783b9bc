import Records

/// Timestamps, durations and distances from UTC as text.
enum TimeText {
    /// A distance from UTC ("+01:00", "-02:30", "02:00", "UTC") in microseconds; nil for anything else.
    static func offset(_ zone: String) -> Int64? {
        if zone == "UTC" || zone == "Z" || zone == "GMT" { return 0 }
        var bytes = Array(zone.utf8)
        var sign: Int64 = 1
        if let first = bytes.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
            sign = first == UInt8(ascii: "-") ? -1 : 1
            bytes.removeFirst()
        }
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":"), let hours = number(bytes, 0, 2),
            let minutes = number(bytes, 3, 2), hours < 24, minutes < 60
        else { return nil }
        return sign * Int64(hours * 60 + minutes) * 60_000_000
    }

    private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int? {
        bytes.withUnsafeBufferPointer { digits($0, start, count) }
    }

    /// A run of decimal digits as a number; nil where one is missing.
    private static func digits(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> Int? {
        guard start + count <= bytes.count else { return nil }
        var value = 0
        for index in start..<start + count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            if digit > 9 { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    /// RFC 3339 to microseconds, what is finer being cut off; nil when it is none, or beyond the years 1 to 9999.
    static func timestamp(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard bytes.count >= 20, let year = digits(bytes, 0, 4), bytes[4] == UInt8(ascii: "-"),
            let month = digits(bytes, 5, 2), bytes[7] == UInt8(ascii: "-"), let day = digits(bytes, 8, 2),
            bytes[10] | 0x20 == UInt8(ascii: "t"), let hour = digits(bytes, 11, 2), bytes[13] == UInt8(ascii: ":"),
            let minute = digits(bytes, 14, 2), bytes[16] == UInt8(ascii: ":"), let second = digits(bytes, 17, 2),
            (1...12).contains(month), day >= 1, day <= CivilDate.days(inMonth: month, year: year), hour < 24,
            minute < 60, second < 60
        else { return nil }
        var at = 19
        var micros: Int64 = 0
        if bytes[at] == UInt8(ascii: ".") {
            at += 1
            var unit: Int64 = 100_000
            let first = at
            while at < bytes.count, let digit = digits(bytes, at, 1) {
                micros += Int64(digit) * unit
                unit /= 10
                at += 1
            }
            if at == first || at == bytes.count { return nil }
        }
        var offset: Int64 = 0
        if bytes[at] | 0x20 == UInt8(ascii: "z") {
            at += 1
        } else {
            let sign: Int64 = bytes[at] == UInt8(ascii: "-") ? -1 : bytes[at] == UInt8(ascii: "+") ? 1 : 0
            guard sign != 0, bytes.count == at + 6, let hours = digits(bytes, at + 1, 2),
                bytes[at + 3] == UInt8(ascii: ":"), let minutes = digits(bytes, at + 4, 2), hours < 24, minutes < 60
            else { return nil }
            offset = sign * Int64(hours * 60 + minutes) * 60_000_000
            at += 6
        }
        guard at == bytes.count else { return nil }
        let days = CivilDate.daysFromEpoch(year: year, month: month, day: day)
        let time = Int64(days) * TimeParts.day + Int64(hour * 3600 + minute * 60 + second) * 1_000_000 + micros - offset
        return time >= TimeRange.first && time <= TimeRange.last ? time : nil
    }

    /// "1h30m", "-1.5s", "250ms" to microseconds, what is finer being cut off; nil when it is none or out of range.
    static func duration(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var at = 0
        var sign: Double = 1
        if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
            sign = bytes[at] == UInt8(ascii: "-") ? -1 : 1
            at += 1
        }
        if bytes.count - at == 1, bytes[at] == UInt8(ascii: "0") { return 0 }
        if at == bytes.count { return nil }
        var nanoseconds: Int64 = 0
        while at < bytes.count {
            guard let part = component(bytes, &at) else { return nil }
            let (sum, overflow) = nanoseconds.addingReportingOverflow(part)
            if overflow { return nil }
            nanoseconds = sum
        }
        return (sign < 0 ? -nanoseconds : nanoseconds) / 1_000
    }

    /// One number with its unit, in nanoseconds.
    private static func component(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Int64? {
        let start = at
        var whole: Int64 = 0
        while at < bytes.count, let digit = digits(bytes, at, 1) {
            let (scaled, overflow) = whole.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(Int64(digit))
            if overflow || carry { return nil }
            whole = sum
            at += 1
        }
        var count = at - start
        var fraction: Int64 = 0
        var scale: Int64 = 1
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            while at < bytes.count, let digit = digits(bytes, at, 1) {
                // Beyond 15 digits nothing reaches a nanosecond.
                if scale < 1_000_000_000_000_000 {
                    fraction = fraction * 10 + Int64(digit)
                    scale *= 10
                }
                at += 1
                count += 1
            }
        }
        guard count > 0, let unit = unit(bytes, &at) else { return nil }
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: unit)
        let part = Int64(Double(fraction) / Double(scale) * Double(unit))
        let (sum, carry) = scaled.addingReportingOverflow(part)
        return overflow || carry ? nil : sum
    }

    private static func unit(_ bytes: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Int64? {
        let rest = bytes.count - at
        func next(_ ahead: Int) -> UInt8 { ahead < rest ? bytes[at + ahead] : 0 }
        let s = UInt8(ascii: "s")
        let (length, unit): (Int, Int64) =
            switch next(0) {
            case UInt8(ascii: "h"): (1, 3_600_000_000_000)
            case UInt8(ascii: "m"): next(1) == s ? (2, 1_000_000) : (1, 60_000_000_000)
            case s: (1, 1_000_000_000)
            case UInt8(ascii: "u"): next(1) == s ? (2, 1_000) : (0, 0)
            case UInt8(ascii: "n"): next(1) == s ? (2, 1) : (0, 0)
            // µ and μ
            case 0xC2 where next(1) == 0xB5 && next(2) == s, 0xCE where next(1) == 0xBC && next(2) == s: (3, 1_000)
            default: (0, 0)
            }
        at += length
        return length > 0 ? unit : nil
    }

    /// Seconds with as many decimals as needed and "s": "5400s", "-1.5s".
    static func append(duration: Int64, to buffer: inout ByteBuffer) {
        if duration < 0 { buffer.append(UInt8(ascii: "-")) }
        let magnitude = duration.magnitude
        buffer.append(magnitude / 1_000_000)
        var rest = magnitude % 1_000_000
        if rest > 0 {
            buffer.append(UInt8(ascii: "."))
            var unit: UInt64 = 100_000
            while rest > 0 {
                buffer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unit))
                rest %= unit
                unit /= 10
            }
        }
        buffer.append(UInt8(ascii: "s"))
    }
}
