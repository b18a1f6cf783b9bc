import Arguments
import Glibc
import KafkaClient
import Records
import Simulators
import Telemetry
import Topology

/// `vigie demo`: everything in one process, to be seen at work.
enum DemoCommand: CommandType {
    static let broker = Option.optional(
        "broker", short: "b", ArgumentType<String>.text.called("HOST:PORT"),
        "a real Kafka instead of the embedded broker; missing topics are made there", environment: "VIGIE_DEMO_BROKER")
    static let duration = Option.optional(
        "for", .duration(in: .seconds(1) ... .seconds(86_400 * 365)), "how long to run; until stopped unless set")
    static let json = Option.flag(
        "json", "print one JSON object per alert and a last one with the summary, nothing else")
    static let rate = Option.value(
        "rate", .int(in: 1...1_000_000).called("EVENTS"), default: 1000,
        "events per second; more of them come from further sensors, stations and cameras", section: "What is simulated")
    static let workers = Option.value(
        "workers", .int(in: 1...64), default: 1, "threads of the node, each with partitions of its own")
    static let topologies = Option.repeated(
        "topologies", .existingPath, "topologies to run; those that come with Vigie unless set")
    static let httpPort = Option.value(
        "http-port", .port, default: 0, "port of the pages (health, metrics, status) on 127.0.0.1; 0 for a free one")
    static let language = Option.optional(
        "lang", .choice(["en", "fr"]),
        "language of the board and of summaries; by LC_ALL, LC_MESSAGES and LANG unless set")
    static let plain = Option.flag(
        "plain", "print lines instead of showing the board, as when the output is no terminal")
    static let logLevel = Option.value(
        "log-level", .choice(["debug", "info", "warning", "error"]), default: "error",
        "what is logged to standard error", environment: "VIGIE_LOG_LEVEL", section: "Logging")

    static let declaration = Command(
        "demo", summary: "see it work: simulated port, roads and cameras, live alerts",
        discussion: """
            Starts a Kafka broker in this process, simulates tank sensors, road detectors and camera analytics with a \
            daily rhythm, noise, late and spoilt records and planted incidents, runs the topologies over them, and \
            shows the alerts as they come. The first ones come within half a minute. Other processes can read the topics \
            meanwhile at the address that is shown. At the end it says which of the planted incidents were detected, \
            and how soon.

            NO_COLOR=1 shows the board without colours. Exit code 69: the broker or a port can't be had; 78: a \
            topology or property is wrong.
            """,
        options: [
            broker, duration, json, plain, language, workers, topologies, httpPort, RunCommand.properties,
            RunCommand.propertyFile, rate, SimulationOptions.seed, SimulationOptions.families,
            SimulationOptions.malformed, SimulationOptions.late, SimulationOptions.noIncidents, logLevel,
        ],
        examples: [
            .init("vigie demo", "until q or Ctrl-C"),
            .init("vigie demo --for 30s --json", "for scripts"),
            .init("vigie demo --broker localhost:9092 --rate 5000", "on a Kafka of your own, five times as much"),
            .init("vigie demo --topologies my-topology.yaml --lang fr", "a topology of your own, in French"),
        ],
        exitCodes: [.ok, .usage, .unavailable, .internal, .configuration])

    static func run(_ arguments: ParsedArguments) -> ExitCode {
        do throws(CommandFailure) {
            guard let plans = TopologyFiles.load(try paths(arguments)) else { return .configuration }
            let settings = try settings(arguments)
            let environment = Environment.variables
            let stop = Locked(false)
            Signals.onStop({ _ in stop.value = true }, second: { BoardScreen.restore() })
            let showsBoard = !arguments[json] && !arguments[plain] && BoardScreen.isPossible(environment)
            let notes = showsBoard && isatty(STDERR_FILENO) == 1 ? NoteKeeper() : nil
            let output: any DemoOutput
            if arguments[json] {
                output = JSONOutput()
            } else if showsBoard {
                let color = (environment["NO_COLOR"] ?? "").isEmpty
                output = BoardOutput(BoardView(words: settings.words, color: color))
            } else {
                output = LineOutput(settings.words)
            }
            let demo = DemoRun(
                settings, plans: plans, output: output, log: makeLog(arguments, notes), notes: notes, shouldStop: stop)
            try demo.run()
            return .ok
        } catch {
            Output.error(error.text)
            return error.code
        }
    }

    private static func paths(_ arguments: ParsedArguments) throws(CommandFailure) -> [String] {
        if !arguments[topologies].isEmpty { return arguments[topologies] }
        switch TopologyFolder.find() {
        case .success(let folder): return [folder]
        case .failure(let missing):
            throw CommandFailure(
                .configuration,
                "the topologies that come with Vigie were not found; tried:\n    "
                    + missing.tried.joined(separator: "\n    "),
                hint: "run it in Vigie's folder, or name them: vigie demo --topologies FOLDER")
        }
    }

    private static func settings(_ arguments: ParsedArguments) throws(CommandFailure) -> DemoRun.Settings {
        let simulation = try SimulationOptions.settings(
            arguments, start: EventTime(microseconds: SystemClock.wallMicroseconds()), rate: Double(arguments[rate]))
        var settings = DemoRun.Settings(simulation: simulation)
        if let address = arguments[broker] {
            settings.kafka = try KafkaAccess.settings(address, arguments, client: "vigie-demo")
        } else if arguments.isGiven(RunCommand.properties) || arguments.isGiven(RunCommand.propertyFile) {
            throw CommandFailure(
                .usage, "properties are for a real Kafka", hint: "add --broker HOST:PORT, or leave them out")
        }
        settings.workers = arguments[workers]
        settings.httpPort = arguments[httpPort]
        settings.duration = arguments[duration]
        // What scripts read does not depend on where they run.
        settings.words = arguments[json] ? .english : .choose(arguments[language], environment: Environment.variables)
        return settings
    }

    /// While the board has the terminal, log lines are kept back.
    private static func makeLog(_ arguments: ParsedArguments, _ notes: NoteKeeper?) -> Log {
        let level = LogLevel(name: arguments[logLevel]) ?? .error
        guard let notes else { return Log(level: level) }
        return Log(level: level, sink: LogSink(output: { notes.add($0) }))
    }
}
