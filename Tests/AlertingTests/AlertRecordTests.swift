import Alerting
import Foundation
import Records
import Testing

@Suite("Alert records")
struct AlertRecordTests {
    private let arena = Arena()

    private func at(_ microseconds: Int64) -> EventTime {
        EventTime(microseconds: 1_777_813_328_000_000 + microseconds)
    }

    private func transition(_ kind: AlertTransition.Kind = .firing, sequence: UInt32 = 1) -> AlertTransition {
        AlertTransition(
            kind: kind, severity: 1, previousSeverity: 1, sequence: sequence,
            fingerprint: Fingerprint(value: 0x9c1f_0b6a_2d44_e871), at: at(1_000_000), activeSince: at(-3_000_000),
            startsAt: at(0), endsAt: kind == .resolved ? at(1_000_000) : nil)
    }

    private func record(_ transition: AlertTransition) -> AlertRecord {
        AlertRecord(
            transition: transition, alertName: "overheating", topology: "hydrocarbon-tanks", severity: "warning",
            generatorURL: "vigie:hydrocarbon-tanks/overheating", eventTime: at(400_000), detectedAt: at(455_000))
    }

    private func written(_ record: AlertRecord) -> String {
        var buffer = ByteBuffer()
        AlertRecordWriter.append(record, to: &buffer)
        return buffer.string
    }

    @Test("the least record, byte by byte")
    func least() {
        #expect(
            written(record(transition())) == """
                {"status":"firing","fingerprint":"9c1f0b6a2d44e871","labels":{"alertname":"overheating",\
                "severity":"warning","topology":"hydrocarbon-tanks"},"annotations":{},\
                "startsAt":"2026-05-03T13:02:08Z","endsAt":null,"generatorURL":"vigie:hydrocarbon-tanks/overheating",\
                "x":{"incident":"9c1f0b6a2d44e871-1777813328000000","seq":1,"state":"firing","transition":"firing",\
                "eventTime":"2026-05-03T13:02:08.400Z","detectedAt":"2026-05-03T13:02:08.455Z",\
                "activeSince":"2026-05-03T13:02:05Z"}}
                """)
    }

    @Test("the fullest record, byte by byte")
    func fullest() {
        var full = record(transition(.updated, sequence: 2))
        full.severity = "critical"
        full.previousSeverity = "warning"
        full.labels = [.init("tank", arena.copy("T-07")), .init("site", arena.copy("PAC \"sud\""))]
        full.summaries = [
            .init("fr", arena.copy("Cuve T-07 à 76,2 °C")), .init("en", arena.copy("Tank T-07 at 76.2 °C")),
        ]
        full.value = 76.2
        full.threshold = 75
        full.publishedAt = at(459_000)
        full.window = .init(type: "tumbling", from: at(-5_000_000), to: at(0))
        full.evidence = [
            .init(topic: arena.copy("port.sensor.readings"), partition: 4, offset: 88123),
            .init(topic: arena.copy("port.sensor.readings"), partition: 4, offset: 88124),
        ]
        #expect(
            written(full) == """
                {"status":"firing","fingerprint":"9c1f0b6a2d44e871","labels":{"alertname":"overheating",\
                "severity":"critical","topology":"hydrocarbon-tanks","tank":"T-07","site":"PAC \\"sud\\""},\
                "annotations":{"summary":"Cuve T-07 à 76,2 °C","summary_fr":"Cuve T-07 à 76,2 °C",\
                "summary_en":"Tank T-07 at 76.2 °C","value":"76.2","threshold":"75"},\
                "startsAt":"2026-05-03T13:02:08Z","endsAt":null,"generatorURL":"vigie:hydrocarbon-tanks/overheating",\
                "x":{"incident":"9c1f0b6a2d44e871-1777813328000000","seq":2,"state":"firing","transition":"updated",\
                "previousSeverity":"warning","eventTime":"2026-05-03T13:02:08.400Z",\
                "detectedAt":"2026-05-03T13:02:08.455Z","publishedAt":"2026-05-03T13:02:08.459Z",\
                "activeSince":"2026-05-03T13:02:05Z",\
                "window":{"type":"tumbling","from":"2026-05-03T13:02:03Z","to":"2026-05-03T13:02:08Z"},\
                "evidence":[{"topic":"port.sensor.readings","partition":4,"offset":88123},\
                {"topic":"port.sensor.readings","partition":4,"offset":88124}]}}
                """)
    }

    @Test("a resolved record has its end, and numbers that JSON can't hold are left out")
    func resolved() throws {
        var record = record(transition(.resolved, sequence: 9))
        record.value = .nan
        record.threshold = 1e-7
        let object = try #require(try JSONSerialization.jsonObject(with: Data(written(record).utf8)) as? [String: Any])
        #expect(object["status"] as? String == "resolved")
        #expect(object["endsAt"] as? String == "2026-05-03T13:02:09Z")
        #expect(object["annotations"] as? [String: String] == ["threshold": "1e-07"])
        let x = try #require(object["x"] as? [String: Any])
        #expect(x["state"] as? String == "resolved" && x["resolution"] as? String == "cleared")
        record.transition.isExpired = true
        #expect(written(record).contains(#""resolution":"expired""#))
    }

    @Test("any text survives Foundation's parser", arguments: 0..<50)
    func anyText(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func text() -> String {
            let pool: [ClosedRange<UInt32>] = [
                0...0x1F, 0x20...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0x1_0000...0x10_FFFF,
            ]
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...30, using: &generator) {
                let range = pool[Int.random(in: 0..<pool.count, using: &generator)]
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { text.append(scalar) }
            }
            return String(text)
        }
        var record = record(transition())
        (record.alertName, record.topology, record.severity, record.generatorURL) = (text(), text(), text(), text())
        let (label, summary) = (text(), text())
        record.labels = [.init("tank", arena.copy(label))]
        record.summaries = [.init("en", arena.copy(summary))]
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(written(record).utf8)) as? [String: Any], "seed \(seed)")
        // Compared as scalars: String's == would take canonically equivalent texts for the same.
        func same(_ a: Any?, _ b: String) -> Bool { (a as? String).map { Array($0.utf8) } == Array(b.utf8) }
        let labels = object["labels"] as? [String: Any]
        #expect(same(labels?["alertname"], record.alertName), "seed \(seed)")
        #expect(same(labels?["topology"], record.topology), "seed \(seed)")
        #expect(same(labels?["severity"], record.severity), "seed \(seed)")
        #expect(same(labels?["tank"], label), "seed \(seed)")
        #expect(same(object["generatorURL"], record.generatorURL), "seed \(seed)")
        #expect(same((object["annotations"] as? [String: Any])?["summary_en"], summary), "seed \(seed)")
    }

    @Test("CloudEvents headers in binary mode")
    func headers() {
        var headers = AlertHeaders()
        headers.fill(transition(), source: "/nowhere")
        headers.fill(transition(.resolved, sequence: 12), source: "/vigie/port/hydrocarbon-tanks")
        let expected = [
            ("ce_specversion", "1.0"), ("ce_id", "9c1f0b6a2d44e871-1777813328000000-12"),
            ("ce_source", "/vigie/port/hydrocarbon-tanks"), ("ce_type", "vigie.alert.resolved"),
            ("ce_time", "2026-05-03T13:02:09Z"), ("ce_subject", "9c1f0b6a2d44e871"),
            ("content-type", "application/json"),
        ]
        #expect(headers.entries.map(\.name) == expected.map(\.0))
        for (name, value) in expected { #expect(headers.value(of: name) == value) }
        #expect(headers.value(of: "ce_none") == nil)
    }
}
