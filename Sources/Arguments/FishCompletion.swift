/// Completions for fish.
struct FishCompletion {
    private let program: Program
    private let targets: [CompletionTarget]
    private let function: String

    init(_ program: Program) {
        self.program = program
        targets = CompletionTarget.all(of: program)
        function = "__" + program.root.name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined() + "_at"
    }

    func render() -> String {
        let root = program.root.name
        var text = """
            # fish completion for \(root); put it into ~/.config/fish/completions/\(root).fish
            function \(function) --description 'whether the words so far end at a command'
                set -l words (commandline -opc)
                set -l path \(quoted(root))
                set -e words[1]
                while set -q words[1]
                    switch "$path $words[1]"
            \(steps())
                    end
                    set -e words[1]
                end
                test "$path" = "$argv[1]"
            end

            complete -c \(root) -f

            """
        for target in targets { text += completions(target) }
        return text
    }

    private func steps() -> String {
        var lines: [String] = []
        for target in targets {
            for sub in target.command.subcommands {
                lines.append("case \(quoted(target.name + " " + sub.name))")
                lines.append("    set path \(quoted(target.name + " " + sub.name))")
            }
            let valued = target.options.filter { !$0.isFlag }.flatMap(CompletionTarget.spellings)
            if !valued.isEmpty {
                lines.append("case " + valued.map { quoted(target.name + " " + $0) }.joined(separator: " "))
                lines.append("    set -q words[2]; and set -e words[2]")
            }
        }
        return lines.map { "            " + $0 }.joined(separator: "\n")
    }

    private func completions(_ target: CompletionTarget) -> String {
        let start = "complete -c \(program.root.name) -n \(quoted("\(function) \(quoted(target.name))"))"
        var text = ""
        for sub in target.command.subcommands {
            text += "\(start) -a \(quoted(sub.name)) -d \(quoted(sub.summary))\n"
        }
        for option in target.options {
            let short = option.short.map { " -s \(quoted(String($0)))" } ?? ""
            let value = option.isFlag ? "" : valueOption(option.completion)
            text += "\(start)\(short) -l \(quoted(option.name))\(value) -d \(quoted(option.help))\n"
        }
        text += "\(start) -s h -l help -d 'show this help'\n"
        switch target.command.argumentSpecs.first?.completion {
        case .words(let words): text += "\(start) -a \(quoted(words.joined(separator: " ")))\n"
        case .files: text += "\(start) -F\n"
        case .directories: text += "\(start) -a '(__fish_complete_directories)'\n"
        case .nothing, nil: break
        }
        return text
    }

    private func valueOption(_ completion: Completion) -> String {
        switch completion {
        case .nothing: " -x"
        case .files: " -r -F"
        case .directories: " -x -a '(__fish_complete_directories)'"
        case .words(let words): " -x -a \(quoted(words.joined(separator: " ")))"
        }
    }

    /// Single quotes of fish: a backslash keeps a quote or backslash.
    private func quoted(_ text: String) -> String {
        "'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }
}
