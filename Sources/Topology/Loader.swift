import Operators
public import Settings

/// Reads topology files: every mistake of a file in one go, each with its place, what was expected and the nearest
/// name.
public enum Loader {
    /// A file that can't be read or holds mistakes gives diagnostics and nil.
    public static func load(path: String, _ diagnostics: Diagnostics) -> TopologyPlan? {
        guard let root = YAMLReader.read(path: path, into: diagnostics) else { return nil }
        return plan(root, file: path, diagnostics)
    }

    /// As `load(path:)`, from text.
    public static func load(text: String, file: String, _ diagnostics: Diagnostics) -> TopologyPlan? {
        guard let root = YAMLReader.read(text: text, file: file, into: diagnostics) else { return nil }
        return plan(root, file: file, diagnostics)
    }

    /// All files of a topology folder layout: a file, a folder with `topology.yaml`, or a folder of such folders.
    /// Names of topologies must differ.
    public static func load(paths: [String], _ diagnostics: Diagnostics) -> [TopologyPlan] {
        var plans: [TopologyPlan] = []
        for path in paths {
            guard let plan = load(path: path, diagnostics) else { continue }
            if let other = plans.first(where: { $0.name == plan.name }) {
                diagnostics.error(
                    Place(file: path, line: 1, column: 1), "topology '\(plan.name)' is also in \(other.file)",
                    hint: "give each topology a name of its own: it names state and metrics")
                continue
            }
            plans.append(plan)
        }
        return plans
    }

    private static func plan(_ root: ConfigNode, file: String, _ diagnostics: Diagnostics) -> TopologyPlan? {
        let reader = FieldReader(root, what: "topology", diagnostics)
        let version = reader.int("vigie")
        if let version, version != 1 {
            reader.error(at: "vigie", "is version \(version), which this release does not know", hint: "vigie: 1")
        }
        let name = reader.identifier("name")
        let title = reader.optionalLocalized("title") ?? [:]
        let sources = reader.requiredEntries("sources").compactMap { SourceReader.plan($0, diagnostics) }
        let steps = reader.entries("steps")
        let sinks = reader.requiredEntries("sinks")
        let tests = reader.optionalNodes("tests") ?? []
        reader.finish()

        var graph = GraphPlanner(topology: name ?? "topology", diagnostics: diagnostics)
        graph.add(sources: sources, declared: root["sources"]?.entries ?? [])
        graph.add(steps: steps)
        let plannedSinks = sinks.compactMap { graph.plan(sink: $0) }
        graph.warnAboutUnused()
        let plannedTests = tests.compactMap {
            InlineTestReader.plan(
                $0, sources: root["sources"]?.entries?.map(\.key) ?? [], sinks: sinks.map(\.key), diagnostics)
        }
        guard !diagnostics.hasErrors(in: file), let name else { return nil }
        return TopologyPlan(
            name: name, title: title.mapValues(\.text), file: file, sources: sources, steps: graph.steps,
            sinks: plannedSinks,
            tests: plannedTests)
    }
}

extension Diagnostics {
    /// Whether one file has errors; several are read into one list.
    func hasErrors(in file: String) -> Bool { items.contains { $0.severity == .error && $0.place.file == file } }
}
