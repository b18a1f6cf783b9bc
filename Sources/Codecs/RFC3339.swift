public import Records

/// Instants as text by RFC 3339: `2018-04-11T04:59:59.828Z`, `2019-11-12T07:41:00+08:30`.
///
/// Accepted beside the plain form: `t`, `z` and a space in place of `T`, as section 5.6 allows; any number of
/// fractional digits, of which those beyond the microsecond are cut off; the leap second `23:59:60` of UTC (whatever
/// the offset), which counts as the second after it, as in POSIX time. An offset is required.
public enum RFC3339 {
    /// Reads a whole text. Nil when it does not follow the rules above.
    public static func parse(_ text: UnsafeBufferPointer<UInt8>) -> EventTime? {
        guard let first = text.baseAddress else { return nil }
        return microseconds(first, text.count).map { EventTime(microseconds: $0) }
    }

    /// Reads a whole text. Nil when it does not follow the rules above.
    public static func parse(_ text: String) -> EventTime? {
        var text = text
        return text.withUTF8 { parse($0) }
    }

    /// Shortest text: `0000-01-01T00:00:00Z`.
    static let minimumLength = 20
    /// Bytes up to the minute: `0000-01-01T00:00`.
    static let minuteLength = 16

    static func microseconds(_ p: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        guard count >= minimumLength, let minute = minutes(p) else { return nil }
        return finish(p, count, minute: minute)
    }

    /// Minutes from 1970-01-01T00:00 to the date, hour and minute at the text's start, offset ignored. Reads
    /// `minuteLength` bytes.
    static func minutes(_ p: UnsafePointer<UInt8>) -> Int64? {
        guard let century = pair(p), let year2 = pair(p + 2), p[4] == UInt8(ascii: "-"),
            let month = pair(p + 5), p[7] == UInt8(ascii: "-"), let day = pair(p + 8),
            p[10] | 0x20 == UInt8(ascii: "t") || p[10] == UInt8(ascii: " "),
            let hour = pair(p + 11), p[13] == UInt8(ascii: ":"), let minute = pair(p + 14)
        else { return nil }
        let year = century * 100 + year2
        guard month >= 1, month <= 12, day >= 1, day <= CivilDate.days(inMonth: month, year: year), hour < 24,
            minute < 60
        else { return nil }
        return Int64(CivilDate.daysFromEpoch(year: year, month: month, day: day) * 1440 + hour * 60 + minute)
    }

    /// The rest of a text whose first part is `minute`: seconds, fraction, offset. Microseconds since 1970.
    @inline(__always)
    static func finish(_ p: UnsafePointer<UInt8>, _ count: Int, minute: Int64) -> Int64? {
        guard p[16] == UInt8(ascii: ":"), let second = pair(p + 17) else { return nil }
        var at = 19
        var micros: Int64 = 0
        if p[19] == UInt8(ascii: ".") {
            at = 20
            var unit: Int64 = 100_000
            while at < count, isDigit(p[at]) {
                micros += Int64(p[at] &- UInt8(ascii: "0")) &* unit
                unit /= 10
                at += 1
            }
            if at == 20 || at >= count { return nil }
        }
        var utc = minute
        if p[at] | 0x20 == UInt8(ascii: "z") {
            guard at + 1 == count else { return nil }
        } else {
            guard let offset = offset(p + at, count - at) else { return nil }
            utc -= Int64(offset)
        }
        if second > 59 {
            // Only the last second of a day of UTC may be a leap second.
            let minuteOfDay = (utc % 1440 + 1440) % 1440
            guard second == 60, minuteOfDay == 1439 else { return nil }
        }
        let result = (utc &* 60 &+ Int64(second)) &* 1_000_000 &+ micros
        return result >= earliest && result <= latest ? result : nil
    }

    /// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z: what RFC 3339 can write.
    static let earliest: Int64 = -62_167_219_200_000_000
    static let latest: Int64 = 253_402_300_799_999_999

    /// `+hh:mm` or `-hh:mm` that fills the text, in minutes.
    private static func offset(_ p: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        guard count == 6, p[0] == UInt8(ascii: "+") || p[0] == UInt8(ascii: "-"), let hours = pair(p + 1),
            p[3] == UInt8(ascii: ":"), let minutes = pair(p + 4), hours < 24, minutes < 60
        else { return nil }
        let value = hours * 60 + minutes
        return p[0] == UInt8(ascii: "-") ? -value : value
    }

    /// Two digits as a number.
    @inline(__always)
    private static func pair(_ p: UnsafePointer<UInt8>) -> Int? {
        let tens = p[0] &- UInt8(ascii: "0"), ones = p[1] &- UInt8(ascii: "0")
        return tens <= 9 && ones <= 9 ? Int(tens) * 10 + Int(ones) : nil
    }
}
