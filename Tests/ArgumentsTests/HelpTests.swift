import Arguments
import Testing

@Suite struct HelpTests {
    @Test func ofTheProgram() throws {
        #expect(
            Example.program.help(width: 72) == """
                vigie: watches event streams and raises alerts

                Usage: vigie [options] COMMAND …

                Reads Kafka topics of port sensors, traffic counts and video metadata,
                runs windows and models over them in event time, and publishes alerts.

                  A block
                    that stays.

                Commands:
                  demo         live alerts from simulated sensors
                  replay       recorded data to a topic
                  validate     check topology files
                  dlq          dead letters: what could not be used
                  help         explain a command
                  completions  print a script that completes vigie's commands and
                               options in a shell

                Options:
                      --log-level LEVEL  least level that is logged (debug, info,
                                         warning, error; default: info; environment:
                                         VIGIE_LOG_LEVEL)
                  -h, --help             show this help
                      --version          show the version

                Exit codes:
                  0   done, or stopped as asked
                  64  the command line is wrong

                'vigie demo --help' explains a command.

                """)
    }

    @Test func ofACommand() throws {
        let text = try #require(Example.program.help(for: ["demo"], width: 80))
        for part in [
            "vigie demo: live alerts from simulated sensors\n\nUsage: vigie demo [options]\n",
            "  -j, --json                 print JSON lines (environment: VIGIE_JSON)\n",
            "Load:\n  -r, --rate NUMBER          events", "default: 1000;",
            "default: localhost:9092",
            "may be given several times",
            "Examples:\n  vigie demo --for 30s --json\n      thirty seconds, one JSON line per alert\n",
            "  78  a settings or topology file is wrong; every problem is listed\n", "Options of all commands:\n",
        ] {
            #expect(text.contains(part), "\(part)\n\(text)")
        }
        let replay = try #require(Example.program.help(for: ["replay"]))
        #expect(replay.contains("Usage: vigie replay --topic TOPIC [options] FILE [MORE…]\n"))
        #expect(replay.contains("the topic (required; environment: VIGIE_TOPIC)"))
        #expect(replay.contains("--format csv|jsonl  format of the file (default: csv)"))
        #expect(Example.program.help(for: ["nope"]) == nil)
    }

    @Test(arguments: 40...120)
    func noLineIsTooWide(_ width: Int) throws {
        for command in [[], ["demo"], ["replay"], ["dlq"], ["dlq", "list"], ["help"]] {
            let text = try #require(Example.program.help(for: command, width: width))
            for line in text.split(separator: "\n") {
                // A column of text never gets narrower than 24 characters.
                #expect(line.count <= max(width, 56), "\(width): \(line)")
                #expect(line.last?.isWhitespace == false)
            }
        }
    }

    @Test(arguments: [
        ["--help"], ["-h"], ["help"], ["demo", "--help"], ["demo", "--nonsense", "--help"], ["help", "demo"],
        ["help", "dlq", "list"], ["demo", "--for", "x", "-h"], ["demo", "-jh"],
    ])
    func isShown(_ line: [String]) throws {
        let (text, code) = try #require(try Example.text(line))
        #expect(code == .ok)
        #expect(text.contains("Usage: vigie"))
        #expect(text.hasPrefix("vigie demo") == line.contains("demo"))
    }

    @Test func otherTexts() throws {
        #expect(try #require(try Example.text(["--version"])) == ("vigie 1.2.3\n", .ok))
        let nothing = try #require(try Example.text([]))
        #expect(nothing.1 == .usage && nothing.0.contains("Commands:"))
        let dlq = try #require(try Example.text(["dlq"]))
        #expect(dlq.1 == .usage && dlq.0.contains("list them"))
        #expect(try Example.text(["replay", "--topic", "t", "-", "--", "--help"]) == nil)
    }

    @Test func declarationsThatContradictThemselves() async {
        await #expect(processExitsWith: .failure) {
            let one = Option.flag("json", short: "j", "a")
            let two = Option.flag("jump", short: "j", "b")
            _ = Program(Command("x", summary: "s", options: [one, two]), version: "1")
        }
    }

    @Test func exitCodes() {
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 64, 65, 69, 70, 78])
    }
}
