/// A completion function for zsh, in the terms of its `_arguments`.
struct ZshCompletion {
    private let program: Program
    private let targets: [CompletionTarget]

    init(_ program: Program) {
        self.program = program
        targets = CompletionTarget.all(of: program)
    }

    func render() -> String {
        let root = program.root.name
        let function = Self.function(root)
        var text = "#compdef \(root)\n"
        text += "# zsh completion for \(root); put it into a directory of fpath as _\(root)\n\n"
        for target in targets {
            text += target.command.subcommands.isEmpty ? leaf(target) : branch(target)
            text += "\n"
        }
        // As a file of fpath this is the body of the function; sourced, it registers the function.
        text += "if [[ \"$funcstack[1]\" == \"\(function)\" ]]; then\n    \(function) \"$@\"\n"
        text += "else\n    compdef \(function) \(root)\nfi\n"
        return text
    }

    private static func function(_ name: String) -> String {
        "_" + name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }

    private func leaf(_ target: CompletionTarget) -> String {
        var specs = options(target)
        for argument in target.command.argumentSpecs {
            let count = argument.isRepeated ? "*" : argument.isRequired ? "" : ":"
            specs.append("\(count):\(escaped(argument.name)):\(action(argument.completion))")
        }
        return function(target, "_arguments -s -S", specs, "")
    }

    private func branch(_ target: CompletionTarget) -> String {
        var after = "    case $state in\n        command)\n            local -a commands\n            commands=(\n"
        for sub in target.command.subcommands {
            after += "                \(shellQuoted("\(sub.name):\(sub.summary)"))\n"
        }
        after += "            )\n            _describe -t commands command commands ;;\n        arguments)\n"
        after += "            case $line[1] in\n"
        for sub in target.command.subcommands {
            after += "                \(sub.name)) \(Self.function(target.name + " " + sub.name)) ;;\n"
        }
        after += "            esac ;;\n    esac\n"
        return function(
            target, "_arguments -C -s -S", options(target) + ["1: :->command", "*:: :->arguments"], after)
    }

    private func function(_ target: CompletionTarget, _ call: String, _ specs: [String], _ after: String) -> String {
        var text = "\(Self.function(target.name))() {\n"
        if !after.isEmpty { text += "    local context state state_descr line\n    typeset -A opt_args\n" }
        text += "    " + ([call] + specs.map { shellQuoted($0) }).joined(separator: " \\\n        ") + "\n"
        return text + after + "}\n"
    }

    private func options(_ target: CompletionTarget) -> [String] {
        var specs: [String] = []
        for option in target.options {
            let names = CompletionTarget.spellings(option)
            for name in names {
                let before = option.isRepeated ? "*" : "(\(names.joined(separator: " ")))"
                // "--x=" takes its value after '=' or as the next word, "-x+" in the same or the next word.
                let join = option.isFlag ? "" : name.hasPrefix("--") ? "=" : "+"
                let value = option.isFlag ? "" : ":\(escaped(option.placeholder ?? "")):\(action(option.completion))"
                specs.append("\(before)\(name)\(join)[\(escaped(option.help))]\(value)")
            }
        }
        for name in ["-h", "--help"] { specs.append("(-h --help)\(name)[show this help]") }
        return specs
    }

    private func action(_ completion: Completion) -> String {
        switch completion {
        case .nothing: " "
        case .files: "_files"
        case .directories: "_files -/"
        case .words(let words): "(\(words.joined(separator: " ")))"
        }
    }

    private func escaped(_ text: String) -> String {
        text.map { "\\[]:".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
