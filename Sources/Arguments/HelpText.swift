/// Renders the help of a command from its declarations.
struct HelpText {
    /// From the root down.
    let path: [Command]
    let width: Int

    private var command: Command { path[path.count - 1] }
    private var name: String { path.map(\.name).joined(separator: " ") }

    func render() -> String {
        var parts = [
            TextWrap.lines("\(name): \(command.summary)", width: width).joined(separator: "\n") + "\n", usage(),
        ]
        if !command.discussion.isEmpty { parts.append(TextWrap.paragraphs(command.discussion, width: width) + "\n") }
        if !command.subcommands.isEmpty { parts.append(commands()) }
        if !command.arguments.isEmpty { parts.append(arguments()) }
        parts += optionSections()
        if !command.examples.isEmpty { parts.append(examples()) }
        if !command.exitCodes.isEmpty { parts.append(exitCodes()) }
        if !command.subcommands.isEmpty {
            parts.append("'\(name) \(command.subcommands.first?.name ?? "") --help' explains a command.\n")
        }
        return parts.joined(separator: "\n")
    }

    private func usage() -> String {
        var words = [name]
        for option in path.flatMap(\.optionSpecs) where option.isRequired {
            words.append("\(option.long) \(option.placeholder ?? "")")
        }
        words.append("[options]")
        words += command.subcommands.isEmpty ? command.argumentSpecs.map(\.usage) : ["COMMAND …"]
        let lines = TextWrap.lines("Usage: " + words.joined(separator: " "), width: width)
        return lines.joined(separator: "\n           ") + "\n"
    }

    private func commands() -> String {
        "Commands:\n" + TextWrap.table(command.subcommands.map { ($0.name, $0.summary) }, width: width)
    }

    private func arguments() -> String {
        "Arguments:\n" + TextWrap.table(command.argumentSpecs.map(row), width: width)
    }

    /// The command's own sections in the order of declaration, then those of the commands above.
    private func optionSections() -> [String] {
        var sections: [(title: String, rows: [(term: String, text: String)])] = []
        func add(_ title: String, _ row: (term: String, text: String)) {
            if let index = sections.firstIndex(where: { $0.title == title }) {
                sections[index].rows.append(row)
            } else {
                sections.append((title, [row]))
            }
        }
        for option in command.optionSpecs { add(option.section, row(option)) }
        if path.count == 1 || command.optionSpecs.isEmpty {
            add("Options", ("-h, --help", "show this help"))
        } else {
            add(command.optionSpecs[0].section, ("-h, --help", "show this help"))
        }
        if path.count == 1 { add("Options", ("    --version", "show the version")) }
        for option in path.dropLast().flatMap(\.optionSpecs) {
            add(option.section == "Options" ? "Options of all commands" : option.section, row(option))
        }
        let column = TextWrap.column(for: sections.flatMap { $0.rows.map(\.term) })
        return sections.map { "\($0.title):\n" + TextWrap.table($0.rows, width: width, column: column) }
    }

    private func row(_ option: OptionSpec) -> (term: String, text: String) {
        let short = option.short.map { "-\($0), " } ?? "    "
        let value = option.placeholder.map { " \($0)" } ?? ""
        var notes: [String] = option.isRequired ? ["required"] : []
        notes += choices(option.completion, unlessIn: option.placeholder)
        if let fallback = option.defaultText { notes.append("default: \(fallback)") }
        if let variable = option.environment { notes.append("environment: \(variable)") }
        let text = option.help + (option.isRepeated ? "; may be given several times" : "")
        return (short + option.long + value, text + shown(notes))
    }

    private func row(_ argument: PositionalSpec) -> (term: String, text: String) {
        var notes = choices(argument.completion, unlessIn: argument.name)
        if let fallback = argument.defaultText { notes.append("default: \(fallback)") }
        return (argument.isRepeated ? argument.name + "…" : argument.name, argument.help + shown(notes))
    }

    private func choices(_ completion: Completion, unlessIn placeholder: String?) -> [String] {
        guard case .words(let words) = completion, placeholder != words.joined(separator: "|") else { return [] }
        return [words.joined(separator: ", ")]
    }

    private func shown(_ notes: [String]) -> String {
        notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
    }

    private func examples() -> String {
        var text = "Examples:\n"
        for example in command.examples {
            text += "  \(example.line)\n"
            for line in TextWrap.lines(example.meaning, width: width - 6) { text += "      \(line)\n" }
        }
        return text
    }

    private func exitCodes() -> String {
        "Exit codes:\n" + TextWrap.table(command.exitCodes.map { ("\($0.rawValue)", $0.meaning) }, width: width)
    }
}
