import Codecs
import Records
import Testing

/// What each kind of value and document becomes, one table per matter.
struct JSONColumnDecoderTests {
    /// A document of one field `v` and what becomes of it.
    struct Case: Sendable {
        var type: ValueType
        var json: String
        var expected: Value?
        var reason: RejectionReason?

        init(_ type: ValueType, _ json: String, _ expected: Value) {
            self.type = type
            self.json = json
            self.expected = expected
        }
        init(_ type: ValueType, _ json: String, _ reason: RejectionReason) {
            self.type = type
            self.json = json
            self.reason = reason
        }
    }

    static let numbers: [Case] = [
        Case(.double, "1", .double(1)), Case(.double, "0", .double(0)), Case(.double, "-0", .double(-0.0)),
        Case(.double, "-0.0e0", .double(-0.0)), Case(.double, "42.17", .double(42.17)),
        Case(.double, "-3.5e-2", .double(-0.035)),
        Case(.double, "1e22", .double(1e22)), Case(.double, "1E+2", .double(100)),
        Case(.double, "123456789.125", .double(123456789.125)),
        Case(.double, "9007199254740993", .double(9007199254740992)), Case(.double, "0.1", .double(0.1)),
        Case(.double, "0.30000000000000004", .double(0.1 + 0.2)),
        Case(.double, "1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
        Case(.double, "4.9e-324", .double(.leastNonzeroMagnitude)),
        Case(.double, "2.2250738585072011e-308", .double(.leastNormalMagnitude.nextDown)),
        Case(.double, "1e-400", .double(0)), Case(.double, "-1e-400", .double(-0.0)),
        Case(.double, "1e400", .outOfRange),
        Case(.double, "-1e400", .outOfRange), Case(.double, "1e99999999999999999999", .outOfRange),
        Case(.double, "1e-99999999999999999999", .double(0)), Case(.double, "0e99999999999", .double(0)),
        Case(.double, "123456789012345678901234567890", .double(0x1.8ee90ff6c373ep+96)),
        Case(.double, "\"1\"", .wrongType), Case(.double, "true", .wrongType), Case(.double, "[1]", .wrongType),
        Case(.double, "{}", .wrongType), Case(.double, "01", .malformedJSON), Case(.double, "1.", .malformedJSON),
        Case(.double, ".5", .malformedJSON), Case(.double, "+1", .malformedJSON), Case(.double, "-", .malformedJSON),
        Case(.double, "1e", .malformedJSON), Case(.double, "1e+", .malformedJSON),
        Case(.double, "0x10", .malformedJSON),
        Case(.double, "NaN", .malformedJSON), Case(.double, "Infinity", .malformedJSON),
        Case(.double, "1_000", .malformedJSON),
        Case(.double, "-01", .malformedJSON), Case(.double, "1.5.5", .malformedJSON),
        Case(.double, "00", .malformedJSON),
    ]

    static let integers: [Case] = [
        Case(.int, "0", .int(0)), Case(.int, "-0", .int(0)), Case(.int, "7", .int(7)), Case(.int, "-7", .int(-7)),
        Case(.int, "12345678", .int(12345678)), Case(.int, "123456789", .int(123456789)),
        Case(.int, "1700000000123", .int(1700000000123)), Case(.int, "123456789012345", .int(123456789012345)),
        Case(.int, "1234567890123456", .int(1234567890123456)), Case(.int, "9223372036854775807", .int(.max)),
        Case(.int, "-9223372036854775808", .int(.min)), Case(.int, "9223372036854775808", .outOfRange),
        Case(.int, "-9223372036854775809", .outOfRange), Case(.int, "100000000000000000000000", .outOfRange),
        Case(.int, "3.0", .int(3)), Case(.int, "3.5", .wrongType), Case(.int, "3e2", .int(300)),
        Case(.int, "300e-2", .int(3)),
        Case(.int, "0.5e1", .int(5)), Case(.int, "1e-1", .wrongType),
        Case(.int, "9007199254740993.0", .int(9007199254740993)),
        Case(.int, "9223372036854775807.000", .int(.max)), Case(.int, "9223372036854775807.5", .wrongType),
        Case(.int, "0.0000", .int(0)), Case(.int, "0e5", .int(0)), Case(.int, "1e18", .int(1_000_000_000_000_000_000)),
        Case(.int, "1e19", .outOfRange), Case(.int, "1e99999999999", .outOfRange), Case(.int, "\"3\"", .wrongType),
        Case(.int, "false", .wrongType), Case(.int, "012", .malformedJSON), Case(.int, "1a", .malformedJSON),
        Case(.uint, "0", .uint(0)), Case(.uint, "-0", .uint(0)), Case(.uint, "18446744073709551615", .uint(.max)),
        Case(.uint, "18446744073709551616", .outOfRange), Case(.uint, "-1", .outOfRange),
        Case(.uint, "1.5", .wrongType),
        Case(.uint, "18446744073709551615.0", .uint(.max)), Case(.uint, "\"1\"", .wrongType),
        Case(.duration, "1.5", .duration(microseconds: 1_500_000)),
        Case(.duration, "-0.0000015", .duration(microseconds: -2)),
        Case(.duration, "60", .duration(microseconds: 60_000_000)), Case(.duration, "1e13", .outOfRange),
        Case(.duration, "\"10s\"", .wrongType),
    ]

    static let others: [Case] = [
        Case(.bool, "true", .bool(true)), Case(.bool, "false", .bool(false)), Case(.bool, "1", .wrongType),
        Case(.bool, "\"true\"", .wrongType), Case(.bool, "True", .malformedJSON), Case(.bool, "tru", .malformedJSON),
        Case(.bool, "truex", .malformedJSON),
        Case(.string, "\"\"", .string("")), Case(.string, "\"a\"", .string("a")),
        Case(.string, "\"abc\"", .string("abc")),
        Case(.string, "\"a text of more than sixteen bytes\"", .string("a text of more than sixteen bytes")),
        Case(.string, "\"Porto-Novo é ✓ 🚢\"", .string("Porto-Novo é ✓ 🚢")),
        Case(.string, #""a\"b\\c\/d\b\f\n\r\t""#, .string("a\"b\\c/d\u{8}\u{c}\n\r\t")),
        Case(.string, #""\u00e9\u20ac\ud83d\udea2""#, .string("é€🚢")), Case(.string, #""\u0000""#, .string("\0")),
        Case(
            .string, #""long enough text with an escape at its end\n""#,
            .string("long enough text with an escape at its end\n")),
        Case(.string, #""\ud83d""#, .invalidUTF8), Case(.string, #""\udea2""#, .invalidUTF8),
        Case(.string, #""\ud83dx""#, .invalidUTF8),
        Case(.string, #""\ud83d\u0041""#, .invalidUTF8), Case(.string, #""\ud83d\ud83d""#, .invalidUTF8),
        Case(.string, #""\x""#, .malformedJSON), Case(.string, #""\u12g4""#, .malformedJSON),
        Case(.string, #""\u12""#, .malformedJSON),
        Case(.string, "\"tab\there\"", .malformedJSON), Case(.string, "\"line\nfeed\"", .malformedJSON),
        Case(.string, "'single'", .malformedJSON), Case(.string, "1", .wrongType), Case(.string, "{}", .wrongType),
        Case(.bytes, "[1, {\"a\": 2}]", .bytes(Array("[1, {\"a\": 2}]".utf8))),
        Case(.bytes, "1.50", .bytes(Array("1.50".utf8))),
        Case(.bytes, "\"é\"", .bytes(Array("\"é\"".utf8))), Case(.bytes, "[1,]", .malformedJSON),
        Case(.bytes, "{\"a\"}", .malformedJSON),
    ]

    @Test(arguments: numbers + integers + others)
    func scalar(_ one: Case) throws {
        for optional in [false, true] {
            for validation in [Validation.strict, .fields] {
                let plan = DecodePlan(fields: [try planned("v", one.type, optional: optional)], validation: validation)
                // First, last, and followed or preceded by more: near the end and far from it.
                let documents = [
                    "{\"v\":\(one.json)}", "{ \"v\" : \(one.json) }",
                    "{\"first\":\"some other text\",\"v\":\(one.json)}",
                    "{\"v\":\(one.json),\"last\":{\"of\":[\"all\",1,2,3]}}", "{\"pad\":1,\"v\":\(one.json)}  \n",
                ]
                for document in documents {
                    let outcome = try decodeOne(document, plan)
                    if let expected = one.expected {
                        #expect(outcome.values == [expected], "\(document) gave \(outcome)")
                        if case .double(let value) = expected, case .double(let found)? = outcome.values?.first {
                            #expect(value.bitPattern == found.bitPattern, "\(document)")
                        }
                    } else {
                        #expect(outcome.reason == one.reason, "\(document) gave \(outcome)")
                    }
                }
            }
        }
    }

    @Test func absence() throws {
        let fields = [
            try planned("a", .double), try planned("b", .string, optional: true),
            try planned("c.d", .int, optional: true),
        ]
        let plan = DecodePlan(fields: fields)
        let table: [(String, [Value]?, RejectionReason?)] = [
            (#"{"a":1,"b":"x","c":{"d":2}}"#, [.double(1), .string("x"), .int(2)], nil),
            (#"{"a":1}"#, [.double(1), .null, .null], nil),
            (#"{"a":1,"b":null,"c":null}"#, [.double(1), .null, .null], nil),
            (#"{"a":1,"c":{}}"#, [.double(1), .null, .null], nil),
            (#"{"a":1,"c":{"d":null}}"#, [.double(1), .null, .null], nil),
            (#"{"a":null}"#, nil, .missingField), (#"{"b":"x"}"#, nil, .missingField), ("{}", nil, .missingField),
            (#"{"a":1,"c":5}"#, nil, .wrongType), (#"{"a":1,"c":[]}"#, nil, .wrongType),
            (#"{"a":1,"c":"x"}"#, nil, .wrongType),
            (#"{"a":1,"c":{"d":"x"}}"#, nil, .wrongType), (#"{"a":1,"b":2}"#, nil, .wrongType),
        ]
        for (json, values, reason) in table {
            let outcome = try decodeOne(json, plan)
            #expect(outcome.values == values, "\(json) gave \(outcome)")
            #expect(outcome.reason == reason, "\(json) gave \(outcome)")
        }
    }

    /// Rows are reused from batch to batch: what one left must not show in the next.
    @Test func absentAfterPresent() throws {
        let plan = DecodePlan(fields: [try planned("a", .string, optional: true)])
        let outcomes = try decode(
            [#"{"a":"x"}"#, "{}", #"{"a":"y"}"#, #"{"a":1}"#, #"{"a":"z"}"#].map(bytes), plan, capacity: 1)
        #expect(outcomes.map(\.values) == [[.string("x")], [.null], [.string("y")], nil, [.string("z")]])
    }

    @Test func firstOfEqualKeysCounts() throws {
        let fields = [
            try planned("a", .int, optional: true), try planned("o.x", .int, optional: true),
            try planned("o.y", .int, optional: true),
        ]
        let table: [(String, [Value])] = [
            (#"{"a":1,"a":2,"o":{"x":1,"x":2}}"#, [.int(1), .int(1), .null]),
            (#"{"a":null,"a":2}"#, [.null, .null, .null]),
            (#"{"a":1,"a":"text"}"#, [.int(1), .null, .null]),
            (#"{"o":{"x":1},"o":{"x":2,"y":3},"a":5}"#, [.int(5), .int(1), .null]),
            (#"{"o":null,"o":{"x":2,"y":3}}"#, [.null, .null, .null]),
            (#"{"\u0061":1,"a":2}"#, [.int(1), .null, .null]),
        ]
        for validation in [Validation.strict, .fields] {
            let plan = DecodePlan(fields: fields, validation: validation)
            for (json, values) in table {
                let outcome = try decodeOne(json, plan)
                #expect(outcome.values == values, "\(json) gave \(outcome)")
            }
        }
    }

    @Test func keys() throws {
        let long = String(repeating: "k", count: 70)
        let paths = [
            "id", "sensor.id", "averageVehicleSpeed", "dateObservedFrom.x", "\"@iot.id\"", "a.b.c.d", "é",
            "k15byteslong__.", long,
        ]
        let fields = try paths.map { try planned($0 == "k15byteslong__." ? "k15byteslong__x" : $0, .int) }
        let json = """
            {"id":1,"sensor":{"name":"n","id":2},"averageVehicleSpeed":3,"dateObservedFrom":{"x":4},"@iot.id":5,\
            "a":{"b":{"z":0,"c":{"d":6}}},"é":7,"k15byteslong__x":8,"\(long)":9}
            """
        let escaped =
            #"{"\u0069d":1,"sen\u0073or":{"i\u0064":2},"averageVehicleSpe\u0065d":3,"dateObservedFrom":{"x":4},"@iot\u002eid":5,"#
            + #""a":{"b":{"c":{"\u0064":6}}},"\u00e9":7,"k15byteslong__x":8,"\#(long)":9}"#
        let expected: [Value] = (1...9).map { .int($0) }
        let outcomes = try decode([json, json, escaped, json].map(bytes), DecodePlan(fields: fields))
        for outcome in outcomes { #expect(outcome.values == expected, "\(outcome)") }
    }

    /// Keys that begin alike, hold a brace, or stand in other objects are not taken for planned ones.
    @Test func similarKeys() throws {
        let fields = [
            try planned("value", .int), try planned("averageVehicleSpeed", .int, optional: true),
            try planned("o.value", .int, optional: true),
        ]
        let first = #"{"value":1,"averageVehicleSpeed":2,"o":{"value":3}}"#
        let table: [(String, [Value])] = [
            (first, [.int(1), .int(2), .int(3)]),
            (#"{"values":9,"value":1,"averageVehicleSpeeds":8,"o":{"valu":7}}"#, [.int(1), .null, .null]),
            (#"{"valu":9,"value":1,"averageVehicleSpee}":8,"averageVehicleSpe}}":8,"o":{}}"#, [.int(1), .null, .null]),
            (#"{"p":{"value":5,"o":{"value":6}},"value":1}"#, [.int(1), .null, .null]),
            (#"{"":9,"value":1,"o":{"":7,"o":{"value":8}}}"#, [.int(1), .null, .null]),
            (#"{"value":1,"averageVehicleSpeed}":2}"#, [.int(1), .null, .null]),
            (first, [.int(1), .int(2), .int(3)]),
        ]
        let outcomes = try decode(table.map { bytes($0.0) }, DecodePlan(fields: fields))
        for (outcome, (json, values)) in zip(outcomes, table) {
            #expect(outcome.values == values, "\(json) gave \(outcome)")
        }
    }

    /// Fields of one path, and fields above other fields.
    @Test func sharedPaths() throws {
        let fields = [
            try planned("a", .double, optional: true), try planned("a.b", .int, optional: true),
            PlannedField("raw", path: try #require(FieldPath("a")), type: .bytes, optional: true),
            PlannedField("again", path: try #require(FieldPath("t")), type: .int, optional: true),
            try planned("t", .timestamp, optional: true, format: .unixSeconds),
        ]
        let table: [(String, [Value])] = [
            (#"{"a":1.5}"#, [.double(1.5), .null, .bytes(bytes("1.5")), .null, .null]),
            (#"{"a":{"b":2}}"#, [.null, .int(2), .bytes(bytes(#"{"b":2}"#)), .null, .null]),
            (#"{"t":5}"#, [.null, .null, .null, .int(5), .timestamp(EventTime(microseconds: 5_000_000))]),
            (#"{"a":null,"t":null}"#, [.null, .null, .null, .null, .null]),
            (
                #"{"a":{"b":2},"a":{"b":3},"t":1,"t":2}"#,
                [.null, .int(2), .bytes(bytes(#"{"b":2}"#)), .int(1), .timestamp(EventTime(microseconds: 1_000_000))]
            ),
        ]
        for validation in [Validation.strict, .fields] {
            for (json, values) in table {
                let outcome = try decodeOne(json, DecodePlan(fields: fields, validation: validation))
                #expect(outcome.values == values, "\(json) gave \(outcome)")
            }
        }
    }
}
