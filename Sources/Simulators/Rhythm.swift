import Records

/// The day's curves. Local time is Benin's: UTC+1 all year. No libm, so that the bytes do not depend on its version.
enum Rhythm {
    /// Hours since local midnight, 0..<24.
    @inline(__always)
    static func localHour(_ time: EventTime) -> Double {
        let day: Int64 = 86_400_000_000
        var within = (time.microseconds + 3_600_000_000) % day
        if within < 0 { within += day }
        return Double(within) / 3_600_000_000
    }

    /// A wave of period 1 and amplitude 1 with its maximum at 0: Bhāskara's cosine (error < 0.002).
    @inline(__always)
    static func wave(_ phase: Double) -> Double {
        let turn = phase - (phase + 0.5).wholePart  // -0.5 ..< 0.5
        let square = turn * turn
        if abs(turn) <= 0.25 { return (1 - 16 * square) / (1 + 4 * square) }
        let other = 0.5 - abs(turn)
        return -(1 - 16 * other * other) / (1 + 4 * other * other)
    }

    /// A triangle between 0 and 1 of period 1.
    @inline(__always)
    static func triangle(_ phase: Double) -> Double {
        let turn = phase - phase.wholePart
        return turn < 0.5 ? 2 * turn : 2 - 2 * turn
    }

    /// -1 before dawn … 1 at 14:30, when steel tanks and air are warmest.
    static func sun(_ time: EventTime) -> Double { wave((localHour(time) - 14.5) / 24) }

    /// A bump of height 1 around `center` (hours), down to a quarter at `width` hours from it; wraps at midnight.
    @inline(__always)
    static func bump(_ hour: Double, at center: Double, width: Double) -> Double {
        var distance = abs(hour - center)
        if distance > 12 { distance = 24 - distance }
        let ratio = distance / width
        let base = 1 / (1 + ratio * ratio)
        return base * base
    }

    /// Road demand as a share of capacity: morning and evening rush, a midday plateau, quiet nights. 0.06 … 0.86.
    static func traffic(_ time: EventTime) -> Double {
        let hour = localHour(time)
        let rush = 0.55 * bump(hour, at: 8, width: 1.6) + 0.6 * bump(hour, at: 18.3, width: 2)
        let day = 0.42 * bump(hour, at: 13, width: 6)
        return min(0.86, 0.06 + rush + day * (1 - 0.5 * rush))
    }

    /// How busy gates, quays and streets are for people and trucks: 0.25 at night … 1 by day.
    static func activity(_ time: EventTime) -> Double {
        0.25 + 0.75 * min(1, 1.3 * bump(localHour(time), at: 12.5, width: 7))
    }
}
