/// A command as it is declared: its options and arguments, or its sub-commands, and what the help says.
public struct Command: Sendable {
    /// A command line and what it does.
    public struct Example: Sendable {
        public let line: String
        public let meaning: String

        /// The line is written in full, `vigie demo --for 30s`.
        public init(_ line: String, _ meaning: String) {
            self.line = line
            self.meaning = meaning
        }
    }

    public let name: String
    /// One line, in the list of commands and as the first line of its help.
    public let summary: String
    /// Paragraphs with an empty line between them; wrapped when shown. A paragraph whose lines start with blanks is
    /// shown as it is.
    public let discussion: String
    public let options: [any OptionDeclaration]
    public let arguments: [any PositionalDeclaration]
    public let examples: [Example]
    public let exitCodes: [ExitCode]
    public let subcommands: [Command]

    /// A command has either arguments or sub-commands. Its options are taken by its sub-commands, too.
    public init(
        _ name: String, summary: String, discussion: String = "", options: [any OptionDeclaration] = [],
        arguments: [any PositionalDeclaration] = [], examples: [Example] = [],
        exitCodes: [ExitCode] = [.ok, .usage], subcommands: [Command] = []
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.options = options
        self.arguments = arguments
        self.examples = examples
        self.exitCodes = exitCodes
        self.subcommands = subcommands
    }

    var optionSpecs: [OptionSpec] { options.map(\.spec) }
    var argumentSpecs: [PositionalSpec] { arguments.map(\.spec) }

    /// What is wrong with the declarations of this command and those below; empty when they are sound.
    func flaws(inherited: [OptionSpec] = []) -> [String] {
        var flaws: [String] = []
        let all = inherited + optionSpecs
        var names = Set<String>(["help", "version"])
        var shorts = Set<Character>(["h"])
        for option in all {
            if !names.insert(option.name).inserted { flaws.append("\(name): --\(option.name) twice") }
            if let short = option.short, !shorts.insert(short).inserted { flaws.append("\(name): -\(short) twice") }
        }
        if !arguments.isEmpty, !subcommands.isEmpty { flaws.append("\(name): arguments beside sub-commands") }
        if argumentSpecs.dropLast().contains(where: \.isRepeated) {
            flaws.append("\(name): a repeated argument that isn't the last")
        }
        if zip(argumentSpecs, argumentSpecs.dropFirst()).contains(where: { !$0.isRequired && $1.isRequired }) {
            flaws.append("\(name): a required argument after one that isn't")
        }
        if Set(subcommands.map(\.name)).count != subcommands.count { flaws.append("\(name): a sub-command twice") }
        return flaws + subcommands.flatMap { $0.flaws(inherited: all) }
    }
}
