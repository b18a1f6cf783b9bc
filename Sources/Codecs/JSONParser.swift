import CScan
import Records

/// Why a text is not JSON.
public struct JSONError: Error, Sendable, Hashable {
    /// `malformedJSON`, `tooDeep` or `invalidUTF8`.
    public var reason: RejectionReason
    /// Byte offset of the first byte that can't stand where it stands; the text's length when it ends too soon.
    public var offset: Int
    /// What was expected and what was found, with the offset.
    public var message: String
}

/// A strict parser by RFC 8259, for edges: it says precisely what is wrong. UTF-8 is required; a byte order mark at the
/// start is skipped. Slow beside the scanner, and independent of it, so that each checks the other.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let maximumDepth: Int
    private var at = 0
    private var depth = 0

    /// Parses a whole text: one value, whitespace around it.
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) throws(JSONError) -> JSONNode {
        var parser = JSONParser(bytes: bytes, maximumDepth: maximumDepth)
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { parser.at = 3 }
        parser.skipSpace()
        let value = try parser.value("a value")
        parser.skipSpace()
        if let byte = parser.peek {
            throw parser.error("expected nothing after the value, found \(describe(byte))")
        }
        return value
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipSpace() {
        while let byte = peek, isSpace(byte) { at += 1 }
    }

    private func error(_ what: String, _ reason: RejectionReason = .malformedJSON) -> JSONError {
        JSONError(reason: reason, offset: at, message: "\(what) at byte \(at)")
    }

    private func truncated(_ place: String) -> JSONError {
        JSONError(
            reason: .malformedJSON, offset: bytes.count, message: "truncated after byte \(bytes.count) \(place)")
    }

    static func describe(_ byte: UInt8) -> String {
        if byte > 0x20 && byte < 0x7f { return "'\(Character(Unicode.Scalar(byte)))'" }
        if byte == 0x20 { return "a space" }
        let digits = String(byte, radix: 16)
        return "byte 0x" + (digits.count < 2 ? "0" : "") + digits
    }

    private mutating func value(_ expected: String) throws(JSONError) -> JSONNode {
        let start = at
        guard let byte = peek else { throw truncated("where \(expected) should stand") }
        let content: JSONNode.Content
        switch byte {
        case .openBrace: content = try object()
        case .openBracket: content = try array()
        case .quote: content = .string(try string())
        case UInt8(ascii: "t"): content = try literal("true", .bool(true))
        case UInt8(ascii: "f"): content = try literal("false", .bool(false))
        case UInt8(ascii: "n"): content = try literal("null", .null)
        case .minus, UInt8(ascii: "0")...UInt8(ascii: "9"): content = try number()
        default: throw error("expected \(expected), found \(Self.describe(byte))")
        }
        return JSONNode(content, range: start..<at)
    }

    private mutating func literal(_ text: StaticString, _ content: JSONNode.Content) throws(JSONError)
        -> JSONNode.Content
    {
        for index in 0..<text.utf8CodeUnitCount {
            guard let byte = peek else { throw truncated("inside \(text)") }
            guard byte == text.utf8Start[index] else { throw error("expected \(text), found \(Self.describe(byte))") }
            at += 1
        }
        return content
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        if depth > maximumDepth { throw error("more than \(maximumDepth) nested objects and arrays", .tooDeep) }
        at += 1
        skipSpace()
    }

    private mutating func object() throws(JSONError) -> JSONNode.Content {
        try enter()
        var members: [JSONNode.Member] = []
        if peek == .closeBrace {
            at += 1
            depth -= 1
            return .object([])
        }
        while true {
            guard let byte = peek else { throw truncated("inside an object, where a key should stand") }
            guard byte == .quote else { throw error("expected a key in double quotes, found \(Self.describe(byte))") }
            let key = try string()
            skipSpace()
            guard let colon = peek else { throw truncated("inside an object, where ':' should stand") }
            guard colon == .colon else { throw error("expected ':' after a key, found \(Self.describe(colon))") }
            at += 1
            skipSpace()
            members.append(JSONNode.Member(key, try value("a value")))
            skipSpace()
            guard let after = peek else { throw truncated("inside an object, where ',' or '}' should stand") }
            guard after == .comma || after == .closeBrace else {
                throw error("expected ',' or '}' after a value, found \(Self.describe(after))")
            }
            at += 1
            if after == .closeBrace { break }
            skipSpace()
        }
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(JSONError) -> JSONNode.Content {
        try enter()
        var elements: [JSONNode] = []
        if peek == .closeBracket {
            at += 1
            depth -= 1
            return .array([])
        }
        while true {
            elements.append(try value("an element"))
            skipSpace()
            guard let after = peek else { throw truncated("inside an array, where ',' or ']' should stand") }
            guard after == .comma || after == .closeBracket else {
                throw error("expected ',' or ']' after an element, found \(Self.describe(after))")
            }
            at += 1
            if after == .closeBracket { break }
            skipSpace()
        }
        depth -= 1
        return .array(elements)
    }

    private mutating func digits() throws(JSONError) {
        guard let byte = peek else { throw truncated("inside a number") }
        guard isDigit(byte) else { throw error("expected a digit, found \(Self.describe(byte))") }
        while let byte = peek, isDigit(byte) { at += 1 }
    }

    private mutating func number() throws(JSONError) -> JSONNode.Content {
        let start = at
        if peek == .minus { at += 1 }
        if peek == .zero {
            at += 1
            if let byte = peek, isDigit(byte) { throw error("a number may not start with 0") }
        } else {
            try digits()
        }
        if peek == .point {
            at += 1
            try digits()
        }
        if let byte = peek, byte | 0x20 == UInt8(ascii: "e") {
            at += 1
            if peek == .minus || peek == UInt8(ascii: "+") { at += 1 }
            try digits()
        }
        let text = bytes[start..<at]
        var value = 0.0
        if let base = bytes.baseAddress, scan_parse_double(base + start, base + at, &value) != 0 {
            value = bytes[start] == .minus ? -.infinity : .infinity
        }
        return .number(String(decoding: text, as: UTF8.self), value)
    }

    private mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        while let byte = peek, byte != .quote {
            if byte < 0x20 { throw error("a control character (\(Self.describe(byte))) in a string must be escaped") }
            at += byte == .backslash ? 2 : 1
        }
        guard at < bytes.count, let base = bytes.baseAddress else { throw truncated("inside a string") }
        let last = at
        if let (problem, place) = Escapes.problem(base + start, base + last) {
            at = place - base
            throw stringError(problem)
        }
        at += 1
        guard let count = Escapes.length(base + start, base + last) else { throw truncated("inside a string") }
        return String(unsafeUninitializedCapacity: count) { target in
            guard let first = target.baseAddress else { return 0 }
            Escapes.resolve(base + start, base + last, into: first)
            return count
        }
    }

    private func stringError(_ problem: Escapes.Problem) -> JSONError {
        switch problem {
        case .unknownEscape: error("no escape that JSON knows")
        case .badHexadecimal: error("expected four hexadecimal digits after \\u")
        case .loneSurrogate: error("half of a surrogate pair", .invalidUTF8)
        case .notUTF8: error("text that is not UTF-8", .invalidUTF8)
        case .control: error("a control character in a string must be escaped")
        }
    }
}
