/// Where a field stands in a nested record: the keys from the root, as in `sensor.id`.
///
/// In text, keys are joined by dots; a key that holds a dot or a quote is written in double quotes, where `\"` and `\\`
/// stand for a quote and a backslash: `"@iot.id"`, `a."b.c".d`. Array elements can't be named.
public struct FieldPath: Sendable, Hashable {
    /// The keys from the root; at least one, none of them longer than a payload can hold.
    public let components: [String]

    /// A path of the keys as given, without any quoting. Nil when there are none.
    public init?(components: [String]) {
        guard !components.isEmpty else { return nil }
        self.components = components
    }

    /// Reads the text form. Nil when it is empty, has an empty unquoted key or an unfinished quote.
    public init?(_ text: String) {
        var components: [String] = []
        var rest = Substring(text)
        while true {
            guard let key = Self.nextKey(&rest) else { return nil }
            components.append(key)
            if rest.isEmpty { break }
            guard rest.removeFirst() == "." else { return nil }
        }
        self.components = components
    }

    private static func nextKey(_ rest: inout Substring) -> String? {
        guard rest.first == "\"" else {
            let key = rest.prefix { $0 != "." }
            guard !key.isEmpty, !key.contains("\"") else { return nil }
            rest = rest[key.endIndex...]
            return String(key)
        }
        rest.removeFirst()
        var key = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return key
            case "\\":
                guard let escaped = rest.popFirst(), escaped == "\"" || escaped == "\\" else { return nil }
                key.append(escaped)
            default: key.append(character)
            }
        }
        return nil
    }
}

extension FieldPath: CustomStringConvertible {
    /// The text form.
    public var description: String {
        components.map { key in
            guard key.isEmpty || key.contains(where: { $0 == "." || $0 == "\"" }) else { return key }
            var quoted = "\""
            for character in key {
                if character == "\"" || character == "\\" { quoted.append("\\") }
                quoted.append(character)
            }
            return quoted + "\""
        }.joined(separator: ".")
    }
}
