import Arguments
import Glibc
import Records
import Settings

/// What one replay is to do: the command line, checked.
struct ReplaySettings {
    enum Format { case csv, jsonLines }

    var file: String
    var format: Format
    var delimiter = UInt8(ascii: ",")
    var columns: [String]?
    var nulls: [String] = []
    /// The names of the columns that a wide table's header and cells become.
    var unpivot: (name: String, value: String)?
    var keeping: [String] = []
    var clock: Unpivoter.Clock?
    var maps: [FieldMap] = []
    var key: String?
    var time: String?
    var timeFormat = TimeFormat.rfc3339
    var zone = ZoneRule.utc
    /// Nil: as fast as it goes.
    var speed: Double?
    var shiftsToNow = false
    var skipsBadRows = false
    var limit: Int?

    init(file: String, format: Format) {
        self.file = file
        self.format = format
    }

    init(_ arguments: ParsedArguments) throws(CommandFailure) {
        let file = arguments[ReplayCommand.file]
        self.init(file: file, format: try Self.format(file, arguments[ReplayCommand.format]))
        if file.lowercased().hasSuffix(".tsv") { delimiter = UInt8(ascii: "\t") }
        if let text = arguments[ReplayCommand.delimiter] { delimiter = try Self.delimiter(text) }
        columns = arguments[ReplayCommand.columns]
        nulls = arguments[ReplayCommand.nulls]
        for text in arguments[ReplayCommand.map] { maps.append(try FieldMap(text)) }
        key = arguments[ReplayCommand.key]
        time = arguments[ReplayCommand.time]
        skipsBadRows = arguments[ReplayCommand.onError] == "skip"
        shiftsToNow = arguments[ReplayCommand.shift]
        limit = arguments[ReplayCommand.limit]
        try readTimes(arguments)
        try readWide(arguments)
        try check()
    }

    private static func format(_ file: String, _ named: String?) throws(CommandFailure) -> Format {
        if let named { return named == "csv" ? .csv : .jsonLines }
        let name = file.lowercased()
        if name.hasSuffix(".csv") || name.hasSuffix(".tsv") { return .csv }
        if [".jsonl", ".ndjson", ".json"].contains(where: name.hasSuffix) { return .jsonLines }
        throw CommandFailure(
            .usage, "the name of \(file) does not say what is in it", hint: "add --format csv or --format jsonl")
    }

    private static func delimiter(_ text: String) throws(CommandFailure) -> UInt8 {
        if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
        guard text.utf8.count == 1, let byte = text.utf8.first, ![UInt8(ascii: "\""), 10, 13].contains(byte) else {
            throw CommandFailure(
                .usage, "--delimiter '\(text)' is no single character",
                hint: "for example: --delimiter ';', or --delimiter tab")
        }
        return byte
    }

    private mutating func readTimes(_ arguments: ParsedArguments) throws(CommandFailure) {
        let name = arguments[ReplayCommand.timeFormat]
        switch name {
        case "rfc3339": timeFormat = .rfc3339
        case "unix-ms": timeFormat = .unixMilliseconds
        case "unix-s": timeFormat = .unixSeconds
        default:
            do throws(TimePattern.Flaw) { timeFormat = .pattern(try TimePattern(name)) } catch {
                throw CommandFailure(.usage, "--time-format '\(name)' \(error.message)", hint: error.hint)
            }
        }
        if let text = arguments[ReplayCommand.zone] {
            guard let zone = ZoneRule(text) else {
                throw CommandFailure(
                    .usage, "--time-zone '\(text)' is not known",
                    hint: "UTC, an offset such as +01:00, or a name such as Europe/Paris")
            }
            self.zone = zone
        }
        let text = arguments[ReplayCommand.speed]
        switch text {
        case "max": speed = nil
        case "original": speed = 1
        default:
            guard let factor = Double(text.hasSuffix("x") ? String(text.dropLast()) : text), factor > 0, factor.isFinite
            else {
                throw CommandFailure(
                    .usage, "--speed '\(text)' is not known",
                    hint: "original, max, or how many times faster, such as 60")
            }
            speed = factor
        }
    }

    private mutating func readWide(_ arguments: ParsedArguments) throws(CommandFailure) {
        keeping = arguments[ReplayCommand.keep]
        if let text = arguments[ReplayCommand.unpivot] {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts.contains(""), parts[0] != parts[1], !parts.contains(Unpivoter.timeColumn)
            else {
                throw CommandFailure(
                    .usage, "--unpivot '\(text)' is not of the form NAME:VALUE",
                    hint: "what the header's names and the cells are called, such as station:speed")
            }
            unpivot = (parts[0], parts[1])
        }
        guard let start = arguments[ReplayCommand.start], let step = arguments[ReplayCommand.step] else {
            if arguments[ReplayCommand.start] != nil || arguments[ReplayCommand.step] != nil {
                throw CommandFailure(
                    .usage, "--start and --step go together", hint: "--start 2012-03-01T00:00:00Z --step 5m")
            }
            return
        }
        clock = Unpivoter.Clock(start: start, stepMicroseconds: step.wholeMicroseconds)
        if time == nil { time = Unpivoter.timeColumn }
    }

    private mutating func check() throws(CommandFailure) {
        if unpivot == nil, clock != nil || !keeping.isEmpty {
            throw CommandFailure(
                .usage, "--start, --step and --keep are for wide tables", hint: "add --unpivot NAME:VALUE")
        }
        if format == .jsonLines, unpivot != nil || columns != nil {
            throw CommandFailure(
                .usage, "--unpivot and --columns are for CSV files", hint: "JSON lines bring their fields' names")
        }
        if let time, clock == nil, unpivot != nil, !keeping.contains(time) { keeping.append(time) }
        guard time == nil else { return }
        if speed != nil {
            throw CommandFailure(
                .usage, "--speed needs to know the time of each row", hint: "name its column with --time")
        }
        if shiftsToNow {
            throw CommandFailure(
                .usage, "--shift-to-now needs to know the time of each row", hint: "name its column with --time")
        }
    }

    /// Opens the file.
    func open() throws(CommandFailure) -> any RowSource {
        let input = try ByteInput(path: file)
        guard format == .csv else { return JSONLineReader(input) }
        let table = try CSVReader(input, delimiter: delimiter, names: columns, nulls: nulls)
        guard let unpivot else { return table }
        return try Unpivoter(table, name: unpivot.name, value: unpivot.value, keeping: keeping, clock: clock)
    }

    func builder(_ source: any RowSource) throws(CommandFailure) -> EventBuilder {
        try EventBuilder(source, maps: maps, key: key, time: time, format: timeFormat, zone: zone)
    }
}
