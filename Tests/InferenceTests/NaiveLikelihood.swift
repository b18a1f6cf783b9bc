import Glibc
import Inference

/// The same by its definition: every error kept as a Double, every mean and deviation from scratch in two passes.
struct NaiveLikelihood {
    let settings: AnomalyLikelihood
    private var jumps: [Double] = []
    private var departures: [Double] = []
    private var last = 0.0
    private var smooth = 0.0

    init(_ settings: AnomalyLikelihood) { self.settings = settings }

    mutating func score(_ value: Double) -> Double {
        jumps.append(jumps.isEmpty ? 0 : abs(value - last))
        departures.append(departures.isEmpty ? 0 : abs(value - smooth))
        smooth = departures.count == 1 ? value : smooth + settings.smoothing * (value - smooth)
        last = value
        return switch settings.forecast {
        case .previous: likelihood(jumps)
        case .smoothed: likelihood(departures)
        case .both: max(likelihood(jumps), likelihood(departures))
        }
    }

    private func likelihood(_ errors: [Double]) -> Double {
        let before = errors.dropLast().suffix(settings.long)
        guard before.count >= settings.warmUp else { return 0 }
        let mean = before.reduce(0, +) / Double(before.count)
        let variance = before.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(before.count)
        let recent = errors.suffix(settings.short)
        let z = (recent.reduce(0, +) / Double(recent.count) - mean) / max(variance.squareRoot(), 1e-6)
        // As documented, the score does not grow any more beyond this.
        return Self.tail(min(z, 1e8))
    }

    /// −log₁₀ Q(z) by a continued fraction (Abramowitz and Stegun 26.2.14) far out, by erfc elsewhere.
    static func tail(_ z: Double) -> Double {
        if z < 5 { return -log10(0.5 * erfc(z / 2.0.squareRoot())) }
        var fraction = 0.0
        for k in stride(from: 200.0, through: 1, by: -1) { fraction = k / (z + fraction) }
        return z * z / 2 / log(10) + 0.5 * log10(2 * Double.pi) + log10(z + fraction)
    }
}
