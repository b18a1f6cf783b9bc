import Records

/// How times are written in a file, letter by letter as in Java and Unicode: `dd/MM/yyyy H:mm`.
///
///     yyyy yy     year; two digits are 2000 to 2099
///     M MM MMM    month: 1 or 2 digits, 2 digits, Jan … Dec
///     d dd        day               H HH   hour 0–23         h hh   hour 1–12, with a
///     m mm        minute            s ss   second            S SSS  fraction, as many digits as letters
///     a           AM or PM          X      offset: Z, +01, +0100, +01:00
///     'T' ''      text as it is; a quote; what is no letter stands for itself
struct TimePattern: Sendable {
    private enum Token: Equatable {
        case literal(UInt8)
        case number(Field, least: Int, most: Int)
        case fraction(Int)
        case monthName
        case halfDay
        case offset
    }

    private enum Field: Equatable { case year, shortYear, month, day, hour, hour12, minute, second }

    let text: String
    private let tokens: [Token]
    /// Whether times carry their own offset.
    let hasOffset: Bool

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    struct Flaw: Error {
        let message: String
        let hint: String
    }

    init(_ text: String) throws(Flaw) {
        self.text = text
        var tokens: [Token] = []
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "'") {
                try Self.quoted(bytes, &at, into: &tokens)
                continue
            }
            guard byte | 32 >= UInt8(ascii: "a"), byte | 32 <= UInt8(ascii: "z") else {
                tokens.append(.literal(byte))
                at += 1
                continue
            }
            var count = 1
            while at + count < bytes.count, bytes[at + count] == byte { count += 1 }
            tokens.append(try Self.token(byte, count))
            at += count
        }
        self.tokens = tokens
        hasOffset = tokens.contains(.offset)
        let fields = tokens.compactMap { if case .number(let field, _, _) = $0 { field } else { nil } }
        let isDate =
            (fields.contains(.year) || fields.contains(.shortYear)) && fields.contains(.day)
            && (fields.contains(.month) || tokens.contains(.monthName))
        guard isDate else {
            throw Flaw(message: "has no whole date", hint: "year, month and day have to be there: dd/MM/yyyy H:mm")
        }
        guard fields.contains(.hour12) == tokens.contains(.halfDay) else {
            throw Flaw(message: "has only one of h and a", hint: "h (1 to 12) needs a (AM or PM); H is 0 to 23")
        }
    }

    private static func quoted(_ bytes: [UInt8], _ at: inout Int, into tokens: inout [Token]) throws(Flaw) {
        at += 1
        if at < bytes.count, bytes[at] == UInt8(ascii: "'") {
            tokens.append(.literal(bytes[at]))
            at += 1
            return
        }
        while at < bytes.count, bytes[at] != UInt8(ascii: "'") {
            tokens.append(.literal(bytes[at]))
            at += 1
        }
        guard at < bytes.count else {
            throw Flaw(
                message: "has a quote that is not closed", hint: "text stands in single quotes: yyyy-MM-dd'T'HH:mm:ss")
        }
        at += 1
    }

    private static func token(_ letter: UInt8, _ count: Int) throws(Flaw) -> Token {
        let name = String(repeating: Character(Unicode.Scalar(letter)), count: count)
        let short: Field?
        switch (Character(Unicode.Scalar(letter)), count) {
        case ("y", 4): return .number(.year, least: 4, most: 4)
        case ("y", 2): return .number(.shortYear, least: 2, most: 2)
        case ("M", 3): return .monthName
        case ("S", 1...9): return .fraction(count)
        case ("a", 1): return .halfDay
        case ("X", 1...3): return .offset
        case ("M", 1...2): short = .month
        case ("d", 1...2): short = .day
        case ("H", 1...2): short = .hour
        case ("h", 1...2): short = .hour12
        case ("m", 1...2): short = .minute
        case ("s", 1...2): short = .second
        default: short = nil
        }
        guard let short else {
            throw Flaw(
                message: "has '\(name)', which means nothing",
                hint: "letters: yyyy MM dd HH mm ss SSS a X; other text in single quotes: yyyy-MM-dd'T'HH:mm:ss")
        }
        return .number(short, least: count, most: 2)
    }

    /// What a text says, or what is wrong with it, to be put behind the text itself.
    func parse(_ text: String, zone: ZoneRule) -> Result<EventTime, Mismatch> {
        var scan = Scan(bytes: Array(text.utf8))
        for token in tokens {
            if let problem = scan.take(token) { return .failure(Mismatch(problem)) }
        }
        if scan.at < scan.bytes.count {
            return .failure(Mismatch("more text than the pattern has, from character \(scan.at + 1)"))
        }
        return scan.time(zone)
    }

    struct Mismatch: Error, Equatable {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// A text that is being read.
    private struct Scan {
        let bytes: [UInt8]
        var at = 0
        var values: [Int] = [1970, 1, 1, 0, 0, 0]
        var micros: Int64 = 0
        var isAfternoon: Bool?
        /// Minutes east of UTC.
        var offset: Int?

        mutating func take(_ token: Token) -> String? {
            switch token {
            case .literal(let byte):
                guard at < bytes.count, bytes[at] == byte else {
                    return expected("'\(Character(Unicode.Scalar(byte)))'")
                }
                at += 1
                return nil
            case .number(let field, let least, let most): return number(field, least, most)
            case .fraction(let count):
                guard let value = digits(count, count) else { return expected("\(count) digits of a second") }
                var scaled = Int64(value)
                for _ in count..<9 { scaled *= 10 }
                micros = scaled / 1000
                return nil
            case .monthName:
                let name = String(decoding: bytes[at..<min(at + 3, bytes.count)], as: UTF8.self).lowercased()
                guard let month = TimePattern.months.firstIndex(of: name) else {
                    return expected("a month such as Jan")
                }
                values[1] = month + 1
                at += 3
                return nil
            case .halfDay:
                let name = String(decoding: bytes[at..<min(at + 2, bytes.count)], as: UTF8.self).lowercased()
                guard name == "am" || name == "pm" else { return expected("AM or PM") }
                isAfternoon = name == "pm"
                at += 2
                return nil
            case .offset: return zoneOffset()
            }
        }

        private func expected(_ what: String) -> String {
            at < bytes.count
                ? "expected \(what) at character \(at + 1)"
                : "expected \(what) at character \(at + 1), where the text ends"
        }

        private mutating func digits(_ least: Int, _ most: Int) -> Int? {
            var value = 0
            var count = 0
            while count < most, at + count < bytes.count, case let digit = bytes[at + count] &- UInt8(ascii: "0"),
                digit <= 9
            {
                value = value * 10 + Int(digit)
                count += 1
            }
            guard count >= least else { return nil }
            at += count
            return value
        }

        private mutating func number(_ field: Field, _ least: Int, _ most: Int) -> String? {
            let (name, slot, range): (String, Int, ClosedRange<Int>) =
                switch field {
                case .year: ("year", 0, 0...9999)
                case .shortYear: ("year", 0, 0...99)
                case .month: ("month", 1, 1...12)
                case .day: ("day", 2, 1...31)
                case .hour: ("hour", 3, 0...23)
                case .hour12: ("hour", 3, 1...12)
                case .minute: ("minute", 4, 0...59)
                case .second: ("second", 5, 0...59)
                }
            let width = least == most ? "\(least)" : "\(least) or \(most)"
            guard let value = digits(least, most) else { return expected("a \(name) of \(width) digits") }
            guard range.contains(value) else { return "there is no \(name) \(value)" }
            values[slot] = field == .shortYear ? 2000 + value : value
            return nil
        }

        private mutating func zoneOffset() -> String? {
            if at < bytes.count, bytes[at] | 32 == UInt8(ascii: "z") {
                at += 1
                offset = 0
                return nil
            }
            guard at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") else {
                return expected("an offset such as Z or +01:00")
            }
            let sign = bytes[at] == UInt8(ascii: "-") ? -1 : 1
            at += 1
            guard let hours = digits(2, 2), hours < 24 else { return expected("hours of an offset") }
            if at < bytes.count, bytes[at] == UInt8(ascii: ":") { at += 1 }
            let minutes = digits(2, 2) ?? 0
            guard minutes < 60 else { return "there is no offset of \(minutes) minutes" }
            offset = sign * (hours * 60 + minutes)
            return nil
        }

        func time(_ zone: ZoneRule) -> Result<EventTime, Mismatch> {
            let (year, month, day) = (values[0], values[1], values[2])
            guard day <= CivilDate.days(inMonth: month, year: year) else {
                return .failure(Mismatch("month \(month) of \(year) has no day \(day)"))
            }
            var hour = values[3]
            if let isAfternoon { hour = hour % 12 + (isAfternoon ? 12 : 0) }
            let days = CivilDate.daysFromEpoch(year: year, month: month, day: day)
            let local = Int64(days) * 86_400 + Int64(hour * 3600 + values[4] * 60 + values[5])
            let seconds: Int64
            if let offset {
                seconds = local - Int64(offset) * 60
            } else {
                guard let found = zone.seconds(local: local) else {
                    return .failure(Mismatch("\(zone.name) has no such time: clocks were put forward over it"))
                }
                seconds = found
            }
            return .success(EventTime(microseconds: seconds * 1_000_000 + micros))
        }
    }
}
