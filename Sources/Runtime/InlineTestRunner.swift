import Codecs
import Operators
import Records
public import Settings
import Telemetry
public import Topology

/// Runs the tests of a topology file: the same worker, tasks and operators as in production, on a virtual clock, one
/// partition per source, records in memory.
public enum InlineTestRunner {
    public struct Outcome: Sendable {
        public let test: InlineTest
        /// What differs from what was expected; empty for a test that passed.
        public let problems: [Diagnostic]
        /// What came out, by sink: one JSON text a record.
        public let output: [String: [String]]
        public var passed: Bool { problems.isEmpty }
    }

    public static func run(_ test: InlineTest, of plan: TopologyPlan) -> Outcome {
        let run = Run(plan)
        for step in test.steps { run.take(step) }
        run.finish()
        var problems: [Diagnostic] = []
        var output: [String: [String]] = [:]
        for sink in plan.sinks { output[sink.name] = run.values(of: sink.topic) }
        output["dead-letters"] = run.deadLetters
        for expectation in test.expectations {
            problems += compare(expectation, output[expectation.output] ?? [])
        }
        if let failure = run.failure {
            problems.append(Diagnostic(severity: .error, place: test.place, message: "the worker stopped: \(failure)"))
        }
        return Outcome(test: test, problems: problems, output: output)
    }

    /// One topology with its worker in memory.
    private final class Run {
        let plan: TopologyPlan
        let clock = ManualClock(now: EventTime(microseconds: 0))
        let source: MemorySource
        let sink = MemorySink()
        let worker: Worker
        static let deadLetterTopic = "dead-letters"

        init(_ plan: TopologyPlan) {
            self.plan = plan
            source = MemorySource(Set(plan.sources.map(\.topic)).sorted().map { TopicPartition($0, 0) })
            var settings = WorkerSettings(deadLetterTopic: Self.deadLetterTopic)
            settings.batchRows = 64
            worker = Worker(
                settings: settings, plans: [plan], source: source, sink: sink, clock: clock,
                log: .silent, board: StatusBoard())
            worker.runOnce()
        }

        func take(_ step: InlineTest.Step) {
            switch step {
            case .clock(let microseconds):
                worker.runOnce()
                clock.advance(microseconds: microseconds)
            case .record(let name, let key, let payload, let at, _):
                guard let plan = plan.sources.first(where: { $0.name == name }) else { return }
                let record = MemoryRecord(
                    key: key.map { Array($0.utf8) }, value: payload,
                    timestampMilliseconds: at.map { EventTime(microseconds: $0).milliseconds } ?? clock.now.milliseconds
                )
                clock.reach(eventTime(of: record, plan))
                source.append(record, to: TopicPartition(plan.topic, 0))
            }
            worker.runOnce()
        }

        /// The clock is never behind what arrives.
        private func eventTime(of record: MemoryRecord, _ plan: SourcePlan) -> EventTime {
            guard let value = record.value else { return .distantPast }
            let batch = RecordBatch(plan.shape.schema, capacity: 64)
            var rejections: [Rejection] = []
            return value.withUnsafeBufferPointer { bytes in
                var message = RawMessage(
                    value: bytes.baseAddress, valueCount: bytes.count, key: nil, keyCount: 0, offset: 0,
                    timestampMilliseconds: record.timestampMilliseconds)
                return plan.makeDecoder().decode(
                    &message, 1, into: batch, selection: Selection(capacity: 64), rejections: &rejections
                ).maxEventTime
            }
        }

        func finish() {
            worker.runOnce()
            worker.runOnce()
        }

        var failure: String? { worker.failure }

        func values(of topic: String) -> [String] {
            (sink.records[topic] ?? []).map { String(decoding: $0.value ?? [], as: UTF8.self) }
        }

        /// Dead letters as JSON objects of their reason, step and source.
        var deadLetters: [String] {
            (sink.records[Self.deadLetterTopic] ?? []).map { record in
                var buffer = ByteBuffer()
                buffer.append("{")
                for (index, name) in ["reason", "step", "topic", "offset", "detail"].enumerated() {
                    if index > 0 { buffer.append(",") }
                    buffer.append(jsonString: name)
                    buffer.append(":")
                    if let text = record.headers["vigie-" + name] {
                        buffer.append(jsonString: text)
                    } else {
                        buffer.append("null")
                    }
                }
                buffer.append("}")
                return buffer.string
            }
        }
    }

    // MARK: Comparison

    private static func compare(_ expectation: InlineTest.Expectation, _ found: [String]) -> [Diagnostic] {
        var problems: [Diagnostic] = []
        for (index, expected) in expectation.records.enumerated() {
            guard index < found.count else {
                problems.append(
                    Diagnostic(
                        severity: .error, place: expected.place,
                        message:
                            "'\(expectation.output)' has \(found.count) records, this is expected as number \(index + 1)"
                    ))
                break
            }
            guard let actual = try? JSONText.parse(found[index]) else {
                problems.append(
                    Diagnostic(
                        severity: .error, place: expected.place,
                        message: "record \(index + 1) is no JSON: \(found[index])"))
                continue
            }
            differences(expected, actual, path: "") { place, message in
                problems.append(
                    Diagnostic(
                        severity: .error, place: place,
                        message: "record \(index + 1) of '\(expectation.output)': \(message)",
                        hint: "the record is \(found[index])"))
            }
        }
        if found.count > expectation.records.count {
            let extra = found[expectation.records.count]
            problems.append(
                Diagnostic(
                    severity: .error, place: expectation.place,
                    message:
                        "'\(expectation.output)' has \(found.count) records, expected are \(expectation.records.count)",
                    hint: "the first that is not expected: \(extra)"))
        }
        return problems
    }

    /// Every field that is named has to be there and equal; numbers are compared as numbers.
    private static func differences(
        _ expected: ConfigNode, _ actual: JSONNode, path: String, _ report: (Place, String) -> Void
    ) {
        let name = path.isEmpty ? "the record" : path
        switch expected.content {
        case .mapping(let entries):
            for entry in entries {
                let below = path.isEmpty ? entry.key : path + "." + entry.key
                if let value = actual[entry.key] {
                    differences(entry.value, value, path: below, report)
                } else if !entry.value.isNull {
                    report(entry.keyPlace, "\(below) is missing")
                }
            }
        case .sequence(let elements):
            guard case .array(let array) = actual.content, array.count == elements.count else {
                return report(
                    expected.place, "\(name) has to be a list of \(elements.count), found \(JSONText.write(actual))")
            }
            for (index, element) in elements.enumerated() {
                differences(element, array[index], path: "\(path)[\(index)]", report)
            }
        case .scalar(let text, let isPlain):
            if !matches(text, isPlain: isPlain, actual) {
                report(expected.place, "\(name) is \(JSONText.write(actual)), expected \(text)")
            }
        }
    }

    private static func matches(_ text: String, isPlain: Bool, _ actual: JSONNode) -> Bool {
        if let string = actual.string { return string == text }
        guard isPlain else { return false }
        if let number = actual.double { return Double(text) == number }
        return JSONText.write(actual) == text
    }
}
