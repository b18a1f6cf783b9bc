import Arguments
import Topology

/// `vigie explain`: what a topology does, as the engine understood it.
enum ExplainCommand: CommandType {
    static let declaration = Command(
        "explain", summary: "show the plan of a topology: stages, topics, state, fields read",
        arguments: [TopologyFiles.argument],
        examples: [.init("vigie explain Topologies/road-congestion", "what is read, kept and written")],
        exitCodes: [.ok, .usage, .configuration])

    static func run(_ arguments: ParsedArguments) -> ExitCode {
        let paths = arguments[TopologyFiles.argument]
        guard let plans = TopologyFiles.load(paths.isEmpty ? ["Topologies"] : paths) else { return .configuration }
        Output.line(plans.map(Explain.text).joined(separator: "\n"))
        return .ok
    }
}
