public import Records

/// A CEL expression, checked against a schema and compiled to column kernels. Immutable; tasks share it, and each makes
/// an evaluator of its own.
public struct Expression: Sendable {
    /// The text that it was compiled from.
    public let text: String
    /// The type of its value.
    public let type: ValueType
    /// Whether the value may be absent in a row: an optional field standing for itself.
    public let isOptional: Bool
    /// The columns that it reads, ascending.
    public let fieldsRead: [Int]
    /// Whether a row can fail at run time (overflow, division by zero, text that is no number, …).
    public let canFail: Bool

    let node: TypedNode
    let valueProgram: Program
    let filterProgram: Program?

    /// Compiles an expression over the fields of `schema`.
    ///
    /// - `expecting`: the type that the value must have; nil takes any.
    /// - `allowingAbsence`: whether the whole expression may be an optional field, absent in some rows. Elsewhere an
    ///   optional field must be guarded (`has(site) && …`) or given a value for its absence (`site.orValue("?")`).
    ///
    /// Throws every error found, with offsets in `text`.
    public static func compile(
        _ text: String, schema: Schema, expecting: ValueType? = nil, allowingAbsence: Bool = false
    ) throws(ExpressionErrors) -> Expression {
        let bytes = Array(text.utf8)
        return try compile(
            bytes, in: 0..<bytes.count, schema: schema, expecting: expecting, allowingAbsence: allowingAbsence)
    }

    /// Compiles a part of a text; offsets are those in the whole.
    static func compile(
        _ bytes: [UInt8], in range: Range<Int>, schema: Schema, expecting: ValueType?, allowingAbsence: Bool
    ) throws(ExpressionErrors) -> Expression {
        if range.count > mostBytes {
            throw ExpressionErrors([ExpressionError(range, "expression is longer than \(mostBytes) bytes")])
        }
        let tree = try Parser.parse(bytes, in: range)
        let node = try TypeChecker.check(
            tree, source: bytes, schema: schema, expecting: expecting, allowingAbsence: allowingAbsence)
        return Expression(source: bytes, range: range, node: node)
    }

    /// Keeps the number of instructions within what a failure mark can name.
    private static let mostBytes = 30_000

    private init(source: [UInt8], range: Range<Int>, node: TypedNode) {
        self.source = source
        text = String(decoding: source[range], as: UTF8.self)
        type = node.type
        isOptional = node.mayBeAbsent
        var fields: Set<Int> = []
        node.collectFields(into: &fields)
        fieldsRead = fields.sorted()
        self.node = node
        valueProgram = Compiler.value(node)
        filterProgram = node.type == .bool ? Compiler.filter(node) : nil
        canFail = valueProgram.canFail
    }

    /// The whole text that the offsets count in.
    let source: [UInt8]

    /// The value, when it is the same for all rows.
    public var constant: Value? { node.constant }

    /// An evaluator with memory for batches of up to `capacity` rows, for one thread.
    public func makeEvaluator(capacity: Int) -> Evaluator { Evaluator(self, capacity: capacity) }
}

/// `Expression` by a name that Foundation has no type of.
public typealias CELExpression = Expression

extension Expression: CustomStringConvertible {
    public var description: String { text }
}
