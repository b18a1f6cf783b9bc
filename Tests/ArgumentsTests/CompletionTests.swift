import Arguments
import Foundation
import Testing

/// The scripts are run by the shells themselves where they are installed.
@Suite struct CompletionTests {
    private func run(_ shell: String, _ arguments: [String], _ input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: shell)
        process.arguments = arguments
        let output = Pipe()
        let script = FileManager.default.temporaryDirectory.appending(path: "vigie-completion-\(UUID().uuidString)")
        try input.write(to: script, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: script) }
        process.arguments = arguments + [script.path]
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    private static func find(_ shell: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":") + ["/bin", "/usr/bin"]
        return folders.map { "\($0)/\(shell)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The words before the cursor as bash splits them, and what is offered for the last.
    static let cases: [([String], [String])] = [
        ([""], ["demo", "replay", "validate", "dlq", "help", "completions"]),
        (["d"], ["demo", "dlq"]),
        (["--"], ["--log-level", "--help"]),
        (["demo", "--r"], ["--rate"]),
        (["demo", "--br"], ["--broker", "--brokers"]),
        (["demo", "--rate", ""], []),
        (["demo", "--log-level", ""], ["debug", "info", "warning", "error"]),
        (["demo", "--log-level", "w"], ["warning"]),
        (["--log-level", "info", "de"], ["demo"]),
        (["--log-level", "demo", "re"], ["replay"]),
        (["dlq", ""], ["list", "replay"]),
        (["dlq", "replay", "--t"], ["--topic"]),
        (["replay", "--format", ""], ["csv", "jsonl"]),
        (["completions", ""], ["bash", "zsh", "fish"]),
        (["demo", "-j", "--ver"], ["--verbose"]),
    ]

    @Test(.enabled(if: find("bash") != nil, "bash is not installed"))
    func bash() throws {
        let bash = try #require(Self.find("bash"))
        var script = Example.program.completionScript("bash") + "\n"
        let split: [([String], [String])] = [
            (["demo", "--log-level", "=", "w"], ["warning"]),
            (["demo", "--log-level", "="], ["debug", "info", "warning", "error"]),
            (["--log-level", "=", "info", "de"], ["demo"]),
            (["replay", "--topic", "t", ""], ["a file", "b"]), (["replay", "--topic", "t", "a"], ["a file"]),
            (["demo", "--state", ""], ["sub"]),
        ]
        let all = Self.cases + split
        script += "cd \"$(mktemp -d)\" && touch 'a file' b && mkdir sub\n"
        for (words, _) in all {
            let quoted = words.map { "'\($0)'" }.joined(separator: " ")
            script += "COMP_WORDS=(vigie \(quoted)); COMP_CWORD=\(words.count); _vigie; "
            script += "printf '%s,' \"${COMPREPLY[@]}\"; echo\n"
        }
        script += "rm -r \"$PWD\"\n"
        let lines = try run(bash, ["--norc"], script).split(separator: "\n", omittingEmptySubsequences: false)
        for (index, (words, expected)) in all.enumerated() where index < lines.count {
            let offered = Set(lines[index].split(separator: ",").map(String.init))
            var wanted = Set(expected)
            if expected.contains("b") { wanted.insert("sub") }
            #expect(offered == wanted, "\(words)")
        }
        #expect(lines.count >= all.count)
    }

    @Test(.enabled(if: find("zsh") != nil, "zsh is not installed"))
    func zsh() throws {
        let zsh = try #require(Self.find("zsh"))
        // What the functions hand to zsh's own helpers, which are replaced by some that print it.
        var script = """
            compdef() { :; }
            _arguments() { print -r -- "arguments: $@"; line=(demo); state=$wanted; }
            _describe() { print -r -- "describe:" "${(@P)4}"; }

            """
        script += Example.program.completionScript("zsh")
        script += "wanted=command; _vigie\nwanted=arguments; _vigie\n_vigie_dlq_list\n"
        let output = try run(zsh, ["-f"], script).split(separator: "\n").map(String.init)
        let lines = output.filter { $0.hasPrefix("arguments:") || $0.hasPrefix("describe:") }
        #expect(lines.count == 5, "\(output)")
        #expect(lines.count > 1 && lines[1].hasPrefix("describe: demo:live alerts from simulated sensors replay:"))
        #expect(lines.contains { $0.contains("(--share)--share=[share of it's \\[odd\\]\\: events]:NUMBER: ") })
        #expect(lines.last?.hasSuffix("::COUNT:  ::KEY:(tank berth)") == true, "\(lines)")
    }

    @Test(.enabled(if: find("fish") != nil, "fish is not installed"))
    func fish() throws {
        let fish = try #require(Self.find("fish"))
        var script = Example.program.completionScript("fish") + "\n"
        for (words, _) in Self.cases {
            script += "complete -C 'vigie \(words.joined(separator: " "))'; echo =\n"
        }
        let blocks = try run(fish, ["--no-config"], script).components(separatedBy: "=\n")
        #expect(blocks.count > Self.cases.count, "\(blocks)")
        for ((words, expected), block) in zip(Self.cases, blocks) {
            let offered = block.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
            // In its own order.
            #expect(offered.sorted() == expected.sorted(), "\(words)")
        }
    }
}
