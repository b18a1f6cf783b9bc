import Arguments
import Testing

@Suite struct ParsingTests {
    @Test func defaults() throws {
        let parsed = try #require(try Example.parse(["demo"]))
        #expect(parsed.command == ["demo"])
        #expect(parsed[Example.time] == nil)
        #expect(parsed[Example.rate] == 1000)
        #expect(!parsed[Example.json])
        #expect(parsed[Example.broker] == HostPort(host: "localhost", port: 9092))
        #expect(parsed[Example.brokers].count == 1)
        #expect(parsed[Example.set] == [])
        #expect(parsed[Example.level] == "info")
        #expect(!parsed.isGiven(Example.rate))
    }

    @Test func everyWayToWriteAnOption() throws {
        let lines: [[String]] = [
            ["demo", "--for", "30s", "--rate", "50", "--json"],
            ["demo", "--for=30s", "-r50", "-j"],
            ["demo", "-jr", "50", "--for", "30s"],
            ["demo", "-jvr=50", "--for=30s"],
            ["--log-level", "info", "demo", "-r", "50", "--json", "--for", "30s"],
            ["demo", "--rate", "5_0", "--json", "--json", "--for", "30s"],
        ]
        for line in lines {
            let parsed = try #require(try Example.parse(line), "\(line)")
            #expect(parsed[Example.time] == .seconds(30), "\(line)")
            #expect(parsed[Example.rate] == 50, "\(line)")
            #expect(parsed[Example.json], "\(line)")
        }
    }

    @Test func otherTypes() throws {
        let parsed = try #require(
            try Example.parse([
                "demo", "--set", "a=1", "--set=b=2", "--memory", "64KiB", "--share", "0.25", "--state", "/tmp",
                "--brokers", "x:1,[::1]:2", "-b", "kafka", "--log-level=error",
            ]))
        #expect(parsed[Example.set] == ["a=1", "b=2"])
        #expect(parsed[Example.memory] == 65_536)
        #expect(parsed[Example.share] == 0.25)
        #expect(parsed[Example.state] == "/tmp")
        #expect(parsed[Example.brokers].map(\.description) == ["x:1", "[::1]:2"])
        #expect(parsed[Example.broker] == HostPort(host: "kafka", port: 9092))
        #expect(parsed[Example.level] == "error")
    }

    @Test func positionals() throws {
        let replay = try #require(try Example.parse(["replay", "-", "--topic", "t", "a", "--", "--b", "-"]))
        #expect(replay[Example.file] == "-")
        #expect(replay[Example.more] == ["a", "--b", "-"])
        let list = try #require(try Example.parse(["dlq", "list", "7", "tank"]))
        #expect(list.command == ["dlq", "list"])
        #expect(list[Example.count] == 7 && list[Example.key] == "tank")
        let empty = try #require(try Example.parse(["dlq", "list"]))
        #expect(empty[Example.count] == 3 && empty[Example.key] == nil)
        let many = try #require(try Example.parse(["validate", "a", "b"]))
        #expect(many[Example.paths] == ["a", "b"])
    }

    @Test func environment() throws {
        let variables = ["VIGIE_RATE": "7", "VIGIE_JSON": "1", "VIGIE_TOPIC": "t", "VIGIE_LOG_LEVEL": ""]
        let demo = try #require(try Example.parse(["demo"], variables))
        #expect(demo[Example.rate] == 7 && demo[Example.json] && demo[Example.level] == "info")
        #expect(demo.origin(of: Example.rate) == "VIGIE_RATE" && demo.isGiven(Example.rate))
        let over = try #require(try Example.parse(["demo", "--rate", "8"], variables))
        #expect(over[Example.rate] == 8 && over.origin(of: Example.rate) == "--rate")
        let replay = try #require(try Example.parse(["replay", "-"], variables))
        #expect(replay[Example.topic] == "t")
        #expect(
            message(["demo"], ["VIGIE_RATE": "x"])
                == "vigie demo: the environment variable VIGIE_RATE has to be a whole number from 1 to 1000000, "
                + "found \"x\""
        )
    }

    private func message(_ line: [String], _ environment: [String: String] = [:]) -> String? {
        do {
            _ = try Example.program.parse(line, environment: environment)
            return nil
        } catch {
            return "\(error.command): \(error.message)" + (error.hint.map { " | \($0)" } ?? "")
        }
    }

    static let errors: [(String, String, String?)] = [
        (
            "dmeo",
            "vigie: unknown command 'dmeo'",
            "did you mean 'demo'? commands are demo, replay, validate, dlq, help, completions"
        ),
        (
            "xyzzy",
            "vigie: unknown command 'xyzzy'",
            "commands are demo, replay, validate, dlq, help, completions"
        ),
        (
            "dlq lst",
            "vigie dlq: unknown command 'lst'",
            "did you mean 'list'? commands are list, replay"
        ),
        (
            "demo --raet 5",
            "vigie demo: unknown option --raet",
            "did you mean '--rate'?"
        ),
        (
            "replay --zzz",
            "vigie replay: unknown option --zzz",
            "options are --log-level, --topic, --format, --help"
        ),
        (
            "--rate 5 demo",
            "vigie: unknown option --rate",
            "it belongs to a command: write it after 'vigie demo'"
        ),
        ("demo -rate 5", "vigie demo: -r has to be a whole number from 1 to 1000000, found \"ate\"", nil),
        (
            "demo -json",
            "vigie demo: unknown option -s",
            "what is no option but starts with '-' stands after '--'"
        ),
        (
            "demo -x",
            "vigie demo: unknown option -x",
            "what is no option but starts with '-' stands after '--'"
        ),
        ("demo --json=yes", "vigie demo: --json takes no value, found \"yes\"", nil),
        ("demo --for", "vigie demo: --for needs a value: a duration such as 30s, 5m or 1h30m, from 1s to 1h", nil),
        (
            "demo --for --json",
            "vigie demo: --for needs a value: a duration such as 30s, 5m or 1h30m, from 1s to 1h; "
                + "found the option --json",
            "a value that starts with '-' is written --for=--json"
        ),
        ("demo --rate -5", "vigie demo: --rate has to be a whole number from 1 to 1000000, found \"-5\"", nil),
        (
            "demo --rate 5 --rate 6",
            "vigie demo: --rate is there twice: \"5\" and \"6\"",
            "keep one of them"
        ),
        (
            "demo --for 30",
            "vigie demo: --for has to be a duration such as 30s, 5m or 1h30m, from 1s to 1h, found \"30\"",
            "it has no unit: \"30\": write it like 250ms, 10s, 5m, 1h30m or 2d"
        ),
        (
            "demo --for 2h",
            "vigie demo: --for has to be a duration such as 30s, 5m or 1h30m, from 1s to 1h, found \"2h\"", nil
        ),
        (
            "demo --memory 1B",
            "vigie demo: --memory has to be a size such as 64KiB or 10MB, at least 1KiB, found \"1B\"", nil
        ),
        ("demo --share 2", "vigie demo: --share has to be a number from 0 to 1, found \"2\"", nil),
        (
            "demo --broker a:b",
            "vigie demo: --broker has to be host:port, such as localhost:9092, found \"a:b\"",
            "a port is a number from 1 to 65535"
        ),
        (
            "demo --broker ::1",
            "vigie demo: --broker has to be host:port, such as localhost:9092, found \"::1\"",
            "an IPv6 address stands in brackets, like [::1]:9092"
        ),
        (
            "demo --brokers a:1,b",
            "vigie demo: --brokers has to be host:port, such as localhost:9092; several with commas "
                + "between them, found \"a:1,b\"",
            nil
        ),
        ("demo --broker :9", "vigie demo: --broker has to be host:port, such as localhost:9092, found \":9\"", nil),
        (
            "demo --log-level inof",
            "vigie demo: --log-level has to be debug, info, warning or error, found \"inof\"",
            "did you mean 'info'?"
        ),
        (
            "demo --state /nowhere",
            "vigie demo: --state has to be a directory that exists: there is no \"/nowhere\"",
            "check the path for slips"
        ),
        ("demo --state /etc/passwd", "vigie demo: --state has to be a directory: \"/etc/passwd\" is no directory", nil),
        ("replay --topic t /tmp", "vigie replay: FILE has to be a file: \"/tmp\" is a directory", nil),
        (
            "replay -",
            "vigie replay: --topic is missing: some text",
            "add --topic TOPIC, or set VIGIE_TOPIC"
        ),
        (
            "replay --topic t",
            "vigie replay: FILE is missing: the file to replay",
            "it has to be a file that exists, or - for standard input"
        ),
        (
            "validate",
            "vigie validate: TOPOLOGY is missing: topology files or directories",
            "it has to be a path"
        ),
        (
            "demo x",
            "vigie demo: unexpected argument \"x\"",
            "'vigie demo' takes options only"
        ),
        (
            "dlq list 1 tank z",
            "vigie dlq list: unexpected argument \"z\"",
            "'vigie dlq list' takes [COUNT] [KEY]"
        ),
        ("dlq list 10", "vigie dlq list: COUNT has to be a whole number from 0 to 9, found \"10\"", nil),
        (
            "help dmeo",
            "vigie help: there is no command 'dmeo'",
            "did you mean 'demo'?"
        ),
        ("completions tcsh", "vigie completions: SHELL has to be bash, zsh or fish, found \"tcsh\"", nil),
    ]

    @Test(arguments: errors)
    func errorsNameWhatIsWrong(_ line: String, _ expected: String, _ hint: String?) {
        let expected = expected + (hint.map { " | \($0)" } ?? "")
        #expect(message(line.split(separator: " ").map(String.init)) == expected)
    }

    @Test func anErrorAsText() {
        let error = #expect(throws: ArgumentError.self) { try Example.parse(["dmeo"]) }
        #expect(
            error?.description == """
                vigie: unknown command 'dmeo'
                  hint: did you mean 'demo'? commands are demo, replay, validate, dlq, help, completions
                Try 'vigie --help'.

                """)
    }

    @Test func emptyValues() {
        #expect(message(["replay", "-", "--topic="]) == "vigie replay: --topic has to be some text, found \"\"")
        #expect(
            message(["replay", "", "--topic=t"])
                == "vigie replay: FILE has to be a file that exists, or - for standard input, found \"\"")
    }
}
