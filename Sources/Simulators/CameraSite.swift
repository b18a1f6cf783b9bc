import Records

/// Cameras whose analytics publish one message per frame, in DeepStream's minimal JSON: persons and vehicles as boxes.
///
/// Persons on foot keep to two walkways, far (bottom of the box at y 300…480) and near (930…1060): outside the
/// restricted zone, on every camera. Quay cameras are those of the incidents.
struct CameraSite {
    static let ids =
        (1...4).map { "cam-quai-0\($0)" } + (1...4).map { "cam-gate-0\($0)" } + (1...2).map { "cam-yard-0\($0)" }
        + (1...2).map { "cam-marina-0\($0)" }
    static let quays = 4
    static let fewest = 4
    static let interval = 0.5
    static let mostExtra = 2_000

    private let seed: UInt64
    private let clock: IncidentClock
    private let incidents: Bool
    private let ids = NameTable(Self.ids)
    private let types = NameTable(["sedan", "truck", "suv", "van", "coupe", "bus"])
    private let makes = NameTable(["Toyota", "Renault", "Sinotruk", "Peugeot", "Hyundai", "Mercedes"])
    private let models = NameTable(["Corolla", "Kerax", "Howo", "404", "Tucson", "Actros"])
    private let colors = NameTable(["white", "blue", "black", "silver", "red", "yellow"])

    init(settings: SimulationSettings) {
        seed = settings.seed ^ 0x4341_4D53
        incidents = settings.incidents
        clock = IncidentClock(
            start: settings.start.microseconds, first: 5 * second, period: 150 * second, length: 24 * second,
            lead: 4 * second)
    }

    // MARK: Incidents

    /// cam-quai-03 first, then any of the quays.
    private func intruded(_ ordinal: Int) -> Int {
        ordinal == 0 ? 2 : Int(RandomSource.hash(seed, 1, UInt64(ordinal)) % UInt64(Self.quays))
    }

    func planted(until end: EventTime) -> [SimulatedIncident] {
        guard incidents else { return [] }
        var found: [SimulatedIncident] = []
        var ordinal = 0
        while clock.beginning(ordinal) < end.microseconds {
            let begin = EventTime(microseconds: clock.beginning(ordinal))
            found.append(
                SimulatedIncident(
                    family: .videoMetadata, kind: .intrusion, asset: ids.string(intruded(ordinal)),
                    from: begin.advanced(by: -second / 10), to: begin.advanced(by: 15 * second),
                    exceedsFrom: begin, exceedsTo: begin.advanced(by: 148 * second / 10)))
            ordinal += 1
        }
        return found
    }

    // MARK: Text

    func writeKey(_ place: EventPlace, into writer: inout TextWriter) {
        if !place.isExtra { return writer.bytes(ids[place.source]) }
        writer.text("cam-ville-")
        writer.integer(place.source + 1, width: 4)
    }

    func writeValue(_ place: EventPlace, _ random: inout RandomSource, into writer: inout TextWriter) {
        // One release writes the frame id as a text, another as a number; which one a camera runs does not change.
        let isNumeric = place.source % 3 == 1
        let frame = Int(RandomSource.hash(seed, 2, UInt64(place.source)) % 5000) + place.round * 15
        writer.text(isNumeric ? "{\"version\":\"4.0\",\"id\":" : "{\"version\":\"4.0\",\"id\":\"")
        writer.integer(frame)
        writer.text(isNumeric ? ",\"@timestamp\":\"" : "\",\"@timestamp\":\"")
        if place.fault == .badTimestamp { writer.text("1970") } else { writer.timestamp(place.time) }
        writer.text("\",\"sensorId\":\"")
        if place.fault == .invalidUTF8 { writer.byte(0xFF) }
        writeKey(place, into: &writer)
        writer.byte(UInt8(ascii: "\""))
        switch place.fault {
        case .missingField: break
        case .wrongType: writer.text(",\"objects\":42")
        case .duplicateKey:
            writer.text(",\"objects\":[]")
            fallthrough
        default:
            writer.text(",\"objects\":[")
            writeObjects(place, &random, into: &writer)
            writer.byte(UInt8(ascii: "]"))
        }
        writer.byte(UInt8(ascii: "}"))
    }

    private func writeObjects(_ place: EventPlace, _ random: inout RandomSource, into writer: inout TextWriter) {
        let site = place.isExtra ? 10 + place.source % 2 : place.source
        let vehicles = site < 4 ? 1 : site < 8 ? 4 : site < 10 ? 2 : 6
        let people = site < 4 ? 3 : site < 10 ? 2 : 4
        var isFirst = true
        let busy = Rhythm.activity(place.time)
        for slot in 0..<vehicles + people {
            let isPerson = slot >= vehicles
            guard let track = track(place, slot, busy: busy, isPerson: isPerson) else { continue }
            if !isFirst { writer.byte(UInt8(ascii: ",")) }
            isFirst = false
            writeObject(track, isPerson: isPerson, place, &random, into: &writer)
        }
        guard incidents, !place.isExtra, let walk = clock.occurrence(at: place.time),
            intruded(walk.ordinal) == place.source
        else { return }
        if !isFirst { writer.byte(UInt8(ascii: ",")) }
        let identity = RandomSource.hash(seed, 9, UInt64(walk.ordinal))
        writeObject(intruder(walk.offset, identity), isPerson: true, place, &random, into: &writer)
    }

    /// One object in one frame: where it stands (bottom centre) and how large it is, in pixels.
    private struct Track {
        var identity: UInt64
        var x: Double
        var y: Double
        var height: Double
    }

    /// In the zone from 0 s to 15 s, give or take a step of 0.1 s: walks in from the left along y 700.
    private func intruder(_ offset: Int64, _ identity: UInt64) -> Track {
        Track(identity: identity, x: 603 + 53.4 * Double(offset) / 1_000_000, y: 700, height: 180)
    }

    /// What a slot of a camera shows: one object after another, each crossing the picture in 15 to 45 s.
    private func track(_ place: EventPlace, _ slot: Int, busy: Double, isPerson: Bool) -> Track? {
        let stream = UInt64(place.source) << 6 | UInt64(slot) << 1 | (place.isExtra ? 1 : 0)
        let life = 15 + 30 * RandomSource.unit(seed, 3, stream)
        let lives = Double(place.time.microseconds) / 1_000_000 / life + RandomSource.unit(seed, 4, stream)
        let epoch = lives.wholePart
        var random = RandomSource(RandomSource.hash(seed, 5 &+ stream << 3, UInt64(bitPattern: Int64(epoch))))
        let identity = random.next()
        guard random.unit() < (isPerson ? 0.75 : 0.85) * busy else { return nil }
        var along = lives - epoch
        if random.below(2) == 0 { along = 1 - along }
        let x = 60 + along * 1800
        guard isPerson else {
            let y = 540 + 420 * random.unit()
            return Track(identity: identity, x: x, y: y, height: y * 0.3)
        }
        if random.below(2) == 0 {
            let y = 300 + 178 * random.unit()
            return Track(identity: identity, x: x, y: y, height: 60 + y * 0.1)
        }
        return Track(identity: identity, x: x, y: 932 + 125 * random.unit(), height: 240)
    }

    private func writeObject(
        _ track: Track, isPerson: Bool, _ place: EventPlace, _ random: inout RandomSource, into writer: inout TextWriter
    ) {
        let half = track.height * (isPerson ? 0.2 : 0.7)
        writer.byte(UInt8(ascii: "\""))
        if !isPerson, random.below(400) == 0 {
            writer.text("18446744073709551615")  // the tracker has lost it
        } else {
            writer.integer(Int(track.identity % 1_000_000))
        }
        let jitter = random.signed()
        writePixels(track.x - half + jitter, place, into: &writer)
        writePixels(track.y - track.height, place, into: &writer)
        writePixels(track.x + half + jitter, place, into: &writer)
        writePixels(track.y, place, into: &writer)
        if isPerson {
            writer.text("|Person")
            if track.identity & 3 != 0 { writePersonAttributes(track, &random, into: &writer) }
        } else {
            writer.text("|Vehicle")
            if track.identity & 7 != 0 { writeVehicleAttributes(track, &random, into: &writer) }
        }
        writer.byte(UInt8(ascii: "\""))
    }

    private func writePixels(_ value: Double, _ place: EventPlace, into writer: inout TextWriter) {
        writer.byte(UInt8(ascii: "|"))
        if place.source % 3 == 1 {
            writer.decimal(max(0, value), places: 1)
        } else {
            writer.integer(Int(max(0, value)))
        }
    }

    private func writePersonAttributes(
        _ track: Track, _ random: inout RandomSource, into writer: inout TextWriter
    ) {
        let bits = track.identity >> 20
        writer.text(bits & 1 == 0 ? "|#|male|" : "|#|female|")
        writer.integer(18 + Int(bits >> 4 & 31))
        writer.text(bits & 2 == 0 ? "|black|none|" : "|black|helmet|")
        writer.text(bits & 4 == 0 ? "casual|" : "hi-vis|")
        writer.decimal(0.6 + 0.39 * random.unit(), places: 2)
    }

    private func writeVehicleAttributes(
        _ track: Track, _ random: inout RandomSource, into writer: inout TextWriter
    ) {
        let bits = track.identity >> 20
        let kind = Int(bits % 6)
        writer.text("|#|")
        writer.bytes(types[kind])
        writer.byte(UInt8(ascii: "|"))
        writer.bytes(makes[kind])
        writer.byte(UInt8(ascii: "|"))
        writer.bytes(models[kind])
        writer.byte(UInt8(ascii: "|"))
        writer.bytes(colors[Int(bits >> 8 % 6)])
        if bits >> 12 & 3 == 0 {
            writer.text("|||-0.1")  // no plate read
            return
        }
        writer.byte(UInt8(ascii: "|"))
        writer.byte(UInt8(ascii: "A") + UInt8(bits >> 14 & 15))
        writer.byte(UInt8(ascii: "A") + UInt8(bits >> 18 & 15))
        writer.byte(UInt8(ascii: " "))
        writer.integer(Int(bits >> 22 & 4095) + 1000)
        writer.text(" RB|Benin|")
        writer.decimal(0.5 + 0.49 * random.unit(), places: 2)
    }
}
