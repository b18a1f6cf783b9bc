import Records

/// How a value in a template is written.
enum ValueFormat: Hashable, Sendable {
    /// As people write it: text as it is, numbers with no more digits than they have, instants as RFC 3339 in UTC,
    /// spans as "1h30m".
    case plain
    /// `.1f`: a number with so many decimals.
    case fixed(decimals: Int)
    /// `x`: an integer in hexadecimal.
    case hexadecimal

    struct Problem: Error {
        var message: String
        var hint: String
    }

    /// Decimals that `.Nf` may ask for: what a double can tell.
    static let mostDecimals = 15

    /// The format that the text behind the colon asks for, for a value of a type.
    static func parse(_ text: String?, _ type: ValueType) -> Result<ValueFormat, Problem> {
        if type == .bytes {
            return .failure(
                Problem(message: "bytes can't be shown in text", hint: "show `size(…)`, or convert them: `string(…)`"))
        }
        guard let text else { return .success(.plain) }
        let isInteger = type == .int || type == .uint
        if text == "d", isInteger { return .success(.plain) }
        if text == "x", isInteger { return .success(.hexadecimal) }
        if text.hasPrefix("."), text.hasSuffix("f"), let decimals = Int(text.dropFirst().dropLast()), decimals >= 0 {
            if decimals > mostDecimals {
                return .failure(
                    Problem(message: "`\(text)` asks for too many decimals", hint: "up to \(mostDecimals) are possible")
                )
            }
            if isInteger || type == .double { return .success(.fixed(decimals: decimals)) }
        }
        let known =
            switch type {
            case .int, .uint: "`d`, `x` or `.1f` (and any other number of decimals)"
            case .double: "`.1f` (or any other number of decimals)"
            default: "no format"
            }
        return .failure(
            Problem(message: "unknown format `\(text)` for \(type.name)", hint: "a \(type.name) takes \(known)"))
    }

    /// Writes one value of a column.
    func append(_ column: Column, _ row: Int, to buffer: inout ByteBuffer) {
        switch (self, column.type) {
        case (.fixed(let decimals), .double): FixedText.append(column.doubles[row], decimals, to: &buffer)
        case (.fixed(let decimals), .int):
            buffer.append(column.ints[row])
            FixedText.appendZeros(decimals, to: &buffer)
        case (.fixed(let decimals), .uint):
            buffer.append(column.uints[row])
            FixedText.appendZeros(decimals, to: &buffer)
        case (.hexadecimal, .int):
            if column.ints[row] < 0 { buffer.append(UInt8(ascii: "-")) }
            FixedText.append(hexadecimal: column.ints[row].magnitude, to: &buffer)
        case (.hexadecimal, .uint): FixedText.append(hexadecimal: column.uints[row], to: &buffer)
        case (_, .bool): buffer.append(column.bools[row] != 0 ? "true" : "false")
        case (_, .int): buffer.append(column.ints[row])
        case (_, .uint): buffer.append(column.uints[row])
        case (_, .double): NumberText.append(column.doubles[row], to: &buffer)
        case (_, .string), (_, .bytes): buffer.append(column.views[row])
        case (_, .timestamp): buffer.append(rfc3339: EventTime(microseconds: column.ints[row]))
        case (_, .duration): FixedText.append(span: column.ints[row], to: &buffer)
        }
    }
}

/// Numbers with a fixed number of decimals, and spans for people.
enum FixedText {
    /// A double with `decimals` digits behind the point, rounded to the nearest by its exact binary value, exact halves
    /// to even, as C's printf does; only that nothing left of a number is written without a minus. Beyond 2^63 in its
    /// shortest form.
    static func append(_ value: Double, _ decimals: Int, to buffer: inout ByteBuffer) {
        let magnitude = value.magnitude
        guard magnitude < 0x1p63 else { return NumberText.append(value, to: &buffer) }
        var whole = UInt64(magnitude)
        let fraction = magnitude - Double(whole)
        var scale: UInt64 = 1
        for _ in 0..<decimals { scale *= 10 }
        var digits = rounded(fraction, scale)
        if decimals == 0, fraction == 0.5 { digits = whole & 1 }
        if digits == scale {
            digits = 0
            whole += 1
        }
        if value < 0, whole > 0 || digits > 0 { buffer.append(UInt8(ascii: "-")) }
        buffer.append(whole)
        if decimals == 0 { return }
        buffer.append(UInt8(ascii: "."))
        while scale > 1 {
            scale /= 10
            buffer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digits / scale % 10))
        }
    }

    /// `fraction` (0 ..< 1) times `scale` (up to 10^15), rounded: exact in 128 bits.
    private static func rounded(_ fraction: Double, _ scale: UInt64) -> UInt64 {
        if fraction == 0 { return 0 }
        // fraction = significand · 2^−shift
        let significand = UInt128(fraction.significandBitPattern) | (fraction.isNormal ? 1 << 52 : 0)
        let shift = 52 - (fraction.isNormal ? fraction.exponent : -1022)
        let product = significand * UInt128(scale)
        // The product has fewer than 103 bits.
        if shift > 104 { return 0 }
        let quotient = UInt64(truncatingIfNeeded: product >> UInt128(shift))
        let rest = product & ((1 << UInt128(shift)) - 1)
        let half: UInt128 = 1 << UInt128(shift - 1)
        return rest > half || (rest == half && quotient & 1 == 1) ? quotient + 1 : quotient
    }

    static func appendZeros(_ decimals: Int, to buffer: inout ByteBuffer) {
        if decimals == 0 { return }
        buffer.append(UInt8(ascii: "."))
        for _ in 0..<decimals { buffer.append(UInt8(ascii: "0")) }
    }

    static func append(hexadecimal value: UInt64, to buffer: inout ByteBuffer) {
        var shift = max(0, (63 - value.leadingZeroBitCount) / 4 * 4)
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15
            buffer.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
    }

    /// A span in the units people use: "2d3h", "1h30m", "1m30s", "1.5s", "250ms".
    static func append(span: Int64, to buffer: inout ByteBuffer) {
        if span < 0 { buffer.append(UInt8(ascii: "-")) }
        var rest = span.magnitude
        if rest < 1_000_000, rest > 0, rest % 1_000 == 0 {
            buffer.append(rest / 1_000)
            return buffer.append("ms")
        }
        var isEmpty = true
        let units: [(UInt64, StaticString)] = [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "m")]
        for (unit, name) in units where rest >= unit {
            buffer.append(rest / unit)
            buffer.append(name)
            rest %= unit
            isEmpty = false
        }
        if rest > 0 || isEmpty { TimeText.append(duration: Int64(rest), to: &buffer) }
    }
}
