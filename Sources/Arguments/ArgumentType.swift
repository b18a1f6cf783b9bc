/// How the text of an argument becomes a value, and how it is described. The usual ones are in
/// `ArgumentType+Known.swift`; others are made with `init`.
public struct ArgumentType<Value: Sendable>: Sendable {
    /// What stands for the value in the help, such as `DURATION`.
    public let placeholder: String
    /// What is expected, with an example, to stand behind "has to be": `a duration such as 30s`.
    public let expected: String
    /// What a shell can offer.
    public let completion: Completion
    let parse: @Sendable (String) -> Result<Value, ValueProblem>
    let format: @Sendable (Value) -> String

    public init(
        placeholder: String, expected: String, completion: Completion = .nothing,
        format: @escaping @Sendable (Value) -> String = { "\($0)" },
        parse: @escaping @Sendable (String) -> Result<Value, ValueProblem>
    ) {
        self.placeholder = placeholder
        self.expected = expected
        self.completion = completion
        self.parse = parse
        self.format = format
    }

    /// The same under another name in the help.
    public func called(_ placeholder: String) -> ArgumentType {
        ArgumentType(
            placeholder: placeholder, expected: expected, completion: completion, format: format, parse: parse)
    }
}

/// What a shell can offer for a value.
public enum Completion: Sendable, Hashable {
    case nothing
    case words([String])
    case files
    case directories
}

/// Why a text is not the value that was expected.
public struct ValueProblem: Error, Hashable, Sendable {
    /// Replaces "has to be …, found …" when something more precise can be said; stands behind the argument's name.
    public let message: String?
    public let hint: String?

    public init(message: String? = nil, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The text is simply something else.
    public static var mismatch: ValueProblem { ValueProblem() }
}

/// A host and a port.
public struct HostPort: Hashable, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, with an IPv6 address in brackets.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
