/// A reader for protocol buffers' text format, as far as the CEL conformance files use it: a tree of named values.
struct TextProto {
    enum Node {
        case message([(name: String, node: Node)])
        case text([UInt8])
        /// A number, a bool or an enum's name, as it stands.
        case word(String)
    }

    struct Malformed: Error { var line: Int }

    private let bytes: [UInt8]
    private var at = 0

    static func read(_ text: String) throws -> Node {
        var reader = TextProto(bytes: Array(text.utf8))
        return try reader.message(until: nil)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var malformed: Malformed { Malformed(line: 1 + bytes[..<min(at, bytes.count)].count { $0 == 10 }) }

    private mutating func skip() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ";"): at += 1
            case UInt8(ascii: "#"): while at < bytes.count, bytes[at] != 0x0A { at += 1 }
            default: return
            }
        }
    }

    private mutating func take(_ character: Character) -> Bool {
        skip()
        guard at < bytes.count, bytes[at] == character.asciiValue else { return false }
        at += 1
        return true
    }

    private mutating func word() throws -> String {
        skip()
        let start = at
        while at < bytes.count, bytes[at] > 0x20, !"{}[]<>:,;\"'#".utf8.contains(bytes[at]) { at += 1 }
        if at == start { throw malformed }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func message(until closing: Character?) throws -> Node {
        var fields: [(name: String, node: Node)] = []
        while true {
            skip()
            if let closing, take(closing) { return .message(fields) }
            if at >= bytes.count {
                if closing != nil { throw malformed }
                return .message(fields)
            }
            let name: String
            if take("[") {
                name = try word()
                _ = take("]")
            } else {
                name = try word()
            }
            _ = take(":")
            if take("[") {
                while !take("]") { fields.append((name, try value())) }
            } else {
                fields.append((name, try value()))
            }
        }
    }

    private mutating func value() throws -> Node {
        if take("{") { return try message(until: "}") }
        if take("<") { return try message(until: ">") }
        skip()
        guard at < bytes.count else { throw malformed }
        if bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") {
            var text: [UInt8] = []
            while at < bytes.count, bytes[at] == UInt8(ascii: "\"") || bytes[at] == UInt8(ascii: "'") {
                try quoted(into: &text)
                skip()
            }
            return .text(text)
        }
        return .word(try word())
    }

    private mutating func quoted(into text: inout [UInt8]) throws {
        let quote = bytes[at]
        at += 1
        while true {
            guard at < bytes.count else { throw malformed }
            let byte = bytes[at]
            at += 1
            if byte == quote { return }
            if byte != UInt8(ascii: "\\") {
                text.append(byte)
                continue
            }
            guard at < bytes.count else { throw malformed }
            let letter = bytes[at]
            at += 1
            switch letter {
            case UInt8(ascii: "a"): text.append(7)
            case UInt8(ascii: "b"): text.append(8)
            case UInt8(ascii: "f"): text.append(12)
            case UInt8(ascii: "n"): text.append(10)
            case UInt8(ascii: "r"): text.append(13)
            case UInt8(ascii: "t"): text.append(9)
            case UInt8(ascii: "v"): text.append(11)
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                at -= 1
                text.append(UInt8(truncatingIfNeeded: try code(8, upTo: 3)))
            case UInt8(ascii: "x"), UInt8(ascii: "X"): text.append(UInt8(truncatingIfNeeded: try code(16, upTo: 2)))
            case UInt8(ascii: "u"): try append(code(16, upTo: 4), to: &text)
            case UInt8(ascii: "U"): try append(code(16, upTo: 8), to: &text)
            default: text.append(letter)
            }
        }
    }

    private mutating func code(_ radix: Int, upTo most: Int) throws -> UInt32 {
        var value: UInt32 = 0
        var count = 0
        while count < most, at < bytes.count, let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue,
            digit < radix
        {
            value = value * UInt32(radix) + UInt32(digit)
            at += 1
            count += 1
        }
        if count == 0 { throw malformed }
        return value
    }

    private func append(_ code: UInt32, to text: inout [UInt8]) throws {
        guard let scalar = Unicode.Scalar(code) else { throw malformed }
        text += Array(String(Character(scalar)).utf8)
    }
}

extension TextProto.Node {
    subscript(name: String) -> TextProto.Node? { all(name).first }

    func all(_ name: String) -> [TextProto.Node] {
        guard case .message(let fields) = self else { return [] }
        return fields.filter { $0.name == name }.map(\.node)
    }

    var fields: [(name: String, node: TextProto.Node)] {
        if case .message(let fields) = self { fields } else { [] }
    }

    var string: String? {
        switch self {
        case .text(let bytes): String(decoding: bytes, as: UTF8.self)
        case .word(let word): word
        case .message: nil
        }
    }
}
