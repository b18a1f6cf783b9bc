import Inference
import Operators
import Records
import Settings
import Testing

/// The step must answer what the model answers when called directly, key by key.
struct DetectTests {
    static let schema = Schema([Field("id", .string), Field("zone", .string, optional: true), Field("v", .double)])

    static func rows(seed: Int) -> [Row] {
        var random = Seeded(seed)
        return (0..<900).map { index in
            let key = random.below(3)
            let noise = Double(random.below(1000)) / 1000
            let level = index > 700 && key == 1 ? 40.0 : 20.0
            let zone: Value = random.chance(50) ? .null : .string("z")
            return Row(Int64(index), [.string("k\(key)"), zone, .double(level + noise)])
        }
    }

    @Test(arguments: [1, 7, 64], ["[id]", "[id, zone]"])
    func scoresAreTheModelsOwn(size: Int, by: String) throws {
        let rig = try Rig("detect: { value: v, by: \(by), threshold: 2.0, long: 200, short: 5, rest: 20 }", Self.schema)
        let rows = Self.rows(seed: 7)
        rig.feed(rows, size: size)
        var settings = AnomalyLikelihood()
        settings.threshold = 2
        settings.long = 200
        settings.short = 5
        settings.rest = 20
        var tables = DetectorTable(settings)
        var ids: [[Value]: UInt32] = [:]
        var anomalies = 0
        #expect(rig.collector.rows.count == rows.count)
        for (row, found) in zip(rows, rig.collector.rows) {
            let key = Array(row.values[0..<(by == "[id]" ? 1 : 2)])
            let id = ids[key] ?? UInt32(ids.count)
            ids[key] = id
            guard case .double(let value) = row.values[2] else { continue }
            let answer = tables.score(id: id, value: value)
            if answer.isAnomaly { anomalies += 1 }
            #expect(found == Row(row.time, row.values + [.double(answer.score), .bool(answer.isAnomaly)]))
        }
        #expect(anomalies > 0, "the level shift of one key is seen, else the test shows nothing")
        #expect(rig.running.stateSize.keys == ids.count)
        let bytes = try #require(rig.spec.stateBytesPerKey)
        #expect(bytes > 200 * 2 * 4)
    }

    @Test func aRowOnWhichTheValueFailsTeachesNothing() throws {
        let schema = Schema([Field("id", .string), Field("k", .int)])
        let rig = try Rig("detect: { value: 1000 / k, by: id }", schema)
        rig.feed([1, 0, 2].map { Row(Int64($0), [.string("a"), .int(Int64($0))]) })
        #expect(rig.collector.rows.map { $0.values[1] } == [.int(1), .int(2)])
        #expect(rig.rejects.items.map(\.row) == [1])
    }
}
