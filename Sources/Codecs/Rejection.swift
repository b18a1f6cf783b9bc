/// Why a record can't be used. The raw values are stable: they stand in dead letters and metrics.
public enum RejectionReason: String, Sendable, Hashable, CaseIterable {
    /// No payload at all: a tombstone.
    case nullPayload = "null-payload"
    /// More bytes than the plan allows.
    case tooLarge = "too-large"
    /// Not JSON by RFC 8259.
    case malformedJSON = "malformed-json"
    /// More nested objects and arrays than `Limits.jsonDepth`.
    case tooDeep = "too-deep"
    /// Text that is not UTF-8, or escapes half of a surrogate pair.
    case invalidUTF8 = "invalid-utf8"
    /// A field that is not optional has no value or null.
    case missingField = "missing-field"
    /// A value of another kind than its field's type.
    case wrongType = "wrong-type"
    /// A number beyond what its field's type can hold.
    case outOfRange = "out-of-range"
    /// An instant that can't be read or lies outside the years 0 to 9999.
    case badTimestamp = "bad-timestamp"
    /// A DeepStream object line that does not follow the minimal schema.
    case badObject = "bad-object"
}

/// A record that a decoder could not use.
public struct Rejection: Sendable, Hashable {
    /// Index of the message in the run that was handed to `decode`. For decoders that make one row of each message this
    /// is the row, too.
    public var message: Int
    public var reason: RejectionReason
    /// For people: the field, what was expected, what was found, and the byte offset in the payload.
    public var detail: String

    public init(message: Int, reason: RejectionReason, detail: String) {
        self.message = message
        self.reason = reason
        self.detail = detail
    }
}
