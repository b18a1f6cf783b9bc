/// A completion function for bash 4 or newer; needs no bash-completion package.
struct BashCompletion {
    private let program: Program
    private let targets: [CompletionTarget]
    private let function: String

    init(_ program: Program) {
        self.program = program
        targets = CompletionTarget.all(of: program)
        function = "_" + program.root.name.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }

    func render() -> String {
        """
        # bash completion for \(program.root.name); load it with: source <(\(program.root.name) completions bash)
        \(function)() {
            local cur prev path word options words kind i
            COMPREPLY=()
            cur="${COMP_WORDS[COMP_CWORD]}"
            prev="${COMP_WORDS[COMP_CWORD-1]}"
            # bash splits --option=value at the '='.
            if [[ $cur == "=" ]]; then
                cur=""
            elif [[ $prev == "=" && $COMP_CWORD -ge 2 ]]; then
                prev="${COMP_WORDS[COMP_CWORD-2]}"
            fi
            path=\(shellQuoted(program.root.name))
            for ((i = 1; i < COMP_CWORD; i++)); do
                word="${COMP_WORDS[i]}"
                [[ $word == "--" ]] && prev="" && break
                case "$path|$word" in
        \(steps())
                esac
            done
            kind=""
            words=""
            options=""
            case "$path|$prev" in
        \(values())
                *)
                    case "$path" in
        \(commands())
                    esac
                    [[ $cur == -* ]] && kind="" && words="$options"
                    ;;
            esac
            case "$kind" in
                files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
                directories) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
                nothing) ;;
                *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
            esac
        }
        complete -F \(function) \(program.root.name)

        """
    }

    /// From a command to its sub-commands, and over the values of options.
    private func steps() -> String {
        var lines: [String] = []
        for target in targets {
            for sub in target.command.subcommands {
                lines.append("\(pattern(target, sub.name))) path=\(shellQuoted(target.name + " " + sub.name)) ;;")
            }
            let valued = target.options.filter { !$0.isFlag }.flatMap(CompletionTarget.spellings)
            if !valued.isEmpty {
                let patterns = valued.map { pattern(target, $0) }.joined(separator: "|")
                lines.append("\(patterns)) ((i++)); [[ ${COMP_WORDS[i]} == \"=\" ]] && ((i++)) ;;")
            }
        }
        return indented(lines, 12)
    }

    private func values() -> String {
        var lines: [String] = []
        for target in targets {
            for option in target.options where !option.isFlag {
                let patterns = CompletionTarget.spellings(option).map { pattern(target, $0) }.joined(separator: "|")
                lines.append("\(patterns)) \(offer(option.completion)) ;;")
            }
        }
        return indented(lines, 8)
    }

    private func commands() -> String {
        indented(
            targets.map { target in
                let options = target.options.flatMap(CompletionTarget.spellings) + ["--help"]
                let offered =
                    target.command.subcommands.isEmpty
                    ? offer(target.command.argumentSpecs.first?.completion ?? .nothing)
                    : "words=\(shellQuoted(target.command.subcommands.map(\.name).joined(separator: " ")))"
                return
                    "\(shellQuoted(target.name))) options=\(shellQuoted(options.joined(separator: " "))); \(offered) ;;"
            }, 16)
    }

    private func pattern(_ target: CompletionTarget, _ word: String) -> String {
        shellQuoted(target.name + "|" + word)
    }

    private func offer(_ completion: Completion) -> String {
        switch completion {
        case .nothing: "kind=nothing"
        case .files: "kind=files"
        case .directories: "kind=directories"
        case .words(let words): "words=\(shellQuoted(words.joined(separator: " ")))"
        }
    }

    private func indented(_ lines: [String], _ count: Int) -> String {
        lines.map { String(repeating: " ", count: count) + $0 }.joined(separator: "\n")
    }
}
