import Arguments
import Runtime
import Settings
import Topology

/// `vigie test`: the tests that stand in topology files, by the engine that runs them, on a virtual clock.
enum TestCommand: CommandType {
    static let only = Option.optional("only", ArgumentType<String>.text, "run only tests whose name contains this")
    static let shows = Option.flag("show-output", "print what came out of every test")
    static let declaration = Command(
        "test", summary: "run the tests that stand in topology files",
        discussion: """
            Each test feeds records to sources and compares what comes out of sinks, by the same engine that runs the \
            topology, on a virtual clock: hours pass in a moment. Nothing is connected to.
            """,
        options: [only, shows], arguments: [TopologyFiles.argument],
        examples: [
            .init("vigie test Topologies", "run all tests of a folder"),
            .init("vigie test Topologies/hydrocarbon-tanks --only overheat --show-output", "look at one"),
        ],
        exitCodes: [.ok, .usage, .data, .configuration])

    static func run(_ arguments: ParsedArguments) -> ExitCode {
        let paths = arguments[TopologyFiles.argument]
        guard let plans = TopologyFiles.load(paths.isEmpty ? ["Topologies"] : paths) else { return .configuration }
        var passed = 0
        var failed = 0
        for plan in plans {
            for test in plan.tests {
                if let only = arguments[only], !test.name.contains(only) { continue }
                let outcome = InlineTestRunner.run(test, of: plan)
                outcome.passed ? (passed += 1) : (failed += 1)
                Output.line("\(outcome.passed ? "pass" : "FAIL")  \(plan.name): \(test.name)")
                for problem in outcome.problems {
                    Output.line("      " + problem.description.split(separator: "\n").joined(separator: "\n      "))
                }
                if arguments[shows] { show(outcome) }
            }
        }
        Output.line("\(passed) passed, \(failed) failed")
        if passed + failed == 0 {
            Output.error(
                "error: there are no such tests\n  hint: add a tests: block to the topology, or leave --only out")
            return .data
        }
        return failed == 0 ? .ok : .data
    }

    private static func show(_ outcome: InlineTestRunner.Outcome) {
        for (name, records) in outcome.output.sorted(by: { $0.key < $1.key }) {
            Output.line("      \(name): \(records.count) record\(records.count == 1 ? "" : "s")")
            for record in records { Output.line("        \(record)") }
        }
    }
}
