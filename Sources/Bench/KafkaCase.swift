import Arguments
import CBench
import Console
import Glibc
import KafkaClient
import Node
import Records
import Runtime
import Settings
import Telemetry
import Topology

/// The node from a broker: events a second and processor seconds per million, beside a bare librdkafka loop in the same
/// run.
enum KafkaCase: BenchCase {
    static let brokers = Option.required(
        "brokers", short: "b", ArgumentType<String>.text.called("HOST:PORT"), "a broker with the topic")
    static let topic = Option.required("topic", ArgumentType<String>.text, "a topic that the peers' load has filled")
    static let partitions = Option.value("partitions", .int(in: 1...1024), default: 8, "its partitions")
    static let events = Option.required("events", ArgumentType<Int>.int(in: 1...1_000_000_000), "its records")
    static let rounds = Option.value("rounds", .int(in: 1...20), default: 3, "times each; the median is shown")
    static let declaration = Command(
        "kafka", summary: "a tumbling window from a broker, beside a bare consume loop in the same run",
        options: [brokers, topic, partitions, events, rounds])

    static func topology(_ topic: String) -> String {
        """
        vigie: 1
        name: bench
        sources:
          readings:
            topic: \(topic)
            key: sensor_id
            fields: { sensor_id: string, kind: string, value: double }
            timestamp: { field: ts, format: unix-ms }
            watermark: { delay: 1s }
        steps:
          temperature: { from: readings, filter: 'kind == "temperature"' }
          minute:
            from: temperature
            by: [sensor_id]
            window: { tumbling: 1m, grace: 30s }
            aggregate: { count: count(), sum: sum(value), min: min(value), max: max(value) }
        sinks:
          out: { from: minute, topic: \(topic)-bench-out }
        """
    }

    static func run(_ arguments: ParsedArguments) throws {
        let want = arguments[events]
        var bare: [(cpu: Double, wall: Double)] = []
        var ours: [(cpu: Double, wall: Double)] = []
        for _ in 0..<arguments[rounds] {
            var wall: UInt64 = 0
            var bytes: UInt64 = 0
            let cpu = bench_bare_consume(
                arguments[brokers], arguments[topic], Int32(arguments[partitions]), UInt64(want), &wall, &bytes)
            if cpu == 0 {
                throw BenchError(
                    "\(arguments[topic]) does not give \(want) records: fill it with the peers' load first")
            }
            bare.append((Double(cpu) / 1e3 / Double(want), Double(wall) / 1e9))
            ours.append(try vigie(arguments[brokers], arguments[topic], want))
            let last = (bare: bare[ours.count - 1].cpu, ours: ours[ours.count - 1].cpu)
            print("  round \(ours.count): bare \(fixed(last.bare, 3)), vigie \(fixed(last.ours, 3))")
        }
        let a = bare.sorted { $0.cpu < $1.cpu }[bare.count / 2], b = ours.sorted { $0.cpu < $1.cpu }[ours.count / 2]
        print(
            "bare librdkafka loop: \(fixed(a.cpu, 3)) CPU s per million, \(fixed(Double(want) / a.wall / 1e6, 2)) M events/s"
        )
        print(
            "vigie, tumbling:      \(fixed(b.cpu, 3)) CPU s per million, \(fixed(Double(want) / b.wall / 1e6, 2)) M events/s"
        )
        print("ratio of CPU:         \(fixed(b.cpu / a.cpu, 2)); both with mimalloc \(ProtocolSupport.version)")
    }

    /// Runs a node in this process until it has read everything; processor time of the process meanwhile.
    private static func vigie(_ brokers: String, _ topic: String, _ want: Int) throws -> (cpu: Double, wall: Double) {
        let diagnostics = Diagnostics()
        guard let plan = Loader.load(text: topology(topic), file: "bench.yaml", diagnostics) else {
            throw BenchError(diagnostics.rendered())
        }
        var settings = NodeSettings(
            application: "vigie-bench-\(bench_wall_nanoseconds())", node: "bench", brokers: brokers)
        settings.httpPort = nil
        let node = StreamNode(settings, plans: [plan], log: .silent)
        let outcome = Outcome()
        let runner = Unmanaged.passRetained(Runner(node, outcome))
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                let runner = Unmanaged<Runner>.fromOpaque(raw).takeRetainedValue()
                do { try runner.node.run() } catch { runner.outcome.text = "\(error)" }
                return nil
            }, runner.toOpaque())
        // From the first record on, so that joining the group is not counted.
        while read(node) == 0, node.currentPhase != .failed { usleep(1000) }
        let before = read(node)
        let cpu = bench_process_nanoseconds(), wall = bench_wall_nanoseconds()
        var last = before
        while last < want, node.currentPhase != .failed {
            usleep(5000)
            last = read(node)
        }
        let result = (
            Double(bench_process_nanoseconds() - cpu) / 1e3 / Double(last - before),
            Double(bench_wall_nanoseconds() - wall) / 1e9
        )
        node.stop()
        pthread_join(thread, nil)
        if let text = outcome.text { throw BenchError(text) }
        return result
    }

    private static func read(_ node: StreamNode) -> Int { node.board.all.reduce(0) { $0 + Int($1.counters.records) } }

    private final class Outcome: @unchecked Sendable {
        // Written by the runner's thread before it ends, read after it was joined.
        var text: String?
    }

    private final class Runner: Sendable {
        let node: StreamNode
        let outcome: Outcome
        init(_ node: StreamNode, _ outcome: Outcome) {
            self.node = node
            self.outcome = outcome
        }
    }
}
