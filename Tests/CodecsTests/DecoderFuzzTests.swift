import Codecs
import Foundation
import Records
import Testing

/// The scanner against Foundation's parser, on random documents: equal values for well-formed ones; for damaged ones no
/// crash, no read beyond the end, and nothing accepted that Foundation refuses.
struct DecoderFuzzTests {
    static let cases = isDebug ? 1_000 : 25_000

    private func plan(_ validation: Validation) throws -> DecodePlan {
        let types: [ValueType] = [.string, .double, .int, .bool, .string, .double, .double, .string]
        let fields = try zip(RandomJSON.fieldNames, types).map { try planned($0, $1, optional: true) }
        return DecodePlan(fields: fields, validation: validation)
    }

    private func foundation(_ document: [UInt8]) -> [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(document), options: [.fragmentsAllowed])) as? [String: Any]
    }

    /// What Foundation sees at a planned field.
    private func value(_ object: [String: Any], _ field: PlannedField) -> Value {
        var current: Any = object
        for key in field.path.components {
            guard let next = (current as? [String: Any])?[key] else { return .null }
            current = next
        }
        if current is NSNull { return .null }
        switch field.type {
        case .string: return (current as? String).map { .string($0) } ?? .bytes([])
        case .double: return (current as? NSNumber).map { .double($0.doubleValue) } ?? .bytes([])
        case .int: return (current as? NSNumber).map { .int($0.int64Value) } ?? .bytes([])
        default: return (current as? NSNumber).map { .bool($0.boolValue) } ?? .bytes([])
        }
    }

    @Test(arguments: [Validation.strict, .fields])
    func wellFormedDocuments(_ validation: Validation) throws {
        let plan = try self.plan(validation)
        for seed in 0..<UInt64(Self.cases / 500) {
            var random = RandomJSON(seed: seed)
            let documents = (0..<500).map { _ in random.document() }
            for (document, outcome) in zip(documents, try decode(documents, plan, capacity: 64)) {
                let text = String(decoding: document, as: UTF8.self)
                guard let object = foundation(document), let values = outcome.values else {
                    Issue.record("seed \(seed): \(text) gave \(outcome)")
                    continue
                }
                for (field, found) in zip(plan.fields, values) {
                    let expected = value(object, field)
                    let isEqual: Bool
                    switch (expected, found) {
                    // Foundation's numbers go through Decimal and are off in the last digits; `numbers` asks strtod.
                    case (.double(let a), .double(let b)): isEqual = a == b || abs(a - b) <= abs(b) * 1e-14
                    case (.string(let a), .string(let b)): isEqual = a.utf8.elementsEqual(b.utf8)
                    default: isEqual = expected == found
                    }
                    if !isEqual {
                        Issue.record("seed \(seed): \(field.path) is \(expected), found \(found) in \(text)")
                    }
                }
            }
        }
    }

    @Test func damagedDocuments() throws {
        let plan = try self.plan(.strict), lenient = try self.plan(.fields)
        var accepted = 0
        for seed in 1000..<UInt64(1000 + Self.cases / 250) {
            var random = RandomJSON(seed: seed)
            let documents = (0..<500).map { _ in random.mutated(random.document()) }
            let outcomes = try decode(documents, plan, capacity: 64)
            for (document, outcome) in zip(documents, outcomes) {
                let place = "seed \(seed): \(String(decoding: document, as: UTF8.self)) gave \(outcome)"
                #expect(outcome.detail?.contains("could not be read") != true, "\(place)")
                let parsed = document.withUnsafeBufferPointer { try? JSONText.parse($0) }
                let object = foundation(document)
                if outcome.values != nil {
                    accepted += 1
                    #expect(parsed != nil, "\(place)")
                    // Foundation refuses numbers that it can't represent, also where nobody asks for them.
                    let huge = parsed.map(hasHugeNumber) ?? false
                    if object == nil && !huge { Issue.record("Foundation refuses, \(place)") }
                } else if object != nil, !document.contains(0) {
                    // What Foundation takes for well-formed is not called malformed; only Foundation takes a comma
                    // before a closing bracket.
                    let isMalformed = outcome.reason == .malformedJSON || outcome.reason == .invalidUTF8
                    let isTrailingComma = outcome.detail.map {
                        $0.hasPrefix("expected a key in double quotes, found '}'")
                            || $0.hasPrefix("expected an element, found ']'")
                    }
                    if isMalformed && isTrailingComma != true { Issue.record("Foundation accepts, \(place)") }
                }
            }
            _ = try decode(documents, lenient, capacity: 64)
        }
        #expect(accepted > 0)
    }

    private func hasHugeNumber(_ node: JSONNode) -> Bool {
        switch node.content {
        case .number(_, let value): value.isInfinite
        case .array(let elements): elements.contains(where: hasHugeNumber)
        case .object(let members): members.contains { hasHugeNumber($0.value) }
        default: false
        }
    }

    /// Numbers as text against the C library, in a place near the payload's end and one far from it.
    @Test func numbers() throws {
        let plan = DecodePlan(fields: [try planned("v", .double), try planned("i", .int, optional: true)])
        var random = RandomJSON(seed: 11)
        let texts = (0..<Self.cases).map { _ in random.number() }
        for start in stride(from: 0, to: texts.count, by: 1000) {
            let run = texts[start..<min(start + 1000, texts.count)]
            let near = try decode(run.map { bytes("{\"v\":\($0)}") }, plan)
            let far = try decode(run.map { bytes("{\"text\":\"\",\"v\":\($0) , \"z\":\"some more text\"}") }, plan)
            for (text, outcomes) in zip(run, zip(near, far)) {
                let expected = strtod(text, nil)
                for outcome in [outcomes.0, outcomes.1] {
                    guard case .double(let found)? = outcome.values?.first, found.bitPattern == expected.bitPattern
                    else {
                        Issue.record("\(text) gave \(outcome)")
                        continue
                    }
                }
            }
        }
    }
}
