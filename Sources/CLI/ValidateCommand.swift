import Arguments
import Settings
import Topology

/// `vigie validate`: every mistake of the files in one go.
enum ValidateCommand: CommandType {
    static let declaration = Command(
        "validate", summary: "check topology files and report every mistake",
        discussion: """
            Each mistake is shown with file, line, column, what was expected and what to do. A topology that validates never \
            fails at run time for its own reasons. Nothing is connected to.
            """,
        arguments: [TopologyFiles.argument],
        examples: [.init("vigie validate Topologies", "check all topologies of a folder")],
        exitCodes: [.ok, .usage, .configuration])

    static func run(_ arguments: ParsedArguments) -> ExitCode {
        let paths = arguments[TopologyFiles.argument]
        guard let plans = TopologyFiles.load(paths.isEmpty ? ["Topologies"] : paths) else { return .configuration }
        for plan in plans {
            let counts =
                "\(plan.sources.count) sources, \(plan.steps.count) steps, \(plan.sinks.count) sinks, \(plan.tests.count) tests"
            Output.line("\(plan.file): ok (\(plan.name): \(counts))")
        }
        return .ok
    }
}
