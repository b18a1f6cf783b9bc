public import Records

/// JSON text for edges: parsing any value into a tree, and writing one.
public enum JSONText {
    /// Parses a whole text by RFC 8259. At most `maximumDepth` objects and arrays may be nested.
    public static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int = Limits.jsonDepth
    ) throws(JSONError) -> JSONNode {
        try JSONParser.parse(bytes, maximumDepth: maximumDepth)
    }

    /// Parses a whole text by RFC 8259. At most `maximumDepth` objects and arrays may be nested.
    public static func parse(_ text: String, maximumDepth: Int = Limits.jsonDepth) throws(JSONError) -> JSONNode {
        let bytes = Array(text.utf8)
        let result: Result<JSONNode, JSONError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(JSONError) {
                return .success(try JSONParser.parse(buffer, maximumDepth: maximumDepth))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// A value as JSON without whitespace.
    public static func write(_ node: JSONNode) -> String {
        var buffer = ByteBuffer()
        append(node, to: &buffer)
        return buffer.string
    }

    /// Appends a value as JSON without whitespace.
    public static func append(_ node: JSONNode, to buffer: inout ByteBuffer) {
        switch node.content {
        case .null: buffer.append("null")
        case .bool(let value): buffer.append(value ? "true" : "false")
        case .number(let text, _): buffer.append(text: text)
        case .string(let value): appendString(value, to: &buffer)
        case .array(let elements):
            buffer.append(.openBracket)
            for (index, element) in elements.enumerated() {
                if index > 0 { buffer.append(.comma) }
                append(element, to: &buffer)
            }
            buffer.append(.closeBracket)
        case .object(let members):
            buffer.append(.openBrace)
            for (index, member) in members.enumerated() {
                if index > 0 { buffer.append(.comma) }
                appendString(member.key, to: &buffer)
                buffer.append(.colon)
                append(member.value, to: &buffer)
            }
            buffer.append(.closeBrace)
        }
    }

    /// Appends a text as a JSON string with its quotes.
    public static func appendString(_ text: String, to buffer: inout ByteBuffer) {
        var text = text
        text.withUTF8 { bytes in
            guard let base = bytes.baseAddress else { return buffer.append("\"\"") }
            appendString(ByteView(base: base, count: bytes.count), to: &buffer)
        }
    }

    /// Appends bytes as a JSON string with its quotes: quote, backslash and control characters are escaped, what is not
    /// UTF-8 is replaced by U+FFFD.
    public static func appendString(_ view: ByteView, to buffer: inout ByteBuffer) {
        let target = buffer.reserve(view.count + 2)
        if let after = JSONWrite.string(view.base, view.count, target) {
            buffer.commit(after - target)
        } else {
            JSONWrite.escaped(view.base, view.count, to: &buffer)
        }
    }

    /// Appends the shortest number that reads back as the same double; `null` for what JSON can't write (NaN,
    /// infinity).
    public static func appendDouble(_ value: Double, to buffer: inout ByteBuffer) {
        let target = buffer.reserve(JSONWrite.scalarBytes)
        buffer.commit(JSONWrite.double(value, target) - target)
    }

    /// The shortest number that reads back as the same double.
    public static func text(of value: Double) -> String {
        var buffer = ByteBuffer(capacity: 64)
        appendDouble(value, to: &buffer)
        return buffer.string
    }
}
