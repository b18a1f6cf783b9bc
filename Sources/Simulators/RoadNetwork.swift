import Records

/// Loop-detector stations on the roads around Cotonou: one aggregate per station and period.
///
/// Speed falls with the square of the demand's share of capacity, to 0.7 of free flow (below capacity; a stand-in for
/// the measured speed-flow curves); occupancy = density × 7.5 m (a vehicle of 5.5 m and a loop of 2 m).
struct RoadNetwork {
    struct Road {
        var code: String
        var name: String
        var directions: [String]
        /// Stations per direction.
        var length: Int
        /// km/h
        var freeFlow: Int
    }

    static let roads = [
        Road(code: "RNIE1", name: "RNIE1", directions: ["E", "W"], length: 8, freeFlow: 70),
        Road(code: "RNIE2", name: "RNIE2", directions: ["N", "S"], length: 6, freeFlow: 70),
        Road(code: "BDM", name: "Boulevard de la Marina", directions: ["E", "W"], length: 6, freeFlow: 60),
        Road(code: "GODO", name: "Échangeur de Godomey", directions: ["N", "S"], length: 3, freeFlow: 60),
        Road(code: "STMI", name: "Boulevard Saint-Michel", directions: ["E", "W"], length: 3, freeFlow: 50),
        Road(code: "ANCP", name: "Ancien Pont", directions: ["E", "W"], length: 2, freeFlow: 50),
        Road(code: "NOUP", name: "Nouveau Pont", directions: ["E", "W"], length: 2, freeFlow: 50),
    ]

    static let stations = roads.reduce(0) { $0 + $1.directions.count * $1.length }
    static let fewest = 8
    static let interval = 5.0
    static let mostExtra = 5_000
    /// Vehicles per hour and lane at capacity; every station counts two lanes.
    private static let capacity = 1800.0

    private let seed: UInt64
    private let clock: IncidentClock
    private let incidents: Bool
    /// Station ids, road names, directions: by station.
    private let ids: NameTable
    private let names: NameTable
    private let directions: NameTable
    private let freeFlow: [Int]
    /// First stations of three neighbours in driving order.
    private let triples: [Int]

    /// `streams`: how many of the stations there are.
    init(settings: SimulationSettings, streams: Int) {
        seed = settings.seed ^ 0x524F_4144
        incidents = settings.incidents
        clock = IncidentClock(
            start: settings.start.microseconds, first: 5 * second, period: 240 * second, length: 84 * second)
        var ids: [String] = []
        var names: [String] = []
        var directions: [String] = []
        var freeFlow: [Int] = []
        var triples: [Int] = []
        for road in Self.roads {
            for direction in road.directions {
                for index in 1...road.length {
                    if index + 2 <= road.length, ids.count + 3 <= streams { triples.append(ids.count) }
                    ids.append("\(road.code)-0\(index)-\(direction)")
                    names.append(road.name)
                    directions.append(direction)
                    freeFlow.append(road.freeFlow)
                }
            }
        }
        self.ids = NameTable(ids)
        self.names = NameTable(names)
        self.directions = NameTable(directions)
        self.freeFlow = freeFlow
        self.triples = triples
    }

    // MARK: Incidents

    /// RNIE1-02-E … RNIE1-04-E first, then any three neighbours.
    private func firstStation(_ ordinal: Int) -> Int {
        ordinal == 0 ? 1 : triples[Int(RandomSource.hash(seed, 1, UInt64(ordinal)) % UInt64(triples.count))]
    }

    /// The wave runs upstream: 4 s per station.
    private static func delay(_ position: Int) -> Int64 { Int64(2 - position) * 4 * second }

    /// How congested a station is, 0…1: full from 4 s to 66 s after the wave's arrival, over at 74 s.
    private func congestion(_ station: Int, _ time: EventTime) -> Double {
        guard incidents, let wave = clock.occurrence(at: time) else { return 0 }
        let position = station - firstStation(wave.ordinal)
        guard position >= 0, position < 3 else { return 0 }
        let seconds = Double(wave.offset - Self.delay(position)) / 1_000_000
        if seconds < 0 { return 0 }
        if seconds < 4 { return seconds / 4 }
        return seconds < 66 ? 1 : max(0, 1 - (seconds - 66) / 8)
    }

    func planted(until end: EventTime) -> [SimulatedIncident] {
        guard incidents else { return [] }
        var found: [SimulatedIncident] = []
        var ordinal = 0
        while clock.beginning(ordinal) < end.microseconds {
            for position in 0..<3 {
                let from = EventTime(microseconds: clock.beginning(ordinal) + Self.delay(position))
                found.append(
                    SimulatedIncident(
                        family: .roadTraffic, kind: .congestion, asset: ids.string(firstStation(ordinal) + position),
                        from: from, to: from.advanced(by: 74 * second),
                        exceedsFrom: from.advanced(by: 4 * second), exceedsTo: from.advanced(by: 66 * second)))
            }
            ordinal += 1
        }
        return found
    }

    // MARK: Text

    func writeKey(_ place: EventPlace, into writer: inout TextWriter) {
        if !place.isExtra { return writer.bytes(ids[place.source]) }
        writer.text("VOIE-")
        writer.integer(place.source + 1, width: 4)
        writer.text(place.source & 1 == 0 ? "-N" : "-S")
    }

    private struct Reading {
        var intensity: Int
        var speed: Double
        var occupancy: Double
    }

    private func reading(_ place: EventPlace, freeFlow: Double, _ random: inout RandomSource) -> Reading {
        let stream = UInt64(place.source) << 1 | (place.isExtra ? 1 : 0)
        let minutes = Double(place.time.microseconds) / 6e7
        var share = Rhythm.traffic(place.time) * (0.75 + 0.25 * RandomSource.unit(seed, 2, stream))
        share = max(0.04, min(0.9, share + 0.06 * RandomSource.smooth(seed, stream << 8 | 3, minutes / 2)))
        var speed = freeFlow * (1 - 0.3 * share * share) * (1 + 0.025 * random.bell())
        var flow = Self.capacity * share
        var occupancy = flow / speed * 0.0075
        let jam = place.isExtra ? 0 : congestion(place.source, place.time)
        if jam > 0 {
            speed += (freeFlow * (0.24 + 0.02 * random.bell()) - speed) * jam
            flow += (Self.capacity * 0.42 - flow) * jam
            occupancy += (0.55 + 0.04 * random.bell() - occupancy) * jam
        }
        // No vehicle, no speed: a station that reports has seen one at least.
        let vehicles = flow * 2 * place.interval / 3600
        return Reading(intensity: max(1, Int(vehicles + random.unit())), speed: speed, occupancy: min(1, occupancy))
    }

    func writeValue(_ place: EventPlace, _ random: inout RandomSource, into writer: inout TextWriter) {
        let known = place.isExtra ? place.source % ids.count : place.source
        let limit = freeFlow[known]
        let reading = reading(place, freeFlow: Double(limit), &random)
        writer.text("{\"id\":\"urn:ngsi-ld:TrafficFlowObserved:")
        writeKey(place, into: &writer)
        writer.text("\",\"type\":\"TrafficFlowObserved\",\"station\":\"")
        if place.fault == .invalidUTF8 { writer.byte(0xFF) }
        writeKey(place, into: &writer)
        writer.text("\",\"road\":\"")
        writer.bytes(names[known])
        writer.text("\",\"direction\":\"")
        if place.isExtra {
            writer.byte(UInt8(ascii: place.source & 1 == 0 ? "N" : "S"))
        } else {
            writer.bytes(directions[known])
        }
        writer.text("\",\"laneId\":1,\"dateObserved\":\"")
        if place.fault == .badTimestamp { writer.text("2026-13-45T25:61") } else { writer.timestamp(place.time) }
        writer.text("\",\"intensity\":")
        writer.integer(reading.intensity)
        switch place.fault {
        case .wrongType: writer.text(",\"occupancy\":\"n/a\"")
        default:
            writer.text(",\"occupancy\":")
            writer.decimal(reading.occupancy, places: 3)
        }
        if place.fault == .duplicateKey {
            writer.text(",\"averageVehicleSpeed\":")
            writer.decimal(reading.speed * 1.01, places: 1)
        }
        if place.fault != .missingField {
            writer.text(",\"averageVehicleSpeed\":")
            writer.decimal(reading.speed, places: 1)
        }
        writer.text(",\"freeFlowSpeed\":")
        writer.integer(limit)
        writer.byte(UInt8(ascii: "}"))
    }
}
