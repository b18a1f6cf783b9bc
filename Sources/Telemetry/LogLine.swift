/// One log line before it is written. Control characters never get out, so that a line stays a line.
struct LogLine {
    /// Microseconds since 1970.
    let time: Int64
    let level: LogLevel
    let text: String
    let pairs: [(key: String, value: LogValue)]

    /// Longest text of a value, in bytes.
    static let maxValueBytes = 4_096

    /// `key=value` pairs with blanks between them; a value with a blank, quote, `=` or control character is quoted.
    /// https://brandur.org/logfmt
    func logfmt() -> [UInt8] {
        var line = "time=\(Self.timestamp(time)) level=\(level) msg=\(Self.logfmtText(text))"
        for (key, value) in pairs {
            line += " \(Self.key(key))="
            switch value {
            case .text(let text): line += Self.logfmtText(text)
            case .integer(let number): line += String(number)
            case .number(let number): line += Self.number(number)
            case .boolean(let flag): line += flag ? "true" : "false"
            }
        }
        return Array(line.utf8) + [0x0A]
    }

    /// One JSON object.
    func json() -> [UInt8] {
        var line = "{\"time\":\"\(Self.timestamp(time))\",\"level\":\"\(level)\",\"msg\":\(Self.quoted(text))"
        for (key, value) in pairs {
            line += ",\(Self.quoted(Self.key(key))):"
            switch value {
            case .text(let text): line += Self.quoted(text)
            case .integer(let number): line += String(number)
            case .number(let number): line += number.isFinite ? Self.number(number) : "\"\(number)\""
            case .boolean(let flag): line += flag ? "true" : "false"
            }
        }
        return Array((line + "}").utf8) + [0x0A]
    }

    /// A key in a form both formats take; the three of our own are kept free.
    private static func key(_ key: String) -> String {
        if ["time", "level", "msg"].contains(key) { return "field." + key }
        let plain = String(
            key.unicodeScalars.map { scalar in
                let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
                return isPlain || "._-".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
            })
        return plain.isEmpty ? "_" : plain
    }

    private static func number(_ number: Double) -> String {
        // Times come as seconds: no more digits than a microsecond needs.
        guard number.isFinite, abs(number) < 1e9 else { return number.description }
        let rounded = (number * 1e6).rounded() / 1e6
        return rounded == 0 && number != 0 ? number.description : rounded.description
    }

    private static func logfmtText(_ text: String) -> String {
        let isPlain =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value != 0x7F && !(0x80...0x9F).contains($0.value) && $0 != "\"" && $0 != "="
                    && $0 != "\\" && $0.value != 0x2028 && $0.value != 0x2029
            }
        return isPlain && text.utf8.count <= maxValueBytes ? text : quoted(text)
    }

    /// JSON's quoting, which logfmt readers take, too.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            if count > maxValueBytes {
                quoted += "…"
                break
            }
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default:
                // C1 controls and line separators, too: terminals and log collectors act on them.
                let isControl =
                    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                    || scalar.value == 0x2028 || scalar.value == 0x2029
                if isControl {
                    let hex = String(scalar.value, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }

    /// RFC 3339 in UTC with milliseconds. The calendar is H. Hinnant's `civil_from_days`.
    static func timestamp(_ microseconds: Int64) -> String {
        func floorDivided(_ value: Int64, _ divisor: Int64) -> Int64 {
            value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
        }
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let days = floorDivided(microseconds, 86_400_000_000)
        let inDay = (microseconds - days * 86_400_000_000) / 1_000
        let shifted = days + 719_468
        let era = floorDivided(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))T\(padded(inDay / 3_600_000, 2))"
            + ":\(padded(inDay / 60_000 % 60, 2)):\(padded(inDay / 1_000 % 60, 2)).\(padded(inDay % 1_000, 3))Z"
    }
}
