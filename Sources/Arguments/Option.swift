/// What is known of an option without its type.
public struct OptionSpec: Sendable {
    /// Without the dashes.
    public let name: String
    public let short: Character?
    public let help: String
    /// The heading it stands under in the help.
    public let section: String
    /// Nil for a flag, which takes no value.
    public let placeholder: String?
    public let expected: String
    public let completion: Completion
    /// The environment variable that serves when the option isn't there.
    public let environment: String?
    /// The default as one would write it.
    public let defaultText: String?
    public let isRequired: Bool
    public let isRepeated: Bool
    let read: @Sendable (String) -> Result<any Sendable, ValueProblem>

    var isFlag: Bool { placeholder == nil }
    var long: String { "--" + name }
}

/// An option with its spec, whatever its type.
public protocol OptionDeclaration: Sendable {
    var spec: OptionSpec { get }
}

/// A declared option; also the key under which `ParsedArguments` has its value.
///
///     static let time = Option.optional("for", .duration(), "how long to run")           // Option<Duration?>
///     static let rate = Option.value("rate", .int(in: 1...1_000_000), default: 100, "events per second")
///     static let json = Option.flag("json", "print JSON lines")
public struct Option<Value: Sendable>: OptionDeclaration {
    public let spec: OptionSpec
    let extract: @Sendable ([any Sendable]) -> Value?

    /// An option that may be absent.
    public static func optional<T>(
        _ name: String, short: Character? = nil, _ type: ArgumentType<T>, _ help: String, environment: String? = nil,
        section: String = "Options"
    ) -> Option<T?> where Value == T? {
        Option<T?>(
            spec: spec(name, short, type, help, environment, section),
            extract: { values in .some(values.last as? T) })
    }

    /// An option with a default.
    public static func value(
        _ name: String, short: Character? = nil, _ type: ArgumentType<Value>, default fallback: Value, _ help: String,
        environment: String? = nil, section: String = "Options"
    ) -> Option<Value> {
        Option(
            spec: spec(name, short, type, help, environment, section, defaultText: type.format(fallback)),
            extract: { values in values.last as? Value ?? fallback })
    }

    /// An option that has to be there.
    public static func required(
        _ name: String, short: Character? = nil, _ type: ArgumentType<Value>, _ help: String,
        environment: String? = nil, section: String = "Options"
    ) -> Option<Value> {
        Option(
            spec: spec(name, short, type, help, environment, section, isRequired: true),
            extract: { values in values.last as? Value })
    }

    /// An option that may be there several times.
    public static func repeated<T>(
        _ name: String, short: Character? = nil, _ type: ArgumentType<T>, _ help: String, section: String = "Options"
    ) -> Option<[T]> where Value == [T] {
        Option<[T]>(
            spec: spec(name, short, type, help, nil, section, isRepeated: true),
            extract: { values in values.compactMap { $0 as? T } })
    }

    private static func spec<T>(
        _ name: String, _ short: Character?, _ type: ArgumentType<T>, _ help: String, _ environment: String?,
        _ section: String, defaultText: String? = nil, isRequired: Bool = false, isRepeated: Bool = false
    ) -> OptionSpec {
        OptionSpec(
            name: name, short: short, help: help, section: section, placeholder: type.placeholder,
            expected: type.expected, completion: type.completion, environment: environment, defaultText: defaultText,
            isRequired: isRequired, isRepeated: isRepeated, read: { text in type.parse(text).map { $0 } })
    }
}

extension Option where Value == Bool {
    /// An option without a value. Its environment variable takes `true`, `false`, `1` and `0`.
    public static func flag(
        _ name: String, short: Character? = nil, _ help: String, environment: String? = nil, section: String = "Options"
    ) -> Option<Bool> {
        Option(
            spec: OptionSpec(
                name: name, short: short, help: help, section: section, placeholder: nil, expected: "true or false",
                completion: .nothing, environment: environment, defaultText: nil, isRequired: false, isRepeated: false,
                read: { text in
                    switch text {
                    case "true", "1": .success(true)
                    case "false", "0", "": .success(false)
                    default: .failure(.mismatch)
                    }
                }),
            extract: { values in values.last as? Bool ?? false })
    }
}
