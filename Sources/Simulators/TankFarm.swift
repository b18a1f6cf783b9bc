import Records

/// Hydrocarbon tanks with three quantities each, and a weather mast.
struct TankFarm {
    static let tanks = 40
    static let weather = 6
    /// Streams at the ordinary rate: three per tank, then the mast's.
    static let streams = tanks * 3 + weather
    /// Fewer are never simulated: twelve tanks, so that incidents find a place.
    static let fewest = 36
    static let interval = 1.0
    static let mostExtra = 60_000

    private let seed: UInt64
    private let population: Int
    private let heats: IncidentClock
    private let spikes: IncidentClock
    private let incidents: Bool
    private let names = NameTable((1...tanks).map { $0 < 10 ? "T-0\($0)" : "T-\($0)" } + ["MET-01"])

    /// `streams`: how many ordinary streams there are, of `TankFarm.streams`.
    init(settings: SimulationSettings, streams: Int) {
        seed = settings.seed ^ 0x5441_4E4B
        population = min(Self.tanks, streams / 3)
        incidents = settings.incidents
        let start = settings.start.microseconds
        heats = IncidentClock(start: start, first: 5 * second, period: 180 * second, length: 95 * second)
        spikes = IncidentClock(start: start, first: 12 * second, period: 40 * second, length: 39 * second)
    }

    // MARK: Incidents

    /// T-07 first, then any.
    private func heatedTank(_ ordinal: Int) -> Int {
        ordinal == 0 ? 6 : Int(RandomSource.hash(seed, 1, UInt64(ordinal)) % UInt64(population))
    }

    /// T-12 first, then any that is not being heated.
    private func spikedTank(_ ordinal: Int) -> Int {
        if ordinal == 0 { return 11 }
        let tank = Int(RandomSource.hash(seed, 2, UInt64(ordinal)) % UInt64(population))
        let time = EventTime(microseconds: spikes.beginning(ordinal))
        guard let heat = heats.occurrence(at: time), heatedTank(heat.ordinal) == tank else { return tank }
        return (tank + 1) % population
    }

    /// How far the heating has gone, 0…1, by seconds since its beginning.
    private static func heat(_ offset: Int64) -> Double {
        let seconds = Double(offset) / 1_000_000
        if seconds < 30 { return seconds / 30 }
        return seconds < 50 ? 1 : max(0, 1 - (seconds - 50) / 45)
    }

    func planted(until end: EventTime, interval: Double) -> [SimulatedIncident] {
        guard incidents else { return [] }
        var found: [SimulatedIncident] = []
        var ordinal = 0
        while heats.beginning(ordinal) < end.microseconds {
            let from = EventTime(microseconds: heats.beginning(ordinal))
            found.append(
                SimulatedIncident(
                    family: .portSensors, kind: .overheating, asset: names.string(heatedTank(ordinal)),
                    from: from, to: from.advanced(by: heats.length),
                    exceedsFrom: from.advanced(by: 25 * second), exceedsTo: from.advanced(by: 57 * second)))
            ordinal += 1
        }
        ordinal = 0
        let sample = Int64(interval * 1_000_000)
        while spikes.beginning(ordinal) < end.microseconds {
            let from = EventTime(microseconds: spikes.beginning(ordinal))
            let to = from.advanced(by: sample)
            found.append(
                SimulatedIncident(
                    family: .portSensors, kind: .spike, asset: names.string(spikedTank(ordinal)),
                    from: from, to: to, exceedsFrom: from, exceedsTo: to))
            ordinal += 1
        }
        return found
    }

    // MARK: Values

    private func temperature(_ tank: Int, _ place: EventPlace, _ random: inout RandomSource) -> Double {
        let stream = UInt64(tank)
        let base = 27 + 8 * RandomSource.unit(seed, 3, stream)
        let wander = 0.4 * RandomSource.smooth(seed, stream << 8 | 1, Double(place.time.microseconds) / 3e8)
        var value = base + 2.5 * Rhythm.sun(place.time) + wander
        let noise = 0.05 * random.bell()
        guard incidents, !place.isExtra else { return value + noise }
        if let heat = heats.occurrence(at: place.time), heatedTank(heat.ordinal) == tank {
            value += (74 - value) * Self.heat(heat.offset)
        }
        if let spike = spikes.occurrence(at: place.time), spike.offset < Int64(place.interval * 1_000_000),
            spikedTank(spike.ordinal) == tank
        {
            value = 95 + random.signed()
        }
        return value + noise
    }

    /// Metres of product: filled and emptied over 6 to 30 hours.
    private func level(_ tank: Int, _ place: EventPlace, _ random: inout RandomSource) -> Double {
        let stream = UInt64(tank)
        let hours = Double(place.time.microseconds) / 3.6e9
        let period = 6 + 24 * RandomSource.unit(seed, 4, stream)
        return 2 + 13.5 * Rhythm.triangle(hours / period + RandomSource.unit(seed, 5, stream)) + 0.001 * random.bell()
    }

    /// Vapour-space pressure in Pa: follows the sun, and the heat of an incident.
    private func pressure(_ tank: Int, _ place: EventPlace, _ random: inout RandomSource) -> Double {
        var value = 102_300 + 600 * Rhythm.sun(place.time) + 25 * random.bell()
        value += 400 * RandomSource.unit(seed, 6, UInt64(tank))
        if incidents, !place.isExtra, let heat = heats.occurrence(at: place.time), heatedTank(heat.ordinal) == tank {
            value += 4000 * Self.heat(heat.offset)
        }
        return value
    }

    // MARK: Text

    private func writeTank(_ tank: Int, into writer: inout TextWriter) {
        if tank < Self.tanks { return writer.bytes(names[tank]) }
        writer.text("T-")
        writer.integer(tank + 1)
    }

    /// Index of the tank: those added for load begin at T-101. `nil`: the mast.
    private func tank(of place: EventPlace) -> Int? {
        if place.isExtra { return 100 + place.source / 3 }
        return place.source < Self.tanks * 3 ? place.source / 3 : nil
    }

    func writeKey(_ place: EventPlace, into writer: inout TextWriter) {
        if let tank = tank(of: place) { writeTank(tank, into: &writer) } else { writer.bytes(names[Self.tanks]) }
    }

    func writeValue(_ place: EventPlace, _ random: inout RandomSource, into writer: inout TextWriter) {
        writer.text("{\"sensor\":{\"id\":\"")
        if place.fault == .invalidUTF8 { writer.byte(0xFF) }
        if let tank = tank(of: place) {
            writeTank(tank, into: &writer)
            writer.text("\",\"tank\":\"")
            writeTank(tank, into: &writer)
            writer.text("\",\"site\":\"PAC-hydrocarbures\"},\"kind\":\"")
            switch place.source % 3 {
            case 0: write("temperature", temperature(tank, place, &random), 2, "Cel", place, into: &writer)
            case 1: write("level", level(tank, place, &random), 3, "m", place, into: &writer)
            default: write("pressure", pressure(tank, place, &random), 1, "Pa", place, into: &writer)
            }
        } else {
            writer.bytes(names[Self.tanks])
            writer.text("\",\"site\":\"PAC-meteo\"},\"kind\":\"")
            writeWeather(place, &random, into: &writer)
        }
        writer.text(",\"observed_at\":\"")
        if place.fault == .badTimestamp { writer.text("hier vers midi") } else { writer.timestamp(place.time) }
        writer.text("\",\"seq\":")
        writer.integer(place.round)
        writer.text(random.below(500) == 0 ? ",\"quality\":\"uncertain\"}" : ",\"quality\":\"good\"}")
    }

    private func writeWeather(_ place: EventPlace, _ random: inout RandomSource, into writer: inout TextWriter) {
        let sun = Rhythm.sun(place.time)
        let minutes = Double(place.time.microseconds) / 6e7
        let wind = 4.5 + 1.5 * sun + 1.5 * RandomSource.smooth(seed, 0x57, minutes / 4)
        switch place.source - Self.tanks * 3 {
        case 0: write("wind-speed", wind + 0.3 * random.bell(), 2, "m/s", place, into: &writer)
        case 1: write("wind-gust", wind * 1.35 + abs(0.5 * random.bell()), 2, "m/s", place, into: &writer)
        case 2:
            let direction = 225 + 25 * RandomSource.smooth(seed, 0x58, minutes / 9) + 4 * random.bell()
            write("wind-direction", direction, 1, "deg", place, into: &writer)
        case 3: write("air-temperature", 28 + 3.5 * sun + 0.1 * random.bell(), 2, "Cel", place, into: &writer)
        case 4: write("humidity", 78 - 10 * sun + 0.5 * random.bell(), 1, "%RH", place, into: &writer)
        default: write("air-pressure", 101_200 - 120 * sun + 5 * random.bell(), 1, "Pa", place, into: &writer)
        }
    }

    /// From the kind's text to the unit.
    @inline(__always)
    private func write(
        _ kind: StaticString, _ value: Double, _ places: Int, _ unit: StaticString, _ place: EventPlace,
        into writer: inout TextWriter
    ) {
        writer.text(kind)
        writer.text("\",")
        switch place.fault {
        case .missingField: break
        case .wrongType: writer.text("\"value\":\"capteur HS\",")
        case .duplicateKey:
            writer.text("\"value\":")
            writer.decimal(value * 0.99, places: places)
            writer.byte(UInt8(ascii: ","))
            fallthrough
        default:
            writer.text("\"value\":")
            writer.decimal(value, places: places)
            writer.byte(UInt8(ascii: ","))
        }
        writer.text("\"unit\":\"")
        writer.text(unit)
        writer.byte(UInt8(ascii: "\""))
    }
}
