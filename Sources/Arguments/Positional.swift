/// What is known of an argument without a name in front, without its type.
public struct PositionalSpec: Sendable {
    /// As the help shows it, in capitals.
    public let name: String
    public let help: String
    public let expected: String
    public let completion: Completion
    public let defaultText: String?
    public let isRequired: Bool
    public let isRepeated: Bool
    let read: @Sendable (String) -> Result<any Sendable, ValueProblem>

    /// As the usage line shows it.
    var usage: String {
        let shown = isRepeated ? name + "…" : name
        return isRequired ? shown : "[\(shown)]"
    }
}

/// A positional with its spec, whatever its type.
public protocol PositionalDeclaration: Sendable {
    var spec: PositionalSpec { get }
}

/// A declared argument without a name in front; also the key under which `ParsedArguments` has its value.
public struct Positional<Value: Sendable>: PositionalDeclaration {
    public let spec: PositionalSpec
    let extract: @Sendable ([any Sendable]) -> Value?

    /// One that has to be there.
    public static func required(_ name: String, _ type: ArgumentType<Value>, _ help: String) -> Positional<Value> {
        Positional(spec: spec(name, type, help, isRequired: true), extract: { values in values.first as? Value })
    }

    /// One that may be absent.
    public static func optional<T>(_ name: String, _ type: ArgumentType<T>, _ help: String) -> Positional<T?>
    where Value == T? {
        Positional<T?>(spec: spec(name, type, help), extract: { values in .some(values.first as? T) })
    }

    /// One with a default.
    public static func value(
        _ name: String, _ type: ArgumentType<Value>, default fallback: Value, _ help: String
    ) -> Positional<Value> {
        Positional(
            spec: spec(name, type, help, defaultText: type.format(fallback)),
            extract: { values in values.first as? Value ?? fallback })
    }

    /// Any number of them, or at least one; only as the last.
    public static func repeated<T>(
        _ name: String, _ type: ArgumentType<T>, atLeastOne: Bool = false, _ help: String
    ) -> Positional<[T]> where Value == [T] {
        Positional<[T]>(
            spec: spec(name, type, help, isRequired: atLeastOne, isRepeated: true),
            extract: { values in values.compactMap { $0 as? T } })
    }

    private static func spec<T>(
        _ name: String, _ type: ArgumentType<T>, _ help: String, defaultText: String? = nil, isRequired: Bool = false,
        isRepeated: Bool = false
    ) -> PositionalSpec {
        PositionalSpec(
            name: name, help: help, expected: type.expected, completion: type.completion, defaultText: defaultText,
            isRequired: isRequired, isRepeated: isRepeated, read: { text in type.parse(text).map { $0 } })
    }
}
