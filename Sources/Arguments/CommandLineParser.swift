import Settings

/// Walks over the words of one command line.
struct CommandLineParser {
    private let program: Program
    private let words: [String]
    private let environment: [String: String]
    private let width: Int
    private var index = 0
    private var path: [Command]
    private var options: [String: [any Sendable]] = [:]
    private var firstTexts: [String: String] = [:]
    private var positionals: [String] = []
    private var fromEnvironment: [String: String] = [:]

    init(_ program: Program, _ words: [String], _ environment: [String: String], _ width: Int) {
        self.program = program
        self.words = words
        self.environment = environment
        self.width = width
        path = [program.root]
    }

    private var command: Command { path[path.count - 1] }
    private var commandText: String { path.map(\.name).joined(separator: " ") }
    private var specs: [OptionSpec] { path.flatMap(\.optionSpecs) }

    private func error(_ message: String, hint: String? = nil) -> ArgumentError {
        ArgumentError(command: commandText, message: message, hint: hint)
    }

    mutating func run() throws(ArgumentError) -> Program.Outcome {
        do throws(ArgumentError) {
            return try walk()
        } catch {
            // Whoever asks for help gets it, whatever else is wrong with the line.
            if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
                return .text(HelpText(path: path, width: width).render(), .ok)
            }
            throw error
        }
    }

    private mutating func walk() throws(ArgumentError) -> Program.Outcome {
        var endOfOptions = false
        while index < words.count {
            let word = words[index]
            index += 1
            if endOfOptions || word == "-" || !word.hasPrefix("-") {
                try positional(word, endOfOptions)
            } else if word == "--" {
                endOfOptions = true
            } else if word == "--help" || word == "-h" {
                return .text(HelpText(path: path, width: width).render(), .ok)
            } else if word == "--version", path.count == 1 {
                return .text("\(program.root.name) \(program.version)\n", .ok)
            } else if word.hasPrefix("--") {
                try longOption(word)
            } else if try shortOptions(word) {
                return .text(HelpText(path: path, width: width).render(), .ok)
            }
        }
        guard command.subcommands.isEmpty else {
            return .text(HelpText(path: path, width: width).render(), .usage)
        }
        try takeEnvironment()
        return try finish()
    }

    // MARK: Words

    private mutating func positional(_ word: String, _ endOfOptions: Bool) throws(ArgumentError) {
        guard !command.subcommands.isEmpty, !endOfOptions else {
            positionals.append(word)
            return
        }
        guard let next = command.subcommands.first(where: { $0.name == word }) else {
            let names = command.subcommands.map(\.name)
            let nearest = Suggestion.nearest(to: word, in: names).map { "did you mean '\($0)'? " } ?? ""
            throw error("unknown command '\(word)'", hint: nearest + "commands are \(names.joined(separator: ", "))")
        }
        path.append(next)
    }

    private mutating func longOption(_ word: String) throws(ArgumentError) {
        let body = word.dropFirst(2)
        let equals = body.firstIndex(of: "=")
        let name = String(body[..<(equals ?? body.endIndex)])
        let given = equals.map { String(body[body.index(after: $0)...]) }
        guard let spec = specs.first(where: { $0.name == name }) else { throw unknownOption("--" + name) }
        if spec.isFlag {
            guard given == nil else { throw error("--\(name) takes no value, found \"\(given ?? "")\"") }
            options[name] = [true]
            return
        }
        let text: String
        if let given { text = given } else { text = try nextValue(spec, as: "--" + name) }
        try take(spec, text, as: "--" + name)
    }

    /// Reads `-j`, `-n5`, `-n 5`, `-n=5` and `-jn5`; true when help is asked for.
    private mutating func shortOptions(_ word: String) throws(ArgumentError) -> Bool {
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            if letter == "h" { return true }
            guard let spec = specs.first(where: { $0.short == letter }) else { throw unknownOption("-\(letter)") }
            if spec.isFlag {
                options[spec.name] = [true]
                continue
            }
            if letters.first == "=" { letters = letters.dropFirst() }
            let value = letters.isEmpty ? try nextValue(spec, as: "-\(letter)") : String(letters)
            try take(spec, value, as: "-\(letter)")
            return false
        }
        return false
    }

    private mutating func nextValue(_ spec: OptionSpec, as shown: String) throws(ArgumentError) -> String {
        guard index < words.count else {
            throw error("\(shown) needs a value: \(spec.expected)")
        }
        let word = words[index]
        // A number may be negative; anything else with a dash is the next option.
        let isOption = word.count > 1 && word.hasPrefix("-") && !(word.dropFirst().first?.isNumber ?? false)
        if isOption {
            throw error(
                "\(shown) needs a value: \(spec.expected); found the option \(word)",
                hint: spec.name.count > 1 ? "a value that starts with '-' is written \(spec.long)=\(word)" : nil)
        }
        index += 1
        return word
    }

    private mutating func take(_ spec: OptionSpec, _ text: String, as shown: String) throws(ArgumentError) {
        if !spec.isRepeated, let first = firstTexts[spec.name] {
            throw error("\(shown) is there twice: \"\(first)\" and \"\(text)\"", hint: "keep one of them")
        }
        firstTexts[spec.name] = text
        options[spec.name, default: []].append(try value(spec.read(text), text, shown, spec.expected))
    }

    private func value(
        _ result: Result<any Sendable, ValueProblem>, _ text: String, _ shown: String, _ expected: String
    ) throws(ArgumentError) -> any Sendable {
        switch result {
        case .success(let value): return value
        case .failure(let problem):
            throw error(
                shown + " " + (problem.message ?? "has to be \(expected), found \"\(text)\""), hint: problem.hint)
        }
    }

    private func unknownOption(_ shown: String) -> ArgumentError {
        let name = String(shown.drop { $0 == "-" })
        let isLong = shown.hasPrefix("--")
        if isLong {
            for sub in command.subcommands where sub.optionSpecs.contains(where: { $0.name == name }) {
                return error(
                    "unknown option \(shown)",
                    hint: "it belongs to a command: write it after '\(commandText) \(sub.name)'")
            }
            let known = specs.map(\.name) + ["help"] + (path.count == 1 ? ["version"] : [])
            let nearest = Suggestion.nearest(to: name, in: known).map { "did you mean '--\($0)'?" }
            let all = "options are " + known.map { "--" + $0 }.joined(separator: ", ")
            return error("unknown option \(shown)", hint: nearest ?? all)
        }
        if specs.contains(where: { $0.name == name }) {
            return error("unknown option \(shown)", hint: "did you mean '--\(name)'?")
        }
        return error("unknown option \(shown)", hint: "what is no option but starts with '-' stands after '--'")
    }

    // MARK: The end of the line

    private mutating func takeEnvironment() throws(ArgumentError) {
        for spec in specs where options[spec.name] == nil {
            guard let variable = spec.environment, let text = environment[variable], !text.isEmpty else { continue }
            options[spec.name] = [
                try value(spec.read(text), text, "the environment variable \(variable)", spec.expected)
            ]
            fromEnvironment[spec.name] = variable
        }
        for spec in specs where spec.isRequired && options[spec.name] == nil {
            throw error(
                "\(spec.long) is missing: \(spec.expected)",
                hint: "add \(spec.long) \(spec.placeholder ?? "")" + (spec.environment.map { ", or set \($0)" } ?? ""))
        }
    }

    private func finish() throws(ArgumentError) -> Program.Outcome {
        var arguments: [String: [any Sendable]] = [:]
        var rest = positionals[...]
        for spec in command.argumentSpecs {
            let mine = spec.isRepeated ? rest : rest.prefix(1)
            rest = rest.dropFirst(mine.count)
            if spec.isRequired, mine.isEmpty {
                throw error("\(spec.name) is missing: \(spec.help)", hint: "it has to be \(spec.expected)")
            }
            var values: [any Sendable] = []
            for text in mine { values.append(try value(spec.read(text), text, spec.name, spec.expected)) }
            if !values.isEmpty { arguments[spec.name] = values }
        }
        if let extra = rest.first {
            let takes = command.argumentSpecs.map(\.usage).joined(separator: " ")
            throw error(
                "unexpected argument \"\(extra)\"",
                hint: takes.isEmpty ? "'\(commandText)' takes options only" : "'\(commandText)' takes \(takes)")
        }
        let parsed = ParsedArguments(
            command: path.dropFirst().map(\.name), options: options, arguments: arguments,
            fromEnvironment: fromEnvironment)
        return try builtIn(parsed) ?? .run(parsed)
    }

    private func builtIn(_ parsed: ParsedArguments) throws(ArgumentError) -> Program.Outcome? {
        switch parsed.command {
        case ["help"]:
            let names = parsed[Program.topic]
            if let text = program.help(for: names, width: width) { return .text(text, .ok) }
            let known = program.root.subcommands.map(\.name)
            let nearest = names.first.flatMap { Suggestion.nearest(to: $0, in: known) }
            throw error(
                "there is no command '\(names.joined(separator: " "))'",
                hint: nearest.map { "did you mean '\($0)'?" } ?? "commands are \(known.joined(separator: ", "))")
        case ["completions"]:
            return .text(program.completionScript(parsed[Program.shell]), .ok)
        default: return nil
        }
    }
}
