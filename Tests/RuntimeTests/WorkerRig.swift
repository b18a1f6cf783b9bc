import Codecs
import Records
import Settings
import Telemetry
import Testing
import Topology

@testable import Runtime

/// A worker with everything in memory and under the test's hand.
final class WorkerRig {
    static let second: Int64 = 1_000_000
    /// 2026-01-01T00:00:00Z in seconds.
    static let base: Int64 = 1_767_225_600

    let clock: ManualClock
    let source: MemorySource
    let sink: MemorySink
    let board = StatusBoard()
    let worker: Worker

    static func plan(_ yaml: String) throws -> TopologyPlan {
        let diagnostics = Diagnostics()
        let plan = Loader.load(text: yaml, file: "test.yaml", diagnostics)
        return try #require(plan, "\(diagnostics.rendered())")
    }

    init(
        _ yamls: [String], topics: [String] = ["in"], clock: ManualClock? = nil, source: MemorySource? = nil,
        sink: MemorySink = MemorySink(), batchRows: Int = 64
    ) throws {
        self.clock = clock ?? ManualClock(now: EventTime(milliseconds: Self.base * 1000))
        self.source = source ?? MemorySource(topics.map { TopicPartition($0, 0) })
        self.sink = sink
        var settings = WorkerSettings(deadLetterTopic: "dead")
        settings.batchRows = batchRows
        settings.commitIntervalMicroseconds = 100_000
        settings.statusIntervalMicroseconds = 0
        worker = Worker(
            settings: settings, plans: try yamls.map(Self.plan), source: self.source, sink: sink, clock: self.clock,
            log: .silent, board: board)
    }

    /// A record at a second after the base.
    func append(_ json: String, at seconds: Int64 = 0, to topic: String = "in", key: String? = nil) {
        source.append(
            MemoryRecord(
                key: key.map { Array($0.utf8) }, value: Array(json.utf8),
                timestampMilliseconds: (Self.base + seconds) * 1000),
            to: TopicPartition(topic, 0))
    }

    /// Turns with the clock moved on after each: enough of them let a commit come due, wait for deliveries and happen.
    func turn(_ count: Int = 1, milliseconds: Int64 = 60) {
        for _ in 0..<count {
            worker.runOnce()
            clock.advance(microseconds: milliseconds * 1000)
        }
    }

    func texts(_ topic: String) -> [String] {
        (sink.records[topic] ?? []).map { String(decoding: $0.value ?? [], as: UTF8.self) }
    }

    func field(_ name: String, _ topic: String) throws -> [Int64?] {
        try texts(topic).map { try JSONText.parse($0)[name]?.int }
    }

    func committed(_ topic: String = "in") -> OffsetCommit? { source.committed[TopicPartition(topic, 0)] }

    var status: WorkerStatus? { board.all.first }

    static func copying(onError: String = "dead-letter", filter: String = "n >= 0") -> String {
        """
        vigie: 1
        name: copying
        sources:
          rows: { topic: in, key: id, fields: { id: string, n: int }, timestamp: record, on-error: \(onError) }
        steps:
          kept: { from: rows, filter: \(filter) }
        sinks:
          out: { from: kept, topic: out }
        """
    }

    static func counting(name: String, delay: String, topic: String = "in", idle: String = "60s") -> String {
        """
        vigie: 1
        name: \(name)
        sources:
          rows:
            topic: \(topic)
            key: id
            fields: { id: string }
            timestamp: record
            watermark: { delay: \(delay), idle: \(idle) }
        steps:
          counts: { from: rows, by: id, window: { tumbling: 10s }, aggregate: { n: count() } }
        sinks:
          out: { from: counts, topic: \(name) }
        """
    }
}
