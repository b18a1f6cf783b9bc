import Records

#if canImport(Glibc)
    // Without vector instructions for it, rounding is the C library's: the import links libm.
    import Glibc
#endif

// Doubles: IEEE 754, nothing fails.

enum AddDouble: PairKernel {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a + b }
}
enum SubtractDouble: PairKernel {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a - b }
}
enum MultiplyDouble: PairKernel {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a * b }
}
enum DivideDouble: PairKernel {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { a / b }
}
enum LeastDouble: PairKernel {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { b < a || a.isNaN ? b : a }
}
enum GreatestDouble: PairKernel {
    @inline(__always) static func apply(_ a: Double, _ b: Double) -> Double { b > a || a.isNaN ? b : a }
}
enum Least<T: Comparable>: PairKernel {
    @inline(__always) static func apply(_ a: T, _ b: T) -> T { b < a ? b : a }
}
enum Greatest<T: Comparable>: PairKernel {
    @inline(__always) static func apply(_ a: T, _ b: T) -> T { b > a ? b : a }
}

enum NegateDouble: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> Double { -a }
}
enum AbsoluteDouble: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> Double { a.magnitude }
}
enum SignDouble: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> Double { a > 0 ? 1 : a < 0 ? -1 : a }
}
enum SignInt: UnaryKernel {
    @inline(__always) static func apply(_ a: Int64) -> Int64 { a.signum() }
}
enum SignUInt: UnaryKernel {
    @inline(__always) static func apply(_ a: UInt64) -> UInt64 { a == 0 ? 0 : 1 }
}
enum Floor: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> Double { a.rounded(.down) }
}
enum Ceiling: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> Double { a.rounded(.up) }
}
enum Round: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> Double { a.rounded(.toNearestOrAwayFromZero) }
}
enum Truncate: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> Double { a.rounded(.towardZero) }
}
enum SquareRoot: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> Double { a.squareRoot() }
}
enum IsNaN: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> UInt8 { bit(a.isNaN) }
}
enum IsInfinite: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> UInt8 { bit(a.isInfinite) }
}
enum IsFinite: UnaryKernel {
    @inline(__always) static func apply(_ a: Double) -> UInt8 { bit(a.isFinite) }
}
enum Not: UnaryKernel {
    @inline(__always) static func apply(_ a: UInt8) -> UInt8 { a ^ 1 }
}
enum DoubleFromInt: UnaryKernel {
    @inline(__always) static func apply(_ a: Int64) -> Double { Double(a) }
}
enum DoubleFromUInt: UnaryKernel {
    @inline(__always) static func apply(_ a: UInt64) -> Double { Double(a) }
}
enum Same<T>: UnaryKernel {
    @inline(__always) static func apply(_ a: T) -> T { a }
}

// Integers: what does not fit fails. Sums are checked by signs, which vectors can do.

enum AddInt: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let sum = a &+ b
        failed |= (a ^ sum) & (b ^ sum)
        return sum
    }
}
enum SubtractInt: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let difference = a &- b
        failed |= (a ^ b) & (a ^ difference)
        return difference
    }
}
enum MultiplyInt: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        failed |= overflow ? .min : 0
        return product
    }
}
enum DivideInt: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let (quotient, overflow) = a.dividedReportingOverflow(by: b)
        failed |= overflow ? .min : 0
        return quotient
    }
}
enum RemainderInt: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let (remainder, overflow) = a.remainderReportingOverflow(dividingBy: b)
        failed |= overflow ? .min : 0
        return remainder
    }
}
/// The second operand is not looked at.
enum NegateInt: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        failed |= a & (0 &- a)
        return 0 &- a
    }
}
/// The second operand is not looked at.
enum AbsoluteInt: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let result = a < 0 ? 0 &- a : a
        failed |= result
        return result
    }
}
enum AddUInt: CheckedKernel {
    @inline(__always) static func apply(_ a: UInt64, _ b: UInt64, _ failed: inout Int64) -> UInt64 {
        let (sum, overflow) = a.addingReportingOverflow(b)
        failed |= overflow ? .min : 0
        return sum
    }
}
enum SubtractUInt: CheckedKernel {
    @inline(__always) static func apply(_ a: UInt64, _ b: UInt64, _ failed: inout Int64) -> UInt64 {
        let (difference, overflow) = a.subtractingReportingOverflow(b)
        failed |= overflow ? .min : 0
        return difference
    }
}
enum MultiplyUInt: CheckedKernel {
    @inline(__always) static func apply(_ a: UInt64, _ b: UInt64, _ failed: inout Int64) -> UInt64 {
        let (product, overflow) = a.multipliedReportingOverflow(by: b)
        failed |= overflow ? .min : 0
        return product
    }
}
enum DivideUInt: CheckedKernel {
    @inline(__always) static func apply(_ a: UInt64, _ b: UInt64, _ failed: inout Int64) -> UInt64 {
        let (quotient, overflow) = a.dividedReportingOverflow(by: b)
        failed |= overflow ? .min : 0
        return quotient
    }
}
enum RemainderUInt: CheckedKernel {
    @inline(__always) static func apply(_ a: UInt64, _ b: UInt64, _ failed: inout Int64) -> UInt64 {
        let (remainder, overflow) = a.remainderReportingOverflow(dividingBy: b)
        failed |= overflow ? .min : 0
        return remainder
    }
}

// Time, in microseconds.

/// The ranges that the language gives its timestamps and durations, in microseconds.
enum TimeRange {
    /// 0001-01-01T00:00:00Z
    static let first: Int64 = -62_135_596_800_000_000
    /// 9999-12-31T23:59:59.999999Z
    static let last: Int64 = 253_402_300_799_999_999
    /// As many microseconds as the reference implementation's nanoseconds in 64 bits, in both directions.
    static let longest: Int64 = 9_223_372_036_854_775
}

enum AddToTimestamp: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let sum = a &+ b
        failed |= (a ^ sum) & (b ^ sum) | (sum &- TimeRange.first) | (TimeRange.last &- sum)
        return sum
    }
}
enum SubtractFromTimestamp: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let difference = a &- b
        failed |= (a ^ b) & (a ^ difference) | (difference &- TimeRange.first) | (TimeRange.last &- difference)
        return difference
    }
}
enum AddDurations: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let sum = a &+ b
        failed |= (a ^ sum) & (b ^ sum) | (sum &+ TimeRange.longest) | (TimeRange.longest &- sum)
        return sum
    }
}
enum SubtractDurations: CheckedKernel {
    @inline(__always) static func apply(_ a: Int64, _ b: Int64, _ failed: inout Int64) -> Int64 {
        let difference = a &- b
        failed |= (a ^ b) & (a ^ difference) | (difference &+ TimeRange.longest) | (TimeRange.longest &- difference)
        return difference
    }
}
