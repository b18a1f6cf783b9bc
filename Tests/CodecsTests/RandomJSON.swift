import Codecs

/// Random well-formed documents for the comparison with Foundation: an object in which the planned fields stand
/// somewhere, in any order, between others.
struct RandomJSON {
    var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// Planned fields: names, paths and what stands there.
    static let fieldNames = [
        "id", "value", "count", "ok", "sensor.name", "sensor.place.lat", "averageVehicleSpeed", "é",
    ]

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    private mutating func pick<T>(_ choices: [T], _ fallback: T) -> T {
        choices.randomElement(using: &generator) ?? fallback
    }

    mutating func document() -> [UInt8] {
        var sensor: [(String, String)] = []
        var place: [(String, String)] = []
        var root: [(String, String)] = []
        if chance(90) { root.append(("id", string())) }
        if chance(90) { root.append(("value", number())) }
        if chance(90) { root.append(("count", integer())) }
        if chance(90) { root.append(("ok", pick(["true", "false", "null"], "null"))) }
        if chance(70) { root.append(("averageVehicleSpeed", chance(90) ? number() : "null")) }
        if chance(50) { root.append(("é", string())) }
        if chance(90) { sensor.append(("name", chance(90) ? string() : "null")) }
        if chance(90) { place.append(("lat", number())) }
        for index in 0..<Int.random(in: 0...4, using: &generator) { root.append(("extra\(index)", value(3))) }
        for index in 0..<Int.random(in: 0...2, using: &generator) { place.append(("lat\(index)", value(2))) }
        if chance(90) { sensor.append(("place", object(place))) }
        if chance(50) { sensor.append(("id", value(2))) }
        if chance(90) { root.append(("sensor", object(sensor))) }
        return bytes(space() + object(root) + space())
    }

    private mutating func object(_ members: [(String, String)]) -> String {
        var members = members
        if chance(30) { members.shuffle(using: &generator) }
        let pieces = members.map { space() + key($0.0) + space() + ":" + space() + $0.1 + space() }
        return "{" + (pieces.isEmpty ? space() : pieces.joined(separator: ",")) + "}"
    }

    /// A key, sometimes with an escape in it.
    private mutating func key(_ name: String) -> String {
        guard chance(5), let first = name.unicodeScalars.first else { return "\"\(name)\"" }
        let digits = String(first.value, radix: 16)
        return "\"\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            + name.unicodeScalars.dropFirst().map(String.init).joined() + "\""
    }

    private mutating func space() -> String { chance(15) ? pick([" ", "  ", "\n", "\t", "\r\n", " \n "], " ") : "" }

    mutating func string() -> String {
        var text = "\""
        for _ in 0..<pick([0, 1, 3, 7, 12, 15, 16, 17, 30, 60], 5) {
            text +=
                chance(92)
                ? pick(["a", "b", "Z", "0", " ", "-", "}", "{", ",", ":", "[", "'", "/"], "a")
                : pick(
                    [
                        "é", "€", "🚢", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\udea2", "\\u0041", "\\t",
                        "\u{7f}", "\u{2028}",
                    ], "é")
        }
        return text + "\""
    }

    mutating func integer() -> String {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: String(Int.random(in: -9...9, using: &generator))
        case 1: String(Int.random(in: -99999...99999, using: &generator))
        case 2: String(Int64.random(in: Int64.min...Int64.max, using: &generator))
        case 3: "1" + String(repeating: "0", count: Int.random(in: 0...17, using: &generator))
        default: String(1_700_000_000_000 + Int.random(in: 0...999_999_999, using: &generator))
        }
    }

    mutating func number() -> String {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: return integer()
        case 1: return "\(Double(Int.random(in: -10000...10000, using: &generator)) / 100)"
        case 2: return "\(Double.random(in: -1000...1000, using: &generator))"
        case 3:
            let value = Double(bitPattern: generator.next())
            return value.isFinite ? "\(value)" : "0"
        case 4:
            let exponent = Int.random(in: -30...30, using: &generator)
            return
                "\(Int.random(in: -999...999, using: &generator))\(pick(["e", "E"], "e"))\(exponent >= 0 && chance(50) ? "+" : "")\(exponent)"
        case 5: return pick(["-0", "0", "0.0", "-0.0", "0e0", "1E5", "0.5e-7"], "0")
        case 6:
            var digits = "\(Int.random(in: 0...9, using: &generator))."
            for _ in 0..<Int.random(in: 1...30, using: &generator) {
                digits += String(Int.random(in: 0...9, using: &generator))
            }
            return digits
        default:
            return "\(Int.random(in: 0...999, using: &generator)).\(Int.random(in: 0...99999999, using: &generator))"
        }
    }

    mutating func value(_ depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
        case 0, 1: return string()
        case 2: return number()
        case 3: return integer()
        case 4: return pick(["true", "false", "null"], "null")
        case 5: return pick(["[]", "{}", "\"\"", "[ ]", "{ }"], "[]")
        case 6:
            let members = (0..<Int.random(in: 0...3, using: &generator)).map { ("k\($0)", value(depth - 1)) }
            return object(members)
        default:
            let elements = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                space() + value(depth - 1) + space()
            }
            return "[" + elements.joined(separator: ",") + "]"
        }
    }

    /// A document with a few bytes changed, put in, taken out, cut off or doubled.
    mutating func mutated(_ document: [UInt8]) -> [UInt8] {
        var result = document
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !result.isEmpty {
            let at = Int.random(in: 0..<result.count, using: &generator)
            let other = Int.random(in: 0..<result.count, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: result[at] = UInt8.random(in: 0...255, using: &generator)
            case 1: result[at] = pick(Array("{}[],:\"\\0123456789.eE+- \n\ttrufalsn/".utf8), 0x20)
            case 2: result.insert(pick(Array("{}[],:\"\\019.eE+- \ntfn".utf8), 0x20), at: at)
            case 3: result.remove(at: at)
            case 4: result.removeSubrange(at...)
            case 5: result.insert(contentsOf: result[min(at, other)..<max(at, other)], at: at)
            default: result.swapAt(at, other)
            }
        }
        return result
    }
}
