import Arguments
import Codecs
import Glibc
import KafkaClient
import Records
import Simulators
import Telemetry

/// `vigie simulate`: the generators alone.
enum SimulateCommand: CommandType {
    static let brokers = Option.optional(
        "brokers", short: "b", ArgumentType<String>.text.called("HOST:PORT"),
        "Kafka brokers, several separated by commas; missing topics are made", environment: "VIGIE_BROKERS")
    static let stdout = Option.flag(
        "stdout", "print the events as JSON lines instead of sending them: topic, key, value, event time")
    static let partitions = Option.value(
        "partitions", .int(in: 1...10_000), default: 4, "partitions of topics that are made")
    static let replication = Option.optional(
        "replication", .int(in: 1...32), "replicas of topics that are made; the broker's default unless set")
    private static let section = "What is simulated"
    static let rate = Option.optional(
        "rate", .number(in: 0.001...10_000_000).called("EVENTS"),
        "events per simulated second; every sensor at its own pace unless set (162 in all)", section: section)
    static let duration = Option.optional(
        "for", .duration(in: .milliseconds(1) ... .seconds(86_400 * 3650)),
        "how much simulated time; until stopped unless set", section: section)
    static let start = Option.optional("start", time, "where simulated time begins; now unless set", section: section)
    static let speed = Option.value(
        "speed", .number(in: 0...1_000_000), default: 1, "simulated seconds per second; 0 for as fast as possible",
        section: section)
    static let fast = Option.flag("fast", "as fast as possible: the same as --speed 0", section: section)

    static let time = ArgumentType<EventTime>(
        placeholder: "TIME", expected: "a time such as 2026-01-01T08:00:00Z", format: { $0.description }
    ) { text in RFC3339.parse(text).map { .success($0) } ?? .failure(.mismatch) }

    static let declaration = Command(
        "simulate", summary: "send simulated events to Kafka, or print them",
        discussion: """
            The generators of the demo alone: hydrocarbon tanks and a weather mast (port.sensor.readings), loop \
            detectors (road.traffic.flow) and camera analytics (port.video.metadata), with a daily rhythm, noise, \
            records out of order, late and spoilt, and planted incidents. The same --seed and --start give the same \
            events, to the byte, however fast they are sent. Keys decide the partitions as with Java clients.
            """,
        options: [
            brokers, stdout, RunCommand.properties, RunCommand.propertyFile, partitions, replication, rate, duration,
            start, speed, fast, SimulationOptions.seed, SimulationOptions.families, SimulationOptions.malformed,
            SimulationOptions.late, SimulationOptions.noIncidents, DemoCommand.logLevel,
        ],
        examples: [
            .init("vigie simulate --stdout --for 1s", "look at a second of events"),
            .init("vigie simulate --brokers localhost:9092 --rate 2000", "two thousand a second until stopped"),
            .init(
                "vigie simulate -b localhost:9092 --start 2026-01-01T06:00:00Z --for 24h --fast --families traffic",
                "a day of traffic at once"),
        ],
        exitCodes: [.ok, .usage, .unavailable, .internal, .configuration])

    static func run(_ arguments: ParsedArguments) -> ExitCode {
        do throws(CommandFailure) {
            return try simulate(arguments)
        } catch {
            Output.error(error.text)
            return error.code
        }
    }

    private static func simulate(_ arguments: ParsedArguments) throws(CommandFailure) -> ExitCode {
        guard arguments[stdout] || arguments[brokers] != nil else {
            throw CommandFailure(
                .usage, "where to is missing", hint: "give --brokers HOST:PORT, or --stdout to look at the events")
        }
        let begin = arguments[start] ?? EventTime(microseconds: SystemClock.wallMicroseconds())
        let simulation = try SimulationOptions.settings(
            arguments, start: begin, rate: arguments[rate], duration: arguments[duration])
        let stop = Locked(false)
        Signals.onStop { _ in stop.value = true }
        let log = Log(level: LogLevel(name: arguments[DemoCommand.logLevel]) ?? .error)
        let target: any EventTarget
        if arguments[stdout] {
            target = PrintedEvents()
        } else {
            let client = try KafkaAccess.settings(arguments[brokers] ?? "", arguments, client: "vigie-simulate")
            let topics = SimulatedFamily.allCases.filter { simulation.shares[$0] > 0 }.map(\.topic)
            _ = try DemoBroker.connect(
                client, topics, partitions: arguments[partitions], replication: arguments[replication])
            do throws(KafkaError) { target = try KafkaEventTarget(client, log: log.forClients) } catch {
                throw CommandFailure(.configuration, error.description, hint: error.hint)
            }
        }
        let reporter = PumpReporter()
        let pump = EventPump(
            simulation: simulation, speed: arguments[fast] ? 0 : arguments[speed], shouldStop: { stop.value },
            report: { reporter.report($0) })
        do throws(SimulationError) { try pump.run(into: target) } catch { throw CommandFailure(.usage, error.message) }
        return reporter.isClean ? .ok : .unavailable
    }
}

/// Says on standard error how the sending goes: every five seconds, and at the end.
final class PumpReporter: Sendable {
    private struct Progress {
        var last = PumpStatus()
        var saidAt: Int64
        var saidSent: Int64 = 0
    }

    private let begin = SystemClock.steadyNanoseconds()
    private let progress: Locked<Progress>

    init() { progress = Locked(Progress(saidAt: SystemClock.steadyNanoseconds())) }

    /// Whether everything that was sent has arrived.
    var isClean: Bool {
        let counts = progress.value.last.counts
        return counts.failed == 0 && counts.delivered == counts.sent
    }

    func report(_ status: PumpStatus) {
        let now = SystemClock.steadyNanoseconds()
        progress.update { progress in
            progress.last = status
            if status.hasEnded {
                let span = BoardWords.english.seconds((now - begin) / 1000)
                Output.error("\(Self.line(status, status.counts.sent, now - begin)) in \(span)")
            } else if now - progress.saidAt >= 5_000_000_000 {
                Output.error(Self.line(status, status.counts.sent - progress.saidSent, now - progress.saidAt))
                progress.saidAt = now
                progress.saidSent = status.counts.sent
            }
        }
    }

    private static func line(_ status: PumpStatus, _ sent: Int64, _ nanoseconds: Int64) -> String {
        let words = BoardWords.english, counts = status.counts
        let rate = Int64((Double(sent) * 1e9 / Double(max(nanoseconds, 1))).rounded())
        var text =
            "\(words.number(counts.sent)) events, \(words.number(rate)) a second, "
            + "\(words.number(counts.delivered)) delivered"
        if counts.failed > 0 {
            text += ", \(words.number(counts.failed)) failed (\(counts.firstFailure ?? "no reason given"))"
        }
        if status.behindMicroseconds > 1_000_000 {
            text += ", \(words.seconds(status.behindMicroseconds)) behind: slower than asked"
        }
        return text
    }
}

/// Prints events as JSON lines.
final class PrintedEvents: EventTarget {
    private(set) var counts = EventCounts()
    private var buffer = ByteBuffer(capacity: 1 << 16)

    func send(_ batch: borrowing SimulatedBatch, shouldStop: () -> Bool) {
        buffer.removeAll()
        for index in 0..<batch.count {
            append(batch, index)
            counts.sent += 1
            counts.bytes += Int64(batch.key(index).count + (batch.value(index)?.count ?? 0))
        }
        Output.bytes(buffer.bytes)
        counts.delivered = counts.sent
    }

    func finish(timeout: Duration) {}

    /// The value stands as it is, a JSON object; what is spoilt stands as a text, with invalid UTF-8 replaced.
    private func append(_ batch: borrowing SimulatedBatch, _ index: Int) {
        let record = batch.records[index]
        buffer.append("{\"topic\":")
        JSONText.appendString(record.family.topic, to: &buffer)
        buffer.append(",\"key\":")
        JSONText.appendString(String(decoding: batch.key(index), as: UTF8.self), to: &buffer)
        buffer.append(",\"value\":")
        if let value = batch.value(index) {
            switch record.fault {
            case .none, .wrongType, .missingField, .badTimestamp, .duplicateKey: buffer.append(value)
            default: JSONText.appendString(String(decoding: value, as: UTF8.self), to: &buffer)
            }
        } else {
            buffer.append("null")
        }
        buffer.append(",\"eventTime\":\"")
        buffer.append(rfc3339: record.eventTime)
        buffer.append("\",\"sentAt\":\"")
        buffer.append(rfc3339: record.dueTime)
        buffer.append("\"}\n")
    }
}
