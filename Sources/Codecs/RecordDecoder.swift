public import Records

/// What a call of `decode` did.
public struct DecodeResult: Sendable, Hashable {
    /// Messages used up, from the first. Fewer than given when the batch was full before.
    public var consumed: Int
    /// The latest event time of the messages used up, rejected ones left out; `distantPast` when there is none. A
    /// message that yields no row (a video frame without objects) counts.
    public var maxEventTime: EventTime

    public init(consumed: Int, maxEventTime: EventTime) {
        self.consumed = consumed
        self.maxEventTime = maxEventTime
    }
}

/// Turns polled messages into rows. One per partition group and worker; confined to its thread, since it learns from
/// the messages it sees.
///
/// The loop around it:
///
///     var start = 0
///     while start < count {
///         let result = decoder.decode(messages + start, count - start, into: batch, selection: kept, rejections:
///         &rejected) …
///         start += result.consumed
///     }
public protocol RecordDecoder: AnyObject {
    /// The columns of the batches it fills.
    var schema: Schema { get }

    /// Decodes messages into the batch from row 0, overwriting what it held: columns, event times, `count`, `messages`
    /// and `messageIndex`. Text columns are views of the payloads or of the batch's arena, which is emptied first.
    /// `selection` gets the rows that can be used; each message that can't be is appended to `rejections`, with its
    /// index in `messages`.
    ///
    /// The messages must stay alive as long as the batch is used. At least one message is consumed or one row made by a
    /// call, so that a loop ends.
    func decode(
        _ messages: UnsafePointer<RawMessage>, _ count: Int, into batch: RecordBatch, selection: Selection,
        rejections: inout [Rejection]
    ) -> DecodeResult
}
