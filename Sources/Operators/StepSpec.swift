public import Expressions
public import Records
public import Settings

/// The immutable half of a step: validated once, shared by all tasks.
public protocol StepSpec: Sendable {
    /// What its rows look like.
    var output: StreamShape { get }
    /// The lines that `vigie explain` prints for it.
    var explanation: [String] { get }
    /// Bytes of state per key, for `explain`; nil for a step without state.
    var stateBytesPerKey: Int? { get }
    /// Whether a restart rebuilds the state from the source's records; otherwise it begins anew.
    var isStateRebuilt: Bool { get }
    /// A new running half, for batches of up to `capacity` rows.
    func makeOperator(capacity: Int, outlet: Outlet) -> any StreamOperator
}

extension StepSpec {
    public var stateBytesPerKey: Int? { nil }
    public var isStateRebuilt: Bool { false }
}

/// What is known of a stream at one point of a topology.
public struct StreamShape: Sendable {
    public var schema: Schema
    /// The field that holds the source topic's key, as it is called here: rows with equal values stand in one
    /// partition. Nil when unknown or no longer among the fields.
    public var partitionKey: String?
    /// The fields a windowed step grouped by; empty before any grouping.
    public var groupedBy: [String]
    /// Whether the rows are the source's own, unchanged, so that a sink may pass the payload through.
    public var isUnchanged: Bool
    /// Whether the rows are alerts, which a sink writes in the alert format.
    public var isAlert: Bool

    public init(
        schema: Schema, partitionKey: String?, groupedBy: [String] = [], isUnchanged: Bool = false,
        isAlert: Bool = false
    ) {
        self.schema = schema
        self.partitionKey = partitionKey
        self.groupedBy = groupedBy
        self.isUnchanged = isUnchanged
        self.isAlert = isAlert
    }
}

/// What a step is planned from: its place in the file and the stream it reads.
public struct StepInput {
    public let topology: String
    public let name: String
    public let from: String
    public let shape: StreamShape
    public let diagnostics: Diagnostics

    public init(topology: String, name: String, from: String, shape: StreamShape, diagnostics: Diagnostics) {
        self.topology = topology
        self.name = name
        self.from = from
        self.shape = shape
        self.diagnostics = diagnostics
    }

    /// An expression of the step, its errors reported at their place in the file. `allowingAbsence`: whether it may be
    /// an optional field, unguarded.
    public func expression(
        _ node: ConfigNode, expecting: ValueType? = nil, allowingAbsence: Bool = false
    ) -> Expression? {
        guard case .scalar(let text, _) = node.content else {
            diagnostics.error(
                node.place, "expected an expression, found \(node.found)",
                hint: "quote it if YAML reads it otherwise: 'a > b'")
            return nil
        }
        return expression(text, in: node, at: 0, expecting: expecting, allowingAbsence: allowingAbsence)
    }

    /// An expression that is part of a scalar's text, from UTF-8 offset `start` on.
    public func expression(
        _ text: String, in node: ConfigNode, at start: Int, expecting: ValueType? = nil, allowingAbsence: Bool = false
    ) -> Expression? {
        do throws(ExpressionErrors) {
            return try Expression.compile(
                text, schema: shape.schema, expecting: expecting, allowingAbsence: allowingAbsence)
        } catch {
            report(error, in: node, at: start)
            return nil
        }
    }

    func report(_ errors: ExpressionErrors, in node: ConfigNode, at start: Int) {
        for error in errors.errors {
            diagnostics.error(node.place(atUTF8Offset: max(0, start + error.offset)), error.message, hint: error.hint)
        }
    }
}

/// A kind of step: how it is named in files, documented and planned.
public struct StepKind: Sendable {
    /// The key that makes a step one of this kind (`filter`, `alert` …).
    public let key: String
    /// Further keys of the step that belong to it (`by`, `window`).
    public let companions: [String]
    public let summary: String
    /// A step as it stands in a file, for help and documentation.
    public let example: String
    /// Whether rows leave as they came, so that what reads from a step with mistakes can be checked all the same.
    public let keepsShape: Bool
    /// Plans a step from its fields; reports what is wrong and returns nil then.
    public let plan: @Sendable (_ reader: FieldReader, _ input: StepInput) -> (any StepSpec)?

    public init(
        key: String, companions: [String] = [], keepsShape: Bool = false, summary: String, example: String,
        plan: @escaping @Sendable (_ reader: FieldReader, _ input: StepInput) -> (any StepSpec)?
    ) {
        self.key = key
        self.companions = companions
        self.keepsShape = keepsShape
        self.summary = summary
        self.example = example
        self.plan = plan
    }
}
