import Foundation
import Records
import Settings
import Telemetry
import Testing
import Topology
import WebServer

@testable import Console
@testable import Runtime

/// The console's routes, answered by the router without a socket.
struct ConsoleTests {
    static let topology = """
        vigie: 1
        name: tanks
        sources:
          readings:
            topic: in
            key: tank
            fields: { tank: string, celsius: double }
            timestamp: record
        steps:
          means: { from: readings, by: tank, window: { tumbling: 1s }, aggregate: { mean: avg(celsius) } }
          hot:
            from: readings
            by: tank
            alert: { when: celsius > 60.0, severity: 'celsius > 70.0 ? "critical" : "warning"', summary: '{tank}' }
        sinks:
          means: { from: means, topic: means }
          alerts: { from: hot, topic: alerts }
        """

    /// A board as a real worker leaves it, with windows, alerts, late and unreadable records.
    static func board(workers: Int = 1) throws -> StatusBoard {
        let board = StatusBoard()
        for index in 0..<workers {
            let diagnostics = Diagnostics()
            let plan = try #require(
                Loader.load(text: topology, file: "t.yaml", diagnostics), "\(diagnostics.rendered())")
            let clock = ManualClock(now: EventTime(milliseconds: 1_767_225_600_000))
            let partitions = [TopicPartition("in", Int32(2 * index)), TopicPartition("in", Int32(2 * index + 1))]
            let source = MemorySource(partitions)
            var settings = WorkerSettings(deadLetterTopic: "dead")
            settings.index = index
            settings.statusIntervalMicroseconds = 0
            let worker = Worker(
                settings: settings, plans: [plan], source: source, sink: MemorySink(), clock: clock, log: .silent,
                board: board)
            let base: Int64 = 1_767_225_600_000
            let records: [(String, Int64)] = [
                (#"{"tank":"a","celsius":65}"#, base), (#"{"tank":"b","celsius":75.5}"#, base + 5000),
                (#"{"tank":"#, base + 5000), (#"{"tank":"late","celsius":1}"#, base),
                (#"{"tank":"a","celsius":10}"#, base + 6000),
            ]
            for (json, at) in records {
                source.append(
                    MemoryRecord(key: nil, value: Array(json.utf8), timestampMilliseconds: at), to: partitions[0])
            }
            for _ in 0..<4 {
                worker.runOnce()
                clock.advance(microseconds: 1_000_000)
            }
        }
        return board
    }

    static func ask(_ path: String, _ board: StatusBoard, _ phase: NodePhase = .running) throws -> (
        status: Int, text: String
    ) {
        let node = NodeDescription(application: "app \"1\"", node: "n1", topologies: ["tanks", "roads"])
        let router = try Router(ConsoleRoutes(node: node, board: board, phase: { phase }).all)
        let response = router.answer(Request(method: "GET", path: path))
        guard case .bytes(let bytes) = response.body else { return (response.status, "") }
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    // MARK: Health

    struct Readiness: Sendable, CustomTestStringConvertible {
        var phase: NodePhase
        var workers: Int
        var isConnected: Bool
        var status: Int
        var text: String
        var testDescription: String { "\(phase) \(workers) \(isConnected)" }
    }

    static let readiness: [Readiness] =
        [NodePhase.starting, .waiting, .draining, .ended, .failed].map {
            Readiness(phase: $0, workers: 1, isConnected: true, status: 503, text: "not ready: \($0.rawValue)\n")
        } + [
            Readiness(
                phase: .running, workers: 0, isConnected: true, status: 503, text: "not ready: workers are starting\n"),
            Readiness(
                phase: .running, workers: 1, isConnected: false, status: 503,
                text: "not ready: worker 0 has no broker\n"),
            Readiness(phase: .running, workers: 1, isConnected: true, status: 200, text: "ready\n"),
            Readiness(phase: .running, workers: 2, isConnected: true, status: 200, text: "ready\n"),
        ]

    @Test(arguments: readiness)
    func readyOnlyWhenRunningAndConnected(_ example: Readiness) throws {
        let board = StatusBoard()
        for worker in 0..<example.workers {
            var status = WorkerStatus(
                worker: worker, state: .running, at: EventTime(microseconds: 0), counters: WorkerCounters())
            status.isConnected = example.isConnected
            board.publish(status)
        }
        let answer = try Self.ask("/health/ready", board, example.phase)
        #expect(answer.status == example.status)
        #expect(answer.text == example.text)
    }

    @Test(arguments: [NodePhase.starting, .waiting, .running, .draining, .ended, .failed])
    func aliveWhileItAnswers(_ phase: NodePhase) throws {
        #expect(try Self.ask("/health/live", StatusBoard(), phase).status == 200)
    }

    @Test(arguments: ["/", "/health/live", "/health/ready", "/metrics", "/status"])
    func everyRouteIsOnTheIndex(_ path: String) throws {
        #expect(try Self.ask(path, try Self.board()).status == 200)
        if path != "/" { #expect(ConsoleRoutes.index.contains("  \(path) ")) }
    }

    @Test(arguments: ["/nothing", "/metrics/", "/health"])
    func whatIsNotThereIs404(_ path: String) throws {
        #expect(try Self.ask(path, StatusBoard()).status == 404)
    }

    // MARK: Metrics

    struct Scrape {
        var types: [String: String] = [:]
        var samples: [String: Double] = [:]
        var problems: [String] = []
        private var current = ""

        /// A reader of the exposition format that insists on one group per metric.
        init(_ text: String) {
            for line in text.split(separator: "\n") {
                if line.hasPrefix("# HELP ") { continue }
                if line.hasPrefix("# TYPE ") {
                    let parts = line.split(separator: " ")
                    if types[String(parts[2])] != nil { problems.append("a second TYPE of \(parts[2])") }
                    types[String(parts[2])] = String(parts[3])
                    current = String(parts[2])
                    continue
                }
                guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                    problems.append("no sample: \(line)")
                    continue
                }
                let series = String(line[..<space])
                let name = series.prefix { $0 != "{" }
                if !name.hasPrefix(current) { problems.append("\(series) stands under \(current)") }
                if samples[series] != nil { problems.append("\(series) twice") }
                samples[series] = value
            }
        }
    }

    @Test(arguments: [1, 2])
    func metricsAreOneGroupEach(workers: Int) throws {
        let scrape = Scrape(try Self.ask("/metrics", try Self.board(workers: workers)).text)
        #expect(scrape.problems == [])
        let known = Dictionary(uniqueKeysWithValues: Metric.all.map { ($0.name, $0) })
        for (name, type) in scrape.types { #expect(known[name]?.kind.rawValue == type, "\(name)") }
        let wanted: [Metric] = [
            .recordsIn, .bytesIn, .recordsOut, .recordsLate, .recordsDeadLettered, .consumerLag, .watermarkLag,
            .partitionsAssigned, .batchSeconds, .commits, .commitFailures, .rebalances, .pollErrors, .deliveryFailures,
            .backpressurePauses, .alerts, .alertsFiring, .stateKeys, .stateBytes, .residentMemory, .cpuSeconds,
        ]
        for metric in wanted { #expect(scrape.types[metric.name] != nil, "\(metric.name) is missing") }
    }

    @Test func metricsSayWhatHappened() throws {
        let samples = Scrape(try Self.ask("/metrics", try Self.board(workers: 2)).text).samples
        let wanted: [(String, Double)] = [
            (#"vigie_records_in_total{topology="tanks",topic="in"}"#, 10),
            (#"vigie_records_late_total{topology="tanks",step="means"}"#, 2),
            (#"vigie_records_dead_lettered_total{topology="tanks",topic="in",reason="malformed-json"}"#, 2),
            (#"vigie_alerts_total{topology="tanks",step="hot",state="firing",severity="warning"}"#, 2),
            (#"vigie_alerts_total{topology="tanks",step="hot",state="firing",severity="critical"}"#, 2),
            (#"vigie_alerts_total{topology="tanks",step="hot",state="resolved",severity="warning"}"#, 2),
            (#"vigie_alerts_firing{topology="tanks",step="hot"}"#, 2),
            (#"vigie_records_out_total{topology="tanks",sink="alerts"}"#, 6),
            (#"vigie_records_out_total{topology="tanks",sink="means"}"#, 4),
            (#"vigie_partitions_assigned{topology="tanks"}"#, 4),
            (#"vigie_consumer_lag_records{topology="tanks",topic="in",partition="0"}"#, 0),
            (#"vigie_consumer_lag_records{topology="tanks",topic="in",partition="3"}"#, 0),
            (#"vigie_batch_seconds_count{worker="1"}"#, 1), (#"vigie_commit_failures_total{worker="0"}"#, 0),
        ]
        for (series, value) in wanted { #expect(samples[series] == value, "\(series)") }
    }

    // MARK: Status

    @Test func statusIsJSONAndComplete() throws {
        let answer = try Self.ask("/status", try Self.board(workers: 2))
        let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8))
        let json = try #require(object as? [String: Any])
        #expect(json["application"] as? String == "app \"1\"")
        #expect(json["node"] as? String == "n1")
        #expect(json["state"] as? String == "running")
        #expect(json["topologies"] as? [String] == ["tanks", "roads"])
        #expect(json["partitions"] as? [String] == ["in[0]", "in[1]", "in[2]", "in[3]"])
        #expect(json["records"] as? Int == 10)
        #expect(json["firing"] as? Int == 2)
        #expect(json["lag"] as? Int == 0)
        #expect(json["sent"] as? Int == 14)
        let workers = try #require(json["workers"] as? [[String: Any]])
        #expect(workers.map { $0["worker"] as? Int } == [0, 1])
        #expect(workers.allSatisfy { $0["connected"] as? Bool == true && $0["paused"] as? Bool == false })
        #expect(workers.allSatisfy { $0["state"] as? String == "running" && $0["at"] is String })
        let tasks = try #require(json["tasks"] as? [[String: Any]])
        #expect(tasks.count == 4)
        let first = try #require(tasks.first)
        #expect(first["topology"] as? String == "tanks" && first["source"] as? String == "readings")
        #expect(first["topic"] as? String == "in" && first["partition"] as? Int == 0)
        #expect(first["position"] as? Int == 5 && first["lag"] as? Int == 0 && first["records"] as? Int == 5)
        #expect(first["watermark"] as? String == "2026-01-01T00:00:06Z")
        #expect(tasks[1]["watermark"] == nil, "a partition without a record has no watermark to show")
        let steps = try #require(first["steps"] as? [[String: Any]])
        #expect(steps.map { $0["name"] as? String } == ["means", "hot"])
        #expect(steps[1]["firing"] as? Int == 1 && steps[1]["pending"] as? Int == 0 && steps[1]["keys"] as? Int == 3)
        #expect(steps[0]["firing"] == nil)
        let rejected = try #require(json["rejected"] as? [[String: Any]])
        #expect(rejected.map { $0["reason"] as? String } == ["late", "malformed-json"])
        #expect(rejected.map { $0["count"] as? Int } == [2, 2])
    }

    @Test func statusOfANodeWithoutWorkers() throws {
        let answer = try Self.ask("/status", StatusBoard(), .waiting)
        let json = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
        #expect(json?["state"] as? String == "waiting")
        #expect((json?["workers"] as? [Any])?.isEmpty == true && (json?["tasks"] as? [Any])?.isEmpty == true)
    }
}
