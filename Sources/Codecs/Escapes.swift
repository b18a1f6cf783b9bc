import Records

/// Escapes in JSON strings (RFC 8259 section 7). `\uD834\uDD1E` is one character; half of such a pair alone has no
/// UTF-8 form and makes the string invalid, as does text that is not UTF-8.
enum Escapes {
    enum Problem: Sendable {
        case unknownEscape, badHexadecimal, loneSurrogate, notUTF8, control
    }

    /// Bytes of the text when escapes are resolved; nil when the string is invalid.
    static func length(_ first: Bytes, _ last: Bytes) -> Int? {
        var count = 0
        return walk(first, last) { _, length in count += length } == nil ? count : nil
    }

    /// Writes the text of a valid string.
    static func resolve(_ first: Bytes, _ last: Bytes, into target: UnsafeMutablePointer<UInt8>) {
        var at = target
        _ = walk(first, last) { source, length in
            at.update(from: source, count: length)
            at += length
        }
    }

    /// The first problem of a string and where it stands; nil when there is none.
    static func problem(_ first: Bytes, _ last: Bytes) -> (Problem, Bytes)? {
        walk(first, last) { _, _ in }
    }

    /// Hands out the pieces of the text in order; stops at the first problem. The bytes are those between the quotes.
    @inline(__always)
    private static func walk(_ first: Bytes, _ last: Bytes, _ emit: (Bytes, Int) -> Void) -> (Problem, Bytes)? {
        var p = first
        while p < last {
            var q = p
            while q < last, q.pointee != .backslash, q.pointee >= 0x20 { q += 1 }
            if q > p {
                if let bad = UTF8Check.firstInvalid(p, q) { return (.notUTF8, bad) }
                emit(p, q - p)
            }
            if q == last { return nil }
            if q.pointee < 0x20 { return (.control, q) }
            guard last - q >= 2 else { return (.unknownEscape, q) }
            if q[1] == UInt8(ascii: "u") {
                var scalar: UInt32 = 0
                let next = unicode(q, last, &scalar)
                guard let next else { return (scalar == 0 ? .badHexadecimal : .loneSurrogate, q) }
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4) { bytes in
                    guard let base = bytes.baseAddress else { return }
                    emit(Bytes(base), encode(scalar, base))
                }
                p = next
            } else {
                guard let byte = simple(q[1]) else { return (.unknownEscape, q) }
                withUnsafePointer(to: byte) { emit($0, 1) }
                p = q + 2
            }
        }
        return nil
    }

    /// The character that stands for a two-character escape.
    private static func simple(_ letter: UInt8) -> UInt8? {
        switch letter {
        case .quote, .backslash, UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): 0x0a
        case UInt8(ascii: "r"): 0x0d
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The scalar of `\uXXXX`, or of two of them that are a surrogate pair; returns the place after. On failure
    /// `scalar` is 0 for bad hexadecimal digits, else the lone surrogate.
    private static func unicode(_ p: Bytes, _ last: Bytes, _ scalar: inout UInt32) -> Bytes? {
        scalar = 0
        guard let unit = hexadecimal(p, last) else { return nil }
        if unit < 0xd800 || unit > 0xdfff {
            scalar = unit
            return p + 6
        }
        scalar = unit
        guard unit < 0xdc00, last - p >= 8, p[6] == .backslash, p[7] == UInt8(ascii: "u"),
            let low = hexadecimal(p + 6, last), low >= 0xdc00, low <= 0xdfff
        else { return nil }
        scalar = 0x1_0000 + (unit - 0xd800) << 10 + (low - 0xdc00)
        return p + 12
    }

    /// The four hexadecimal digits behind `\u`.
    private static func hexadecimal(_ p: Bytes, _ last: Bytes) -> UInt32? {
        guard last - p >= 6 else { return nil }
        var value: UInt32 = 0
        for index in 2..<6 {
            let byte = p[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: return nil
            }
        }
        return value
    }

    /// Writes a scalar as UTF-8; returns its length.
    private static func encode(_ scalar: UInt32, _ target: UnsafeMutablePointer<UInt8>) -> Int {
        switch scalar {
        case ..<0x80:
            target[0] = UInt8(scalar)
            return 1
        case ..<0x800:
            target[0] = UInt8(0xc0 | scalar >> 6)
            target[1] = UInt8(0x80 | scalar & 0x3f)
            return 2
        case ..<0x1_0000:
            target[0] = UInt8(0xe0 | scalar >> 12)
            target[1] = UInt8(0x80 | scalar >> 6 & 0x3f)
            target[2] = UInt8(0x80 | scalar & 0x3f)
            return 3
        default:
            target[0] = UInt8(0xf0 | scalar >> 18)
            target[1] = UInt8(0x80 | scalar >> 12 & 0x3f)
            target[2] = UInt8(0x80 | scalar >> 6 & 0x3f)
            target[3] = UInt8(0x80 | scalar & 0x3f)
            return 4
        }
    }
}

/// Validity of UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
enum UTF8Check {
    @inline(never)
    static func isValid(_ first: Bytes, _ last: Bytes) -> Bool { firstInvalid(first, last) == nil }

    /// Where the first character begins that is not valid; nil when all are.
    static func firstInvalid(_ first: Bytes, _ last: Bytes) -> Bytes? {
        var p = first
        while p < last {
            let lead = p.pointee
            if lead < 0x80 {
                p += 1
                continue
            }
            let left = last - p
            let length: Int
            switch lead {
            case 0xc2...0xdf: length = 2
            case 0xe0...0xef: length = 3
            case 0xf0...0xf4: length = 4
            default: return p
            }
            guard left >= length, p[1] & 0xc0 == 0x80 else { return p }
            switch (lead, p[1]) {
            // Overlong, surrogate, overlong, beyond U+10FFFF.
            case (0xe0, ..<0xa0), (0xed, 0xa0...), (0xf0, ..<0x90), (0xf4, 0x90...): return p
            default: break
            }
            if length > 2 && p[2] & 0xc0 != 0x80 { return p }
            if length > 3 && p[3] & 0xc0 != 0x80 { return p }
            p += length
        }
        return nil
    }
}
