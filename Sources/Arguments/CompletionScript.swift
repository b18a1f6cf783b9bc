extension Program {
    /// A script that completes commands, options and values in a shell: `bash`, `zsh` or `fish`.
    public func completionScript(_ shell: String) -> String {
        switch shell {
        case "zsh": ZshCompletion(self).render()
        case "fish": FishCompletion(self).render()
        default: BashCompletion(self).render()
        }
    }
}

/// A command with those above it, flattened for the scripts.
struct CompletionTarget {
    let path: [Command]
    var command: Command { path[path.count - 1] }
    var options: [OptionSpec] { path.flatMap(\.optionSpecs) }
    /// `vigie demo`
    var name: String { path.map(\.name).joined(separator: " ") }

    /// A command and all below it, itself first.
    static func all(of program: Program) -> [CompletionTarget] {
        func walk(_ path: [Command]) -> [CompletionTarget] {
            [CompletionTarget(path: path)] + (path.last?.subcommands ?? []).flatMap { walk(path + [$0]) }
        }
        return walk([program.root])
    }

    /// What an option is called on the command line.
    static func spellings(_ option: OptionSpec) -> [String] {
        [option.long] + (option.short.map { ["-\($0)"] } ?? [])
    }
}

/// A text in single quotes for a POSIX shell.
func shellQuoted(_ text: String) -> String {
    "'" + text.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
}
