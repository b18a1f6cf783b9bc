public import Records

/// Anomaly likelihood over many series, one per dense key id, with the same settings. Confined to one thread.
///
/// Memory: per key a slot of 64 bytes and a ring of `long` 4-byte errors per forecast, 8,064 bytes with one forecast
/// and 16,064 with both at the default length, allocated in chunks of about a megabyte; pages of a ring that has not
/// been filled yet are not touched. Cost per value: constant (amortised: the sums are computed anew once per turn of
/// the ring), no allocation for a known key.
public struct DetectorTable: ~Copyable {
    public let settings: AnomalyLikelihood
    /// Ids in use are 0 ..< count.
    public private(set) var count = 0
    /// Values that were ignored: NaN, infinite, or of magnitude 1e37 and more.
    public private(set) var ignored: UInt64 = 0

    private let stride: Int
    private let chunkShift: Int
    private var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private var chunkCount = 0
    private var chunkCapacity = 16

    /// The settings must have no `problem`.
    public init(_ settings: AnomalyLikelihood) {
        if let problem = settings.problem { preconditionFailure(problem) }
        self.settings = settings
        stride = (DetectorCursor.headerBytes + settings.long * settings.tracks * 4 + 15) & ~15
        let fitting = max(1, (1 << 20) / stride)
        chunkShift = Int.bitWidth - 1 - fitting.leadingZeroBitCount
        chunks = .allocate(capacity: chunkCapacity)
    }

    deinit {
        for chunk in 0..<chunkCount { chunks[chunk].deallocate() }
        chunks.deallocate()
    }

    /// Bytes that each key takes.
    public var bytesPerKey: Int { stride }
    /// Bytes allocated, used or not.
    public var bytesAllocated: Int { chunkCount * (stride << chunkShift) }

    /// Scores the next value of a key; a key that was not seen before begins its series, and ids before it that were
    /// not seen get memory too, so ids should be dense.
    ///
    /// The score is 0 during the warm-up. A value that can't be used (see `ignored`) has score 0 and leaves everything
    /// as it was; the answer for it is the one that holds.
    public mutating func score(id: UInt32, value: Double) -> (score: Double, isAnomaly: Bool) {
        if Int(id) >= count { grow(to: Int(id) + 1) }
        let cursor = DetectorCursor(address(Int(id)))
        guard abs(value) < AnomalyLikelihood.magnitudeLimit else {
            ignored += 1
            return (0, cursor.slot.pointee.hold > 0)
        }
        let score = cursor.step(value, settings)
        return (score, cursor.judge(score, settings))
    }

    /// Scores a batch: for each selected row its key id and value, into a double column and a bool column.
    public mutating func score(
        ids: UnsafePointer<UInt32>, values: UnsafePointer<Double>, selection: Selection,
        scores: UnsafeMutablePointer<Double>, anomalies: UnsafeMutablePointer<UInt8>
    ) {
        let rows = selection.rows
        var at = 0
        while at < selection.count {
            let row = Int(rows[at])
            let answer = score(id: ids[row], value: values[row])
            scores[row] = answer.score
            anomalies[row] = answer.isAnomaly ? 1 : 0
            at += 1
        }
    }

    /// Forgets a key's series; it begins anew with its next value.
    public mutating func reset(_ id: UInt32) {
        guard Int(id) < count else { return }
        DetectorCursor(address(Int(id))).reset()
    }

    @inline(__always)
    private func address(_ id: Int) -> UnsafeMutableRawPointer {
        chunks[id >> chunkShift] + (id & (1 << chunkShift - 1)) * stride
    }

    private mutating func grow(to needed: Int) {
        let chunksNeeded = (needed - 1) >> chunkShift + 1
        if chunksNeeded > chunkCapacity {
            let capacity = max(chunksNeeded, chunkCapacity * 2)
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(capacity: capacity)
            larger.moveInitialize(from: chunks, count: chunkCount)
            chunks.deallocate()
            chunks = larger
            chunkCapacity = capacity
        }
        while chunkCount < chunksNeeded {
            (chunks + chunkCount).initialize(to: .allocate(byteCount: stride << chunkShift, alignment: 16))
            chunkCount += 1
        }
        for id in count..<needed { DetectorCursor(address(id)).reset() }
        count = needed
    }
}
