/// The type of a column. Each has one fixed-width representation in a batch.
public enum ValueType: UInt8, Sendable, Hashable, CaseIterable {
    /// One byte, 0 or 1.
    case bool
    /// Signed, 64 bits.
    case int
    /// Unsigned, 64 bits.
    case uint
    /// IEEE 754, 64 bits.
    case double
    /// UTF-8 text as a `ByteView`.
    case string
    /// Bytes as a `ByteView`.
    case bytes
    /// Microseconds since 1970-01-01T00:00:00Z, as `Int64`.
    case timestamp
    /// Microseconds, as `Int64`.
    case duration

    /// Bytes that one value takes in a column.
    @inlinable public var stride: Int {
        switch self {
        case .bool: 1
        case .int, .uint, .double, .timestamp, .duration: 8
        case .string, .bytes: 16
        }
    }

    /// The name used in topology files and messages.
    public var name: String {
        switch self {
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        }
    }

    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}
