import CScan
import Records

/// Scalars as JSON, written to memory that has room for them. Each function returns the place after what it wrote.
enum JSONWrite {
    typealias Target = UnsafeMutablePointer<UInt8>

    /// Bytes that any number or instant needs at most.
    static let scalarBytes = 40

    /// Copies bytes of which sixteen more are readable, to where sixteen more may be written.
    @inline(__always)
    static func copy(_ source: UnsafePointer<UInt8>, _ count: Int, _ target: Target) -> Target {
        var at = 0
        repeat {
            UnsafeMutableRawPointer(target + at).copyMemory(from: source + at, byteCount: 16)
            at += 16
        } while at < count
        return target + count
    }

    /// A string with its quotes; needs room for `count + 2` bytes. Nil, with nothing written that counts, when bytes
    /// must be escaped or looked at more closely: then `escaped` is for it. Most strings need neither and are copied
    /// while they are looked at. Reads and writes no byte beyond the string.
    @inline(__always)
    static func string(_ source: UnsafePointer<UInt8>, _ count: Int, _ target: Target) -> Target? {
        target.pointee = .quote
        let from = UnsafeRawPointer(source), to = UnsafeMutableRawPointer(target + 1)
        if count >= 16 {
            var high: UInt32 = 0
            var at = 0
            // The last sixteen bytes overlap those before.
            while true {
                let mask = scan_string16(source + at)
                if mask & 0xffff != 0 { return nil }
                high |= mask
                (to + at).copyMemory(from: from + at, byteCount: 16)
                if at + 16 == count { break }
                at = min(at + 16, count - 16)
            }
            if high != 0 && !UTF8Check.isValid(source, source + count) { return nil }
        } else if count >= 8 {
            let head = from.loadUnaligned(as: UInt64.self)
            let tail = from.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            if needsCare(head) | needsCare(tail) != 0 { return nil }
            to.storeBytes(of: head, as: UInt64.self)
            (to + count - 8).storeBytes(of: tail, as: UInt64.self)
        } else if count >= 4 {
            let head = from.loadUnaligned(as: UInt32.self)
            let tail = from.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            if needsCare(UInt64(head) | UInt64(tail) << 32) != 0 { return nil }
            to.storeBytes(of: head, as: UInt32.self)
            (to + count - 4).storeBytes(of: tail, as: UInt32.self)
        } else {
            var at = 0
            while at < count {
                let byte = source[at]
                if byte < 0x20 || byte >= 0x80 || byte == .quote || byte == .backslash { return nil }
                target[1 + at] = byte
                at += 1
            }
        }
        target[1 + count] = .quote
        return target + 2 + count
    }

    /// Not 0 if one of eight bytes is a quote, a backslash, a control character or not ASCII.
    @inline(__always)
    private static func needsCare(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* 0x22), backslash = word ^ (ones &* 0x5c)
        // A byte minus n borrows into its top bit if it is below n; a byte with its top bit set counts anyway.
        return (word | (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones)) & (ones &* 0x80)
    }

    /// Any bytes as a string with its quotes: quote, backslash and control characters are escaped, what is not UTF-8 is
    /// replaced by U+FFFD.
    @inline(never)
    static func escaped(_ source: UnsafePointer<UInt8>, _ count: Int, to buffer: inout ByteBuffer) {
        buffer.append(.quote)
        var p = source
        let last = source + count
        while p < last {
            let byte = p.pointee
            switch byte {
            case .quote: buffer.append("\\\"")
            case .backslash: buffer.append("\\\\")
            case 0x0a: buffer.append("\\n")
            case 0x0d: buffer.append("\\r")
            case 0x09: buffer.append("\\t")
            case ..<0x20:
                buffer.append("\\u00")
                buffer.append(hexadecimal(byte >> 4))
                buffer.append(hexadecimal(byte & 15))
            case ..<0x80: buffer.append(byte)
            default:
                let length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
                if last - p >= length, UTF8Check.firstInvalid(p, p + length) == nil {
                    buffer.append(UnsafeBufferPointer(start: p, count: length))
                    p += length
                    continue
                }
                buffer.append("\u{fffd}")
            }
            p += 1
        }
        buffer.append(.quote)
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }

    /// The shortest number that reads back as the same double; `null` when it is not finite.
    @inline(__always)
    static func double(_ value: Double, _ target: Target) -> Target {
        // Sensors send few decimals. If value = integer / 1000 to the last bit and the integer has at most fifteen
        // digits, these digits are the shortest: no two decimals of up to fifteen digits read as the same double.
        let scaled = value * 1000
        if scaled.magnitude < 1e15, value != 0 {
            // Adding and subtracting 1.5 × 2⁵² rounds to an integer (below 2⁵¹) without a call into libm.
            let thousandths = Int64((scaled + 0x1.8p52) - 0x1.8p52)
            if Double(thousandths) / 1000 == value { return thousandth(thousandths, target) }
        }
        return general(value, target)
    }

    /// An integer of thousandths as a decimal number without zeros at its end.
    @inline(__always)
    private static func thousandth(_ value: Int64, _ start: Target) -> Target {
        var target = start
        if value < 0 {
            target.pointee = .minus
            target += 1
        }
        let magnitude = value.magnitude
        let whole = magnitude / 1000
        let fraction = UInt32(truncatingIfNeeded: magnitude &- whole &* 1000)
        target = integer(whole, target)
        if fraction == 0 { return target }
        target[0] = .point
        target[1] = UInt8(truncatingIfNeeded: fraction / 100) &+ .zero
        target[2] = UInt8(truncatingIfNeeded: fraction / 10 % 10) &+ .zero
        target[3] = UInt8(truncatingIfNeeded: fraction % 10) &+ .zero
        target += 4
        while target[-1] == .zero { target -= 1 }
        return target
    }

    @inline(never)
    private static func general(_ value: Double, _ target: Target) -> Target {
        guard value.isFinite else { return text("null", target) }
        return target + Int(scan_format_double(value, target))
    }

    @inline(__always)
    static func text(_ text: StaticString, _ target: Target) -> Target {
        target.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return target + text.utf8CodeUnitCount
    }

    /// A decimal integer.
    @inline(__always)
    static func integer(_ value: UInt64, _ target: Target) -> Target {
        var digits = 1
        var bound: UInt64 = 10
        while value >= bound {
            digits += 1
            if digits == 20 { break }
            bound &*= 10
        }
        var rest = value
        var at = digits
        repeat {
            at -= 1
            let next = rest / 10
            target[at] = UInt8(truncatingIfNeeded: rest &- next &* 10) &+ .zero
            rest = next
        } while at > 0
        return target + digits
    }

    @inline(__always)
    static func integer(_ value: Int64, _ target: Target) -> Target {
        if value >= 0 { return integer(UInt64(value), target) }
        target.pointee = .minus
        return integer(value.magnitude, target + 1)
    }

    /// A span of microseconds as a number of seconds.
    static func seconds(_ micros: Int64, _ start: Target) -> Target {
        var target = start
        if micros < 0 {
            target.pointee = .minus
            target += 1
        }
        let whole = micros.magnitude / 1_000_000
        var rest = micros.magnitude % 1_000_000
        target = integer(whole, target)
        if rest == 0 { return target }
        target.pointee = .point
        target += 1
        var unit: UInt64 = 100_000
        while rest > 0 {
            target.pointee = UInt8(truncatingIfNeeded: rest / unit) &+ .zero
            target += 1
            rest %= unit
            unit /= 10
        }
        return target
    }

    /// An instant as RFC 3339 in UTC with its quotes: no, three or six fractional digits, as needed. Instants that RFC
    /// 3339 can't write (years beyond 0…9999) become `null`.
    @inline(__always)
    static func rfc3339(_ micros: Int64, _ start: Target) -> Target {
        guard micros >= RFC3339.earliest && micros <= RFC3339.latest else { return text("null", start) }
        var days = micros / 86_400_000_000
        var rest = micros % 86_400_000_000
        if rest < 0 {
            rest += 86_400_000_000
            days -= 1
        }
        let date = CivilDate.date(daysFromEpoch: Int(days))
        let seconds = UInt32(truncatingIfNeeded: rest / 1_000_000)
        let fraction = UInt32(truncatingIfNeeded: rest % 1_000_000)
        start[0] = .quote
        pair(UInt32(truncatingIfNeeded: date.year / 100), start + 1)
        pair(UInt32(truncatingIfNeeded: date.year % 100), start + 3)
        start[5] = .minus
        pair(UInt32(truncatingIfNeeded: date.month), start + 6)
        start[8] = .minus
        pair(UInt32(truncatingIfNeeded: date.day), start + 9)
        start[11] = UInt8(ascii: "T")
        pair(seconds / 3600, start + 12)
        start[14] = .colon
        pair(seconds / 60 % 60, start + 15)
        start[17] = .colon
        pair(seconds % 60, start + 18)
        var target = start + 20
        if fraction != 0 {
            target[0] = .point
            pair(fraction / 10_000, target + 1)
            pair(fraction / 100 % 100, target + 3)
            pair(fraction % 100, target + 5)
            target += fraction % 1000 == 0 ? 4 : 7
        }
        target[0] = UInt8(ascii: "Z")
        target[1] = .quote
        return target + 2
    }

    @inline(__always)
    private static func pair(_ value: UInt32, _ target: Target) {
        target[0] = UInt8(truncatingIfNeeded: value / 10) &+ .zero
        target[1] = UInt8(truncatingIfNeeded: value % 10) &+ .zero
    }
}
