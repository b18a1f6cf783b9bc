import Expressions
import Inference
import Records
import Settings
import StateStore

/// An online anomaly detector per key: adds `score` and `anomaly` to each row.
enum Detect {
    static let kind = StepKind(
        key: "detect",
        summary:
            "scores a value per key with a model that learns on the stream (anomaly likelihood); adds score and anomaly",
        example: "odd: { from: readings, detect: { value: celsius, by: [tank], threshold: 1.5 } }"
    ) { reader, input in
        guard let node = reader.node("detect") else { return nil }
        let fields = FieldReader(node, what: "'detect' of step '\(input.name)'", input.diagnostics)
        let valueNode = fields.node("value")
        let by = fields.strings("by")
        let settings = likelihood(fields)
        fields.finish()
        for name in ["score", "anomaly"] where input.shape.schema.index(of: name) != nil {
            input.diagnostics.error(
                node.place, "'\(input.from)' has a field '\(name)' already, which 'detect' adds",
                hint: "rename it with 'select' before")
            return nil
        }
        guard let valueNode, let value = input.expression(valueNode), let by, let settings else { return nil }
        guard [.double, .int].contains(value.type), !value.isOptional else {
            input.diagnostics.error(
                valueNode.place,
                "'value' has to be a number that is always there, found \(value.type.name)\(value.isOptional ? ", optional" : "")",
                hint: "convert with double(…), guard with orValue(…), or filter first")
            return nil
        }
        guard let columns = Aggregate.fields(by, fields.node("by"), input) else { return nil }
        return DetectSpec(name: input.name, input: input.shape, value: value, by: columns, settings: settings)
    }

    private static func likelihood(_ fields: FieldReader) -> AnomalyLikelihood? {
        var settings = AnomalyLikelihood()
        settings.threshold = fields.double("threshold", default: settings.threshold)
        settings.long = fields.int("long", range: 50...100_000, default: settings.long)
        settings.short = fields.int("short", range: 1...10_000, default: settings.short)
        settings.rest = fields.int("rest", range: 0...100_000, default: settings.rest)
        if let problem = settings.problem {
            fields.diagnostics.error(
                fields.place, "'detect' can't work: \(problem)", hint: "leave long, short and rest out for the defaults"
            )
            return nil
        }
        return settings
    }
}

struct DetectSpec: StepSpec {
    let name: String
    let value: Expression
    let key: GroupKey
    let settings: AnomalyLikelihood
    let passed: Int
    let output: StreamShape

    init(name: String, input: StreamShape, value: Expression, by: [Int], settings: AnomalyLikelihood) {
        self.name = name
        self.value = value
        self.settings = settings
        key = GroupKey(input.schema, fields: by)
        passed = input.schema.count
        var shape = input
        shape.schema = Schema(input.schema.fields + [Field("score", .double), Field("anomaly", .bool)])
        shape.isUnchanged = false
        if shape.groupedBy.isEmpty { shape.groupedBy = by.map { input.schema[$0].name } }
        output = shape
    }

    var explanation: [String] {
        [
            "anomaly likelihood of \(value), per \(output.groupedBy.joined(separator: ", "))",
            "last \(settings.long) changes against the last \(settings.short); anomaly from score \(settings.threshold)",
        ]
    }

    var stateBytesPerKey: Int? { DetectorTable(settings).bytesPerKey + 24 * 3 + 16 * 2 }

    func makeOperator(capacity: Int, outlet: Outlet) -> any StreamOperator {
        DetectOperator(self, capacity: capacity, outlet: outlet)
    }
}

final class DetectOperator: StreamOperator {
    private let spec: DetectSpec
    private let evaluator: Evaluator
    private var keys = KeyTable()
    private var detectors: DetectorTable
    private let keyArena = Arena()
    private let working: Selection
    private let result: RecordBatch
    private let outlet: Outlet

    init(_ spec: DetectSpec, capacity: Int, outlet: Outlet) {
        self.spec = spec
        evaluator = spec.value.makeEvaluator(capacity: capacity)
        detectors = DetectorTable(spec.settings)
        working = Selection(capacity: capacity)
        let owning = (0..<spec.output.schema.count).map { $0 >= spec.passed }
        result = RecordBatch(spec.output.schema, capacity: capacity, owning: owning)
        self.outlet = outlet
    }

    var stateSize: StateSize {
        StateSize(keys: keys.count, bytes: keys.bytes + detectors.count * detectors.bytesPerKey)
    }

    func process(_ batch: RecordBatch, _ selection: Selection, _ context: TaskContext) {
        working.copy(selection)
        let column = evaluator.evaluate(batch, working)
        if !evaluator.failures.isEmpty {
            context.reject(evaluator.failures, batch, step: spec.name)
            working.remove(rows: evaluator.failures.map(\.row))
        }
        result.follow(batch)
        for index in 0..<spec.passed { result.lend(batch.columns[index], at: index) }
        let scores = result.columns[spec.passed].doubles
        let anomalies = result.columns[spec.passed + 1].bools
        keyArena.reset()
        for index in 0..<working.count {
            let row = Int(working.rows[index])
            let key =
                spec.key.isPlain
                ? batch.columns[spec.key.columns[0]].views[row] : spec.key.encode(batch, row, into: keyArena)
            let id = keys.insert(key, hash: KeyHash.table(key.base, key.count))
            let value = column.type == .int ? Double(column.ints[row]) : column.doubles[row]
            let answer = detectors.score(id: id, value: value)
            scores[row] = answer.score
            anomalies[row] = answer.isAnomaly ? 1 : 0
        }
        outlet.emit(result, working, context)
    }
}
