/// Texts with units: durations (`10s`, `1h30m`, `250ms`, `1.5s`) and sizes (`64KiB`, `10MB`).
public enum Units {
    /// Why a text is no duration or size.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What was expected and what was found, to stand behind a name: "has no unit".
        public let message: String
        public let hint: String?

        public var description: String { hint.map { "\(message) (\($0))" } ?? message }
    }

    // MARK: Durations

    /// Longest duration taken: a hundred years of 365 days.
    public static let maxDuration = Duration.seconds(100 * 365 * 86_400)

    private static let durationUnits: [(name: String, nanoseconds: Int64)] = [
        ("w", 604_800_000_000_000), ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000),
        ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
    ]
    private static let otherDurationNames = [
        "µs": "us", "μs": "us", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m",
        "minute": "m", "minutes": "m", "hour": "h", "hours": "h", "hr": "h", "day": "d", "days": "d", "week": "w",
        "weeks": "w", "msec": "ms", "millis": "ms", "M": "m", "H": "h", "S": "s", "D": "d", "W": "w",
    ]
    static let durationExample = "write it like 250ms, 10s, 5m, 1h30m or 2d"

    /// Reads a duration: one or more of number and unit, the larger unit first, each unit once. Units: `w` (7 days),
    /// `d` (24 hours), `h`, `m`, `s`, `ms`, `us`, `ns`. `0` alone is taken.
    public static func duration(_ text: String) throws(Failure) -> Duration {
        if text == "0" { return .zero }
        let parts = try parts(of: text, example: durationExample)
        var total: Int64 = 0
        var lastUnit = -1
        for part in parts {
            let name = otherDurationNames[part.unit] == "us" ? "us" : part.unit
            guard let index = durationUnits.firstIndex(where: { $0.name == name }) else {
                throw unknownUnit(part.unit, otherDurationNames[part.unit], "w, d, h, m, s, ms, us and ns")
            }
            guard index > lastUnit else {
                throw Failure(
                    message: "has its units in the wrong order: \"\(text)\"",
                    hint: "the larger unit stands first and each only once, like 1h30m")
            }
            lastUnit = index
            guard let value = part.scaled(by: durationUnits[index].nanoseconds) else {
                throw Failure(
                    message: "is out of range: \"\(text)\"", hint: "at most \(format(maxDuration)), in steps of 1ns")
            }
            let (sum, overflow) = total.addingReportingOverflow(value)
            guard !overflow, Duration.nanoseconds(sum) <= maxDuration else {
                throw Failure(message: "is out of range: \"\(text)\"", hint: "at most \(format(maxDuration))")
            }
            total = sum
        }
        return .nanoseconds(total)
    }

    /// The shortest exact way to write a duration in d, h, m, s, ms, us and ns; reads back to the same value.
    public static func format(_ duration: Duration) -> String {
        if duration == .zero { return "0s" }
        if duration < .zero { return "-" + format(.zero - duration) }
        var (seconds, attoseconds) = duration.components
        var text = ""
        for (name, size) in [("d", Int64(86_400)), ("h", 3_600), ("m", 60), ("s", 1)] where seconds >= size {
            text += "\(seconds / size)\(name)"
            seconds %= size
        }
        for (name, size) in [("ms", Int64(1_000_000_000_000_000)), ("us", 1_000_000_000_000), ("ns", 1_000_000_000)]
        where attoseconds >= size {
            text += "\(attoseconds / size)\(name)"
            attoseconds %= size
        }
        return text.isEmpty ? "0s" : text
    }

    /// Whole microseconds of a duration, the unit of event time; what is finer is cut off.
    public static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }

    // MARK: Sizes

    private static let sizeUnits: [(name: String, bytes: Int64)] = [
        ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ]
    private static let otherSizeNames = [
        "b": "B", "k": "KiB", "K": "KiB", "m": "MiB", "M": "MiB", "g": "GiB", "G": "GiB", "T": "TiB", "kb": "kB",
        "mb": "MB", "gb": "GB", "kib": "KiB", "mib": "MiB", "gib": "GiB", "kiB": "KiB", "Ki": "KiB", "Mi": "MiB",
        "Gi": "GiB", "bytes": "B",
    ]
    static let sizeExample = "write it like 512B, 64KiB, 10MB or 2GiB"

    /// Reads a size in bytes: a number and `B`, `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024) or `kB`, `MB`, `GB`, `TB`
    /// (powers of 1000). `0` alone is taken.
    public static func size(_ text: String) throws(Failure) -> Int {
        if text == "0" { return 0 }
        let parts = try parts(of: text, example: sizeExample)
        guard parts.count == 1, let part = parts.first else {
            throw Failure(message: "is not one number with one unit: \"\(text)\"", hint: sizeExample)
        }
        guard let unit = sizeUnits.first(where: { $0.name == part.unit }) else {
            throw unknownUnit(part.unit, otherSizeNames[part.unit], "B, KiB, MiB, GiB, TiB, kB, MB, GB and TB")
        }
        guard let value = part.scaled(by: unit.bytes) else {
            throw Failure(message: "is out of range or no whole number of bytes: \"\(text)\"", hint: sizeExample)
        }
        return Int(value)
    }

    /// The shortest exact way to write a size; reads back to the same value.
    public static func format(bytes: Int) -> String {
        let size = Int64(bytes)
        if size == 0 { return "0B" }
        for (name, unit) in [("TiB", Int64(1) << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        where size % unit == 0 {
            return "\(size / unit)\(name)"
        }
        for (name, unit) in [("TB", Int64(1_000_000_000_000)), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)]
        where size % unit == 0 {
            return "\(size / unit)\(name)"
        }
        return "\(size)B"
    }

    // MARK: Number and unit

    private struct Part {
        /// The number without its point, and how many digits stood behind it.
        var digits: Int64
        var decimals: Int
        var unit: String

        /// The number times a factor; nil when that overflows or isn't whole.
        func scaled(by factor: Int64) -> Int64? {
            let (product, overflow) = digits.multipliedReportingOverflow(by: factor)
            guard !overflow else { return nil }
            var divisor: Int64 = 1
            for _ in 0..<decimals { divisor *= 10 }
            return product % divisor == 0 ? product / divisor : nil
        }
    }

    private static func parts(of text: String, example: String) throws(Failure) -> [Part] {
        guard !text.isEmpty else { throw Failure(message: "is empty", hint: example) }
        if text.hasPrefix("-") { throw Failure(message: "is negative: \"\(text)\"", hint: example) }
        var rest = Substring(text)
        var parts: [Part] = []
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let unit = rest.dropFirst(number.count).prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
            rest = rest.dropFirst(number.count + unit.count)
            guard let first = number.first, first != ".", number.last != "." else {
                throw Failure(message: "is no number with a unit: \"\(text)\"", hint: example)
            }
            let pieces = number.split(separator: ".", omittingEmptySubsequences: false)
            guard pieces.count <= 2 else {
                throw Failure(message: "is no number with a unit: \"\(text)\"", hint: example)
            }
            var fraction = pieces.count == 2 ? pieces[1] : ""
            while fraction.last == "0" { fraction = fraction.dropLast() }
            guard let digits = Int64(pieces[0] + fraction), fraction.count <= 12 else {
                throw Failure(message: "is out of range: \"\(text)\"", hint: example)
            }
            let name = unit.drop { $0 == " " }
            guard !name.isEmpty else { throw Failure(message: "has no unit: \"\(text)\"", hint: example) }
            parts.append(Part(digits: digits, decimals: fraction.count, unit: String(name)))
        }
        return parts
    }

    private static func unknownUnit(_ unit: String, _ meant: String?, _ known: String) -> Failure {
        Failure(
            message: "has the unknown unit '\(unit)'",
            hint: (meant.map { "did you mean '\($0)'? " } ?? "") + "units are \(known)")
    }
}
