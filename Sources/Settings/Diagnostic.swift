/// One finding about a file: what is wrong, where, and what to do about it.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    public enum Severity: String, Sendable, Hashable {
        case error, warning
    }

    public var severity: Severity
    public var place: Place
    /// Lower case, no full stop: what was expected and what was found.
    public var message: String
    /// What to do, when there is something better to say than the message.
    public var hint: String?

    public init(severity: Severity, place: Place, message: String, hint: String? = nil) {
        self.severity = severity
        self.place = place
        self.message = message
        self.hint = hint
    }

    /// `file:line:col: error: message` and, on a second line, the hint; without the line of the file.
    public var description: String { rendered(sourceLine: nil) }

    /// The finding as text, with the line of the file and a caret under the column when the line is known.
    public func rendered(sourceLine: String?) -> String {
        var text = "\(place): \(severity.rawValue): \(message)"
        if let sourceLine {
            text += "\n" + Self.excerpt(of: sourceLine, line: place.line, column: place.column)
        }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }

    /// Widest part of a line that is shown; longer lines are cut around the column.
    private static let excerptWidth = 120

    private static func excerpt(of sourceLine: String, line: Int, column: Int) -> String {
        let characters = Array(sourceLine)
        let caret = min(max(column - 1, 0), characters.count)
        var start = 0
        var end = characters.count
        if characters.count > excerptWidth {
            start = max(0, min(caret - excerptWidth / 2, characters.count - excerptWidth))
            end = start + excerptWidth
        }
        let shown = (start > 0 ? "…" : "") + String(characters[start..<end]) + (end < characters.count ? "…" : "")
        var padding = start > 0 ? " " : ""
        for character in characters[start..<caret] {
            padding += character == "\t" ? "\t" : String(repeating: " ", count: width(of: character))
        }
        let number = String(line)
        let gutter = String(repeating: " ", count: number.count)
        return "  \(number) | \(shown)\n  \(gutter) | \(padding)^"
    }

    /// Terminal cells a character takes: two for East Asian wide characters and emoji.
    private static func width(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 1 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default:
            return 1
        }
    }
}
