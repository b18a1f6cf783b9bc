public import Records

/// Seeded, deterministic events of the three families in simulated event time.
///
/// Each event is a pure function of the settings, its lane (a family's ordinary or additional assets) and its ordinal
/// there; nothing is drawn from a shared stream. Confined to one thread; some 1–2 µs per event in release.
public final class Simulation {
    /// The streams of a family that share one pace: ordinal n is at `start + n · spacing`, of source n mod `sources`.
    private struct Lane {
        var family: SimulatedFamily
        var isExtra: Bool
        var sources: Int
        /// Microseconds between two events of the lane.
        var spacing: Double
        /// Seconds between two events of one source.
        var interval: Double
        var next = 0
        /// When the next event happens, in microseconds.
        var nextTime: Int64
    }

    private let settings: SimulationSettings
    private let start: Int64
    private let end: Int64
    private let disorder: Double
    private let lateBy: Double
    private let lateShare: Double
    private let delayedShare: Double
    private var lanes: [Lane] = []
    private var delayed = DelayQueue()
    private let tanks: TankFarm
    private let roads: RoadNetwork
    private let cameras: CameraSite
    private let sensorInterval: Double

    /// Throws when the settings are out of range (`SimulationSettings.validate`).
    public init(_ settings: SimulationSettings) throws(SimulationError) {
        try settings.validate()
        var settings = settings
        settings.start = EventTime(milliseconds: settings.start.milliseconds)
        self.settings = settings
        start = settings.start.microseconds
        end = settings.duration.map { settings.start.advanced(by: $0.wholeMicroseconds).microseconds } ?? .max
        disorder = Double(settings.disorder.wholeMicroseconds)
        lateBy = Double(settings.lateBy.wholeMicroseconds)
        lateShare = settings.lateShare
        delayedShare = settings.lateShare + settings.disorderShare

        let sum = SimulatedFamily.allCases.reduce(0) { $0 + settings.shares[$1] }
        var streams = [0, 0, 0]
        for family in SimulatedFamily.allCases where settings.shares[family] > 0 {
            let rate = settings.rate.map { $0 * settings.shares[family] / sum }
            let (ordinary, extra) = Self.lanes(family, rate: rate, start: start)
            streams[family.rawValue] = ordinary.sources
            lanes.append(ordinary)
            if let extra { lanes.append(extra) }
        }
        sensorInterval = lanes.first { $0.family == .portSensors }?.interval ?? TankFarm.interval
        tanks = TankFarm(settings: settings, streams: max(streams[0], TankFarm.fewest))
        roads = RoadNetwork(settings: settings, streams: max(streams[1], RoadNetwork.fewest))
        cameras = CameraSite(settings: settings)
    }

    /// Ordinary assets at their own pace as far as the rate goes, and additional ones for the rest of it.
    private static func lanes(_ family: SimulatedFamily, rate: Double?, start: Int64) -> (Lane, Lane?) {
        let (all, fewest, pace, mostExtra) =
            switch family {
            case .portSensors: (TankFarm.streams, TankFarm.fewest, TankFarm.interval, TankFarm.mostExtra)
            case .roadTraffic: (RoadNetwork.stations, RoadNetwork.fewest, RoadNetwork.interval, RoadNetwork.mostExtra)
            case .videoMetadata: (CameraSite.ids.count, CameraSite.fewest, CameraSite.interval, CameraSite.mostExtra)
            }
        let full = Double(all) / pace
        let ordinaryRate = min(rate ?? full, full)
        let sources = max(fewest, min(all, (ordinaryRate * pace).nearest))
        let ordinary = Lane(
            family: family, isExtra: false, sources: sources, spacing: 1_000_000 / ordinaryRate,
            interval: Double(sources) / ordinaryRate, nextTime: start)
        guard let rate, rate > full else { return (ordinary, nil) }
        let rest = rate - full
        let extras = max(1, min(mostExtra, (rest * pace).nearest))
        let extra = Lane(
            family: family, isExtra: true, sources: extras, spacing: 1_000_000 / rest,
            interval: Double(extras) / rest, nextTime: start)
        return (ordinary, extra)
    }

    // MARK: Producing

    /// When the next event is due; nil at the end of the simulation.
    public var nextDue: EventTime? {
        var due = Int64.max
        for lane in lanes where lane.nextTime < end { due = min(due, lane.nextTime) }
        if let first = delayed.first { due = min(due, first.due) }
        return due == .max ? nil : EventTime(microseconds: due)
    }

    /// Replaces the batch's contents with the next events that are due before `until`, at most `limit` of them.
    ///
    /// Returns whether there may be more that are due before `until`, that is, whether the limit was met.
    @discardableResult
    public func produce(until: EventTime, into batch: inout SimulatedBatch, limit: Int = 1024) -> Bool {
        batch.removeAll()
        while batch.count < limit {
            var index = -1
            var due = end
            for candidate in lanes.indices where lanes[candidate].nextTime < due {
                due = lanes[candidate].nextTime
                index = candidate
            }
            if let waiting = delayed.first, index < 0 || waiting.due <= due {
                guard waiting.due < until.microseconds else { return false }
                let entry = delayed.removeFirst()
                write(lane: Int(entry.lane), ordinal: entry.ordinal, due: entry.due, isLate: entry.isLate, into: &batch)
                continue
            }
            guard index >= 0, due < until.microseconds else { return false }
            let ordinal = lanes[index].next
            lanes[index].next = ordinal + 1
            lanes[index].nextTime = time(of: ordinal + 1, spacing: lanes[index].spacing)
            dispatch(lane: index, ordinal: ordinal, at: due, into: &batch)
        }
        return true
    }

    @inline(__always)
    private func time(of ordinal: Int, spacing: Double) -> Int64 { start + Int64(Double(ordinal) * spacing) }

    /// Writes the event at once, or has it wait.
    @inline(__always)
    private func dispatch(lane: Int, ordinal: Int, at due: Int64, into batch: inout SimulatedBatch) {
        var random = RandomSource(RandomSource.hash(settings.seed, UInt64(lane), UInt64(ordinal)))
        let roll = random.unit()
        guard roll < delayedShare else {
            return write(lane: lane, ordinal: ordinal, due: due, isLate: false, into: &batch)
        }
        let isLate = roll < lateShare
        let delay = isLate ? lateBy * (1 + 0.5 * random.unit()) : disorder * random.unit()
        delayed.push(
            DelayQueue.Entry(due: due + Int64(delay), ordinal: ordinal, lane: Int32(lane), isLate: isLate))
    }

    private func write(lane index: Int, ordinal: Int, due: Int64, isLate: Bool, into batch: inout SimulatedBatch) {
        let lane = lanes[index]
        var random = RandomSource(~RandomSource.hash(settings.seed, UInt64(index), UInt64(ordinal)))
        let fault = fault(&random)
        let (round, source) = ordinal.quotientAndRemainder(dividingBy: lane.sources)
        let happened = EventTime(microseconds: time(of: ordinal, spacing: lane.spacing))
        let place = EventPlace(
            source: source, isExtra: lane.isExtra, round: round, time: EventTime(milliseconds: happened.milliseconds),
            interval: lane.interval, fault: fault)

        let keyStart = batch.buffer.count
        let base = batch.buffer.reserve(TextWriter.room)
        var writer = TextWriter(base)
        switch lane.family {
        case .portSensors: tanks.writeKey(place, into: &writer)
        case .roadTraffic: roads.writeKey(place, into: &writer)
        case .videoMetadata: cameras.writeKey(place, into: &writer)
        }
        let keyCount = writer.at - base
        switch fault {
        case .nullPayload: break
        case .notJSON: writer.text("<html><body>502 Bad Gateway</body></html>")
        default:
            switch lane.family {
            case .portSensors: tanks.writeValue(place, &random, into: &writer)
            case .roadTraffic: roads.writeValue(place, &random, into: &writer)
            case .videoMetadata: cameras.writeValue(place, &random, into: &writer)
            }
        }
        var valueCount = writer.at - base - keyCount
        if fault == .truncated { valueCount = valueCount / 4 + random.below(valueCount / 2) }
        batch.buffer.commit(keyCount + valueCount)
        batch.records.append(
            SimulatedRecord(
                family: lane.family, fault: fault, isLate: isLate, keyStart: keyStart, keyCount: Int32(keyCount),
                valueCount: fault == .nullPayload ? -1 : Int32(valueCount), eventTime: place.time,
                dueTime: EventTime(microseconds: due)))
    }

    @inline(__always)
    private func fault(_ random: inout RandomSource) -> SimulatedFault {
        guard random.unit() < settings.malformedShare else { return .none }
        return SimulatedFault(rawValue: UInt8(1 + random.below(SimulatedFault.allCases.count - 1))) ?? .none
    }

    // MARK: Ground truth

    /// The incidents that begin before `until` (or before the simulation's end), in order of their beginning.
    ///
    /// `until` is clamped to a thousand days after the start.
    public func incidents(until: EventTime) -> [SimulatedIncident] {
        let limit = min(until.microseconds, end, settings.start.advanced(by: 86_400_000 * second).microseconds)
        let families = Set(lanes.map(\.family))
        let bound = EventTime(microseconds: limit)
        var found: [SimulatedIncident] = []
        if families.contains(.portSensors) { found += tanks.planted(until: bound, interval: sensorInterval) }
        if families.contains(.roadTraffic) { found += roads.planted(until: bound) }
        if families.contains(.videoMetadata) { found += cameras.planted(until: bound) }
        return found.sorted { ($0.from, $0.asset) < ($1.from, $1.asset) }
    }
}
