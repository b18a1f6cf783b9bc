import Codecs
import Records
import Settings

/// Reads one entry of `tests`.
enum InlineTestReader {
    static let deadLetters = "dead-letters"

    /// `sources` and `sinks` are all names that the file declares, also of those that have mistakes of their own.
    static func plan(
        _ node: ConfigNode, sources: [String], sinks: [String], _ diagnostics: Diagnostics
    ) -> InlineTest? {
        let reader = FieldReader(node, what: "test", diagnostics)
        let name = reader.string("name")
        let given = reader.nodes("given") ?? []
        let expect = reader.requiredEntries("expect", named: false)
        reader.finish()
        let steps = given.compactMap { step($0, sources, diagnostics) }
        let known = sinks + [deadLetters]
        var expectations: [InlineTest.Expectation] = []
        for entry in expect {
            if !known.contains(entry.key) {
                let nearest = Suggestion.nearest(to: entry.key, in: known).map { "did you mean '\($0)'? " } ?? ""
                diagnostics.error(
                    entry.keyPlace, "'\(entry.key)' is no sink of this topology",
                    hint: nearest + "there are " + known.joined(separator: ", "))
            }
            guard let records = entry.value.elements else {
                diagnostics.error(
                    entry.value.place, "expected a list of records, found \(entry.value.found)",
                    hint: "\(entry.key): [] for none")
                continue
            }
            expectations.append(InlineTest.Expectation(output: entry.key, place: entry.keyPlace, records: records))
        }
        guard let name else { return nil }
        return InlineTest(name: name, place: node.place, steps: steps, expectations: expectations)
    }

    private static func step(_ node: ConfigNode, _ names: [String], _ diagnostics: Diagnostics) -> InlineTest.Step? {
        let reader = FieldReader(node, what: "test input", diagnostics)
        if reader.has("clock") {
            let span = reader.duration("clock")
            reader.finish()
            return span.map { .clock(microseconds: $0.wholeMicroseconds) }
        }
        let source = reader.string("source")
        let key = reader.optionalString("key")
        let at = reader.optionalLocatedText("at")
        let raw = reader.optionalString("raw")
        let value = reader.optionalNode("value")
        reader.finish()
        guard let source else { return nil }
        if !names.contains(source) {
            let nearest = Suggestion.nearest(to: source, in: names).map { "did you mean '\($0)'? " } ?? ""
            reader.error(
                at: "source", "is no source: '\(source)'", hint: nearest + "there are " + names.joined(separator: ", "))
            return nil
        }
        if raw == nil && value == nil {
            diagnostics.error(
                node.place, "test input has neither 'value' nor 'raw'",
                hint: "value: { … } as JSON, null for a tombstone, raw: 'text' as it stands")
            return nil
        }
        var time: Int64?
        if let at {
            time = RFC3339.parse(at.text)?.microseconds
            if time == nil {
                reader.error(at: "at", "is no RFC 3339 time: '\(at.text)'", hint: "at: '2026-01-01T10:00:00Z'")
            }
        }
        let payload = raw.map { Array($0.utf8) } ?? value.flatMap { $0.isNull ? nil : json($0) }
        return .record(source: source, key: key, payload: payload, at: time, place: node.place)
    }

    /// A YAML value as JSON: plain scalars that read as null, a boolean or a number are that, all else is text.
    private static func json(_ node: ConfigNode) -> [UInt8] {
        var buffer = ByteBuffer()
        append(node, to: &buffer)
        return Array(buffer.bytes)
    }

    private static func append(_ node: ConfigNode, to buffer: inout ByteBuffer) {
        switch node.content {
        case .scalar(let text, let isPlain):
            if isPlain && isLiteral(text) { buffer.append(text: text) } else { buffer.append(jsonString: text) }
        case .sequence(let elements):
            buffer.append("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { buffer.append(",") }
                append(element, to: &buffer)
            }
            buffer.append("]")
        case .mapping(let entries):
            buffer.append("{")
            for (index, entry) in entries.enumerated() {
                if index > 0 { buffer.append(",") }
                buffer.append(jsonString: entry.key)
                buffer.append(":")
                append(entry.value, to: &buffer)
            }
            buffer.append("}")
        }
    }

    private static func isLiteral(_ text: String) -> Bool {
        switch (try? JSONText.parse(text))?.content {
        case .null, .bool, .number: true
        default: false
        }
    }
}
