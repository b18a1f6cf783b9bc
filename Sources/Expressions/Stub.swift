public import Records
public struct ExpressionError: Error, Sendable { public var offset: Int; public var message: String; public var hint: String? }
public struct ExpressionErrors: Error, Sendable { public var errors: [ExpressionError] }
public struct RowFailure: Sendable, CustomStringConvertible { public var row: Int; public var description: String { "" } }
public struct Expression: Sendable, CustomStringConvertible {
    public static func compile(_ text: String, schema: Schema, expecting: ValueType? = nil) -> Result<Expression, ExpressionErrors> { .failure(ExpressionErrors(errors: [])) }
    public var type: ValueType
    public var isOptional: Bool
    public var plainField: Int?
    public var description: String { "" }
    public func makeEvaluator(capacity: Int) -> Evaluator { Evaluator(result: ColumnStorage(.int, capacity: 1).column) }
}
public final class Evaluator {
    public var failures: [RowFailure] = []
    public var result: Column
    init(result: Column) { self.result = result }
    public func evaluate(_ batch: RecordBatch, _ selection: Selection) -> Column { result }
    public func filter(_ batch: RecordBatch, _ selection: Selection, into: Selection) {}
}
public struct Template: Sendable {
    public static func compile(_ text: String, schema: Schema) -> Result<Template, ExpressionErrors> { .failure(ExpressionErrors(errors: [])) }
    public func makeRenderer() -> TemplateRenderer { TemplateRenderer() }
}
public final class TemplateRenderer {
    public func append(_ row: Int, of batch: RecordBatch, to buffer: inout ByteBuffer) {}
}
