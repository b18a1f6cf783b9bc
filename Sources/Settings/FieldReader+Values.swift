/// A text of a settings file with its node, for whoever reports errors inside it.
public struct LocatedText: Sendable {
    public let text: String
    public let node: ConfigNode

    public init(text: String, node: ConfigNode) {
        self.text = text
        self.node = node
    }

    /// The place of a UTF-8 offset of the text.
    public func place(atUTF8Offset offset: Int) -> Place { node.place(atUTF8Offset: offset) }
}

// Each type comes in three: required (nil after a diagnostic), optional (nil when absent or after a diagnostic) and
// with a default (the default when absent or after a diagnostic). A key with nothing after it is an error, not absence.
extension FieldReader {
    // MARK: Text

    /// Text with its place, for expressions and templates.
    public func locatedText(_ key: String) -> LocatedText? {
        required(key, optionalLocatedText(key), "some text")
    }

    public func optionalLocatedText(_ key: String) -> LocatedText? {
        optionalNode(key).flatMap { value in located(value, key) }
    }

    /// Text; a plain number or `true` is taken as it is written.
    public func string(_ key: String) -> String? { required(key, optionalString(key), "some text") }

    public func optionalString(_ key: String) -> String? { optionalLocatedText(key)?.text }

    public func string(_ key: String, default fallback: String) -> String { optionalString(key) ?? fallback }

    /// A name: lower-case letters, digits and `-` or `_`, a letter first, at most 64 characters.
    public func identifier(_ key: String) -> String? { required(key, optionalIdentifier(key), "a-name") }

    public func optionalIdentifier(_ key: String) -> String? {
        guard let text = optionalLocatedText(key) else { return nil }
        guard Self.isIdentifier(text.text) else {
            wrong(key, text.node, expected: "a name", hint: Self.identifierRule)
            return nil
        }
        return text.text
    }

    /// Whether a text can be a name of something in a file, such as a step: names become topic, store and metric names.
    public static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
        let lower = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digit = UInt8(ascii: "0")...UInt8(ascii: "9")
        return lower.contains(first)
            && text.utf8.allSatisfy {
                lower.contains($0) || digit.contains($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }

    /// What `isIdentifier` asks for, as a hint.
    public static let identifierRule =
        "lower-case letters, digits, '-' and '_', starting with a letter, at most 64 characters, like tank-level"

    /// One of a few words.
    public func choice(_ key: String, _ words: [String]) -> String? {
        required(key, optionalChoice(key, words), words.joined(separator: " | "))
    }

    public func choice(_ key: String, _ words: [String], default fallback: String) -> String {
        optionalChoice(key, words) ?? fallback
    }

    public func optionalChoice(_ key: String, _ words: [String]) -> String? {
        guard let text = optionalLocatedText(key) else { return nil }
        if words.contains(text.text) { return text.text }
        let nearest = Suggestion.nearest(to: text.text, in: words)
        wrong(
            key, text.node, expected: Self.list(words.map { "'\($0)'" }, last: "or"),
            hint: nearest.map { "did you mean '\($0)'?" })
        return nil
    }

    // MARK: Numbers

    /// A whole number, `_` between digits allowed.
    public func int(_ key: String, range: ClosedRange<Int> = Int.min...Int.max) -> Int? {
        required(key, optionalInt(key, range: range), "\(min(max(1, range.lowerBound), range.upperBound))")
    }

    public func int(_ key: String, range: ClosedRange<Int> = Int.min...Int.max, default fallback: Int) -> Int {
        optionalInt(key, range: range) ?? fallback
    }

    public func optionalInt(_ key: String, range: ClosedRange<Int> = Int.min...Int.max) -> Int? {
        guard let value = optionalNode(key) else { return nil }
        let expected = "a whole number" + Self.describe(range)
        guard case .scalar(let text, isPlain: true) = value.content else {
            wrong(key, value, expected: expected, hint: unquoteHint(value))
            return nil
        }
        guard let number = Self.wholeNumber(text) else {
            let isLong = !text.isEmpty && text.drop { $0 == "-" || $0 == "+" }.allSatisfy { $0.isASCII && $0.isNumber }
            wrong(
                key, value, expected: expected, hint: isLong ? "numbers have up to 18 digits and no leading zero" : nil)
            return nil
        }
        guard range.contains(number) else {
            wrong(key, value, expected: expected)
            return nil
        }
        return number
    }

    /// A number.
    public func double(
        _ key: String, range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    ) -> Double? {
        required(key, optionalDouble(key, range: range), "1.0")
    }

    public func double(
        _ key: String, range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude,
        default fallback: Double
    ) -> Double {
        optionalDouble(key, range: range) ?? fallback
    }

    public func optionalDouble(
        _ key: String, range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    ) -> Double? {
        guard let value = optionalNode(key) else { return nil }
        let expected = "a number" + Self.describe(range)
        guard case .scalar(let text, isPlain: true) = value.content, let number = Self.number(text) else {
            wrong(key, value, expected: expected, hint: unquoteHint(value))
            return nil
        }
        guard range.contains(number) else {
            wrong(key, value, expected: expected)
            return nil
        }
        return number
    }

    /// `true` or `false`; YAML 1.1's other words are refused.
    public func bool(_ key: String) -> Bool? { required(key, optionalBool(key), "true") }

    public func bool(_ key: String, default fallback: Bool) -> Bool { optionalBool(key) ?? fallback }

    public func optionalBool(_ key: String) -> Bool? {
        guard let value = optionalNode(key) else { return nil }
        if case .scalar(let text, let isPlain) = value.content {
            switch (text, isPlain) {
            case ("true", true): return true
            case ("false", true): return false
            default:
                let meant: String? =
                    switch text.lowercased() {
                    case "yes", "on", "y", "true", "1": "true"
                    case "no", "off", "n", "false", "0": "false"
                    default: nil
                    }
                wrong(key, value, expected: "true or false", hint: meant.map { "write \($0)" })
                return nil
            }
        }
        wrong(key, value, expected: "true or false")
        return nil
    }

    // MARK: With units

    /// A duration such as `10s` or `1h30m`.
    public func duration(_ key: String, range: ClosedRange<Duration> = .zero...Units.maxDuration) -> Duration? {
        required(key, optionalDuration(key, range: range), "10s")
    }

    public func duration(
        _ key: String, range: ClosedRange<Duration> = .zero...Units.maxDuration, default fallback: Duration
    ) -> Duration {
        optionalDuration(key, range: range) ?? fallback
    }

    public func optionalDuration(
        _ key: String, range: ClosedRange<Duration> = .zero...Units.maxDuration
    ) -> Duration? {
        let read: (Duration, LocatedText)? = withUnit(key, "a duration", Units.durationExample) {
            (text) throws(Units.Failure) in try Units.duration(text)
        }
        guard let (value, text) = read else { return nil }
        guard range.contains(value) else {
            wrong(
                key, text.node, expected: "from \(Units.format(range.lowerBound)) to \(Units.format(range.upperBound))")
            return nil
        }
        return value
    }

    /// A size in bytes, such as `64KiB`.
    public func size(_ key: String, range: ClosedRange<Int> = 0...Int.max) -> Int? {
        required(key, optionalSize(key, range: range), "64KiB")
    }

    public func size(_ key: String, range: ClosedRange<Int> = 0...Int.max, default fallback: Int) -> Int {
        optionalSize(key, range: range) ?? fallback
    }

    public func optionalSize(_ key: String, range: ClosedRange<Int> = 0...Int.max) -> Int? {
        let read: (Int, LocatedText)? = withUnit(key, "a size", Units.sizeExample) {
            (text) throws(Units.Failure) in try Units.size(text)
        }
        guard let (value, text) = read else { return nil }
        guard range.contains(value) else {
            let top = range.upperBound == .max ? "" : " and at most \(Units.format(bytes: range.upperBound))"
            wrong(key, text.node, expected: "at least \(Units.format(bytes: range.lowerBound))" + top)
            return nil
        }
        return value
    }

    private func withUnit<Value>(
        _ key: String, _ expected: String, _ example: String, _ parse: (String) throws(Units.Failure) -> Value
    ) -> (Value, LocatedText)? {
        guard let value = optionalNode(key) else { return nil }
        guard let text = value.text else {
            wrong(key, value, expected: expected, hint: example)
            return nil
        }
        do {
            return (try parse(text), LocatedText(text: text, node: value))
        } catch {
            diagnostics.error(value.place, "'\(key)' in \(what) \(error.message)", hint: error.hint)
            return nil
        }
    }
}
