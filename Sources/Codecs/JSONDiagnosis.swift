import Records

/// Finds out why a message can't be used: the cold path behind the scanner, on the strict parser.
enum JSONDiagnosis {
    /// The reason and a text for people: the field, what was expected, what was found, where.
    static func explain(_ message: RawMessage, _ plan: DecodePlan) -> (RejectionReason, String) {
        if let found = problem(of: message, plan) { return found }
        return (.malformedJSON, "the payload could not be read\(excerpt(bytes(message), 0..<message.valueCount))")
    }

    /// The first reason why a message can't be used by a plan; nil when there is none.
    static func problem(of message: RawMessage, _ plan: DecodePlan) -> (RejectionReason, String)? {
        guard message.value != nil else { return (.nullPayload, "the message has no payload (a tombstone)") }
        if message.valueCount > plan.maximumBytes {
            return (.tooLarge, "\(message.valueCount) bytes of payload; at most \(plan.maximumBytes) are accepted")
        }
        if message.valueCount == 0 { return (.malformedJSON, "the payload is empty; expected a JSON object") }
        let bytes = bytes(message)
        do throws(JSONError) {
            let root = try JSONParser.parse(bytes, maximumDepth: Limits.jsonDepth)
            guard case .object = root.content else {
                return (.wrongType, "expected a JSON object, found \(root.kind)\(excerpt(root, bytes))")
            }
            if let found = firstProblem(root, bytes, plan) { return found }
        } catch {
            return (error.reason, error.message)
        }
        if case .record = plan.timestamp, message.timestampMilliseconds < 0 {
            return (.badTimestamp, "the message has no timestamp of the broker's, and the source's event time is that")
        }
        return nil
    }

    private static func bytes(_ message: RawMessage) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: message.value, count: message.valueCount)
    }

    /// The first planned field that can't be had from a well-formed record.
    private static func firstProblem(
        _ root: JSONNode, _ bytes: UnsafeBufferPointer<UInt8>, _ plan: DecodePlan
    ) -> (RejectionReason, String)? {
        var fields = plan.fields
        if case .field(let path, let format) = plan.timestamp {
            if let column = plan.timestampColumn {
                fields[column].isOptional = false
            } else {
                fields.append(PlannedField("", path: path, type: .timestamp, timestampFormat: format))
            }
        }
        for field in fields {
            if let found = problem(root, field, bytes, fields) { return found }
        }
        return nil
    }

    private static func problem(
        _ root: JSONNode, _ field: PlannedField, _ bytes: UnsafeBufferPointer<UInt8>, _ fields: [PlannedField]
    ) -> (RejectionReason, String)? {
        let name = field.name.isEmpty ? "event time \"\(field.path)\"" : "field \"\(field.path)\""
        var node = root
        for (index, key) in field.path.components.enumerated() {
            guard case .object = node.content else {
                let above = FieldPath(components: Array(field.path.components[..<index]))
                // Where a field stands at the place itself, a scalar is its value.
                let mayBeScalar = fields.contains { other in above.map { other.path.hasSameKeys(as: $0) } ?? false }
                if node.isNull || mayBeScalar {
                    return field.isOptional
                        ? nil : (.missingField, "\(name): no value; \"\(describe(above))\" is \(node.kind)")
                }
                return (
                    .wrongType,
                    "\(name): expected \"\(describe(above))\" to be an object, found \(node.kind)\(excerpt(node, bytes))"
                )
            }
            guard let next = node[key] else {
                return field.isOptional
                    ? nil : (.missingField, "\(name): no such key in the record\(excerpt(root, bytes))")
            }
            node = next
        }
        if node.isNull {
            return field.isOptional
                ? nil : (.missingField, "\(name): null at byte \(node.range.lowerBound), and it is not optional")
        }
        let hasFieldsBelow = fields.contains { other in
            other.path.components.count > field.path.components.count
                && zip(other.path.components, field.path.components).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
        }
        if case .object = node.content, hasFieldsBelow, field.type != .bytes {
            return field.isOptional
                ? nil : (.missingField, "\(name): no value of its own; an object\(excerpt(node, bytes))")
        }
        guard let (reason, expected) = mismatch(node, field) else { return nil }
        return (reason, "\(name): expected \(expected), found \(node.kind)\(excerpt(node, bytes))")
    }

    private static func describe(_ path: FieldPath?) -> String { path?.description ?? "" }

    /// Why a value that is not null is not one of the field's type, and what is.
    private static func mismatch(_ node: JSONNode, _ field: PlannedField) -> (RejectionReason, String)? {
        switch field.type {
        case .bool: node.bool == nil ? (.wrongType, "true or false") : nil
        case .string: node.string == nil ? (.wrongType, "a string") : nil
        case .bytes: nil
        case .double:
            switch node.content {
            case .number(_, let value): value.isInfinite ? (.outOfRange, "a number that a double can hold") : nil
            default: (.wrongType, "a number")
            }
        case .int: integral(decimal(node)?.int64, "an integer")
        case .uint: integral(decimal(node)?.uint64, "an integer that is not negative")
        case .duration:
            switch decimal(node) {
            case nil: (.wrongType, "a number of seconds")
            case let number?:
                number.floor(shift: 6) == nil ? (.outOfRange, "a number of seconds within 292,000 years") : nil
            }
        case .timestamp: timestampMismatch(node, field.timestampFormat)
        }
    }

    private static func integral<Value>(
        _ value: DecimalText.Integral<Value>?, _ expected: String
    ) -> (RejectionReason, String)? {
        switch value {
        case .exactly: nil
        case .hasFraction: (.wrongType, "\(expected) without a fraction")
        case .outOfRange: (.outOfRange, "\(expected) within 64 bits")
        case nil: (.wrongType, expected)
        }
    }

    private static func decimal(_ node: JSONNode) -> DecimalText? {
        guard case .number(var text, _) = node.content else { return nil }
        return text.withUTF8 { bytes in bytes.baseAddress.map { DecimalText($0, $0 + bytes.count) } }
    }

    private static func timestampMismatch(_ node: JSONNode, _ format: TimestampFormat) -> (RejectionReason, String)? {
        switch format {
        case .rfc3339:
            guard let text = node.string else { return (.wrongType, "an instant as text (RFC 3339)") }
            return RFC3339.parse(text) == nil
                ? (.badTimestamp, "an instant by RFC 3339 with an offset, as 2018-04-11T04:59:59.828Z") : nil
        case .unixMilliseconds, .unixSeconds:
            let unit = format == .unixSeconds ? "seconds" : "milliseconds"
            guard let number = decimal(node) else { return (.wrongType, "a number of \(unit) since 1970") }
            if let micros = number.floor(shift: format == .unixSeconds ? 6 : 3), micros >= RFC3339.earliest,
                micros <= RFC3339.latest
            {
                return nil
            }
            return (.badTimestamp, "a number of \(unit) since 1970 before the year 10000")
        }
    }

    static func excerpt(_ node: JSONNode, _ bytes: UnsafeBufferPointer<UInt8>) -> String { excerpt(bytes, node.range) }

    /// " (…) at byte n", with the start of the text there.
    private static func excerpt(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        let shown = range.prefix(Limits.excerptBytes)
        var text = String(decoding: bytes[shown], as: UTF8.self)
        if shown.count < range.count { text += "…" }
        return ": \(text) at byte \(range.lowerBound)"
    }
}
