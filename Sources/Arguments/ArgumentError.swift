/// A command line that can't be run. The exit code is `ExitCode.usage`.
public struct ArgumentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The command it is about, such as `vigie demo`.
    public let command: String
    /// What was expected and what was found, naming the argument.
    public let message: String
    public let hint: String?

    /// The text for standard error, ending in a newline.
    public var description: String {
        var text = "\(command): \(message)\n"
        if let hint { text += "  hint: \(hint)\n" }
        return text + "Try '\(command) --help'.\n"
    }
}
