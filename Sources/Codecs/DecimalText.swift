/// A decimal number taken apart: sign, up to nineteen significant digits, power of ten. For the cases that the fast
/// paths leave: exact integers in any notation, and instants with a fraction.
struct DecimalText {
    enum Integral<Value> {
        case exactly(Value)
        case hasFraction
        case outOfRange
    }

    private(set) var isNegative = false
    /// The significant digits as an integer: value = ±digits × 10^exponent, if `isExact`.
    private(set) var digits: UInt64 = 0
    private(set) var exponent = 0
    /// Whether all digits that are not 0 are in `digits`; otherwise there are more of them behind.
    private(set) var isExact = true

    /// From the text of a number by RFC 8259.
    init(_ first: UnsafePointer<UInt8>, _ last: UnsafePointer<UInt8>) {
        var p = first
        if p < last, p.pointee == UInt8(ascii: "-") {
            isNegative = true
            p += 1
        }
        var afterPoint = false
        var pendingZeros = 0  // zeros behind a digit: they count only if another digit follows
        while p < last, p.pointee | 0x20 != UInt8(ascii: "e") {
            let byte = p.pointee
            p += 1
            if byte == UInt8(ascii: ".") {
                afterPoint = true
                continue
            }
            if afterPoint { exponent -= 1 }
            if byte == UInt8(ascii: "0") {
                pendingZeros += 1
            } else {
                push(byte - UInt8(ascii: "0"), after: pendingZeros)
                pendingZeros = 0
            }
        }
        exponent += pendingZeros
        exponent += Self.writtenExponent(p, last)
        if digits == 0 { exponent = 0 }
    }

    /// Appends zeros and a digit that is not 0, while there is room.
    private mutating func push(_ digit: UInt8, after zeros: Int) {
        var value = digits
        var count = digits == 0 ? 0 : zeros
        while count > 0, isExact {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { isExact = false }
            value = product
            count -= 1
        }
        let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
        let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
        if !isExact || tooBig || carried {
            isExact = false
            exponent += (digits == 0 ? 0 : zeros) + 1
        } else {
            digits = sum
        }
    }

    /// The exponent behind `e`, clamped far beyond any double.
    private static func writtenExponent(_ first: UnsafePointer<UInt8>, _ last: UnsafePointer<UInt8>) -> Int {
        guard first < last else { return 0 }
        var p = first + 1
        var negative = false
        if p < last, p.pointee == UInt8(ascii: "-") || p.pointee == UInt8(ascii: "+") {
            negative = p.pointee == UInt8(ascii: "-")
            p += 1
        }
        var value = 0
        while p < last, value < 100_000_000 {
            value = value * 10 + Int(p.pointee - UInt8(ascii: "0"))
            p += 1
        }
        return negative ? -value : value
    }

    /// The magnitude as an integer, if it is one.
    private var magnitude: Integral<UInt64> {
        if digits == 0 { return .exactly(0) }
        // More digits than fit: if the ones left out begin right behind the point, the rest does fit.
        if !isExact { return exponent <= 0 ? .hasFraction : .outOfRange }
        // `digits` never ends in 0.
        if exponent < 0 { return .hasFraction }
        var value = digits
        var rest = exponent
        while rest > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return .outOfRange }
            value = product
            rest -= 1
        }
        return .exactly(value)
    }

    var uint64: Integral<UInt64> {
        switch magnitude {
        case .exactly(let value): isNegative && value != 0 ? .outOfRange : .exactly(value)
        case .hasFraction: .hasFraction
        case .outOfRange: .outOfRange
        }
    }

    var int64: Integral<Int64> {
        switch magnitude {
        case .exactly(let value):
            if isNegative {
                value <= 1 << 63 ? .exactly(Int64(truncatingIfNeeded: 0 &- value)) : .outOfRange
            } else {
                value < 1 << 63 ? .exactly(Int64(value)) : .outOfRange
            }
        case .hasFraction: .hasFraction
        case .outOfRange: .outOfRange
        }
    }

    /// The value × 10^shift, rounded down; nil beyond Int64.
    func floor(shift: Int) -> Int64? {
        if digits == 0 { return 0 }
        var value = digits
        var rest = exponent + shift
        while rest > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
            rest -= 1
        }
        var cut = !isExact
        while rest < 0, value > 0 {
            cut = cut || value % 10 != 0
            value /= 10
            rest += 1
        }
        if !isNegative { return Int64(exactly: value) }
        if cut { value += 1 }
        return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil
    }
}
