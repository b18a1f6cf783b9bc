import Records

/// Writes text through a bare pointer into room that the caller has reserved: no bounds check and no call per byte.
struct TextWriter {
    private(set) var at: UnsafeMutablePointer<UInt8>

    /// The room must hold everything that will be written: `room` bytes per event are reserved by `Simulation`.
    init(_ start: UnsafeMutablePointer<UInt8>) { at = start }

    /// Bytes reserved per event; the largest (a camera frame with every slot taken) stays below 3,000.
    static let room = 4096

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        at.pointee = value
        at += 1
    }

    @inline(__always)
    mutating func text(_ value: StaticString) {
        let count = value.utf8CodeUnitCount
        at.update(from: value.utf8Start, count: count)
        at += count
    }

    @inline(__always)
    mutating func bytes(_ source: UnsafeBufferPointer<UInt8>) {
        if let start = source.baseAddress { at.update(from: start, count: source.count) }
        at += source.count
    }

    /// A non-negative decimal integer with leading zeros up to `width` digits.
    @inline(__always)
    mutating func integer(_ value: Int, width: Int = 1) {
        var digits = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        digits = max(digits, width)
        rest = value
        var index = digits
        while index > 0 {
            index -= 1
            at[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        at += digits
    }

    /// A number with exactly `places` (1…3) decimals.
    @inline(__always)
    mutating func decimal(_ value: Double, places: Int) {
        let unit = places == 1 ? 10 : places == 2 ? 100 : 1000
        let scaled = (value * Double(unit)).nearest
        if scaled < 0 { byte(UInt8(ascii: "-")) }
        let magnitude = abs(scaled)
        integer(magnitude / unit)
        byte(UInt8(ascii: "."))
        integer(magnitude % unit, width: places)
    }

    /// RFC 3339 in UTC with milliseconds, for the years 0…9999.
    mutating func timestamp(_ time: EventTime) {
        let milliseconds = time.milliseconds
        let day: Int64 = 86_400_000
        var days = milliseconds / day
        var rest = milliseconds % day
        if rest < 0 {
            rest += day
            days -= 1
        }
        let date = CivilDate.date(daysFromEpoch: Int(days))
        integer(date.year, width: 4)
        byte(UInt8(ascii: "-"))
        integer(date.month, width: 2)
        byte(UInt8(ascii: "-"))
        integer(date.day, width: 2)
        byte(UInt8(ascii: "T"))
        let seconds = Int(rest / 1000)
        integer(seconds / 3600, width: 2)
        byte(UInt8(ascii: ":"))
        integer(seconds / 60 % 60, width: 2)
        byte(UInt8(ascii: ":"))
        integer(seconds % 60, width: 2)
        byte(UInt8(ascii: "."))
        integer(Int(rest % 1000), width: 3)
        byte(UInt8(ascii: "Z"))
    }
}
