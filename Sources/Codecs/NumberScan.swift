import CScan
import Records

/// 10⁰ … 10²²: the powers of ten that a double holds exactly.
nonisolated(unsafe) private let powersMemory: UnsafeMutablePointer<Double> = {
    let table = UnsafeMutablePointer<Double>.allocate(capacity: 23)
    var power = 1.0
    for index in 0...22 {
        (table + index).initialize(to: power)
        power *= 10
    }
    return table
}()

/// Numbers of a payload. Each function takes the place of a number's first character and returns the place after its
/// last one, or nil when there is no number by RFC 8259 or it is not of the wanted kind. What must follow a number is
/// checked by the caller.
struct NumberScan {
    let window: ScanWindow
    /// `exactPowers` of the process, held here so that a loop does not check whether it is initialised.
    let powers: UnsafePointer<Double>

    nonisolated(unsafe) static let exactPowers = UnsafePointer(powersMemory)

    /// Up to eight digits that end before `last`, as a number. Reads the eight bytes before `last`.
    @inline(always)
    static func digits8(before last: Bytes, _ count: UInt32) -> UInt64 {
        var word = scan_load64(last - 8)
        word &= ~0 &<< UInt64(64 &- 8 &* count)
        // Pairs, then fours, then eight: each step multiplies the left half by its power of ten and adds the right
        // half.
        word = ((word & 0x0f0f_0f0f_0f0f_0f0f) &* 2561) &>> 8
        word = ((word & 0x00ff_00ff_00ff_00ff) &* 6_553_601) &>> 16
        return ((word & 0x0000_ffff_0000_ffff) &* 42_949_672_960_001) &>> 32
    }

    /// Length of the run of digits that starts at bit `from` of a digit mask; runs that reach bit 16 look longer.
    @inline(always)
    static func run(_ mask: UInt32, from: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: (~(mask &>> from)).trailingZeroBitCount)
    }

    /// Any number; its value is not wanted.
    @inline(always)
    func skip(_ start: Bytes) -> Bytes? {
        let p = start + Int(start.pointee == .minus ? 1 : 0)
        let mask = window.digitMask(p)
        let whole = Self.run(mask, from: 0)
        if whole == 0 || whole > 15 || (p.pointee == .zero && whole > 1) { return skipSlowly(start) }
        var q = p + Int(whole)
        if q.pointee == .point {
            let fraction = Self.run(mask, from: whole &+ 1)
            if fraction == 0 || whole &+ fraction > 14 { return skipSlowly(start) }
            q += Int(fraction &+ 1)
        }
        if q.pointee | 0x20 == UInt8(ascii: "e") { return skipSlowly(start) }
        return q
    }

    /// A number of any length, byte by byte.
    @inline(never)
    func skipSlowly(_ start: Bytes) -> Bytes? {
        var p = start
        if p.pointee == .minus { p += 1 }
        if p.pointee == .zero {
            p += 1
        } else {
            guard isDigit(p.pointee) else { return nil }
            while isDigit(p.pointee) { p += 1 }
        }
        if p.pointee == .point {
            p += 1
            guard isDigit(p.pointee) else { return nil }
            while isDigit(p.pointee) { p += 1 }
        }
        if p.pointee | 0x20 == UInt8(ascii: "e") {
            p += 1
            if p.pointee == .minus || p.pointee == UInt8(ascii: "+") { p += 1 }
            guard isDigit(p.pointee) else { return nil }
            while isDigit(p.pointee) { p += 1 }
        }
        return p
    }

    /// The double nearest to the number.
    @inline(always)
    func double(_ start: Bytes, into result: UnsafeMutablePointer<Double>) -> Bytes? {
        let negative = start.pointee == .minus
        let p = start + Int(negative ? 1 : 0)
        let mask = window.digitMask(p)
        let whole = Self.run(mask, from: 0)
        // Eight bytes before the digits' end are read below.
        if whole == 0 || whole > 8 || (p.pointee == .zero && whole > 1) || p < window.start + 8 {
            return doubleSlowly(start, into: result)
        }
        var q = p + Int(whole)
        var value = Double(Int64(bitPattern: Self.digits8(before: q, whole)))
        if q.pointee == .point {
            let fraction = Self.run(mask, from: whole &+ 1)
            if fraction == 0 || fraction > 8 || whole &+ fraction > 14 { return doubleSlowly(start, into: result) }
            q += Int(fraction &+ 1)
            // At most fourteen digits and a power of ten below 10²²: both exact, so the one division rounds correctly.
            let power = powers[Int(fraction)]
            value = (value * power + Double(Int64(bitPattern: Self.digits8(before: q, fraction)))) / power
        }
        if q.pointee | 0x20 == UInt8(ascii: "e") { return doubleSlowly(start, into: result) }
        result.pointee = negative ? -value : value
        return q
    }

    @inline(never)
    func doubleSlowly(_ start: Bytes, into result: UnsafeMutablePointer<Double>) -> Bytes? {
        guard let last = skipSlowly(start) else { return nil }
        let number = DecimalText(start, last)
        if number.isExact && number.digits < 1 << 53 && number.exponent.magnitude <= 22 {
            var value = Double(number.digits)
            let power = powers[Int(number.exponent.magnitude)]
            if number.exponent < 0 { value /= power } else { value *= power }
            result.pointee = number.isNegative ? -value : value
            return last
        }
        return scan_parse_double(start, last, result) == 0 ? last : nil
    }

    /// An integral number within Int64.
    @inline(always)
    func int(_ start: Bytes, into result: UnsafeMutablePointer<Int64>) -> Bytes? {
        let negative = start.pointee == .minus
        let p = start + Int(negative ? 1 : 0)
        let mask = window.digitMask(p)
        let whole = Self.run(mask, from: 0)
        if whole == 0 || whole > 15 || (p.pointee == .zero && whole > 1) || p < window.start + 8 {
            return integerSlowly(start, into: result)
        }
        let q = p + Int(whole)
        let after = q.pointee
        if after == .point || after | 0x20 == UInt8(ascii: "e") { return integerSlowly(start, into: result) }
        var value: UInt64
        if whole <= 8 {
            value = Self.digits8(before: q, whole)
        } else {
            value = Self.digits8(before: q - 8, whole &- 8) &* 100_000_000 &+ Self.digits8(before: q, 8)
        }
        if negative { value = 0 &- value }
        result.pointee = Int64(bitPattern: value)
        return q
    }

    @inline(never)
    func integerSlowly(_ start: Bytes, into result: UnsafeMutablePointer<Int64>) -> Bytes? {
        guard let last = skipSlowly(start), case .exactly(let value) = DecimalText(start, last).int64 else {
            return nil
        }
        result.pointee = value
        return last
    }

    /// An integral number within UInt64.
    @inline(never)
    func uint(_ start: Bytes, into result: UnsafeMutablePointer<UInt64>) -> Bytes? {
        guard let last = skipSlowly(start), case .exactly(let value) = DecimalText(start, last).uint64 else {
            return nil
        }
        result.pointee = value
        return last
    }

    /// A number of `unit` microseconds, in microseconds, rounded down; nil beyond Int64. `unit` is 10³ or 10⁶.
    @inline(always)
    func microseconds(_ start: Bytes, shift: Int, into result: UnsafeMutablePointer<Int64>) -> Bytes? {
        var whole: Int64 = 0
        if let q = int(start, into: &whole) {
            // Integral, however it is written.
            let (value, overflow) = whole.multipliedReportingOverflow(by: shift == 3 ? 1000 : 1_000_000)
            if overflow { return nil }
            result.pointee = value
            return q
        }
        return scaledSlowly(start, shift: shift, into: result)
    }

    @inline(never)
    private func scaledSlowly(_ start: Bytes, shift: Int, into result: UnsafeMutablePointer<Int64>) -> Bytes? {
        guard let last = skipSlowly(start), let value = DecimalText(start, last).floor(shift: shift) else { return nil }
        result.pointee = value
        return last
    }
}
