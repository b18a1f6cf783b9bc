/// SplitMix64 (Steele, Lea, Flood 2014; constants of Vigna's public-domain version): small, fast, and the same bytes on
/// every machine, which the standard library's generators do not promise.
///
/// Every simulated event gets its own generator, seeded by `hash(seed, lane, ordinal)`: an event is then a pure
/// function of its place, so that a delayed one can be written when it is due, without keeping its bytes.
struct RandomSource {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return RandomSource.mix(state)
    }

    /// Uniform in 0..<1.
    @inline(__always)
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in -1..<1.
    @inline(__always)
    mutating func signed() -> Double { unit() * 2 - 1 }

    /// Uniform in 0..<bound; the bound must be positive. The bias is below 2^-32 for small bounds.
    @inline(__always)
    mutating func below(_ bound: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(bound)).high) }

    /// Roughly normal (sum of four uniform parts of one draw), mean 0, deviation 1, never beyond ±3.47.
    @inline(__always)
    mutating func bell() -> Double {
        let bits = next()
        let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return (Double(sum) / 65_536 - 2) * 1.732_050_807_568_877_2
    }

    @inline(__always)
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// One number out of three, each bit depending on all of them.
    @inline(__always)
    static func hash(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
        mix(mix(mix(a &+ 0x9E37_79B9_7F4A_7C15) ^ b) &+ 0xD1B5_4A32_D192_ED03 ^ c)
    }

    /// `hash` as a number in 0..<1.
    @inline(__always)
    static func unit(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> Double { Double(hash(a, b, c) >> 11) * 0x1p-53 }

    /// Value noise: smooth in `x`, between -1 and 1, one independent curve per (seed, stream).
    @inline(__always)
    static func smooth(_ seed: UInt64, _ stream: UInt64, _ x: Double) -> Double {
        let floor = x.wholePart
        let cell = UInt64(bitPattern: Int64(floor))
        let left = unit(seed, stream, cell)
        let right = unit(seed, stream, cell &+ 1)
        let t = x - floor
        return (left + (right - left) * (t * t * (3 - 2 * t))) * 2 - 1
    }
}

extension Double {
    /// The largest whole number that is not above it. `rounded(.down)` is a call into libm on plain x86-64; this is two
    /// instructions, for the magnitudes met here (below 2^53).
    @inline(__always)
    var wholePart: Double {
        let truncated = Double(Int64(self))
        return truncated > self ? truncated - 1 : truncated
    }

    /// The nearest whole number, halves up; for magnitudes below 2^53.
    @inline(__always)
    var nearest: Int { Int((self + 0.5).wholePart) }
}
