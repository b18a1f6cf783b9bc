/// A value of a settings file together with where it stands. Immutable.
public final class ConfigNode: Sendable {
    public enum Content: Sendable {
        /// `isPlain`: written without quotes and not as a block, so that `5` is a number and `"5"` is text.
        case scalar(String, isPlain: Bool)
        /// In the order of the file; no key twice.
        case mapping([Entry])
        case sequence([ConfigNode])
    }

    public struct Entry: Sendable {
        public let key: String
        public let keyPlace: Place
        public let value: ConfigNode

        public init(key: String, keyPlace: Place, value: ConfigNode) {
            self.key = key
            self.keyPlace = keyPlace
            self.value = value
        }
    }

    public let place: Place
    public let content: Content
    /// How the scalar is written and where, for `place(atUTF8Offset:)`; nil when the node was built in code.
    let span: ScalarSpan?

    /// A node built in code rather than read from a file.
    public convenience init(place: Place, content: Content) {
        self.init(place: place, content: content, span: nil)
    }

    init(place: Place, content: Content, span: ScalarSpan?) {
        self.place = place
        self.content = content
        self.span = span
    }

    /// The place of the character at a UTF-8 offset of the scalar's value, quotes, escapes, folding and block style
    /// taken into account. An offset at or behind the end gives the place right after the last character.
    public func place(atUTF8Offset offset: Int) -> Place {
        guard let span else {
            return Place(file: place.file, line: place.line, column: place.column + max(0, offset))
        }
        return span.place(atUTF8Offset: offset)
    }

    /// The scalar's text; nil for mappings, lists and null.
    public var text: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    /// Nothing, `~` or `null` without quotes.
    public var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The entries of a mapping; nil for anything else.
    public var entries: [Entry]? {
        guard case .mapping(let entries) = content else { return nil }
        return entries
    }

    /// The elements of a list; nil for anything else.
    public var elements: [ConfigNode]? {
        guard case .sequence(let elements) = content else { return nil }
        return elements
    }

    /// The value under a key of a mapping; nil when it isn't there or this is no mapping.
    public subscript(key: String) -> ConfigNode? {
        entries?.first { $0.key == key }?.value
    }

    /// What this is, for the "found …" of a message: `the text "abc"`, `the number 5`, `a list`, `nothing`.
    public var found: String {
        switch content {
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .scalar(let text, let isPlain):
            if isNull { return "nothing" }
            let short = text.count > 60 ? text.prefix(57) + "…" : text[...]
            guard isPlain else { return "the text \(quoted(short))" }
            if text == "true" || text == "false" { return text }
            return Double(text) == nil ? quoted(short) : "the number \(short)"
        }
    }

    private func quoted(_ text: Substring) -> String {
        "\"" + text.map { $0.isNewline ? "\\n" : String($0) }.joined() + "\""
    }
}
