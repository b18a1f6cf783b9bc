public import Records
public struct Template: Sendable {
    public static func compile(_ text: String, schema: Schema) throws(ExpressionErrors) -> Template { Template() }
    public func makeRenderer() -> TemplateRenderer { TemplateRenderer() }
}
public final class TemplateRenderer {
    public func append(_ row: Int, of batch: RecordBatch, to buffer: inout ByteBuffer) {}
}
