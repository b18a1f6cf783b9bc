/// One value of a metric at a moment.
public struct MetricSample: Sendable {
    public enum Value: Sendable, Equatable {
        case counter(Double)
        case gauge(Double)
        /// Counts per bucket (not cumulated, the last for +Inf) and the sum of all values.
        case histogram(counts: [Int], sum: Double)
    }

    public let metric: Metric
    /// In the order of the metric's label names.
    public let labels: [String]
    public let value: Value

    public init(metric: Metric, labels: [String], value: Value) {
        self.metric = metric
        self.labels = labels
        self.value = value
    }
}

/// All metrics of a process: gives each thread a shard, and sums them for whoever asks. Thread-safe.
public final class MetricRegistry: @unchecked Sendable {
    // Sendable: every property is only touched under the lock.
    private let lock = ThreadLock()
    private var live: [PublishedCells] = []
    /// Counters and histograms of shards that are gone, so that totals never fall.
    private var ended = SeriesTotals()
    /// What is set from outside the workers.
    private var direct: [SeriesKey: Double] = [:]
    private var collectors: [@Sendable () -> [MetricSample]] = []

    public init() {}

    /// A shard for the calling thread, or for the one it is handed to.
    public func makeShard() -> sending MetricShard {
        makeShard(maxCells: MetricShard.maxCells)
    }

    func makeShard(maxCells: Int) -> sending MetricShard {
        let published = PublishedCells()
        lock.withLock { live.append(published) }
        return MetricShard(publishingTo: published, maxCells: maxCells)
    }

    // MARK: From outside the workers; each call takes the lock

    /// Raises a counter.
    public func add(_ metric: Metric, _ labels: [String] = [], _ amount: Double = 1) {
        precondition(metric.kind == .counter && metric.labels.count == labels.count, "\(metric.name) misused")
        lock.withLock { direct[SeriesKey(metric: metric, labels: labels), default: 0] += amount }
    }

    /// Sets a gauge.
    public func set(_ metric: Metric, _ labels: [String] = [], _ value: Double) {
        precondition(metric.kind == .gauge && metric.labels.count == labels.count, "\(metric.name) misused")
        lock.withLock { direct[SeriesKey(metric: metric, labels: labels)] = value }
    }

    /// Ends a gauge that was set.
    public func remove(_ metric: Metric, _ labels: [String] = []) {
        lock.withLock { direct[SeriesKey(metric: metric, labels: labels)] = nil }
    }

    /// Asks for samples each time the metrics are read, such as the memory of the process.
    public func collect(_ collector: @escaping @Sendable () -> [MetricSample]) {
        lock.withLock { collectors.append(collector) }
    }

    // MARK: Reading

    /// Every value, by the order of `Metric.all` and then by labels.
    public func samples() -> [MetricSample] {
        var totals = SeriesTotals()
        let collectors = lock.withLock {
            live.removeAll { $0.readEnded(into: &ended) }
            totals = ended
            for shard in live { _ = shard.read(into: &totals) }
            for (key, value) in direct { totals.add(key, value) }
            return self.collectors
        }
        var collected: [MetricSample] = []
        for collector in collectors { collected += collector() }
        for sample in collected { totals.add(sample) }
        return totals.samples()
    }

    /// The sum of a counter or gauge over all labels, or over those whose values are given by name.
    public func total(_ metric: Metric, where labels: [String: String] = [:]) -> Double {
        var sum = 0.0
        for sample in samples() where sample.metric == metric {
            let matches = labels.allSatisfy { name, value in
                metric.labels.firstIndex(of: name).map { sample.labels[$0] == value } ?? false
            }
            guard matches else { continue }
            switch sample.value {
            case .counter(let value), .gauge(let value): sum += value
            case .histogram(let counts, _): sum += Double(counts.reduce(0, +))
            }
        }
        return sum
    }

    /// The page Prometheus reads.
    public func prometheusText() -> String {
        PrometheusText.render(samples())
    }
}

extension PublishedCells {
    /// Adds a shard's values when its thread has ended; true then.
    func readEnded(into totals: inout SeriesTotals) -> Bool {
        var mine = SeriesTotals()
        guard read(into: &mine) else { return false }
        totals.add(mine)
        return true
    }
}

/// Sums of series.
struct SeriesTotals: Sendable {
    private var values: [SeriesKey: MetricSample.Value] = [:]

    mutating func add(_ key: SeriesKey, _ cells: ArraySlice<UInt64>) {
        switch key.metric.kind {
        case .counter: add(key, .counter(Double(cells.first ?? 0)))
        case .gauge: add(key, .gauge(Double(bitPattern: cells.first ?? 0)))
        case .histogram:
            add(
                key,
                .histogram(
                    counts: cells.dropLast().map { Int(truncatingIfNeeded: $0) },
                    sum: Double(bitPattern: cells.last ?? 0)))
        }
    }

    mutating func add(_ key: SeriesKey, _ value: Double) {
        add(key, key.metric.kind == .gauge ? .gauge(value) : .counter(value))
    }

    mutating func add(_ sample: MetricSample) {
        add(SeriesKey(metric: sample.metric, labels: sample.labels), sample.value)
    }

    mutating func add(_ other: SeriesTotals) {
        for (key, value) in other.values { add(key, value) }
    }

    private mutating func add(_ key: SeriesKey, _ value: MetricSample.Value) {
        switch (values[key], value) {
        case (.counter(let before), .counter(let more)): values[key] = .counter(before + more)
        case (.gauge(let before), .gauge(let more)):
            values[key] = .gauge(key.metric.merge == .sum ? before + more : max(before, more))
        case (.histogram(let before, let sum), .histogram(let more, let moreSum)):
            values[key] = .histogram(counts: zip(before, more).map { $0 &+ $1 }, sum: sum + moreSum)
        default: values[key] = value
        }
    }

    func samples() -> [MetricSample] {
        let order = Dictionary(Metric.all.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let sorted = values.keys.sorted { left, right in
            let a = order[left.metric] ?? Int.max
            let b = order[right.metric] ?? Int.max
            if a != b { return a < b }
            if left.metric != right.metric { return left.metric.name < right.metric.name }
            return left.labels.lexicographicallyPrecedes(right.labels)
        }
        return sorted.compactMap { key in
            values[key].map { MetricSample(metric: key.metric, labels: key.labels, value: $0) }
        }
    }
}
