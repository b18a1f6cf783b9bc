import Records

extension FunctionTable {
    /// Numbers, after CEL's math extension.
    static let mathFunctions: [Function] = [
        Function(
            "math.abs", .global,
            [
                Overload([.int], .int, .absoluteInt), Overload([.uint], .uint, .absoluteUInt),
                Overload([.double], .double, .absoluteDouble),
            ],
            "Without its sign.", example: "math.abs(-3)", .int(3)),
        Function(
            "math.sign", .global,
            [
                Overload([.int], .int, .signInt), Overload([.uint], .uint, .signUInt),
                Overload([.double], .double, .signDouble),
            ],
            "−1, 0 or 1; NaN stays NaN.", example: "math.sign(-2.5)", .double(-1)),
        Function(
            "math.least", .variadic,
            [
                Overload([.int, .int], .int, .leastInt), Overload([.uint, .uint], .uint, .leastUInt),
                Overload([.double, .double], .double, .leastDouble),
            ],
            "The least of some numbers; a NaN is passed over.", example: "math.least(3, 1, 2)", .int(1)),
        Function(
            "math.greatest", .variadic,
            [
                Overload([.int, .int], .int, .greatestInt), Overload([.uint, .uint], .uint, .greatestUInt),
                Overload([.double, .double], .double, .greatestDouble),
            ],
            "The greatest of some numbers; a NaN is passed over.", example: "math.greatest(3, 1, 2)", .int(3)),
        Function(
            "math.floor", .global, [Overload([.double], .double, .floor)], "Rounded down.",
            example: "math.floor(-1.5)", .double(-2)),
        Function(
            "math.ceil", .global, [Overload([.double], .double, .ceiling)], "Rounded up.", example: "math.ceil(1.2)",
            .double(2)),
        Function(
            "math.round", .global, [Overload([.double], .double, .round)],
            "Rounded to the nearest whole number, halves away from zero.", example: "math.round(-1.5)", .double(-2)),
        Function(
            "math.trunc", .global, [Overload([.double], .double, .truncate)], "Without its fraction.",
            example: "math.trunc(-1.9)", .double(-1)),
        Function(
            "math.sqrt", .global,
            [Overload([.double], .double, .squareRoot)],
            "Square root; NaN for a negative number.", example: "math.sqrt(2.25)", .double(1.5)),
        Function(
            "math.isNaN", .global, [Overload([.double], .bool, .isNaN)], "Whether it is not a number.",
            example: "math.isNaN(0.0 / 0.0)", .bool(true)),
        Function(
            "math.isInf", .global, [Overload([.double], .bool, .isInfinite)], "Whether it is infinite.",
            example: "math.isInf(1.0 / 0.0)", .bool(true)),
        Function(
            "math.isFinite", .global, [Overload([.double], .bool, .isFinite)],
            "Whether it is neither infinite nor NaN.", example: "math.isFinite(1.5)", .bool(true)),
    ]
}
