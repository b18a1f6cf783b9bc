extension FieldReader {
    // MARK: Mappings

    /// The fields of a mapping under a key that has to be there. `what` names it in messages; by default
    /// "'key' of …".
    public func object(_ key: String, what name: String? = nil) -> FieldReader? {
        node(key).map { FieldReader($0, what: name ?? "'\(key)' of \(what)", diagnostics) }
    }

    /// The fields of a mapping under a key, or nil when the key isn't there.
    public func optionalObject(_ key: String, what name: String? = nil) -> FieldReader? {
        optionalNode(key).map { FieldReader($0, what: name ?? "'\(key)' of \(what)", diagnostics) }
    }

    /// The entries of a mapping whose keys are names the user chose, such as `steps`. Empty when the key isn't there.
    /// With `named`, a key that is no identifier is reported and left out.
    public func entries(_ key: String, named: Bool = true) -> [ConfigNode.Entry] {
        guard let value = optionalNode(key) else { return [] }
        guard let entries = value.entries else {
            wrong(key, value, expected: "a mapping")
            return []
        }
        guard named else { return entries }
        return entries.filter { entry in
            if Self.isIdentifier(entry.key) { return true }
            diagnostics.error(
                entry.keyPlace, "'\(entry.key)' in '\(key)' of \(what) is no name", hint: Self.identifierRule)
            return false
        }
    }

    /// As `entries`, but the key has to be there and hold at least one.
    public func requiredEntries(_ key: String, named: Bool = true) -> [ConfigNode.Entry] {
        let value = required(key, optionalNode(key), "")
        if let entries = value?.entries, entries.isEmpty {
            diagnostics.error(place(of: key), "'\(key)' in \(what) is empty")
        }
        return entries(key, named: named)
    }

    // MARK: Lists

    /// The elements of a list that has to be there.
    public func nodes(_ key: String) -> [ConfigNode]? { required(key, optionalNodes(key), "[…]") }

    /// The elements of a list, or nil when the key isn't there.
    public func optionalNodes(_ key: String) -> [ConfigNode]? {
        guard let value = optionalNode(key) else { return nil }
        guard let elements = value.elements else {
            wrong(key, value, expected: "a list", hint: "write it as [a, b] or as lines that start with '- '")
            return nil
        }
        return elements
    }

    /// One text or a list of texts; the key has to be there and the list must not be empty.
    public func strings(_ key: String) -> [String]? { locatedTexts(key)?.map(\.text) }

    /// One text or a list of texts; empty when the key isn't there.
    public func optionalStrings(_ key: String) -> [String] { optionalLocatedTexts(key).map(\.text) }

    /// As `strings`, with places.
    public func locatedTexts(_ key: String) -> [LocatedText]? {
        guard let value = required(key, optionalNode(key), "[a, b]") else { return nil }
        if let elements = value.elements, elements.isEmpty {
            wrong(key, value, expected: "at least one text", hint: nil)
            return nil
        }
        let texts = optionalLocatedTexts(key)
        return texts.isEmpty ? nil : texts
    }

    /// As `optionalStrings`, with places. An element that isn't text is reported and left out.
    public func optionalLocatedTexts(_ key: String) -> [LocatedText] {
        guard let value = optionalNode(key) else { return [] }
        guard let elements = value.elements else { return located(value, key).map { [$0] } ?? [] }
        return elements.compactMap { located($0, key) }
    }

    /// A text in several languages: either one text (under the language "") or a mapping from language code to text.
    public func localized(_ key: String) -> [String: LocatedText]? {
        required(key, optionalLocalized(key), "{ en: …, fr: … }")
    }

    /// As `localized`, or nil when the key isn't there.
    public func optionalLocalized(_ key: String) -> [String: LocatedText]? {
        guard let value = optionalNode(key) else { return nil }
        guard let entries = value.entries else { return located(value, key).map { ["": $0] } }
        var texts: [String: LocatedText] = [:]
        for entry in entries {
            let isCode = entry.key.utf8.count == 2 && entry.key.utf8.allSatisfy { (0x61...0x7A).contains($0) }
            if !isCode {
                diagnostics.error(
                    entry.keyPlace, "'\(entry.key)' in '\(key)' of \(what) is no language", hint: "write en, fr, …")
            } else if let text = located(entry.value, "\(key).\(entry.key)") {
                texts[entry.key] = text
            }
        }
        if entries.isEmpty { wrong(key, value, expected: "text in at least one language") }
        return texts.isEmpty ? nil : texts
    }

    /// A secret given as `env:NAME` or `file:/path`; nil when the key isn't there or can't be resolved.
    public func optionalSecret(_ key: String) -> Secret? {
        guard let value = optionalNode(key) else { return nil }
        guard let text = value.text else {
            diagnostics.error(
                value.place, "'\(key)' in \(what) has to be a secret's reference", hint: "write env:NAME or file:/path")
            return nil
        }
        do {
            return try Secret.resolve(text)
        } catch {
            diagnostics.error(value.place, "'\(key)' in \(what): \(error.message)", hint: error.hint)
            return nil
        }
    }

    // MARK: Shared

    func located(_ value: ConfigNode, _ key: String) -> LocatedText? {
        guard let text = value.text else {
            wrong(
                key, value, expected: "text",
                hint: value.isNull ? "an empty text is written as \"\"" : braceHint(value))
            return nil
        }
        return LocatedText(text: text, node: value)
    }

    /// `summary: {tank} is hot` and `by: [tank]` where text is wanted.
    private func braceHint(_ value: ConfigNode) -> String? {
        value.entries != nil || value.elements != nil ? "a text that starts with '{' or '[' has to be quoted" : nil
    }

    func unquoteHint(_ value: ConfigNode) -> String? {
        guard case .scalar(let text, isPlain: false) = value.content, Self.number(text) != nil else { return nil }
        return "write the number without quotes"
    }

    static func list(_ words: [String], last: String) -> String {
        guard words.count > 1, let end = words.last else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " \(last) " + end
    }

    static func describe(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): ""
        case (let low, .max): " of at least \(low)"
        case (.min, let high): " of at most \(high)"
        case (let low, let high): " from \(low) to \(high)"
        }
    }

    static func describe(_ range: ClosedRange<Double>) -> String {
        let widest = Double.greatestFiniteMagnitude
        switch (range.lowerBound, range.upperBound) {
        case (-widest, widest): return ""
        case (let low, widest): return " of at least \(low)"
        case (-widest, let high): return " of at most \(high)"
        case (let low, let high): return " from \(low) to \(high)"
        }
    }

    /// Decimal digits with an optional sign and single `_` between digits; no leading zero, which YAML 1.1 takes for
    /// octal.
    static func wholeNumber(_ text: String) -> Int? {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        guard let first = digits.first, first.isASCII, first.isNumber, digits.last != "_", !digits.contains("__") else {
            return nil
        }
        guard first != "0" || digits.count == 1 else { return nil }
        return Int(text.filter { $0 != "_" })
    }

    /// A finite decimal number.
    static func number(_ text: String) -> Double? {
        guard !text.isEmpty, text.utf8.allSatisfy({ "0123456789+-.eE_".utf8.contains($0) }) else { return nil }
        guard let last = text.last, last.isNumber, !text.contains("__"), let first = text.first, first != "_" else {
            return nil
        }
        guard let number = Double(text.filter { $0 != "_" }), number.isFinite else { return nil }
        return number
    }
}
