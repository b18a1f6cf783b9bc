import Codecs
import Operators
import Records
import Settings
import Testing

/// Alerts by example: rows and watermarks in, transitions out.
struct AlertStepTests {
    static let schema = Schema([Field("id", .string), Field("zone", .string, optional: true), Field("v", .double)])
    static let second: Int64 = 1_000_000

    static let rule = """
        by: id
        alert:
          when: v > 50.0
          clear: v < 45.0
          for: 10s
          keep-firing: 5s
          severity: 'v > 70.0 ? "critical" : "warning"'
          value: v
          threshold: '50'
          labels: { zone: 'zone.orValue("none")' }
          summary: { fr: 'Cuve {id} à {v:.1f}', en: 'Tank {id} at {v:.1f}' }
        """
    static let plain = "{ by: id, alert: { when: v > 50.0, severity: major, summary: 'Hot: {id} {v:.0f}' } }"
    static let expiring = """
        { by: id, alert: { when: v > 50.0, clear: v < 45.0, expire: 30s, severity: major, summary: '{id} {v:.0f}' } }
        """

    enum Input: Sendable {
        case row(Int64, Double)
        case watermark(Int64)
    }

    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var yaml: String
        var inputs: [Input]
        /// `transition severity start–end: summary`, seconds.
        var expected: [String]
        var testDescription: String { name }
    }

    static let examples: [Example] = [
        Example(
            name: "without for, fires and ends at once", yaml: plain, inputs: [.row(1, 51), .row(2, 50)],
            expected: ["firing major 1–: Hot: a 51", "resolved major 1–2: Hot: a 50"]),
        Example(
            name: "pending, then dropped", yaml: rule, inputs: [.row(0, 60), .row(5, 47), .watermark(100)], expected: []
        ),
        Example(
            name: "a row at the deadline still decides", yaml: rule,
            inputs: [.row(0, 60), .row(10, 47), .watermark(100)], expected: []),
        Example(
            name: "fires at the deadline's row", yaml: rule, inputs: [.row(0, 60), .row(10, 61)],
            expected: ["firing warning 10–: Tank a at 61.0"]),
        Example(
            name: "the deadline passes by watermark", yaml: rule, inputs: [.row(0, 60), .row(3, 80), .watermark(11)],
            expected: ["firing critical 10–: Tank a at 80.0"]),
        Example(
            name: "not yet at the deadline itself", yaml: rule, inputs: [.row(0, 60), .watermark(10)], expected: []),
        Example(
            name: "severity goes up and down, hysteresis keeps it, clear and keep-firing end it", yaml: rule,
            inputs: [
                .row(0, 60), .row(10, 60), .row(11, 71), .row(12, 72), .row(13, 48), .row(14, 55), .row(15, 40),
                .row(17, 46), .row(18, 40), .row(22, 39), .row(23, 38),
            ],
            expected: [
                "firing warning 10–: Tank a at 60.0", "updated critical 10–: Tank a at 71.0",
                "updated warning 10–: Tank a at 55.0", "resolved warning 10–23: Tank a at 38.0",
            ]),
        Example(
            name: "a deadline that a late row brings to light tells of the row before", yaml: rule,
            inputs: [.row(0, 60), .row(20, 20)], expected: ["firing warning 10–: Tank a at 60.0"]),
        Example(
            name: "firing and resolved by one row, each with its own row", yaml: rule,
            inputs: [.row(0, 60), .row(11, 20), .row(30, 19)],
            expected: ["firing warning 10–: Tank a at 60.0", "resolved warning 10–16: Tank a at 20.0"]),
        Example(
            name: "keep-firing ends by watermark", yaml: rule,
            inputs: [.row(0, 60), .row(10, 60), .row(12, 30), .watermark(17), .watermark(18)],
            expected: ["firing warning 10–: Tank a at 60.0", "resolved warning 10–17: Tank a at 30.0"]),
        Example(
            name: "rows out of order are left out", yaml: rule,
            inputs: [.row(5, 60), .row(3, 20), .row(16, 61), .row(4, 99), .row(16, 99)],
            expected: ["firing warning 15–: Tank a at 60.0", "updated critical 15–: Tank a at 99.0"]),
        Example(
            name: "a row left out is not told of either", yaml: rule,
            inputs: [.row(5, 60), .row(3, 99), .watermark(16)], expected: ["firing warning 15–: Tank a at 60.0"]),
        Example(
            name: "expires by watermark", yaml: expiring, inputs: [.row(0, 60), .row(10, 47), .watermark(41)],
            expected: ["firing major 0–: a 60", "resolved major 0–40: a 47"]),
        Example(
            name: "recurs with a new start", yaml: plain, inputs: [.row(1, 51), .row(2, 50), .row(3, 52)],
            expected: ["firing major 1–: Hot: a 51", "resolved major 1–2: Hot: a 50", "firing major 3–: Hot: a 52"]),
    ]

    static func told(_ row: Row, keys: Int = 1) -> String {
        func text(_ value: Value) -> String { if case .string(let text) = value { text } else { "" } }
        func seconds(_ value: Value) -> String {
            if case .timestamp(let time) = value { "\(time.microseconds / second)" } else { "" }
        }
        let own = Array(row.values[keys...])
        return "\(text(own[1])) \(text(own[2])) \(seconds(own[5]))–\(seconds(own[6])): \(text(own[4]))"
    }

    static func feed(_ inputs: [Input], to rig: Rig, together: Bool) {
        var rows: [Row] = []
        func flush() {
            rig.feed(rows, size: together ? 64 : 1, advancing: false)
            rows = []
        }
        for input in inputs {
            switch input {
            case .row(let time, let value): rows.append(Row(time * second, [.string("a"), .null, .double(value)]))
            case .watermark(let time):
                flush()
                rig.advance(to: time * second)
            }
        }
        flush()
    }

    @Test(arguments: examples, [true, false])
    func transitions(_ example: Example, together: Bool) throws {
        let rig = try Rig(example.yaml, Self.schema)
        Self.feed(example.inputs, to: rig, together: together)
        #expect(rig.collector.rows.map { Self.told($0) } == example.expected)
    }

    /// What is told must not depend on when watermarks come in between: with one as early as each row allows, and with
    /// none.
    @Test(arguments: 1...20)
    func watermarksOnlyBringThingsToLightEarlier(seed: Int) throws {
        var random = Seeded(seed)
        var time: Int64 = 0
        let rows = (0..<80).map { _ in
            time += Int64(random.below(6))
            return (time, Double(40 + random.below(40)))
        }
        for yaml in [Self.rule, Self.expiring] {
            let eager = try Rig(yaml, Self.schema)
            let lazy = try Rig(yaml, Self.schema)
            Self.feed(rows.flatMap { [.watermark($0.0), .row($0.0, $0.1)] }, to: eager, together: false)
            Self.feed(rows.map { .row($0.0, $0.1) }, to: lazy, together: true)
            eager.end()
            lazy.end()
            #expect(
                eager.collector.rows.map { Self.told($0) } == lazy.collector.rows.map { Self.told($0) }, "seed \(seed)")
        }
    }

    @Test func theBodySaysEverything() throws {
        let rig = try Rig(Self.rule, Self.schema)
        rig.context.wallClock = EventTime(microseconds: 99 * Self.second)
        rig.feed([
            Row(0, [.string("a\"1"), .string("Z"), .double(60)]),
            Row(10 * Self.second, [.string("a\"1"), .null, .double(71.5)]),
        ])
        let row = try #require(rig.collector.rows.first)
        guard case .string(let body) = row.values[8], case .string(let print) = row.values[4] else {
            Issue.record("no body")
            return
        }
        let json = try JSONText.parse(body)
        let wanted: [(String, [String], String)] = [
            ("status", ["status"], "firing"), ("name", ["labels", "alertname"], "step"),
            ("severity", ["labels", "severity"], "critical"), ("topology", ["labels", "topology"], "t"),
            ("key", ["labels", "id"], "a\"1"), ("label", ["labels", "zone"], "none"),
            ("summary", ["annotations", "summary"], "Tank a\"1 at 71.5"),
            ("en", ["annotations", "summary_en"], "Tank a\"1 at 71.5"),
            ("fr", ["annotations", "summary_fr"], "Cuve a\"1 à 71.5"), ("value", ["annotations", "value"], "71.5"),
            ("threshold", ["annotations", "threshold"], "50"), ("start", ["startsAt"], "1970-01-01T00:00:10Z"),
            ("since", ["x", "activeSince"], "1970-01-01T00:00:00Z"),
            ("event", ["x", "eventTime"], "1970-01-01T00:00:10Z"),
            ("seen", ["x", "detectedAt"], "1970-01-01T00:01:39Z"), ("fingerprint", ["fingerprint"], print),
            ("generator", ["generatorURL"], "vigie:t/step"),
        ]
        for (name, path, value) in wanted {
            let node = path.reduce(json as JSONNode?) { $0?[$1] }
            #expect(node?.string == value, "\(name)")
        }
        #expect(json["endsAt"]?.isNull == true)
        let evidence = json["x"]?["evidence"]?[0]
        #expect(evidence?["topic"]?.string == "in" && evidence?["partition"]?.int == 3 && evidence?["offset"]?.int == 1)
        guard case .string(let headers) = row.values[9] else { Issue.record("no headers"); return }
        #expect(headers.contains("ce_specversion\t1.0") && headers.contains("ce_source\t/vigie/t"))
    }

    /// FNV-1a over the identity labels, computed here anew: what consumers store must not change.
    static func fingerprint(_ labels: [(String, String)]) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ bytes: [UInt8]) { for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 } }
        for (name, value) in labels.sorted(by: { $0.0 < $1.0 }) {
            for text in [name, value] {
                let count = UInt32(text.utf8.count)
                add([UInt8(count & 255), UInt8(count >> 8 & 255), UInt8(count >> 16 & 255), UInt8(count >> 24)])
                add(Array(text.utf8))
            }
        }
        let text = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }

    @Test func fingerprintsAreOfNameAndKeyAlone() throws {
        let rig = try Rig(Self.plain, Self.schema)
        rig.feed([
            Row(1, [.string("a"), .string("x"), .double(60)]), Row(2, [.string("b"), .null, .double(90)]),
            Row(3, [.string("a"), .string("y"), .double(10)]),
        ])
        let found = rig.collector.rows.map { $0.values[4] }
        let a = Self.fingerprint([("alertname", "step"), ("id", "a")])
        let b = Self.fingerprint([("alertname", "step"), ("id", "b")])
        #expect(found == [.string(a), .string(b), .string(a)])
    }

    @Test func aKeyOfSeveralFields() throws {
        let yaml = "{ by: [zone, id], alert: { when: v > 50.0, severity: info, summary: '{id}' } }"
        let rig = try Rig(yaml, Self.schema)
        #expect(rig.spec.output.schema.fields.prefix(2).map(\.name) == ["zone", "id"])
        rig.feed([
            Row(1, [.string("a"), .string("x"), .double(60)]), Row(2, [.string("a"), .null, .double(60)]),
            Row(3, [.string("a"), .string(""), .double(60)]), Row(4, [.string("a"), .string("x"), .double(61)]),
            Row(5, [.string("a"), .null, .double(1)]),
        ])
        let keys = rig.collector.rows.map { Array($0.values[0...2]) }
        #expect(
            keys == [
                [.string("x"), .string("a"), .string("firing")], [.null, .string("a"), .string("firing")],
                [.string(""), .string("a"), .string("firing")], [.null, .string("a"), .string("resolved")],
            ])
        let prints = rig.collector.rows.map { $0.values[5] }
        #expect(Set(prints).count == 3 && prints[1] == prints[3], "absent and empty are two keys")
        guard case .string(let absent) = prints[1] else { return }
        #expect(absent == Self.fingerprint([("alertname", "step"), ("id", "a")]))
        let counting = try #require(rig.running as? any AlertCounting)
        #expect(counting.firing == 2 && counting.pending == 0)
        #expect(counting.transitionCounts == ["firing info": 3, "resolved info": 1])
    }

    @Test(arguments: ["severity", "topology", "alertname"])
    func aKeyMayNotHaveALabelsName(name: String) {
        let schema = Schema([Field("id", .string), Field(name, .string), Field("v", .double)])
        let yaml = "{ by: [id, \(name)], alert: { when: v > 1.0, severity: info, summary: x } }"
        let diagnostics = Diagnostics()
        #expect(Rig.plan(yaml, schema, key: "id", diagnostics) == nil)
        #expect(
            diagnostics.items.map(\.message) == [
                "an alert can't be about the field '\(name)': it has a label of that name"
            ])
        #expect(diagnostics.items.map(\.place.column) == [7])
    }

    @Test func manyAlertsAtOnceComeInSeveralBatches() throws {
        let rig = try Rig(Self.rule, Self.schema, capacity: 1024)
        rig.feed((0..<500).map { Row(Int64($0), [.string("t\($0)"), .null, .double(60)]) }, advancing: false)
        let counting = try #require(rig.running as? any AlertCounting)
        #expect(counting.pending == 500 && rig.collector.rows.isEmpty)
        rig.advance(to: 60 * Self.second)
        #expect(counting.pending == 0 && counting.firing == 500)
        #expect(
            rig.collector.rows.map { $0.values[0] } == (0..<500).map { .string("t\($0)") },
            "in the order of their deadlines")
        #expect(Set(rig.collector.rows.map { $0.values[4] }).count == 500)
        #expect(
            rig.collector.rows.allSatisfy { row in
                if case .string(let id) = row.values[0] {
                    row.values[5] == .string("Tank \(id) at 60.0")
                } else {
                    false
                }
            })
    }

    @Test func windowsAreTimedByTheirEnd() throws {
        let schema = Schema([
            Field("id", .string), Field("window_start", .timestamp), Field("window_end", .timestamp),
            Field("v", .double),
        ])
        let rig = try Rig("alert: { when: v > 50.0, severity: major, summary: '{id}' }", schema, groupedBy: ["id"])
        let start = EventTime(microseconds: 20 * Self.second)
        let end = EventTime(microseconds: 30 * Self.second)
        rig.feed([Row(end.microseconds - 1, [.string("a"), .timestamp(start), .timestamp(end), .double(51)])])
        let row = try #require(rig.collector.rows.first)
        #expect(row.values[6] == .timestamp(end))
        guard case .string(let body) = row.values[8] else { Issue.record("no body"); return }
        let window = try JSONText.parse(body)["x"]?["window"]
        #expect(window?["type"]?.string == "tumbling")
        #expect(window?["from"]?.string == "1970-01-01T00:00:20Z" && window?["to"]?.string == "1970-01-01T00:00:30Z")
    }

    @Test func aConditionThatFailsTakesItsRowOutOnly() throws {
        let schema = Schema([Field("id", .string), Field("k", .int)])
        let rig = try Rig("{ by: id, alert: { when: 10 / k > 1, severity: major, summary: '{id} {k}' } }", schema)
        rig.feed([0, 5, 0, 20].map { Row(Int64($0), [.string("a"), .int(Int64($0))]) }, advancing: false)
        #expect(rig.rejects.items.map(\.row) == [0, 2] && rig.rejects.items.allSatisfy { $0.reason == .expression })
        #expect(rig.collector.rows.map { $0.values[1] } == [.string("firing"), .string("resolved")])
    }

    @Test func nothingIsToldWhileRebuilding() throws {
        let rig = try Rig(Self.plain, Self.schema)
        rig.context.isRebuilding = true
        rig.feed([Row(1, [.string("a"), .null, .double(60)])])
        rig.context.isRebuilding = false
        #expect(rig.collector.rows.isEmpty)
        rig.feed([Row(2, [.string("a"), .null, .double(10)])])
        #expect(rig.collector.rows.map { Self.told($0) } == ["resolved major 0–0: Hot: a 10"])
    }
}
