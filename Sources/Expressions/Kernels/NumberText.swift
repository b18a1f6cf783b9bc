import Records

/// Numbers as text and back, without locale and, but for doubles of more than 15 digits, without allocation.
enum NumberText {
    /// Decimal digits with an optional sign; nil for anything else or beyond 64 bits.
    static func int(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var at = 0
        var isNegative = false
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            at = 1
        }
        guard let magnitude = digits(bytes, at) else { return nil }
        if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    /// Decimal digits; nil for anything else or beyond 64 bits.
    static func uint(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64? { digits(bytes, 0) }

    private static func digits(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt64? {
        if start >= bytes.count { return nil }
        var value: UInt64 = 0
        for index in start..<bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(UInt64(digit))
            if digit > 9 || overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// A decimal number, "inf" or "nan"; nil for anything else. Rounded to the nearest double.
    static func double(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
        // Hexadecimal is no number of the language's text.
        if bytes.contains(where: { $0 | 0x20 == UInt8(ascii: "x") || $0 | 0x20 == UInt8(ascii: "p") }) { return nil }
        return Double(String(decoding: bytes, as: UTF8.self))
    }

    static let powers: [Double] = (0...22).map { exponent in
        (0..<exponent).reduce(1.0) { power, _ in power * 10 }
    }

    /// The shortest decimal that reads back to the same double: "1", "-0.0045", "6.02e+23".
    ///
    /// Whole numbers have no ".0"; an exponent is written from 1e21 up and below 1e-6, as ECMAScript does.
    static func append(_ value: Double, to buffer: inout ByteBuffer) {
        if value.isNaN { return buffer.append("NaN") }
        if value.isInfinite { return buffer.append(value < 0 ? "-Infinity" : "Infinity") }
        let magnitude = value.magnitude
        if value.sign == .minus { buffer.append(UInt8(ascii: "-")) }
        // A decimal of up to 15 digits is the shortest when it divides back to the same double: both numbers of the
        // division are exact, so that its result is what reading the decimal gives.
        if magnitude == 0 || (magnitude >= 1e-6 && magnitude < 0x1p50) {
            var decimals = 0
            while decimals <= 15 {
                let scaled = (magnitude * powers[decimals]).rounded()
                if scaled >= 0x1p50 { break }
                if scaled / powers[decimals] == magnitude {
                    append(fixed: UInt64(scaled), decimals: decimals, to: &buffer)
                    return
                }
                decimals += 1
            }
        }
        appendDescription(of: magnitude, to: &buffer)
    }

    /// By way of the standard library's shortest digits, laid out as said above.
    private static func appendDescription(of magnitude: Double, to buffer: inout ByteBuffer) {
        var digits: [UInt8] = []
        var exponent = 0
        var point: Int?
        var text = magnitude.description.utf8[...]
        if let e = text.firstIndex(of: UInt8(ascii: "e")) {
            exponent = Int(Substring(text[text.index(after: e)...])) ?? 0
            text = text[..<e]
        }
        for byte in text {
            if byte == UInt8(ascii: ".") { point = digits.count } else { digits.append(byte) }
        }
        var before = (point ?? digits.count) + exponent
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        while digits.count > 1, digits.first == UInt8(ascii: "0") {
            digits.removeFirst()
            before -= 1
        }
        let zero = UInt8(ascii: "0")
        if before > 21 || before < -5 {
            buffer.append(digits[0])
            if digits.count > 1 {
                buffer.append(UInt8(ascii: "."))
                for digit in digits.dropFirst() { buffer.append(digit) }
            }
            buffer.append(UInt8(ascii: "e"))
            if before - 1 >= 0 { buffer.append(UInt8(ascii: "+")) }
            buffer.append(Int64(before - 1))
            return
        }
        if before <= 0 {
            buffer.append("0.")
            for _ in 0..<(-before) { buffer.append(zero) }
        }
        for (index, digit) in digits.enumerated() {
            if index == before, index > 0 { buffer.append(UInt8(ascii: ".")) }
            buffer.append(digit)
        }
        if before > digits.count { for _ in 0..<(before - digits.count) { buffer.append(zero) } }
    }

    /// `digits` with a decimal point before the last `decimals` of them.
    static func append(fixed digits: UInt64, decimals: Int, to buffer: inout ByteBuffer) {
        if decimals == 0 { return buffer.append(digits) }
        var unit: UInt64 = 1
        for _ in 0..<decimals { unit *= 10 }
        buffer.append(digits / unit)
        buffer.append(UInt8(ascii: "."))
        var rest = digits % unit
        for _ in 0..<decimals {
            unit /= 10
            buffer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unit))
            rest %= unit
        }
    }
}
