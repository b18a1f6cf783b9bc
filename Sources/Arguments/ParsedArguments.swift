/// The values of a command line, typed by the declarations they were read with.
public struct ParsedArguments: Sendable {
    /// The command's name and those of its sub-commands, without the program's: `["demo"]`.
    public let command: [String]
    let options: [String: [any Sendable]]
    let arguments: [String: [any Sendable]]
    /// Options that came from the environment, with the variable.
    let fromEnvironment: [String: String]

    /// The value of an option of this command. An option that belongs to another command is a bug.
    public subscript<Value>(option: Option<Value>) -> Value {
        guard let value = option.extract(options[option.spec.name] ?? []) else {
            preconditionFailure("--\(option.spec.name) is no option of '\(command.joined(separator: " "))'")
        }
        return value
    }

    /// The value of an argument of this command.
    public subscript<Value>(argument: Positional<Value>) -> Value {
        guard let value = argument.extract(arguments[argument.spec.name] ?? []) else {
            preconditionFailure("\(argument.spec.name) is no argument of '\(command.joined(separator: " "))'")
        }
        return value
    }

    /// Whether an option was given, on the command line or by its environment variable.
    public func isGiven(_ option: some OptionDeclaration) -> Bool { options[option.spec.name] != nil }

    /// Where an option's value came from, for messages: `--broker`, or `VIGIE_BROKER` when that gave it.
    public func origin(of option: some OptionDeclaration) -> String {
        fromEnvironment[option.spec.name] ?? option.spec.long
    }
}
