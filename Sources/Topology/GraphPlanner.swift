import Operators
import Records
import Settings

/// Puts steps in order and plans each on the shape of what it reads. A step that reads one with mistakes is left
/// unplanned, without mistakes of its own being made up.
struct GraphPlanner {
    let topology: String
    let diagnostics: Diagnostics
    private(set) var steps: [StepPlan] = []
    private var shapes: [String: StreamShape] = [:]
    /// Every name that may stand in `from`, also of what could not be planned, with its place.
    private var declared: [(name: String, place: Place)] = []
    private var used: Set<String> = []

    init(topology: String, diagnostics: Diagnostics) {
        self.topology = topology
        self.diagnostics = diagnostics
    }

    mutating func add(sources: [SourcePlan], declared entries: [ConfigNode.Entry]) {
        for entry in entries { declared.append((entry.key, entry.keyPlace)) }
        for source in sources { shapes[source.name] = source.shape }
    }

    /// Plans steps as soon as what they read is planned; what remains reads in a circle.
    mutating func add(steps entries: [ConfigNode.Entry]) {
        for entry in entries {
            if let other = declared.first(where: { $0.name == entry.key }) {
                diagnostics.error(
                    entry.keyPlace, "'\(entry.key)' is the name of a source, at line \(other.place.line)",
                    hint: "steps and sources share one set of names; choose another")
            } else {
                declared.append((entry.key, entry.keyPlace))
            }
        }
        var waiting = entries.map { (entry: $0, step: open($0)) }
        var failed: Set<String> = []
        var progress = true
        while progress {
            progress = false
            var still: [(entry: ConfigNode.Entry, step: OpenStep?)] = []
            for (entry, step) in waiting {
                guard let step, let from = step.from, !failed.contains(from) else {
                    failed.insert(entry.key)
                    progress = true
                    continue
                }
                guard let shape = shapes[from] else {
                    // A source that could not be read: nothing to check against.
                    if !entries.contains(where: { $0.key == from }) {
                        failed.insert(entry.key)
                        progress = true
                    } else {
                        still.append((entry, step))
                    }
                    continue
                }
                progress = true
                if !plan(step, entry, on: shape, from) { failed.insert(entry.key) }
            }
            waiting = still
        }
        reportCircles(waiting.map { ($0.entry, $0.step?.from) })
    }

    /// Of the steps that no source leads to, those that stand in a circle; the others only read from one.
    private func reportCircles(_ waiting: [(entry: ConfigNode.Entry, from: String?)]) {
        let upstream = Dictionary(waiting.map { ($0.entry.key, $0.from) }, uniquingKeysWith: { first, _ in first })
        for (entry, from) in waiting {
            var at = from
            for _ in waiting where at != entry.key { at = at.flatMap { upstream[$0] ?? nil } }
            if at != entry.key { continue }
            diagnostics.error(
                entry.keyPlace, "step '\(entry.key)' reads itself" + (from == entry.key ? "" : " by way of others"),
                hint: "follow 'from' upwards: it must end at a source")
        }
    }

    private struct OpenStep {
        let reader: FieldReader
        let kind: StepKind?
        let from: String?
    }

    /// Reads `from` and finds the kind by the key that names it.
    private mutating func open(_ entry: ConfigNode.Entry) -> OpenStep? {
        let reader = FieldReader(entry.value, what: "step '\(entry.key)'", diagnostics)
        guard entry.value.entries != nil else { return nil }
        let from = self.from(reader)
        let found = Catalog.kinds.filter { entry.value[$0.key] != nil }
        if found.count > 1 {
            let names = found.map { "'\($0.key)'" }.joined(separator: " and ")
            diagnostics.error(
                entry.keyPlace, "step '\(entry.key)' has \(names): one step does one thing",
                hint: "make two steps, the second reading from the first")
            return nil
        }
        guard let kind = found.first else {
            // Every key of every kind is allowed here, so that a slip in the naming key is what gets reported.
            for kind in Catalog.kinds { kind.companions.forEach { reader.ignore($0) } }
            let keys = Catalog.kinds.map(\.key)
            let slips = (entry.value.entries ?? []).filter { $0.key != "from" }
            let nearest = slips.compactMap { Suggestion.nearest(to: $0.key, in: keys) }.first
            diagnostics.error(
                entry.keyPlace, "step '\(entry.key)' does nothing known",
                hint: (nearest.map { "did you mean '\($0)'? " } ?? "") + "a step has one of: "
                    + keys.joined(separator: ", "))
            return nil
        }
        return OpenStep(reader: reader, kind: kind, from: from)
    }

    /// The name under `from`, if it is that of a source or step.
    private mutating func from(_ reader: FieldReader) -> String? {
        guard let from = reader.locatedText("from") else { return nil }
        used.insert(from.text)
        if declared.contains(where: { $0.name == from.text }) { return from.text }
        let names = declared.map(\.name)
        let nearest = Suggestion.nearest(to: from.text, in: names).map { "did you mean '\($0)'? " } ?? ""
        diagnostics.error(
            from.place(atUTF8Offset: 0),
            "\(reader.what) reads from '\(from.text)', which is neither a source nor a step",
            hint: nearest + "there are " + names.joined(separator: ", "))
        return nil
    }

    /// Whether steps that read from this one can be planned.
    private mutating func plan(_ step: OpenStep, _ entry: ConfigNode.Entry, on shape: StreamShape, _ from: String)
        -> Bool
    {
        guard let kind = step.kind else { return false }
        let input = StepInput(topology: topology, name: entry.key, from: from, shape: shape, diagnostics: diagnostics)
        let spec = kind.plan(step.reader, input)
        step.reader.finish()
        guard let spec else {
            if kind.keepsShape { shapes[entry.key] = shape }
            return kind.keepsShape
        }
        shapes[entry.key] = spec.output
        steps.append(StepPlan(name: entry.key, place: entry.keyPlace, from: from, kind: kind.key, spec: spec))
        return true
    }

    mutating func plan(sink entry: ConfigNode.Entry) -> SinkPlan? {
        let reader = FieldReader(entry.value, what: "sink '\(entry.key)'", diagnostics)
        let from = from(reader)
        let topic = reader.string("topic")
        let key = reader.optionalLocatedTexts("key")
        _ = reader.choice("format", ["json"], default: "json")
        reader.finish()
        if let topic, !SourceReader.isTopicName(topic) {
            reader.error(at: "topic", "is no topic name", hint: "1 to 249 letters, digits, '.', '_' or '-'")
        }
        guard let from, let topic, let shape = shapes[from] else { return nil }
        guard let columns = columns(key, of: shape, from, reader) else { return nil }
        let grouped = shape.groupedBy.compactMap { shape.schema.index(of: $0) }
        return SinkPlan(
            name: entry.key, place: entry.keyPlace, from: from, topic: topic,
            content: shape.isAlert ? .alerts : shape.isUnchanged ? .passThrough : .json,
            key: !columns.isEmpty ? .fields(columns) : grouped.isEmpty ? .source : .fields(grouped),
            schema: shape.schema)
    }

    private func columns(_ key: [LocatedText], of shape: StreamShape, _ from: String, _ reader: FieldReader) -> [Int]? {
        var columns: [Int] = []
        for name in key {
            guard let index = shape.schema.index(of: name.text) else {
                let names = shape.schema.fields.map(\.name)
                let nearest = Suggestion.nearest(to: name.text, in: names).map { "did you mean '\($0)'? " } ?? ""
                diagnostics.error(
                    name.place(atUTF8Offset: 0), "no field '\(name.text)' in '\(from)'",
                    hint: nearest + "fields: " + names.joined(separator: ", "))
                return nil
            }
            columns.append(index)
        }
        return columns
    }

    /// A source or step that nothing reads costs work for nothing, or is a slip.
    func warnAboutUnused() {
        for (name, place) in declared where !used.contains(name) {
            diagnostics.warning(
                place, "nothing reads '\(name)'", hint: "add a sink or a step with `from: \(name)`, or take it out")
        }
    }
}
