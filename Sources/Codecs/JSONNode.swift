/// A JSON value as a small tree, for edges: dead letters, tests of topologies, replay, diagnosis. Never on the data
/// path.
///
/// Members keep their order, also of equal keys; numbers keep their text. Every value knows where it stood.
public struct JSONNode: Sendable, Hashable {
    /// A value's kind and content.
    public enum Content: Sendable, Hashable {
        case null
        case bool(Bool)
        /// The number as written, and the nearest double (infinite when beyond the largest).
        case number(String, Double)
        case string(String)
        case array([JSONNode])
        case object([Member])
    }

    /// A key of an object and its value.
    public struct Member: Sendable, Hashable {
        public var key: String
        public var value: JSONNode

        public init(_ key: String, _ value: JSONNode) {
            self.key = key
            self.value = value
        }
    }

    public var content: Content
    /// Byte offsets of the value's first byte and of the byte after its last one in the parsed text; empty for values
    /// made otherwise.
    public var range: Range<Int>

    public init(_ content: Content, range: Range<Int> = 0..<0) {
        self.content = content
        self.range = range
    }

    /// The value of the first member with this key, if this is an object that has one.
    public subscript(_ key: String) -> JSONNode? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The element at an index, if this is an array that has one.
    public subscript(_ index: Int) -> JSONNode? {
        guard case .array(let elements) = content, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The text of a string.
    public var string: String? { if case .string(let value) = content { value } else { nil } }
    /// The value of a number.
    public var double: Double? { if case .number(_, let value) = content { value } else { nil } }
    /// The value of a number that is integral, however written, and within 64 bits.
    public var int: Int64? {
        guard case .number(let text, _) = content else { return nil }
        var copy = text
        return copy.withUTF8 { bytes in
            guard let base = bytes.baseAddress, case .exactly(let value) = DecimalText(base, base + bytes.count).int64
            else {
                return nil
            }
            return value
        }
    }
    public var bool: Bool? { if case .bool(let value) = content { value } else { nil } }
    public var isNull: Bool { content == .null }

    /// The kind with its article, for messages: "a number".
    public var kind: String {
        switch content {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONNode {
    /// A number.
    public static func number(_ value: Int64) -> JSONNode { JSONNode(.number(String(value), Double(value))) }
    /// A number; null when it is not finite, which JSON can't write.
    public static func number(_ value: Double) -> JSONNode {
        guard value.isFinite else { return JSONNode(.null) }
        return JSONNode(.number(JSONText.text(of: value), value))
    }
    public static func string(_ value: String) -> JSONNode { JSONNode(.string(value)) }
    public static func bool(_ value: Bool) -> JSONNode { JSONNode(.bool(value)) }
    public static var null: JSONNode { JSONNode(.null) }
    public static func array(_ elements: [JSONNode]) -> JSONNode { JSONNode(.array(elements)) }
    public static func object(_ members: [(String, JSONNode)]) -> JSONNode {
        JSONNode(.object(members.map { Member($0.0, $0.1) }))
    }
}
