/// Anomaly likelihood of one series: how improbable the recent errors of a simple forecast are, given the errors before
/// them (after Lavin and Ahmad 2015, "Evaluating real-time anomaly detection algorithms"; this form and its parameters
/// are measured on the Numenta Anomaly Benchmark, DOMAIN.md 5.1).
///
/// For each value: e = |x − forecast|; z = (mean of the last `short` e − mean of the `long` e before this one) / their
/// standard deviation (at least `deviationFloor`); score = −log₁₀ Q(z), Q the normal tail. Scores start when `warmUp`
/// errors are there. These are the settings, the same for all keys of a table.
public struct AnomalyLikelihood: Sendable, Hashable {
    /// What an error is the distance to.
    public enum Forecast: UInt8, Sendable, CaseIterable {
        /// The value before: sees jumps and changes of roughness.
        case previous
        /// A moving average with weight `smoothing`: sees departures from the level.
        case smoothed
        /// Both, and the greater score: best on the benchmark, twice the memory.
        case both
    }

    public var forecast: Forecast = .both
    /// Errors that "usual" is judged by, 10 … 100,000.
    public var long = 2000
    /// Errors that "now" is judged by, the current one included, 1 … `long`.
    public var short = 10
    /// Errors that must be there before the first score, 2 … `long`.
    public var warmUp = 50
    /// Weight of a new value in the moving average, above 0 and at most 1.
    public var smoothing = 0.02
    /// Score from which a value is an anomaly. 1.5 is best for the benchmark's standard profile, 2.9 gives few false
    /// alarms, 1.2 few misses.
    public var threshold = 1.5
    /// Values, from the first anomalous one on, for which the answer stays "anomaly", so that an alert on it does not
    /// flicker. At least 1.
    public var hold = 10
    /// Values after the first anomalous one during which no new anomaly begins: the errors of the one before are still
    /// among the recent ones. 0 for none.
    public var rest = 150

    public init() {}

    /// What is wrong with the settings, in words; nil when nothing is.
    public var problem: String? {
        if !(10...100_000).contains(long) { return "long is \(long); it must be 10 to 100000" }
        if !(1...long).contains(short) { return "short is \(short); it must be 1 to long, \(long)" }
        if !(2...long).contains(warmUp) { return "warm-up is \(warmUp); it must be 2 to long, \(long)" }
        if !(smoothing > 0 && smoothing <= 1) { return "smoothing is \(smoothing); it must be above 0 and at most 1" }
        if !threshold.isFinite { return "threshold is \(threshold); it must be a number" }
        if !(1...1_000_000).contains(hold) { return "hold is \(hold); it must be 1 to 1000000" }
        if !(0...1_000_000).contains(rest) { return "rest is \(rest); it must be 0 to 1000000" }
        return nil
    }

    /// Standard deviations below this count as this: a constant series has none.
    static let deviationFloor = 1e-6
    /// Values of this magnitude or more are ignored, as infinite ones and NaN are: their errors would not fit the ring.
    static let magnitudeLimit = 1e37
    /// When an error that leaves the long window has more than this times the squares of all that stay, the running
    /// sums have lost their digits to it and are computed anew.
    static let dominance = 1000.0

    /// Rings per key.
    var tracks: Int { forecast == .both ? 2 : 1 }
}
