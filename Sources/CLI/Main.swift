import Arguments
import CMimalloc
import Glibc

/// The binary `vigie`: one command per file, each in the table below.
@main
enum Main {
    static let version = "0.1.0"

    static let commands: [any CommandType.Type] = [
        DemoCommand.self, RunCommand.self, ValidateCommand.self, TestCommand.self, ExplainCommand.self,
        SimulateCommand.self, ReplayCommand.self, DeadLettersCommand.self,
    ]

    static func main() {
        // Links the allocator: glibc's arena lock doubles the cost of consuming (HOTPATH.md 1).
        _ = mi_version()
        // A reader that goes away (vigie … | head) ends the program quietly, not with a signal's number.
        signal(SIGPIPE, SIG_IGN)
        let program = Program(
            Command(
                "vigie", summary: "watches event streams and raises alerts",
                discussion: """
                    Reads Kafka topics of port sensor, road traffic and video metadata events, runs windows, models and \
                    alert rules over them in event time, and publishes alerts within milliseconds. Nodes with the same \
                    application id share the work over Kafka alone.
                    """,
                examples: [
                    .init(
                        "vigie demo", "see it work: simulated port, roads and cameras, live alerts; nothing else needed"
                    ),
                    .init(
                        "vigie run --brokers kafka:9092 --application port Topologies/hydrocarbon-tanks",
                        "run a topology"),
                ],
                subcommands: commands.map { $0.declaration }),
            version: version)
        exit(run(program).rawValue)
    }

    private static func run(_ program: Program) -> ExitCode {
        let outcome: Program.Outcome
        do throws(ArgumentError) {
            outcome = try program.parse(
                Array(CommandLine.arguments.dropFirst()), environment: Environment.variables, width: Terminal.width)
        } catch {
            Output.error(error.description)
            return .usage
        }
        switch outcome {
        case .text(let text, let code):
            code == .ok ? Output.line(text) : Output.error(text)
            return code
        case .run(let arguments):
            guard let command = commands.first(where: { $0.declaration.name == arguments.command.first }) else {
                return .usage
            }
            return command.run(arguments)
        }
    }
}

/// A command: how it is declared and what it does.
protocol CommandType: SendableMetatype {
    static var declaration: Command { get }
    /// Does it; everything to be said has been printed when it returns.
    static func run(_ arguments: ParsedArguments) -> ExitCode
}
