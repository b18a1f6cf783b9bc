import Arguments
import CBench
import Records
import Runtime
import Settings
import Telemetry
import Topology

/// Decode, filter, key, tumbling aggregate, emit: the worker and everything in it, on readings in memory, one core.
enum HotPathCase: BenchCase {
    static let events = Option.value("events", .int(in: 100_000...50_000_000), default: 2_000_000, "readings")
    static let rounds = Option.value("rounds", .int(in: 1...100), default: 5, "times each; the median is shown")
    static let declaration = Command(
        "hotpath", summary: "decode, filter, key, tumbling window, emit over 150-byte JSON in memory, beside plain C++",
        options: [events, rounds])

    static func topology(filtered: Bool, whole: Bool) -> String {
        """
        vigie: 1
        name: hotpath
        sources:
          readings:
            topic: readings
            key: sensor_id
            whole: \(whole)
            fields: { sensor_id: string, site: string, kind: string, value: double }
            timestamp: { field: ts, format: unix-ms }
            watermark: { delay: 1s }
        steps:
          hot: { from: readings, filter: '\(filtered ? "value > 40.0 && kind == \"temperature\" && site != \"test\"" : "value >= 0.0")' }
          minute:
            from: hot
            by: [sensor_id]
            window: { tumbling: 1m }
            aggregate: { count: count(), sum: sum(value), min: min(value), max: max(value) }
        sinks:
          out: { from: minute, topic: out }
        """
    }

    struct Figure {
        var nanoseconds: Double
        var allocations: Double
        var records = 0
    }

    static func run(_ arguments: ParsedArguments) throws {
        let readings = Readings(count: arguments[events])
        print(
            "\(readings.count) readings of \(readings.bytes / readings.count) bytes, 1000 sensors; nanoseconds of thread time per event, one core"
        )
        for (name, filtered, whole) in [
            ("filter on, whole payload checked (default)", true, true),
            ("filter on, up to the last field needed", true, false),
            ("all pass, whole payload checked (default)", false, true),
            ("all pass, up to the last field needed", false, false),
        ] {
            var ours: [Figure] = []
            var plain: [Figure] = []
            var calibration: [UInt64] = []
            for _ in 0..<arguments[rounds] {
                calibration.append(bench_calibrate())
                ours.append(try vigie(readings, filtered: filtered, whole: whole))
                plain.append(reference(readings, filtered: filtered))
            }
            let mine = median(ours), theirs = median(plain)
            guard mine.records == theirs.records else {
                throw BenchError(
                    "vigie closed \(mine.records) windows, plain C++ \(theirs.records): one of them is wrong")
            }
            let drift = Double(calibration.max() ?? 1) / Double(calibration.min() ?? 1)
            print(
                "\(name): vigie \(fixed(mine.nanoseconds, 1)) ns (\(fixed(1000 / mine.nanoseconds, 2)) M events/s), plain C++ \(fixed(theirs.nanoseconds, 1)) ns; "
                    + "\(fixed(mine.allocations, 6)) allocations per event in the steady state; \(mine.records) windows from both; machine drift \(fixed(drift, 2))"
            )
        }
    }

    private static func median(_ figures: [Figure]) -> Figure {
        figures.sorted { $0.nanoseconds < $1.nanoseconds }[figures.count / 2]
    }

    private static func vigie(_ readings: Readings, filtered: Bool, whole: Bool) throws -> Figure {
        let diagnostics = Diagnostics()
        guard
            let plan = Loader.load(text: topology(filtered: filtered, whole: whole), file: "hotpath.yaml", diagnostics)
        else {
            throw BenchError(diagnostics.rendered())
        }
        let source = BenchSource(readings)
        let sink = BenchSink()
        let worker = Worker(
            settings: WorkerSettings(deadLetterTopic: "dead"), plans: [plan], source: source, sink: sink,
            clock: MachineClock(),
            log: .silent, board: StatusBoard())
        // The first tenth warms up: tables grow, the scanner learns the order of keys.
        var turns = 0
        let warm = readings.count / Limits.batchRows / 10
        var allocated: UInt64 = 0
        let begin = bench_thread_nanoseconds()
        while !source.isDone {
            if turns == warm { allocated = bench_allocations() }
            worker.runOnce()
            turns += 1
        }
        let spent = bench_thread_nanoseconds() - begin
        let steady = Double(bench_allocations() - allocated)
        worker.stop()
        return Figure(
            nanoseconds: Double(spent) / Double(readings.count), allocations: steady / (Double(readings.count) * 0.9),
            records: sink.records)
    }

    private static func reference(_ readings: Readings, filtered: Bool) -> Figure {
        guard let run = bench_reference_new(filtered ? 0 : 1) else { return Figure(nanoseconds: 0, allocations: 0) }
        let begin = bench_thread_nanoseconds()
        bench_reference_run(run, readings.texts, readings.lengths, readings.count)
        let spent = bench_thread_nanoseconds() - begin
        let result = bench_reference_result(run)
        bench_reference_free(run)
        return Figure(nanoseconds: Double(spent) / Double(readings.count), allocations: 0, records: Int(result.windows))
    }
}

struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
