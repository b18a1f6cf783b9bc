/// One value of any type, boxed. For the edges (literals, tests, messages to people), never in a loop over rows.
public enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case timestamp(EventTime)
    case duration(microseconds: Int64)
}

extension Value: CustomStringConvertible {
    public var description: String {
        switch self {
        case .null: "null"
        case .bool(let v): String(v)
        case .int(let v): String(v)
        case .uint(let v): String(v)
        case .double(let v): String(v)
        case .string(let v): "\"\(v)\""
        case .bytes(let v): "\(v.count) bytes"
        case .timestamp(let v): v.description
        case .duration(let v): "\(Double(v) / 1e6)s"
        }
    }
}
