import Codecs
import Records
import Testing

/// Whole documents: structure, limits, what is said about bad ones.
struct JSONDocumentTests {
    static let wellFormed = [
        #"{"v":1}"#, #" { "v" : 1 } "#, "\u{feff}{\"v\":1}", "\t\r\n{\t\"v\"\r:\n1}\n\n", #"{"x":[],"v":1}"#,
        #"{"x":{},"v":1}"#,
        #"{"v":1,"x":[[],{},[{}],""]}"#, #"{"v":1,"x":[ 1 , 2 ,[ ] ]}"#, #"{"v":1,"x":{"a":{"b":{}},"c":null}}"#,
        #"{"x":"\u00e9\\\"","v":1}"#, #"{"x":-0.5e+10,"y":true,"z":false,"n":null,"v":1}"#, #"{"v":1,"x":"}"}"#,
        #"{"x":123456789012345678901234567890.5,"v":1}"#, #"{"x":1E5,"y":1e-5,"v":1,"z":0}"#,
    ]

    static let malformed = [
        "", " ", "x", "{", "}", "{}}", #"{"v"}"#, #"{"v":}"#, #"{"v":1,}"#, #"{,"v":1}"#, #"{"v":1 "x":2}"#,
        #"{"v" 1}"#, #"{"v":1"#,
        #"{"v":1}}"#, #"{"v":1}x"#, #"{"v":1} {"v":2}"#, #"{"v":1,"x":[}"#, #"{"v":1,"x":[1}"#, #"{"v":1,"x":[1]"#,
        #"{"v":1,"x":{]}"#,
        #"{"v":1,"x":{"y":1]}"#, #"{"v":1,"x":[1,]}"#, #"{"v":1,"x":[,1]}"#, #"{"v":1,"x":{"y"}}"#,
        #"{"v":1,"x":{"y":}}"#,
        #"{"v":1,"x":{y:1}}"#, #"{v:1}"#, #"{"v":1,"x":'a'}"#, #"{"v":1,"x":nul}"#, #"{"v":1,"x":01}"#,
        #"{"v":1,"x":1.}"#,
        #"{"v":1,"x":"a}"#, #"{"v":1,"x":"a\"}"#, #"{"v":1,"x":"\q"}"#, "{\"v\":1,\"x\":\"a\u{1}\"}",
        "{\"v\":1,\"x\u{1}\":2}",
        #"{"v":1,"x":[1 2]}"#, #"{"v":1,"x":[1:2]}"#, #"{"v":1,"x":{"a":1,}}"#, #"{"v":1,"x":--1}"#, #"{"v":1/**/}"#,
        "{\"v\":1\u{b}}",
        #"{"v":1,"x":-}"#, #"{"v":1,"x":1e}"#, #"{"v":1,"x":"\u12"}"#, #"{"v":1,"x":tru}"#, #"{"v":1,"x":truee}"#,
        "{\"v\":1}\0",
    ]

    @Test func structure() throws {
        let plan = DecodePlan(fields: [try planned("v", .int)])
        for json in Self.wellFormed {
            let outcome = try decodeOne(json, plan)
            #expect(outcome.values == [.int(1)], "\(json) gave \(outcome)")
        }
        for json in Self.malformed {
            let outcome = try decodeOne(json, plan)
            #expect(outcome.reason == .malformedJSON, "\(json) gave \(outcome)")
        }
    }

    /// A record cut off anywhere is rejected, with the place; under `fields` at least while needed fields are missing.
    @Test func truncation() throws {
        let json =
            #"{"id":"sensor-1","o":{"x":1.5,"y":[1,2,{"z":"text with } in it"}]},"v":42,"last":"some more text, \"quoted\""}"#
        let whole = bytes(json)
        let fields = [try planned("v", .int), try planned("o.x", .double), try planned("id", .string)]
        let cut = (0..<whole.count).map { Array(whole[..<$0]) }
        for outcome in try decode(cut, DecodePlan(fields: fields)) {
            #expect(outcome.reason == .malformedJSON, "\(outcome)")
        }
        let lenient = try decode(cut, DecodePlan(fields: fields, validation: .fields))
        #expect(lenient.filter { $0.values != nil }.isEmpty)
        let details = try decode(cut, DecodePlan(fields: fields)).compactMap(\.detail)
        #expect(details[1] == "truncated after byte 1 inside an object, where a key should stand")
        #expect(details[10] == "truncated after byte 10 inside a string")
        #expect(details[5] == "truncated after byte 5 inside an object, where ':' should stand")
    }

    @Test func earlyExitDoesNotLookAtTheRest() throws {
        let fields = [try planned("v", .int)]
        let json = #"{"v":1,"x":[1,}"#
        #expect(try decodeOne(json, DecodePlan(fields: fields, validation: .fields)).values == [.int(1)])
        #expect(try decodeOne(json, DecodePlan(fields: fields, validation: .strict)).reason == .malformedJSON)
    }

    @Test func depth() throws {
        let plan = DecodePlan(fields: [try planned("v", .int), try planned("o.x", .bytes, optional: true)])
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + String(repeating: close, count: depth)
        }
        // The root is the first container.
        let most = Limits.jsonDepth - 1
        #expect(try decodeOne("{\"v\":1,\"x\":\(nested(most, "[", "]"))}", plan).values == [.int(1), .null])
        #expect(try decodeOne("{\"v\":1,\"x\":\(nested(most + 1, "[", "]"))}", plan).reason == .tooDeep)
        let objects = String(repeating: "{\"a\":", count: most) + "1" + String(repeating: "}", count: most)
        #expect(try decodeOne("{\"v\":1,\"x\":\(objects)}", plan).values == [.int(1), .null])
        #expect(try decodeOne("{\"v\":1,\"x\":{\"a\":\(objects)}}", plan).reason == .tooDeep)
        #expect(try decodeOne("{\"v\":1,\"o\":{\"x\":\(nested(most - 1, "[", "]"))}}", plan).values?.first == .int(1))
        #expect(try decodeOne("{\"v\":1,\"o\":{\"x\":\(nested(most, "[", "]"))}}", plan).reason == .tooDeep)
        #expect(try decodeOne(nested(100_000, "[", "]"), plan).reason == .tooDeep)
        #expect(try decodeOne("{\"v\":1,\"x\":\(nested(100_000, "[", "]"))}", plan).reason == .tooDeep)
    }

    @Test func invalidUTF8() throws {
        let plan = DecodePlan(fields: [try planned("v", .string)])
        let sequences: [([UInt8], Bool)] = [
            ([0xc3, 0xa9], true), ([0xe2, 0x82, 0xac], true), ([0xf0, 0x9f, 0x9a, 0xa2], true),
            ([0xf4, 0x8f, 0xbf, 0xbf], true),
            ([0xee, 0x80, 0x80], true), ([0xed, 0x9f, 0xbf], true),
            ([0x80], false), ([0xff], false), ([0xc3], false), ([0xc0, 0xaf], false), ([0xe0, 0x9f, 0xbf], false),
            ([0xed, 0xa0, 0x80], false), ([0xf0, 0x8f, 0xbf, 0xbf], false), ([0xf4, 0x90, 0x80, 0x80], false),
            ([0xf5, 0x80, 0x80, 0x80], false),
            ([0xe2, 0x82], false), ([0xf0, 0x9f, 0x9a], false),
        ]
        for (sequence, valid) in sequences {
            for padding in [0, 1, 14, 15, 16, 17, 40] {
                let pad = [UInt8](repeating: UInt8(ascii: "x"), count: padding)
                // In the needed value, in a skipped value, in a key, beside an escape.
                for (before, after) in [
                    ("{\"v\":\"", "\"}"), ("{\"v\":\"a\",\"w\":\"", "\"}"), ("{\"v\":\"a\",\"", "\":1}"),
                    ("{\"v\":\"\\n", "\"}"),
                ] {
                    let payload = bytes(before) + pad + sequence + pad + bytes(after)
                    let outcome = try #require(decode([payload], plan).first)
                    if valid {
                        #expect(outcome.values != nil, "\(outcome)")
                    } else {
                        #expect(outcome.reason == .invalidUTF8, "\(outcome)")
                    }
                }
            }
        }
    }

    @Test func payloads() throws {
        var plan = DecodePlan(fields: [try planned("v", .int)], maximumBytes: 1000)
        let long = bytes("{\"v\":1,\"x\":\"\(String(repeating: "x", count: 2000))\"}")
        let outcomes = try decode(
            [nil, [], long, bytes("[1]"), bytes("5"), bytes("null"), bytes("\"}\""), bytes("{\"v\":1}")], plan)
        #expect(
            outcomes.map(\.reason) == [
                .nullPayload, .malformedJSON, .tooLarge, .wrongType, .wrongType, .wrongType, .wrongType, nil,
            ])
        plan.maximumBytes = 10_000_000
        let megabyte = bytes("{\"x\":\"\(String(repeating: "x", count: 1 << 20))\",\"v\":1}")
        #expect(try decode([megabyte], plan).first?.values == [.int(1)])
    }

    /// Any order of keys, keys left out and added, several shapes in turn.
    @Test func orders() throws {
        var generator = SeededGenerator(seed: 1)
        let names = (0..<12).map { "field-\($0)-\(String(repeating: "n", count: $0 * 2))" }
        let fields = try names.prefix(8).map { try planned($0, .int, optional: true) }
        var payloads: [[UInt8]] = []
        var expected: [[Value]] = []
        for _ in 0..<2000 {
            var present = names.filter { _ in Int.random(in: 0..<10, using: &generator) > 0 }
            if Bool.random(using: &generator) { present.shuffle(using: &generator) }
            let members = present.map { "\"\($0)\":\($0.utf8.count)" }
            payloads.append(bytes("{\(members.joined(separator: ","))}"))
            expected.append(fields.map { present.contains($0.name) ? .int(Int64($0.name.utf8.count)) : .null })
        }
        for validation in [Validation.strict, .fields] {
            let outcomes = try decode(payloads, DecodePlan(fields: fields, validation: validation), capacity: 100)
            #expect(outcomes.map(\.values) == expected.map { Optional($0) })
        }
    }

    @Test func moreKeysThanSlots() throws {
        let names = (0..<200).map { "k\($0)" }
        let fields = try names.suffix(60).map { try planned($0, .int) }
        let json = "{" + names.enumerated().map { "\"\($0.element)\":\($0.offset)" }.joined(separator: ",") + "}"
        let expected = (140..<200).map { Value.int(Int64($0)) }
        for outcome in try decode([json, json, json].map(bytes), DecodePlan(fields: fields)) {
            #expect(outcome.values == expected)
        }
    }

    @Test func details() throws {
        let fields = [
            try planned("sensor.id", .string), try planned("value", .double), try planned("n", .int, optional: true),
            try planned("at", .timestamp, optional: true),
        ]
        let table: [(String, String)] = [
            (#"{"value":1}"#, #"field "sensor.id": no such key in the record: {"value":1} at byte 0"#),
            (#"{"sensor":{"id":7},"value":1}"#, #"field "sensor.id": expected a string, found a number: 7 at byte 16"#),
            (
                #"{"sensor":"s","value":1}"#,
                #"field "sensor.id": expected "sensor" to be an object, found a string: "s" at byte 10"#
            ),
            (#"{"sensor":{"id":"s"},"value":null}"#, #"field "value": null at byte 29, and it is not optional"#),
            (
                #"{"sensor":{"id":"s"},"value":1e999}"#,
                #"field "value": expected a number that a double can hold, found a number: 1e999 at byte 29"#
            ),
            (
                #"{"sensor":{"id":"s"},"value":1,"n":1.5}"#,
                #"field "n": expected an integer without a fraction, found a number: 1.5 at byte 35"#
            ),
            (
                #"{"sensor":{"id":"s"},"value":1,"at":"now"}"#,
                #"field "at": expected an instant by RFC 3339 with an offset, as 2018-04-11T04:59:59.828Z, found a string: "now" at byte 36"#
            ),
            (
                #"{"sensor":{"id":"s"},"value":1"#,
                "truncated after byte 30 inside an object, where ',' or '}' should stand"
            ),
            (#"{"sensor":{"id":"s},"value":1}"#, "expected ',' or '}' after a value, found 'v' at byte 21"),
            (#"[1]"#, "expected a JSON object, found an array: [1] at byte 0"),
        ]
        for (json, detail) in table {
            let outcome = try decodeOne(json, DecodePlan(fields: fields))
            #expect(outcome.detail == detail, "\(json) gave \(outcome)")
        }
    }

    @Test func planProblems() throws {
        let path = try #require(FieldPath("a"))
        let twice = DecodePlan(fields: [
            PlannedField("a", path: path, type: .int), PlannedField("a", path: path, type: .int),
        ])
        #expect(twice.problems == ["field \"a\" is declared twice"])
        let many = DecodePlan(fields: try (0..<65).map { try planned("f\($0)", .int) })
        #expect(many.problems == ["a source may declare at most 64 fields, here are 65"])
        let full = DecodePlan(
            fields: try (0..<64).map { try planned("f\($0)", .int) }, timestamp: .field(path, format: .rfc3339))
        #expect(full.problems.count == 1)
        #expect(JSONColumnDecoder(full) == nil)
        #expect(JSONColumnDecoder(DecodePlan(fields: [])) != nil)
    }
}
