/// Breaks text into lines for a terminal.
enum TextWrap {
    /// Lines of at most `width` characters, broken at blanks; a word that is longer stands alone on its line.
    static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// Paragraphs with an empty line between them; one whose lines start with a blank stays as it is.
    static func paragraphs(_ text: String, width: Int) -> String {
        var blocks: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy(\.isWhitespace) {
                if blocks.last?.isEmpty == false { blocks.append([]) }
            } else {
                blocks[blocks.count - 1].append(line)
            }
        }
        return blocks.filter { !$0.isEmpty }.map { block in
            block.allSatisfy { $0.first == " " }
                ? block.joined(separator: "\n")
                : lines(block.joined(separator: " "), width: width).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// Where the second column of a table starts that holds these terms.
    static func column(for terms: [String], widestTerm: Int = 26) -> Int {
        (terms.map(\.count).filter { $0 <= widestTerm }.max() ?? 8) + 4
    }

    /// Two columns: terms, and texts wrapped beside them. A term too long for its column has its text below it.
    static func table(_ rows: [(term: String, text: String)], width: Int, column: Int? = nil) -> String {
        let column = column ?? Self.column(for: rows.map(\.term))
        let textWidth = max(24, width - column)
        let margin = String(repeating: " ", count: column)
        var text = ""
        for row in rows {
            var first = "  " + row.term
            var wrapped = lines(row.text, width: textWidth)[...]
            if first.count + 2 <= column, let line = wrapped.popFirst() {
                first += String(repeating: " ", count: column - first.count) + line
            }
            text += first + "\n"
            for line in wrapped { text += margin + line + "\n" }
        }
        return text
    }
}
