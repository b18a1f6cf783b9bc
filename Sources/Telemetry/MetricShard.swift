/// Where a counter is in its shard.
public struct CounterHandle: Hashable, Sendable {
    @usableFromInline let index: Int
    init(index: Int) { self.index = index }
}

/// Where a gauge is in its shard.
public struct GaugeHandle: Hashable, Sendable {
    @usableFromInline let index: Int
    init(index: Int) { self.index = index }
}

/// Where a histogram is in its shard.
public struct HistogramHandle: Hashable, Sendable {
    let index: Int
    let bounds: [Double]
}

/// The metrics of one thread: plain integers that only this thread touches, made visible to readers once per batch by
/// `publish()`. Made by `MetricRegistry.makeShard()`; when it is released, its counters live on in the registry and
/// its gauges go.
///
///     let read = shard.counter(.recordsIn, ["hydrocarbon-tanks", "port.sensor.readings"])   // once
///     shard[read] += batch.count                                                          // per batch, no lock
///     shard.publish()                                                                     // per turn
///
/// A handle belongs to the shard that gave it and must not be used with another.
public final class MetricShard {
    /// Most cells of one shard: a bound on memory when labels come from data.
    public static let maxCells = 200_000

    // Behind a pointer, so that the compiler needs no exclusivity checks for it.
    @usableFromInline let cells: UnsafeMutablePointer<CellBuffer>
    private let published: PublishedCells
    private let maxCells: Int
    private var known: [SeriesKey: Int] = [:]
    private var freeGauges: [Int] = []
    /// Start of the cells that take what is beyond the limit; enough for the widest metric, never shown.
    private let spill = 0
    private var refused: CounterHandle?

    init(publishingTo published: PublishedCells, maxCells: Int) {
        self.published = published
        self.maxCells = maxCells
        cells = .allocate(capacity: 1)
        let spillCells = Metric.maxBuckets + 2
        cells.initialize(to: CellBuffer(capacity: 4 * spillCells))
        cells.pointee.grow(by: spillCells)
        published.start(spillCells: spillCells)
    }

    deinit {
        published.publish(from: cells.pointee, isLast: true)
        cells.pointee.deallocate()
        cells.deallocate()
    }

    // MARK: Handles, resolved once

    /// The counter of a metric with these label values, in the order of the metric's label names. The same values give
    /// the same handle.
    public func counter(_ metric: Metric, _ labels: [String] = []) -> CounterHandle {
        CounterHandle(index: resolve(metric, labels, .counter))
    }

    /// The gauge of a metric with these label values; 0 until set.
    public func gauge(_ metric: Metric, _ labels: [String] = []) -> GaugeHandle {
        GaugeHandle(index: resolve(metric, labels, .gauge))
    }

    /// The histogram of a metric with these label values.
    public func histogram(_ metric: Metric, _ labels: [String] = []) -> HistogramHandle {
        HistogramHandle(index: resolve(metric, labels, .histogram), bounds: metric.buckets)
    }

    /// Ends a gauge, such as the lag of a partition that went to another node: it is no longer shown, and the handle
    /// must not be used any more.
    public func remove(_ gauge: GaugeHandle) {
        guard gauge.index != spill, let key = published.remove(at: gauge.index) else { return }
        known[key] = nil
        freeGauges.append(gauge.index)
    }

    private func resolve(_ metric: Metric, _ labels: [String], _ kind: Metric.Kind) -> Int {
        precondition(metric.kind == kind, "\(metric.name) is a \(metric.kind.rawValue)")
        precondition(
            metric.labels.count == labels.count, "\(metric.name) has the labels \(metric.labels), not \(labels.count)")
        let key = SeriesKey(metric: metric, labels: labels)
        if let index = known[key] { return index }
        let index: Int
        if kind == .gauge, let free = freeGauges.popLast() {
            index = free
            cells.pointee.base[index] = 0
        } else {
            guard cells.pointee.count + metric.width <= maxCells else { return refuse() }
            index = cells.pointee.count
            cells.pointee.grow(by: metric.width)
        }
        known[key] = index
        published.add(key, at: index, cellCount: cells.pointee.count)
        return index
    }

    private func refuse() -> Int {
        if refused == nil {
            // There is always room for this one: it is below the limit by the widest histogram.
            let index = cells.pointee.count
            cells.pointee.grow(by: 1)
            published.add(SeriesKey(metric: .seriesRefused, labels: []), at: index, cellCount: index + 1)
            refused = CounterHandle(index: index)
        }
        if let refused { self[refused] += 1 }
        return spill
    }

    // MARK: Values

    /// The value of a counter on this thread. Only to be raised.
    @inlinable
    public subscript(counter: CounterHandle) -> Int {
        get { Int(truncatingIfNeeded: cells.pointee.base[counter.index]) }
        set { cells.pointee.base[counter.index] = UInt64(truncatingIfNeeded: newValue) }
    }

    /// The value of a gauge.
    @inlinable
    public subscript(gauge: GaugeHandle) -> Double {
        get { Double(bitPattern: cells.pointee.base[gauge.index]) }
        set { cells.pointee.base[gauge.index] = newValue.bitPattern }
    }

    /// Counts a value, in the metric's unit, under the first bucket whose bound it is not above.
    public func observe(_ histogram: HistogramHandle, _ value: Double) {
        let base = cells.pointee.base + histogram.index
        let bounds = histogram.bounds
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        base[bucket] &+= 1
        let sum = bounds.count + 1
        base[sum] = (Double(bitPattern: base[sum]) + value).bitPattern
    }

    /// As `observe(_:_:)`, for a duration in a metric of seconds.
    public func observe(_ histogram: HistogramHandle, _ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        observe(histogram, Double(seconds) + Double(attoseconds) * 1e-18)
    }

    /// Makes the values visible to readers: a copy of some hundred integers under a lock nobody holds for long.
    public func publish() {
        published.publish(from: cells.pointee, isLast: false)
    }
}

/// What tells one series from another.
struct SeriesKey: Hashable, Sendable {
    let metric: Metric
    let labels: [String]
}

/// A growing run of 64-bit cells: counters and bucket counts as integers, gauges and sums as bit patterns of doubles.
@usableFromInline
struct CellBuffer {
    @usableFromInline var base: UnsafeMutablePointer<UInt64>
    @usableFromInline var count = 0
    private var capacity: Int

    init(capacity: Int) {
        base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    mutating func grow(by added: Int) {
        if count + added > capacity {
            capacity = max(capacity * 2, count + added)
            let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity)
            larger.update(from: base, count: count)
            base.deallocate()
            base = larger
        }
        (base + count).update(repeating: 0, count: added)
        count += added
    }

    func deallocate() { base.deallocate() }
}

/// The copy of a shard's cells that readers see.
final class PublishedCells: @unchecked Sendable {
    // Sendable: every property is only touched under the lock.
    private let lock = ThreadLock()
    private var series: [Int: SeriesKey] = [:]
    private var cells: [UInt64] = []
    private var hasEnded = false

    func start(spillCells: Int) {
        lock.withLock { cells = Array(repeating: 0, count: spillCells) }
    }

    func add(_ key: SeriesKey, at index: Int, cellCount: Int) {
        lock.withLock {
            series[index] = key
            if cells.count < cellCount { cells.append(contentsOf: repeatElement(0, count: cellCount - cells.count)) }
            if key.metric.kind == .gauge { cells[index] = 0 }
        }
    }

    func remove(at index: Int) -> SeriesKey? {
        lock.withLock { series.removeValue(forKey: index) }
    }

    func publish(from buffer: CellBuffer, isLast: Bool) {
        lock.withLock {
            cells.withUnsafeMutableBufferPointer { target in
                target.baseAddress?.update(from: buffer.base, count: min(buffer.count, target.count))
            }
            if isLast { hasEnded = true }
        }
    }

    /// Adds what was published last to the totals; true when the thread has ended and this was its last word.
    func read(into totals: inout SeriesTotals) -> Bool {
        lock.withLock {
            for (index, key) in series where !(hasEnded && key.metric.kind == .gauge) {
                totals.add(key, cells[index..<(index + key.metric.width)])
            }
            return hasEnded
        }
    }
}
