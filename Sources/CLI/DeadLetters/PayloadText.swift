/// Payloads as text that is safe to print: nothing in them acts on a terminal.
enum PayloadText {
    /// Shown of a long payload around the byte that matters.
    static let window = 400

    /// Lines of a payload, with a caret under `marked`. Text as text, anything else as a dump of bytes.
    static func lines(_ bytes: [UInt8], marked: Int?, whole: Bool = false) -> [String] {
        if bytes.isEmpty { return ["(empty)"] }
        guard let text = String(validating: bytes, as: UTF8.self), isMostlyText(text) else {
            return dump(bytes, marked: marked, whole: whole)
        }
        return excerpt(bytes, marked: marked, whole: whole)
    }

    private static func isMostlyText(_ text: String) -> Bool {
        let odd = text.unicodeScalars.count { $0.value < 0x20 && $0 != "\n" && $0 != "\t" && $0 != "\r" }
        return odd * 20 <= text.unicodeScalars.count
    }

    /// A stretch of the text on one line, control characters escaped.
    private static func excerpt(_ bytes: [UInt8], marked: Int?, whole: Bool) -> [String] {
        var first = 0
        var last = bytes.count
        if !whole, bytes.count > window {
            let middle = min(marked ?? 0, bytes.count)
            first = boundary(bytes, max(0, min(middle - window / 2, bytes.count - window)))
            last = boundary(bytes, min(bytes.count, first + window))
        }
        let before = first > 0 ? "… " : ""
        var line = before + escaped(bytes[first..<last])
        if last < bytes.count { line += " …" }
        guard let marked, marked >= first, marked <= last else { return [line] }
        let indent = before.count + escaped(bytes[first..<boundary(bytes, marked)]).count
        return [line, String(repeating: " ", count: indent) + "^ byte \(marked)"]
    }

    /// The start of the character that a byte belongs to.
    private static func boundary(_ bytes: [UInt8], _ index: Int) -> Int {
        var index = min(index, bytes.count)
        while index > 0, index < bytes.count, bytes[index] & 0xc0 == 0x80 { index -= 1 }
        return index
    }

    private static func escaped(_ bytes: ArraySlice<UInt8>) -> String {
        escaped(String(decoding: bytes, as: UTF8.self))
    }

    /// Text without characters that act on a terminal or turn its direction around.
    static func escaped(_ text: String) -> String {
        var safe = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": safe += "\\n"
            case "\r": safe += "\\r"
            case "\t": safe += "\\t"
            default:
                if isUnsafe(scalar) {
                    safe += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    safe.unicodeScalars.append(scalar)
                }
            }
        }
        return safe
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }

    /// Sixteen bytes a line, with their offset and what is printable of them.
    private static func dump(_ bytes: [UInt8], marked: Int?, whole: Bool) -> [String] {
        let size = whole ? bytes.count : min(bytes.count, 256)
        var first = 0
        if !whole, let marked, marked > 128 { first = min(marked - 128, bytes.count - size) / 16 * 16 }
        // The first line begins at a multiple of sixteen, so that the end needs room for what that took.
        let last = min(bytes.count, first + size + 16)
        var lines: [String] = []
        for start in stride(from: first, to: last, by: 16) {
            let row = bytes[start..<min(start + 16, last)]
            let hex = row.map { hexadecimal($0, 2) }.joined(separator: " ")
            let text = String(row.map { $0 >= 0x20 && $0 < 0x7f ? Character(Unicode.Scalar($0)) : "." })
            lines.append("\(hexadecimal(start, 6))  \(hex)\(String(repeating: " ", count: 49 - hex.count))\(text)")
            if let marked, row.indices.contains(marked) {
                lines.append(String(repeating: " ", count: 8 + (marked - start) * 3) + "^ byte \(marked)")
            }
        }
        if last < bytes.count { lines.append("… \(bytes.count - last) more bytes (--full shows them)") }
        return lines
    }

    private static func hexadecimal(_ value: some BinaryInteger, _ width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
