import Records

extension FunctionTable {
    /// Conversions between types. A value that the other type can't hold fails.
    static let conversionFunctions: [Function] = [
        Function(
            "int", .global,
            [
                Overload([.int], .int, nil), Overload([.uint], .int, .intFromUInt),
                Overload([.double], .int, .intFromDouble), Overload([.string], .int, .intFromString),
                Overload([.timestamp], .int, .intFromTimestamp),
            ],
            "As an int: doubles are cut toward zero, timestamps become Unix seconds.", example: "int(-7.9)", .int(-7)),
        Function(
            "uint", .global,
            [
                Overload([.uint], .uint, nil), Overload([.int], .uint, .uintFromInt),
                Overload([.double], .uint, .uintFromDouble), Overload([.string], .uint, .uintFromString),
            ],
            "As a uint: doubles are cut toward zero.", example: "uint('300')", .uint(300)),
        Function(
            "double", .global,
            [
                Overload([.double], .double, nil), Overload([.int], .double, .doubleFromInt),
                Overload([.uint], .double, .doubleFromUInt), Overload([.string], .double, .doubleFromString),
            ],
            "As a double, rounded to the nearest.", example: "double('6.02e23')", .double(6.02e23)),
        Function(
            "string", .global,
            [
                Overload([.string], .string, nil), Overload([.int], .string, .stringFromInt),
                Overload([.uint], .string, .stringFromUInt), Overload([.double], .string, .stringFromDouble),
                Overload([.bool], .string, .stringFromBool), Overload([.bytes], .string, .stringFromBytes),
                Overload([.timestamp], .string, .stringFromTimestamp),
                Overload([.duration], .string, .stringFromDuration),
            ],
            "As text that reads back to the same value.", example: "string(-4.5e-3)", .string("-0.0045")),
        Function(
            "bytes", .global, [Overload([.bytes], .bytes, nil), Overload([.string], .bytes, .bytesFromString)],
            "A text's UTF-8.", example: "bytes('é')", .bytes([0xC3, 0xA9])),
        Function(
            "bool", .global, [Overload([.bool], .bool, nil), Overload([.string], .bool, .boolFromString)],
            "As a bool: 1, t, true, TRUE, True and 0, f, false, FALSE, False are known.", example: "bool('true')",
            .bool(true)),
        Function(
            "timestamp", .global,
            [
                Overload([.timestamp], .timestamp, nil), Overload([.string], .timestamp, .timestampFromString),
                Overload([.int], .timestamp, .timestampFromInt),
            ],
            "An instant from RFC 3339 text or Unix seconds. Below a microsecond is cut.",
            example: "timestamp('2026-11-25T08:30:00+01:00')",
            .timestamp(EventTime(microseconds: 1_795_591_800_000_000))),
        Function(
            "duration", .global,
            [Overload([.duration], .duration, nil), Overload([.string], .duration, .durationFromString)],
            "A span from text: h, m, s, ms, us and ns after numbers. Below a microsecond is cut.",
            example: "duration('1h30m')", .duration(microseconds: 5_400_000_000)),
    ]
}
