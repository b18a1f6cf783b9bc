/// The description of one metric. All of Vigie's are in `Metrics.swift`.
public struct Metric: Hashable, Sendable {
    public enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// How the values of several workers for the same labels become one.
    public enum Merge: Sendable {
        case sum, maximum
    }

    /// As Prometheus shows it: with the unit at its end, and `_total` for counters.
    public let name: String
    public let kind: Kind
    /// The base unit: `records`, `seconds`, `bytes`; empty for plain counts.
    public let unit: String
    public let labels: [String]
    /// One sentence without a full stop.
    public let help: String
    public let merge: Merge
    /// Upper bounds of a histogram's buckets, ascending, without +Inf.
    public let buckets: [Double]

    public init(
        _ name: String, _ kind: Kind, unit: String = "", labels: [String] = [], help: String, merge: Merge = .sum,
        buckets: [Double] = []
    ) {
        precondition((kind == .histogram) == !buckets.isEmpty, "\(name): a histogram and only a histogram has buckets")
        precondition(buckets.count <= Self.maxBuckets, "\(name): at most \(Self.maxBuckets) buckets")
        self.name = name
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.help = help
        self.merge = merge
        self.buckets = buckets
    }

    /// Most buckets of a histogram.
    static let maxBuckets = 60

    /// Cells a series takes: a histogram has one per bucket, one for +Inf and one for the sum.
    var width: Int { kind == .histogram ? buckets.count + 2 : 1 }

    // The name says it all: no two metrics share one.
    public static func == (left: Metric, right: Metric) -> Bool { left.name == right.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
