public import Records
public final class DeepStreamDecoder: RecordDecoder {
    public static let schema = Schema([])
    public init() {}
    public var schema: Schema { Self.schema }
    public func decode(_ messages: UnsafePointer<RawMessage>, _ count: Int, into batch: RecordBatch, selection: Selection, rejections: inout [Rejection]) -> DecodeResult { DecodeResult(consumed: count, maxEventTime: .distantPast) }
}
