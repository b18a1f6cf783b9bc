import Foundation

/// Swift text with comments and the insides of string literals blanked out, so that a pattern meets code only.
/// Offsets and line breaks stay where they were.
struct CodeText {
    /// The code, as many UTF-8 bytes as the text it came from.
    let code: String
    /// The comments alone, in the same way.
    let comments: String
    /// An x for each character inside a string literal, a space for everything else.
    let texts: String

    init(_ text: String) {
        var scanner = Scanner(bytes: Array(text.utf8))
        scanner.scan()
        code = String(decoding: scanner.code, as: UTF8.self)
        comments = String(decoding: scanner.comments, as: UTF8.self)
        texts = String(decoding: scanner.texts, as: UTF8.self)
    }

    /// The lines, counted from 1, on which a regular expression matches the code.
    func lines(matching pattern: String) -> [Int] { Self.lines(matching: pattern, in: code) }

    static func lines(matching pattern: String, in text: String) -> [Int] {
        guard let expression = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else {
            return [0]  // A rule whose pattern is wrong must not pass in silence.
        }
        let whole = text as NSString
        var lines: [Int] = []
        var line = 1
        var position = 0
        for match in expression.matches(in: text, range: NSRange(location: 0, length: whole.length)) {
            let between = whole.substring(with: NSRange(location: position, length: match.range.location - position))
            line += between.utf8.count { $0 == UInt8(ascii: "\n") }
            position = match.range.location
            if lines.last != line { lines.append(line) }
        }
        return lines
    }
}

extension CodeText {
    /// Walks the bytes once. An interpolation counts as part of its string; where that goes wrong, a string of one line
    /// ends with its line at the latest.
    private struct Scanner {
        let bytes: [UInt8]
        var code: [UInt8]
        var comments: [UInt8]
        var texts: [UInt8]
        var position = 0

        init(bytes: [UInt8]) {
            self.bytes = bytes
            code = bytes
            comments = bytes.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
            texts = comments
        }

        mutating func scan() {
            while position < bytes.count {
                if starts(with: "//") {
                    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank(comment: true) }
                } else if starts(with: "/*") {
                    skipBlockComment()
                } else if bytes[position] == UInt8(ascii: "\"") {
                    skipString(hashes: 0)
                } else if bytes[position] == UInt8(ascii: "#"), let hashes = hashesBeforeQuote() {
                    position += hashes
                    skipString(hashes: hashes)
                } else {
                    position += 1
                }
            }
        }

        func starts(with text: StaticString, at offset: Int = 0) -> Bool {
            let start = position + offset
            guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
            return text.withUTF8Buffer { $0.elementsEqual(bytes[start..<start + text.utf8CodeUnitCount]) }
        }

        func hashesBeforeQuote() -> Int? {
            var end = position
            while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
            return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - position : nil
        }

        mutating func blank(comment: Bool) {
            if bytes[position] != UInt8(ascii: "\n") {
                if comment {
                    comments[position] = bytes[position]
                } else if bytes[position] & 0xC0 != 0x80 {  // The first byte of a character.
                    texts[position] = UInt8(ascii: "x")
                }
                code[position] = UInt8(ascii: " ")
            }
            position += 1
        }

        mutating func skipBlockComment() {
            var depth = 0
            repeat {
                if starts(with: "/*") {
                    depth += 1
                    blank(comment: true)
                } else if starts(with: "*/") {
                    depth -= 1
                    blank(comment: true)
                }
                if position < bytes.count { blank(comment: true) }
            } while depth > 0 && position < bytes.count
        }

        mutating func skipString(hashes: Int) {
            let multiline = starts(with: "\"\"\"")
            let quotes = multiline ? 3 : 1
            position += quotes
            while position < bytes.count {
                let byte = bytes[position]
                if byte == UInt8(ascii: "\\"), hashes == 0 {
                    blank(comment: false)
                    if position < bytes.count { blank(comment: false) }
                } else if byte == UInt8(ascii: "\n"), !multiline {
                    return
                } else if endsString(quotes: quotes, hashes: hashes) {
                    position += quotes + hashes
                    return
                } else {
                    blank(comment: false)
                }
            }
        }

        func endsString(quotes: Int, hashes: Int) -> Bool {
            let end = position + quotes + hashes
            guard end <= bytes.count else { return false }
            return bytes[position..<position + quotes].allSatisfy { $0 == UInt8(ascii: "\"") }
                && bytes[position + quotes..<end].allSatisfy { $0 == UInt8(ascii: "#") }
        }
    }
}
