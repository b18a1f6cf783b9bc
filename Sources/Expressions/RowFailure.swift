public import Records

/// Why an operation has no result for the operands it met.
enum FailureReason: UInt8, Hashable, Sendable {
    case integerOverflow
    case divisionByZero
    case remainderByZero
    case timestampRange
    case durationRange
    case intRange
    case uintRange
    case notAnInt
    case notAUInt
    case notADouble
    case notABool
    case notATimestamp
    case notADuration
    case invalidUTF8
    case indexRange
    case textTooLong
    case absentField

    var message: String {
        switch self {
        case .integerOverflow: "integer overflow"
        case .divisionByZero: "division by zero"
        case .remainderByZero: "remainder of a division by zero"
        case .timestampRange: "timestamp out of range (years 1 to 9999)"
        case .durationRange: "duration out of range (about 292 years)"
        case .intRange: "number out of the range of int"
        case .uintRange: "number out of the range of uint"
        case .notAnInt: "text is no int"
        case .notAUInt: "text is no uint"
        case .notADouble: "text is no double"
        case .notABool: "text is no bool (true or false)"
        case .notATimestamp: "text is no RFC 3339 timestamp of the years 1 to 9999"
        case .notADuration: "text is no duration such as 1h30m or 1.5s, or is out of range"
        case .invalidUTF8: "bytes are no UTF-8 text"
        case .indexRange: "index out of range"
        case .textTooLong: "text would be longer than 1 MiB"
        case .absentField: "field is absent"
        }
    }
}

/// A row for which an expression has no value, and why: what goes into the dead letter's description.
public struct RowFailure: Hashable, Sendable, CustomStringConvertible {
    /// An operand of what failed: its text in the expression and its value in this row.
    public struct Operand: Hashable, Sendable {
        public var text: String
        public var value: Value
    }

    /// Row of the batch.
    public var row: Int
    /// Why: "integer overflow in `a + b`".
    public var message: String
    /// UTF-8 offset in the expression of the part that failed.
    public var offset: Int
    /// UTF-8 length of the part that failed.
    public var length: Int
    public var operands: [Operand]

    /// "integer overflow in `a + b` (a = 9223372036854775807, b = 1)"
    public var description: String {
        if operands.isEmpty { return message }
        return message + " (" + operands.map { "\($0.text) = \($0.value)" }.joined(separator: ", ") + ")"
    }
}
