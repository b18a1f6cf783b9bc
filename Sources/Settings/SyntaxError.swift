import CYaml

/// What libyaml says about text that isn't YAML, with its place and a hint for the usual causes.
struct SyntaxError {
    let place: Place
    let message: String
    let hint: String?

    init(_ parser: yaml_parser_t, _ source: SourceText) {
        let problem = parser.problem.map { String(cString: $0) } ?? "not valid YAML"
        var offset: Int
        if parser.error == YAML_READER_ERROR {
            offset = parser.problem_offset
        } else {
            offset = source.byteOffset(ofScalar: parser.problem_mark.index)
        }
        offset = min(offset, source.bytes.count)
        place = source.place(atByte: offset)
        let byte = offset < source.bytes.count ? source.bytes[offset] : nil
        var text = "not valid YAML: " + Self.lowercasedFirst(problem)
        if let context = parser.context.map({ String(cString: $0) }), parser.error != YAML_READER_ERROR {
            let start = source.place(atByte: source.byteOffset(ofScalar: parser.context_mark.index))
            text += ", \(context)"
            if start.line != place.line { text += " that starts in line \(start.line)" }
        }
        message = Self.plainMessage(for: problem, at: byte) ?? text
        hint = Self.hint(for: problem, at: byte)
    }

    func add(to diagnostics: Diagnostics) {
        diagnostics.error(place, message, hint: hint)
    }

    private static func lowercasedFirst(_ text: String) -> String {
        text.prefix(1).lowercased() + text.dropFirst()
    }

    /// Better words than libyaml's for what is common.
    private static func plainMessage(for problem: String, at byte: UInt8?) -> String? {
        guard problem.contains("cannot start any token"), let byte, byte < 0x80 else { return nil }
        if byte == 0x09 { return "not valid YAML: a tab can't stand here" }
        return "not valid YAML: a value can't start with '\(Character(Unicode.Scalar(byte)))'"
    }

    private static func hint(for problem: String, at byte: UInt8?) -> String? {
        if problem.contains("cannot start any token") {
            switch byte {
            case 0x09: return "indent with blanks, not with tabs"
            case .some(let byte) where byte < 0x80:
                return "a text that starts with '\(Character(Unicode.Scalar(byte)))' has to be quoted"
            default: return nil
            }
        }
        if problem.contains("control characters") { return "write it as an escape in double quotes, such as \"\\x07\"" }
        if problem.contains("mapping values are not allowed") {
            return "a text that contains ': ' has to be quoted; otherwise check the indentation"
        }
        if problem.contains("block end") || problem.contains("expected key") || problem.contains("block collection") {
            return "check the indentation: keys of one mapping start in the same column"
        }
        if problem.contains("could not find expected ':'") {
            return "a key is followed by ': ' and its value; check the lines above, too"
        }
        if problem.contains("unexpected end of stream") { return "a quote that was opened is not closed" }
        if problem.contains("',' or ']'") { return "the elements of [ … ] are separated by ', '" }
        if problem.contains("',' or '}'") {
            return "the entries of { … } are separated by ', '; a text with ',' or '}' in it has to be quoted"
        }
        if problem.contains("escape") { return "use single quotes when the text holds backslashes" }
        return nil
    }
}
