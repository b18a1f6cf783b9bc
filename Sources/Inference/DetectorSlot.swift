/// What is kept of one key, in front of the sums and the ring of errors of its forecasts.
struct DetectorSlot {
    /// The last value, and the moving average of the values.
    var last = 0.0
    var smooth = 0.0
    /// Values so far (stops counting at the ring's size).
    var filled: UInt32 = 0
    /// Where in the ring the next error goes.
    var position: UInt32 = 0
    /// Values for which the answer stays "anomaly", and values during which no new one begins.
    var hold: UInt32 = 0
    var rest: UInt32 = 0
}

/// Of one forecast, over the errors in the ring.
struct ErrorSums {
    var sum = 0.0
    var squares = 0.0
}

/// The memory of one key, for the length of one call: the slot, sums for two forecasts, and a ring with an error per
/// forecast and position, interleaved. Errors are Floats: half the memory, and scores change by less than 1e-4 for it.
struct DetectorCursor {
    let slot: UnsafeMutablePointer<DetectorSlot>
    let sums: UnsafeMutablePointer<ErrorSums>
    let ring: UnsafeMutablePointer<Float>

    /// Bytes before the ring.
    static let headerBytes = MemoryLayout<DetectorSlot>.stride + 2 * MemoryLayout<ErrorSums>.stride

    @inline(__always)
    init(_ address: UnsafeMutableRawPointer) {
        slot = address.assumingMemoryBound(to: DetectorSlot.self)
        sums = (address + MemoryLayout<DetectorSlot>.stride).assumingMemoryBound(to: ErrorSums.self)
        ring = (address + Self.headerBytes).assumingMemoryBound(to: Float.self)
    }

    /// Begins a series.
    func reset() {
        slot.initialize(to: DetectorSlot())
        sums.initialize(repeating: ErrorSums(), count: 2)
    }

    /// Takes in a usable value and returns its score, 0 before the end of the warm-up.
    @inline(__always)
    func step(_ value: Double, _ settings: AnomalyLikelihood) -> Double {
        let isFirst = slot.pointee.filled == 0
        let jump = isFirst ? 0 : Float(abs(value - slot.pointee.last))
        let departure = isFirst ? 0 : Float(abs(value - slot.pointee.smooth))
        slot.pointee.last = value
        slot.pointee.smooth = isFirst ? value : slot.pointee.smooth + settings.smoothing * (value - slot.pointee.smooth)
        let score: Double
        switch settings.forecast {
        case .previous: score = track(0, of: 1, jump, settings)
        case .smoothed: score = track(0, of: 1, departure, settings)
        case .both:
            let one = track(0, of: 2, jump, settings)
            let other = track(1, of: 2, departure, settings)
            score = max(one, other)
        }
        let next = slot.pointee.position + 1
        slot.pointee.position = next == UInt32(settings.long) ? 0 : next
        if slot.pointee.filled < UInt32(settings.long) { slot.pointee.filled += 1 }
        return score
    }

    /// Whether the answer is "anomaly", given the score of the current value.
    @inline(__always)
    func judge(_ score: Double, _ settings: AnomalyLikelihood) -> Bool {
        if slot.pointee.rest > 0 {
            slot.pointee.rest -= 1
        } else if score >= settings.threshold {
            slot.pointee.hold = UInt32(settings.hold)
            slot.pointee.rest = UInt32(settings.rest)
        }
        guard slot.pointee.hold > 0 else { return false }
        slot.pointee.hold -= 1
        return true
    }

    /// Scores an error against those before it, then puts it in the place of the oldest.
    @inline(__always)
    private func track(
        _ track: Int, of tracks: Int, _ error: Float, _ settings: AnomalyLikelihood
    ) -> Double {
        var sums = sums[track]
        let filled = Int(slot.pointee.filled)
        let position = Int(slot.pointee.position)
        let place = ring + (position * tracks + track)
        var score = 0.0
        if filled >= settings.warmUp {
            let count = Double(filled)
            let mean = sums.sum / count
            let deviation = max(0, sums.squares / count - mean * mean).squareRoot()
            let recent = recentMean(track, of: tracks, position, error, settings)
            score = NormalTail.negativeLog10((recent - mean) / max(deviation, AnomalyLikelihood.deviationFloor))
        }
        let added = Double(error)
        let left = filled == settings.long ? Double(place.pointee) : 0
        place.pointee = error
        sums.sum += added - left
        sums.squares += added * added - left * left
        if position + 1 == settings.long || left * left > AnomalyLikelihood.dominance * sums.squares {
            sums = recomputed(track, of: tracks, min(filled + 1, settings.long))
        }
        self.sums[track] = sums
        return score
    }

    /// Mean of the last `short` errors, the current one included; of fewer when there are no more.
    @inline(__always)
    private func recentMean(
        _ track: Int, of tracks: Int, _ position: Int, _ error: Float, _ settings: AnomalyLikelihood
    ) -> Double {
        let before = min(settings.short - 1, Int(slot.pointee.filled))
        var sum = Double(error)
        var at = position
        var left = before
        while left > 0 {
            at = at == 0 ? settings.long - 1 : at - 1
            sum += Double(ring[at * tracks + track])
            left -= 1
        }
        return sum / Double(before + 1)
    }

    /// The sums over the ring from its contents: running sums drift, and lose their digits to outliers.
    @inline(never)
    private func recomputed(_ track: Int, of tracks: Int, _ count: Int) -> ErrorSums {
        var sums = ErrorSums()
        for at in 0..<count {
            let error = Double(ring[at * tracks + track])
            sums.sum += error
            sums.squares += error * error
        }
        return sums
    }
}
