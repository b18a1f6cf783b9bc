/// How many columns of a terminal a text takes, and text cut or filled to so many.
enum TextWidth {
    /// Columns of a text whose control characters have been taken out.
    static func columns(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + columns(of: $1) } }

    /// 0 for marks that join what stands before, 2 for wide characters, else 1.
    static func columns(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.value < 0x300 { return first.value < 0x20 || (0x7F..<0xA0).contains(first.value) ? 0 : 1 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        if character.unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        return wide.contains { $0.contains(first.value) } ? 2 : 1
    }

    /// Blocks whose characters are wide (Unicode's East Asian Width W and F, whole blocks).
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
        0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]

    /// The text as one harmless line: what comes from records must not be able to steer the terminal. Control
    /// characters and marks that turn the writing direction become a question mark.
    static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { clean.append(isHarmful(scalar) ? "?" : scalar) }
        return String(clean)
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }

    /// The text cut to `width` columns, with an ellipsis where something is missing.
    static func cut(_ text: String, to width: Int) -> String {
        let text = harmless(text)
        if width <= 0 { return "" }
        if columns(text) <= width { return text }
        var result = ""
        var used = 0
        for character in text {
            let columns = columns(of: character)
            if used + columns > width - 1 { break }
            result.append(character)
            used += columns
        }
        while result.last == " " { result.removeLast() }
        return result + "…"
    }

    /// The text in exactly `width` columns.
    static func fit(_ text: String, _ width: Int, right: Bool = false) -> String {
        let text = cut(text, to: width)
        let blanks = String(repeating: " ", count: max(0, width - columns(text)))
        return right ? blanks + text : text + blanks
    }
}
