/// Cuts CEL text into tokens, after the lexical grammar of the language definition (cel-spec, doc/langdef.md,
/// "Syntax"). Errors are collected, and reading goes on behind them.
struct Lexer {
    let bytes: [UInt8]
    private(set) var at: Int
    private(set) var errors: [ExpressionError] = []
    /// Where the text ends for this lexer; a template gives the part between its braces.
    let end: Int

    init(_ bytes: [UInt8], in range: Range<Int>) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
    }

    /// All tokens of a text, the last one being `.end`, and the errors met.
    static func tokens(of bytes: [UInt8], in range: Range<Int>) -> ([Token], [ExpressionError]) {
        var lexer = Lexer(bytes, in: range)
        var tokens: [Token] = []
        while true {
            let token = lexer.next()
            tokens.append(token)
            if token.kind == .end { return (tokens, lexer.errors) }
        }
    }

    private func peek(_ ahead: Int = 0) -> UInt8 { at + ahead < end ? bytes[at + ahead] : 0 }

    mutating func next() -> Token {
        skipBlanks()
        let start = at
        guard at < end else { return Token(kind: .end, range: end..<end) }
        let first = bytes[at]
        let kind: Token.Kind
        if Self.isDigit(first) || (first == UInt8(ascii: ".") && Self.isDigit(peek(1))) {
            kind = number()
        } else if let prefix = stringPrefix() {
            kind = string(isRaw: prefix.isRaw, isBytes: prefix.isBytes, prefixLength: prefix.length)
        } else if Self.isLetter(first) {
            kind = word()
        } else if first == UInt8(ascii: "`") {
            kind = quotedName()
        } else {
            kind = symbol()
        }
        return Token(kind: kind, range: start..<at)
    }

    mutating func fail(_ range: Range<Int>, _ message: String, hint: String? = nil) {
        errors.append(ExpressionError(range, message, hint: hint))
    }

    private mutating func skipBlanks() {
        while at < end {
            switch bytes[at] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x0C: at += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                while at < end, bytes[at] != UInt8(ascii: "\n") { at += 1 }
            default: return
            }
        }
    }

    // MARK: Names and symbols

    private mutating func word() -> Token.Kind {
        let start = at
        while at < end, Self.isLetter(bytes[at]) || Self.isDigit(bytes[at]) { at += 1 }
        let name = String(decoding: bytes[start..<at], as: UTF8.self)
        return switch name {
        case "in": .symbol(.in)
        case "true": .symbol(.true)
        case "false": .symbol(.false)
        case "null": .symbol(.null)
        default: .identifier(name, isQuoted: false)
        }
    }

    private mutating func quotedName() -> Token.Kind {
        let start = at
        at += 1
        while at < end, Self.isQuotedNameByte(bytes[at]) { at += 1 }
        guard peek() == UInt8(ascii: "`"), at > start + 1 else {
            fail(start..<at, "expected letters, digits, `_`, `.`, `-`, `/` or blanks and a closing backquote")
            if peek() == UInt8(ascii: "`") { at += 1 }
            return .invalid
        }
        at += 1
        return .identifier(String(decoding: bytes[start + 1..<at - 1], as: UTF8.self), isQuoted: true)
    }

    private mutating func symbol() -> Token.Kind {
        let two = String(decoding: bytes[at..<min(at + 2, end)], as: UTF8.self)
        if let symbol = Token.Symbol(rawValue: two), two.utf8.count == 2 {
            at += 2
            return .symbol(symbol)
        }
        let one = String(decoding: bytes[at..<at + 1], as: UTF8.self)
        if let symbol = Token.Symbol(rawValue: one) {
            at += 1
            return .symbol(symbol)
        }
        let start = at
        at += 1
        while at < end, bytes[at] & 0xC0 == 0x80 { at += 1 }
        let found = String(decoding: bytes[start..<at], as: UTF8.self)
        let hint: String? =
            switch found {
            case "=": "compare with `==`"
            case "&": "use `&&`"
            case "|": "use `||`"
            case ";": "an expression is one value, without statements"
            case "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{AB}", "\u{BB}": "quote text with ' or \""
            case "\u{2264}": "use `<=`"
            case "\u{2265}": "use `>=`"
            case "\u{2260}": "use `!=`"
            default: nil
            }
        fail(start..<at, "unexpected character `\(found)`", hint: hint)
        return .invalid
    }

    // MARK: Numbers

    private mutating func number() -> Token.Kind {
        let start = at
        if peek() == UInt8(ascii: "0"), peek(1) | 0x20 == UInt8(ascii: "x") { return hexadecimal() }
        while Self.isDigit(peek()) { at += 1 }
        var isDouble = false
        if peek() == UInt8(ascii: "."), Self.isDigit(peek(1)) {
            isDouble = true
            at += 1
            while Self.isDigit(peek()) { at += 1 }
        }
        if peek() | 0x20 == UInt8(ascii: "e") {
            let sign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
            if Self.isDigit(peek(1 + sign)) {
                isDouble = true
                at += 1 + sign
                while Self.isDigit(peek()) { at += 1 }
            }
        }
        let digits = String(decoding: bytes[start..<at], as: UTF8.self)
        if isDouble {
            guard endsCleanly(start), let value = Double(digits) else { return .invalid }
            if value.isInfinite {
                fail(start..<at, "number `\(digits)` is beyond the range of double")
                return .invalid
            }
            return .double(value)
        }
        return integer(UInt64(digits), start)
    }

    private mutating func hexadecimal() -> Token.Kind {
        let start = at
        at += 2
        while Self.hexValue(peek()) != nil { at += 1 }
        if at == start + 2 {
            fail(start..<at, "expected hexadecimal digits after `0x`")
            return .invalid
        }
        return integer(UInt64(String(decoding: bytes[start + 2..<at], as: UTF8.self), radix: 16), start)
    }

    /// What follows an integer's digits: a suffix `u`, and no letter.
    private mutating func integer(_ value: UInt64?, _ start: Int) -> Token.Kind {
        let isUnsigned = peek() | 0x20 == UInt8(ascii: "u")
        if isUnsigned { at += 1 }
        guard endsCleanly(start) else { return .invalid }
        // The least int has a magnitude one beyond the greatest; the parser checks the exact bound with the sign.
        guard let value, isUnsigned || value <= 1 << 63 else {
            let shown = String(decoding: bytes[start..<at], as: UTF8.self)
            fail(start..<at, "number `\(shown)` is beyond 64 bits", hint: "write it as a double: `\(shown).0`")
            return .invalid
        }
        return isUnsigned ? .uint(value) : .int(value)
    }

    /// Takes in letters that follow a number at once, and says that they may not.
    private mutating func endsCleanly(_ start: Int) -> Bool {
        guard Self.isLetter(peek()) else { return true }
        while Self.isLetter(peek()) || Self.isDigit(peek()) { at += 1 }
        let shown = String(decoding: bytes[start..<at], as: UTF8.self)
        let isDuration = ["s", "ms", "us", "ns", "m", "h"].contains { shown.drop(while: \.isNumber) == $0 }
        fail(
            start..<at, "`\(shown)` is neither a number nor a name",
            hint: isDuration ? "a duration is written `duration(\"\(shown)\")`" : nil)
        return false
    }

    // MARK: Strings

    /// Whether a string or bytes literal starts here, and with which prefix.
    private func stringPrefix() -> (isRaw: Bool, isBytes: Bool, length: Int)? {
        var isRaw = false
        var isBytes = false
        var length = 0
        while length < 2 {
            let letter = peek(length) | 0x20
            if letter == UInt8(ascii: "r"), !isRaw {
                isRaw = true
            } else if letter == UInt8(ascii: "b"), !isBytes {
                isBytes = true
            } else {
                break
            }
            length += 1
        }
        let quote = peek(length)
        return quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") ? (isRaw, isBytes, length) : nil
    }

    private mutating func string(isRaw: Bool, isBytes: Bool, prefixLength: Int) -> Token.Kind {
        let start = at
        at += prefixLength
        let quote = bytes[at]
        let isTriple = peek(1) == quote && peek(2) == quote
        at += isTriple ? 3 : 1
        var value: [UInt8] = []
        var isGood = true
        while true {
            guard at < end, isTriple || (bytes[at] != UInt8(ascii: "\n") && bytes[at] != UInt8(ascii: "\r")) else {
                fail(
                    start..<at, "string has no closing \(isTriple ? "triple quote" : "quote")",
                    hint: at < end ? "text over several lines stands between triple quotes" : nil)
                return .invalid
            }
            let byte = bytes[at]
            if byte == quote, !isTriple || (peek(1) == quote && peek(2) == quote) {
                at += isTriple ? 3 : 1
                break
            }
            if byte == UInt8(ascii: "\\"), !isRaw {
                if !escape(into: &value, isBytes: isBytes) { isGood = false }
            } else if byte == UInt8(ascii: "\\"), at + 1 < end {
                // Raw: the backslash stands for itself, and a quote behind it does not end the literal.
                value.append(byte)
                value.append(bytes[at + 1])
                at += 2
            } else if byte == UInt8(ascii: "\r") {
                value.append(UInt8(ascii: "\n"))
                at += peek(1) == UInt8(ascii: "\n") ? 2 : 1
            } else {
                value.append(byte)
                at += 1
            }
        }
        if !isGood { return .invalid }
        return isBytes ? .bytes(value) : .string(String(decoding: value, as: UTF8.self))
    }

    /// One escape sequence. In strings `\x` and octal are code points, in bytes they are octets.
    private mutating func escape(into value: inout [UInt8], isBytes: Bool) -> Bool {
        let start = at
        at += 1
        let letter = peek()
        at += at < end ? 1 : 0
        switch letter {
        case UInt8(ascii: "a"): value.append(0x07)
        case UInt8(ascii: "b"): value.append(0x08)
        case UInt8(ascii: "f"): value.append(0x0C)
        case UInt8(ascii: "n"): value.append(0x0A)
        case UInt8(ascii: "r"): value.append(0x0D)
        case UInt8(ascii: "t"): value.append(0x09)
        case UInt8(ascii: "v"): value.append(0x0B)
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
            value.append(letter)
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return code(start, digits: 2, radix: 16, isBytes, &value)
        case UInt8(ascii: "u") where !isBytes: return code(start, digits: 4, radix: 16, isBytes, &value)
        case UInt8(ascii: "U") where !isBytes: return code(start, digits: 8, radix: 16, isBytes, &value)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            at -= 1
            return code(start, digits: 3, radix: 8, isBytes, &value)
        default:
            let shown = String(decoding: bytes[start..<at], as: UTF8.self)
            fail(
                start..<at, "unknown escape `\(shown)`",
                hint: "a backslash is written `\\\\`, or put an r before the quote: r\"…\"")
            return false
        }
        return true
    }

    private mutating func code(
        _ start: Int, digits: Int, radix: UInt32, _ isBytes: Bool, _ value: inout [UInt8]
    ) -> Bool {
        var number: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = Self.hexValue(peek()), digit < radix else {
                fail(start..<at, "expected \(digits) \(radix == 8 ? "octal" : "hexadecimal") digits in the escape")
                return false
            }
            number = number * radix + digit
            at += 1
        }
        if isBytes {
            value.append(UInt8(truncatingIfNeeded: number))
            return true
        }
        guard let scalar = Unicode.Scalar(number) else {
            fail(start..<at, "escape is no Unicode character", hint: "surrogates and codes above 10FFFF are not")
            return false
        }
        value.append(contentsOf: String(Character(scalar)).utf8)
        return true
    }

    // MARK: Characters

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
    }
    static func isQuotedNameByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "/") || byte == UInt8(ascii: " ")
    }
    static func hexValue(_ byte: UInt8) -> UInt32? {
        if isDigit(byte) { return UInt32(byte - UInt8(ascii: "0")) }
        let lower = byte | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "f") ? UInt32(lower - UInt8(ascii: "a")) + 10 : nil
    }
}
