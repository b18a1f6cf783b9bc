import Arguments
import Codecs
import KafkaClient
import Records
import Runtime
import Synchronization

/// `vigie replay`: recorded data to a topic, as events.
enum ReplayCommand: CommandType {
    static let file = Positional.required(
        "FILE", .existingFile(orStandardInput: true),
        "recorded data: CSV with a header, or JSON lines; - for standard input")
    static let brokers = Option.optional(
        "brokers", short: "b", ArgumentType<String>.text.called("HOST:PORT"),
        "Kafka brokers, several separated by commas", environment: "VIGIE_BROKERS")
    static let topic = Option.optional(
        "topic", short: "t", ArgumentType<String>.text.called("TOPIC"), "where the events go; made if it is missing")
    static let partitions = Option.value(
        "partitions", .int(in: 1...10_000), default: 4, "partitions of a topic that is made")
    static let dryRun = Option.flag("dry-run", "print the first events, send nothing")
    static let limit = Option.optional("limit", .int(in: 1...Int.max), "stop after so many events; 10 for --dry-run")
    static let onError = Option.value(
        "on-error", .choice(["stop", "skip"]), default: "stop",
        "at a row that can't be used: stop, or report, count and leave it out")

    static let format = Option.optional(
        "format", .choice(["csv", "jsonl"]), "what the file is; by its name unless set", section: "Reading")
    static let delimiter = Option.optional(
        "delimiter", ArgumentType<String>.text.called("CHARACTER"),
        "between columns: a comma, or tab in a .tsv file, unless set", section: "Reading")
    static let columns = Option.optional(
        "columns", .list(of: ArgumentType<String>.text.called("NAME")),
        "the columns' names, for a file without a header", section: "Reading")
    static let nulls = Option.repeated(
        "null", ArgumentType<String>.text.called("TEXT"),
        "text that stands for no value, such as NA; empty cells always do", section: "Reading")
    static let unpivot = Option.optional(
        "unpivot", ArgumentType<String>.text.called("NAME:VALUE"),
        "for a table with one column per station: an event of every cell, with the column's name and the cell under these names",
        section: "Reading")
    static let keep = Option.repeated(
        "keep", ArgumentType<String>.text.called("COLUMN"), "column of such a table that stands on each of its events",
        section: "Reading")
    static let start = Option.optional(
        "start", instant, "time of such a table's first line, where no column has it", section: "Reading")
    static let step = Option.optional(
        "step", .duration(in: .microseconds(1) ... .seconds(366 * 86_400)), "time from line to line", section: "Reading"
    )

    static let map = Option.repeated(
        "map", short: "m", ArgumentType<String>.text.called("FIELD=COLUMN"),
        "a field of the events: FIELD=COLUMN, with :string, :int, :double, :bool or :timestamp behind it for a type of its own, or FIELD='text'; dots make objects. All columns unless set",
        section: "Events")
    static let key = Option.optional(
        "key", short: "k", ArgumentType<String>.text.called("COLUMN"),
        "the records' key: a column, or text with columns in braces, '{road}-{station}'", section: "Events")

    static let time = Option.optional(
        "time", ArgumentType<String>.text.called("COLUMN"),
        "column with the event's time, written to the events in RFC 3339", section: "Time")
    static let recordTime = Option.value(
        "record-time", .choice(["now", "event"]), default: "now",
        "the Kafka records' own timestamp; brokers delete records by it, so that old events go at once unless the topic's retention.ms is -1",
        section: "Time")
    static let timeFormat = Option.value(
        "time-format", ArgumentType<String>.text.called("FORMAT"), default: "rfc3339",
        "how times are written: rfc3339, unix-ms, unix-s, or a pattern such as 'dd/MM/yyyy H:mm'", section: "Time")
    static let zone = Option.optional(
        "time-zone", ArgumentType<String>.text.called("ZONE"),
        "of times without an offset: UTC unless set, +01:00, Europe/Paris", section: "Time")
    static let speed = Option.value(
        "speed", ArgumentType<String>.text.called("original|N|max"), default: "max",
        "spacing of the events: as recorded, N times faster, or as fast as it goes", section: "Time")
    static let shift = Option.flag(
        "shift-to-now", "move all times by the same span, so that the newest event happens when it is sent",
        section: "Time")

    private static let instant = ArgumentType<EventTime>(
        placeholder: "TIME", expected: "a time such as 2012-03-01T00:00:00Z", format: { $0.description }
    ) { text in RFC3339.parse(text).map { .success($0) } ?? .failure(.mismatch) }

    static let declaration = Command(
        "replay", summary: "send recorded data to a topic",
        discussion: """
            Reads a file row by row and sends each as a JSON event, in order. Every column becomes a field of its name, \
            numbers as numbers, unless --map says otherwise; cells without anything are left out. A row that can't be used \
            is reported with its line and column.
            """,
        options: [
            brokers, topic, partitions, RunCommand.replication, dryRun, limit, onError, RunCommand.properties,
            RunCommand.propertyFile, format, delimiter, columns, nulls, unpivot, keep, start, step, map, key, time,
            timeFormat,
            zone, recordTime, speed, shift,
        ],
        arguments: [file],
        examples: [
            .init(
                "vigie replay ais.csv --dry-run --time BaseDateTime --time-format \"yyyy-MM-dd'T'HH:mm:ss\" --key MMSI",
                "see what would be sent"),
            .init(
                "vigie replay flow.csv -b localhost:9092 -t road.flow --time '5 Minutes' --time-format 'dd/MM/yyyy H:mm' --map at='5 Minutes' --map vehicles='Lane 1 Flow (Veh/5 Minutes)':int",
                "some columns under other names"),
            .init(
                "vigie replay los_speed.csv -b localhost:9092 -t road.speeds --unpivot station:speed --start 2012-03-01T00:00:00Z --step 5m --key station --speed 60 --shift-to-now",
                "a wide table, an hour in a minute, as if it happened now"),
        ],
        exitCodes: [.ok, .usage, .data, .unavailable])

    static func run(_ arguments: ParsedArguments) -> ExitCode {
        do throws(CommandFailure) {
            var settings = try ReplaySettings(arguments)
            if arguments[dryRun] {
                settings.limit = settings.limit ?? 10
                settings.speed = nil
                let replay = try Replay(settings, report: Output.error)
                try replay.run(into: ReplayPrinter())
                if replay.badRows > 0 { Output.error("\(replay.badRows) of \(replay.rows) rows can't be used") }
                return .ok
            }
            return try send(settings, arguments)
        } catch {
            Output.error(error.text)
            return error.code
        }
    }

    private static func send(_ settings: ReplaySettings, _ arguments: ParsedArguments) throws(CommandFailure)
        -> ExitCode
    {
        guard let brokers = arguments[brokers], let topic = arguments[topic] else {
            let missing = arguments[brokers] == nil ? "--brokers" : "--topic"
            throw CommandFailure(
                .usage, "\(missing) is missing", hint: "say where the events go, or look at them first with --dry-run")
        }
        let isStopped = StopFlag()
        Signals.onStop { _ in isStopped.set() }
        // Mistakes in the file's columns come before any connection.
        let replay = try Replay(
            settings, progress: ReplayProgress(), isStopped: { isStopped.isSet }, report: Output.error)
        let client = try KafkaAccess.settings(brokers, arguments, client: "vigie-replay")
        let admin = try KafkaAccess.admin(client)
        let made = try KafkaAccess.ensure(
            topic, partitions: arguments[partitions], replication: arguments[RunCommand.replication], admin, client)
        if made.isNew { Output.error("topic '\(topic)' made with \(made.partitions) partitions") }
        let sender = try ReplaySender(
            client, topic: topic, stampsEventTime: arguments[recordTime] == "event", report: Output.error)
        let clock = MachineClock()
        let begin = clock.monotonicMicroseconds
        var failure: CommandFailure?
        do throws(CommandFailure) { try replay.run(into: sender) } catch { failure = error }
        let isWhole = try sender.finish { isStopped.isSet }
        summarize(
            replay, sender, seconds: Double(clock.monotonicMicroseconds - begin) / 1e6, wasStopped: isStopped.isSet)
        if let failure { throw failure }
        if isWhole { return .ok }
        throw CommandFailure(
            .unavailable, "\(grouped(sender.undelivered)) events were not delivered to \(topic)",
            hint:
                "see what the brokers say, then replay again: events have no identity, so that those delivered come twice"
        )
    }

    private static func summarize(_ replay: Replay, _ sender: ReplaySender, seconds: Double, wasStopped: Bool) {
        let rate = Int(Double(sender.delivered) / max(seconds, 0.001))
        let tenths = Int(seconds * 10)
        var lines = [
            "\(grouped(sender.delivered)) events delivered to \(sender.topic) in \(tenths / 10).\(tenths % 10) s, \(grouped(rate))/s"
        ]
        if let earliest = replay.earliest, let latest = replay.latest {
            lines.append("  event times \(earliest) to \(latest)")
        }
        lines.append(
            "  rows read \(grouped(replay.rows)), bad \(grouped(replay.badRows)), events not delivered \(grouped(sender.undelivered))"
        )
        if wasStopped { lines.append("  stopped before the end") }
        Output.line(lines.joined(separator: "\n"))
    }
}

/// Set once, from any thread.
final class StopFlag: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .relaxed) }
    func set() { flag.store(true, ordering: .relaxed) }
}
