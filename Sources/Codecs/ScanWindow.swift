import CScan
import Records

typealias Bytes = UnsafePointer<UInt8>

/// The payload being scanned, and how its end is kept safe.
///
/// `end` stands after the payload's last `}`: a payload that does not end in one is rejected before. Since neither
/// quote, comma, colon, digit, letter nor opening bracket is a `}`, whoever has consumed one of those may read the next
/// byte without a check; only who has consumed a `}` must compare with `end`. Sixteen bytes are read at once up to
/// `safe`; beyond it the last sixteen are read and the mask is shifted. Hence a payload must have at least sixteen
/// readable bytes.
struct ScanWindow {
    let start: Bytes
    /// After the closing `}`; whitespace behind it is cut off.
    let end: Bytes
    /// The last place where sixteen bytes may be read.
    let safe: Bytes

    /// What a payload needs so that sixteen bytes can be read at a time.
    static let minimumBytes = 16

    /// A payload of at least `minimumBytes`; nil when its last byte, whitespace left out, is not a closing brace.
    @inline(always)
    init?(payload: Bytes, count: Int) {
        var end = payload + count
        while end[-1] != .closeBrace {
            end -= 1
            guard end > payload, isSpace(end.pointee) else { return nil }
        }
        self.init(start: payload, end: end, safe: payload + count - 16)
    }

    @inline(always)
    init(start: Bytes, end: Bytes, safe: Bytes) {
        self.start = start
        self.end = end
        self.safe = safe
    }

    /// A copy, in the arena, of a payload too short to be read sixteen bytes at a time; spaces behind it fill it up.
    @inline(never)
    static func padded(_ payload: Bytes, _ count: Int, _ arena: Arena) -> Bytes {
        let copy = arena.allocate(minimumBytes)
        copy.update(repeating: 0x20, count: minimumBytes)
        copy.update(from: payload, count: count)
        return Bytes(copy)
    }

    /// The first key of the root object, or its closing brace. Nil when the payload does not begin with an object. A
    /// byte order mark before it is skipped.
    @inline(always)
    func enterRoot() -> Bytes? {
        var p = start
        if p.pointee != .openBrace {
            if matches(p, "\u{feff}") { p += 3 }
            p = skipSpace(p)
            guard p.pointee == .openBrace else { return nil }
        }
        return skipSpace(p + 1)
    }

    /// Whether sixteen bytes may be read at `p`.
    @inline(always)
    func hasSixteen(_ p: Bytes) -> Bool { UInt(bitPattern: p) <= UInt(bitPattern: safe) }

    /// Bytes from `p` that end a string (bits 0…15), and that are not ASCII (bits 16…31).
    @inline(always)
    func stringMask(_ p: Bytes) -> UInt32 {
        if hasSixteen(p) { return scan_string16(p) }
        let over = UInt32(truncatingIfNeeded: p - safe)
        let mask = scan_string16(safe)
        return ((mask & 0xffff) >> over) | ((mask >> 16) >> over) << 16
    }

    /// Bytes from `p` that are digits.
    @inline(always)
    func digitMask(_ p: Bytes) -> UInt32 {
        if hasSixteen(p) { return scan_digits16(p) }
        return scan_digits16(safe) >> UInt32(truncatingIfNeeded: p - safe)
    }

    /// Bytes from `p` that are equal to a slot's text. Bytes beyond the payload count as different. The text has a
    /// margin before it (`KeyTable.textMargin`), which is compared with what stands before `p` and shifted away.
    @inline(always)
    func equalMask(_ p: Bytes, _ text: Bytes) -> UInt32 {
        if hasSixteen(p) { return scan_equal16(p, text) }
        let over = p - safe
        return scan_equal16(safe, text - over) >> UInt32(truncatingIfNeeded: over)
    }

    /// Whether `text` stands at `p`; reads no further than the payload.
    @inline(always)
    func matches(_ p: Bytes, _ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end - p >= count else { return false }
        let expected = text.utf8Start
        var index = 0
        while index < count {
            if p[index] != expected[index] { return false }
            index += 1
        }
        return true
    }

    /// The first byte from `p` that is no JSON whitespace.
    @inline(always)
    func skipSpace(_ p: Bytes) -> Bytes {
        if p.pointee > 0x20 { return p }
        // One space after a comma or a colon is how many writers do it.
        if p.pointee == 0x20 && p[1] > 0x20 { return p + 1 }
        return skipSpaces(p)
    }

    @inline(never)
    private func skipSpaces(_ p: Bytes) -> Bytes {
        var p = p
        while isSpace(p.pointee) { p += 1 }
        return p
    }
}

/// JSON whitespace: space, tab, line feed, carriage return.
@inline(always)
func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }

@inline(always)
func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

extension UInt8 {
    static var quote: UInt8 { UInt8(ascii: "\"") }
    static var backslash: UInt8 { UInt8(ascii: "\\") }
    static var openBrace: UInt8 { UInt8(ascii: "{") }
    static var closeBrace: UInt8 { UInt8(ascii: "}") }
    static var openBracket: UInt8 { UInt8(ascii: "[") }
    static var closeBracket: UInt8 { UInt8(ascii: "]") }
    static var comma: UInt8 { UInt8(ascii: ",") }
    static var colon: UInt8 { UInt8(ascii: ":") }
    static var minus: UInt8 { UInt8(ascii: "-") }
    static var point: UInt8 { UInt8(ascii: ".") }
    static var zero: UInt8 { UInt8(ascii: "0") }
}
