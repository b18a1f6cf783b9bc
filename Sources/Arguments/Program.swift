/// A program with its commands: turns a command line into values, or into text to print.
public struct Program: Sendable {
    /// What to do after parsing.
    public enum Outcome: Sendable {
        /// Run the command.
        case run(ParsedArguments)
        /// Print the text to standard output and end with the code: help, version, completions.
        case text(String, ExitCode)
    }

    public let root: Command
    public let version: String

    /// `help` and `completions` are added to the root's sub-commands. Declarations that contradict each other are a
    /// bug.
    public init(_ root: Command, version: String) {
        self.root = Command(
            root.name, summary: root.summary, discussion: root.discussion, options: root.options,
            arguments: root.arguments, examples: root.examples, exitCodes: root.exitCodes,
            subcommands: root.subcommands + (root.subcommands.isEmpty ? [] : Self.builtIn(root)))
        self.version = version
        let flaws = self.root.flaws()
        precondition(flaws.isEmpty, flaws.joined(separator: "; "))
    }

    static let shell = Positional.required(
        "SHELL", .choice(["bash", "zsh", "fish"]), "the shell the script is for")
    static let topic = Positional.repeated("COMMAND", ArgumentType<String>.text, "the command to explain")

    private static func builtIn(_ root: Command) -> [Command] {
        [
            Command("help", summary: "explain a command", arguments: [topic]),
            Command(
                "completions", summary: "print a script that completes \(root.name)'s commands and options in a shell",
                arguments: [shell],
                examples: [
                    .init(
                        "source <(\(root.name) completions bash)",
                        "for this shell; put the line into ~/.bashrc to keep it"),
                    .init("\(root.name) completions zsh > ~/.zfunc/_\(root.name)", "with ~/.zfunc in zsh's fpath"),
                    .init(
                        "\(root.name) completions fish > ~/.config/fish/completions/\(root.name).fish", "for fish"),
                ]),
        ]
    }

    /// Reads a command line without the program's name.
    ///
    /// - Parameters:
    ///   - environment: the variables that serve when an option isn't there.
    ///   - width: columns the help is wrapped to.
    public func parse(
        _ arguments: [String], environment: [String: String] = [:], width: Int = 80
    ) throws(ArgumentError) -> Outcome {
        var parser = CommandLineParser(self, arguments, environment, width)
        return try parser.run()
    }

    /// The help of a command, given by its names without the program's; nil when there is none of that name.
    public func help(for command: [String] = [], width: Int = 80) -> String? {
        path(to: command).map { HelpText(path: $0, width: width).render() }
    }

    /// The commands from the root down.
    func path(to names: [String]) -> [Command]? {
        var path = [root]
        for name in names {
            guard let next = path.last?.subcommands.first(where: { $0.name == name }) else { return nil }
            path.append(next)
        }
        return path
    }
}
