import Arguments

/// A program with every kind of option, for the tests.
enum Example {
    static let level = Option.value(
        "log-level", .choice(["debug", "info", "warning", "error"]).called("LEVEL"), default: "info",
        "least level that is logged",
        environment: "VIGIE_LOG_LEVEL")
    static let time = Option.optional(
        "for", .duration(in: .seconds(1)...(.seconds(3600))), "how long to run; else until ^C")
    static let rate = Option.value(
        "rate", short: "r", .int(in: 1...1_000_000), default: 1000, "events per second", environment: "VIGIE_RATE",
        section: "Load")
    static let json = Option.flag("json", short: "j", "print JSON lines", environment: "VIGIE_JSON")
    static let verbose = Option.flag("verbose", short: "v", "say more")
    static let broker = Option.value(
        "broker", short: "b", .hostPort(defaultPort: 9092), default: HostPort(host: "localhost", port: 9092),
        "the Kafka broker to use")
    static let brokers = Option.value(
        "brokers", .list(of: .hostPort()), default: [HostPort(host: "a", port: 1)], "several brokers")
    static let set = Option.repeated("set", .text.called("KEY=VALUE"), "a setting of librdkafka")
    static let memory = Option.optional("memory", .size(in: 1024...Int.max), "memory to use")
    static let share = Option.value("share", .number(in: 0...1), default: 0.5, "share of it's [odd]: events")
    static let state = Option.optional("state", .existingDirectory, "directory of the state")

    static let topic = Option.required("topic", .text.called("TOPIC"), "the topic", environment: "VIGIE_TOPIC")
    static let format = Option.value("format", .choice(["csv", "jsonl"]), default: "csv", "format of the file")
    static let file = Positional.required("FILE", .existingFile(orStandardInput: true), "the file to replay")
    static let more = Positional.repeated("MORE", .text, "more files")

    static let paths = Positional.repeated("TOPOLOGY", .path, atLeastOne: true, "topology files or directories")
    static let count = Positional.value("COUNT", .int(in: 0...9), default: 3, "how many")
    static let key = Positional.optional("KEY", .choice(["tank", "berth"]), "the key")

    static let program = Program(
        Command(
            "vigie", summary: "watches event streams and raises alerts",
            discussion: """
                Reads Kafka topics of port sensors, traffic counts and video metadata, runs windows and models over
                them in event time, and publishes alerts.

                  A block
                    that stays.
                """,
            options: [level],
            subcommands: [
                Command(
                    "demo", summary: "live alerts from simulated sensors",
                    options: [time, rate, json, verbose, broker, brokers, set, memory, share, state],
                    examples: [.init("vigie demo --for 30s --json", "thirty seconds, one JSON line per alert")],
                    exitCodes: ExitCode.allCases),
                Command(
                    "replay", summary: "recorded data to a topic", options: [topic, format], arguments: [file, more]),
                Command("validate", summary: "check topology files", arguments: [paths]),
                Command(
                    "dlq", summary: "dead letters: what could not be used",
                    subcommands: [
                        Command("list", summary: "list them", options: [json], arguments: [count, key]),
                        Command("replay", summary: "send them again", options: [topic]),
                    ]),
            ]),
        version: "1.2.3")

    static func parse(_ line: [String], _ environment: [String: String] = [:]) throws(ArgumentError) -> ParsedArguments?
    {
        guard case .run(let parsed) = try program.parse(line, environment: environment) else { return nil }
        return parsed
    }

    static func text(_ line: [String]) throws(ArgumentError) -> (String, ExitCode)? {
        guard case .text(let text, let code) = try program.parse(line) else { return nil }
        return (text, code)
    }
}
