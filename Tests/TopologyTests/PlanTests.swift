import Codecs
import Operators
import Records
import Settings
import Testing
import Topology

/// What a good file becomes.
struct PlanTests {
    @Test func theSampleIsPlannedWhole() throws {
        let plan = try Sample.load(Sample.text)
        #expect(plan.name == "tanks" && plan.file == "test.yaml" && plan.title == ["en": "Tanks", "fr": "Cuves"])
        #expect(plan.steps.map(\.name) == ["warm", "shown", "means", "hot"])
        #expect(plan.steps.map(\.kind) == ["filter", "select", "aggregate", "alert"])
        let source = try #require(plan.sources.first)
        #expect(source.topic == "in" && source.onError == .deadLetter)
        #expect(source.shape.partitionKey == "tank" && source.shape.isUnchanged)
        #expect(source.shape.schema.fields.map(\.name) == ["tank", "site", "celsius", "count"])
        #expect(source.shape.schema.fields.map(\.isOptional) == [false, true, false, false])
        #expect(
            source.watermark
                == WatermarkRule(
                    delayMicroseconds: 2_000_000, idleMicroseconds: 30_000_000, aheadMicroseconds: 600_000_000))
        guard case .json(let decode) = source.format else { Issue.record("not JSON"); return }
        #expect(decode.fields.map(\.path.description) == ["sensor.id", "site", "celsius", "count"])
        #expect(decode.timestamp == .field(try #require(FieldPath("observed_at")), format: .rfc3339))
        let means = try #require(plan.steps.first { $0.name == "means" })
        #expect(means.spec.output.schema.fields.map(\.name) == ["tank", "window_start", "window_end", "mean", "n"])
        #expect(means.spec.output.groupedBy == ["tank"])
        for name in ["readings", "warm", "means", "hot"] { #expect(plan.root(of: name)?.name == "readings") }
        #expect(plan.root(of: "nothing") == nil)
    }

    @Test func stepsMayStandInAnyOrder() throws {
        let swapped = try #require(
            Sample.replacing([
                ("  warm: { from: readings, filter: celsius > 10.0 }\n", ""),
                ("sinks:\n", "  warm: { from: readings, filter: celsius > 10.0 }\nsinks:\n"),
            ]))
        let plan = try Sample.load(swapped)
        let order = plan.steps.map(\.name)
        for step in plan.steps where step.from != "readings" {
            let before = try #require(order.firstIndex(of: step.from))
            #expect(before < (order.firstIndex(of: step.name) ?? 0))
        }
        #expect(Set(order) == ["warm", "shown", "means", "hot"])
    }

    @Test func defaultsOfASource() throws {
        let plan = try Sample.load(
            """
            vigie: 1
            name: t
            sources:
              a: { topic: in, fields: { x: int }, timestamp: record }
            sinks:
              b: { from: a, topic: out }
            """)
        let source = try #require(plan.sources.first)
        #expect(source.watermark.delayMicroseconds == 0)
        #expect(source.watermark.idleMicroseconds == 60_000_000)
        #expect(source.watermark.aheadMicroseconds == 600_000_000)
        #expect(source.shape.partitionKey == nil)
        guard case .json(let decode) = source.format else { Issue.record("not JSON"); return }
        #expect(decode.timestamp == .record && decode.validation == .strict)
        #expect(plan.title == [:] && plan.steps.isEmpty && plan.tests.isEmpty)
    }

    struct SinkCase: Sendable, CustomTestStringConvertible {
        var sink: String
        var content: String
        var key: String
        var testDescription: String { sink }
    }

    static let sinks: [SinkCase] = [
        SinkCase(sink: "{ from: readings, topic: o }", content: "passThrough", key: "source"),
        SinkCase(sink: "{ from: warm, topic: o }", content: "passThrough", key: "source"),
        SinkCase(sink: "{ from: warm, topic: o, key: site }", content: "passThrough", key: "site"),
        SinkCase(sink: "{ from: shown, topic: o }", content: "json", key: "source"),
        SinkCase(sink: "{ from: shown, topic: o, key: [tank, f] }", content: "json", key: "tank f"),
        SinkCase(sink: "{ from: means, topic: o }", content: "json", key: "tank"),
        SinkCase(
            sink: "{ from: means, topic: o, key: [window_start, tank] }", content: "json", key: "window_start tank"),
        SinkCase(sink: "{ from: hot, topic: o, format: json }", content: "alerts", key: "tank"),
    ]

    @Test(arguments: sinks)
    func sinksChooseContentAndKey(_ example: SinkCase) throws {
        let text = try #require(Sample.replacing([("tests:", "  extra: \(example.sink)\ntests:")]))
        let sink = try #require(try Sample.load(text).sinks.first { $0.name == "extra" })
        #expect("\(sink.content)" == example.content)
        switch sink.key {
        case .source: #expect(example.key == "source")
        case .fields(let columns): #expect(columns.map { sink.schema[$0].name }.joined(separator: " ") == example.key)
        }
    }

    @Test func onOtherTopics() throws {
        let plan = try Sample.load(Sample.text)
        let moved = plan.onTopics(["readings": "in.2", "alerts": "out.2", "nothing": "x"])
        #expect(moved.sources.map(\.topic) == ["in.2"])
        #expect(moved.sinks.map(\.topic) == ["out.2", "out.shown"])
        #expect(plan.sources.map(\.topic) == ["in"], "the plan itself stays")
        #expect(moved.steps.map(\.name) == plan.steps.map(\.name))
    }

    // MARK: Tests in files

    @Test func inlineTestsAreRead() throws {
        let given = """
                  - { source: readings, key: T-1, value: { a: 1, b: [true, null, 'x', "2", 1e3], c: { d: yes } }, at: '1970-01-01T00:00:01.5Z' }
                  - { source: readings, value: null }
                  - { source: readings, raw: '{"x":' }
                  - { clock: 1m30s }
            """
        let text = try #require(
            Sample.replacing([
                ("      - { source: readings, value: { sensor: { id: T } }, at: '2026-01-01T00:00:00Z' }", given),
                ("      alerts: []", "      alerts: [{ status: firing }]\n      dead-letters: []"),
            ]))
        let test = try #require(try Sample.load(text).tests.first)
        #expect(test.name == "nothing")
        #expect(test.expectations.map(\.output) == ["alerts", "dead-letters"])
        #expect(test.expectations.map(\.records.count) == [1, 0])
        let steps = test.steps.map { step in
            switch step {
            case .clock(let microseconds): "clock \(microseconds)"
            case .record(let source, let key, let payload, let at, _):
                "\(source) \(key ?? "-") \(payload.map { String(decoding: $0, as: UTF8.self) } ?? "-") \(at.map(String.init) ?? "-")"
            }
        }
        #expect(
            steps == [
                #"readings T-1 {"a":1,"b":[true,null,"x","2",1e3],"c":{"d":"yes"}} 1500000"#, "readings - - -",
                #"readings - {"x": -"#, "clock 90000000",
            ])
    }

    // MARK: Several files

    @Test func unusedThingsAreWarnedAbout() throws {
        let text = try #require(
            Sample.replacing([("  shown: { from: shown, topic: out.shown }\n", ""), ("  shown: {", "  ¦shown: {")]))
        let (plain, places) = Sample.unmarked(text)
        let diagnostics = Diagnostics()
        #expect(Loader.load(text: plain, file: "test.yaml", diagnostics) != nil, "a warning is no error")
        #expect(diagnostics.items.map(\.severity) == [.warning])
        #expect(diagnostics.items.map(\.message) == ["nothing reads 'shown'"])
        #expect(diagnostics.items.map { "\($0.place.line):\($0.place.column)" } == places)
    }

    @Test func aMistakeInOneFileDoesNotSpoilAnother() throws {
        let diagnostics = Diagnostics()
        let bad = try #require(Sample.replacing([("celsius > 10.0", "celsiuss > 10.0")]))
        #expect(Loader.load(text: bad, file: "bad.yaml", diagnostics) == nil)
        #expect(Loader.load(text: Sample.text, file: "good.yaml", diagnostics) != nil)
        #expect(Set(diagnostics.items.map(\.place.file)) == ["bad.yaml"])
    }
}
