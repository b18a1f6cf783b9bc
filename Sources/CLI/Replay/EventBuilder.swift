import Arguments
import Codecs
import Records

/// Makes events of rows: the JSON body, the key and the time.
final class EventBuilder {
    private indirect enum Part {
        case column(Int, CellType?)
        case constant(String)
        case object([Member])
    }

    private struct Member {
        let key: String
        var part: Part
    }

    private let source: any RowSource
    /// Nil: each row is an event as it stands.
    private var members: [Member]?
    private let key: KeyTemplate?
    private let time: Int?
    private let format: TimeFormat
    private let zone: ZoneRule
    /// Added to every instant.
    var shiftMicroseconds: Int64 = 0

    /// Of the last row that was built.
    private(set) var body = ByteBuffer(capacity: 1024)
    private(set) var keyBytes: [UInt8]?
    private(set) var eventTime: EventTime?

    init(
        _ source: any RowSource, maps: [FieldMap], key: String?, time: String?, format: TimeFormat, zone: ZoneRule
    ) throws(CommandFailure) {
        self.source = source
        self.format = format
        self.zone = zone
        if let key { self.key = try KeyTemplate(key, of: source) } else { self.key = nil }
        if let time { self.time = try source.column(named: time) } else { self.time = nil }
        if !maps.isEmpty {
            members = try Self.tree(maps, source, time)
        } else if let names = source.columnNames {
            var all: [Member] = []
            for name in names {
                let type = Self.usualType(name, source, time)
                all.append(Member(key: name, part: .column(try source.column(named: name), type)))
            }
            members = all
        }
    }

    private static func tree(_ maps: [FieldMap], _ source: any RowSource, _ time: String?) throws(CommandFailure)
        -> [Member]
    {
        var root: [Member] = []
        for map in maps {
            let part: Part
            switch map.source {
            case .constant(let json): part = .constant(json)
            case .column(let name, let type):
                part = .column(try source.column(named: name), type ?? usualType(name, source, time))
            }
            guard insert(part, at: map.target.components[...], into: &root) else {
                throw CommandFailure(
                    .usage, "--map gives '\(map.target)' twice, or as a value and as an object",
                    hint: "each field of an event can be made of one thing only")
            }
        }
        return root
    }

    /// The time column is a time and a name is text unless told otherwise; what all else is, its content says.
    private static func usualType(_ name: String, _ source: any RowSource, _ time: String?) -> CellType? {
        name == time ? .timestamp : source.nameColumns.contains(name) ? .string : nil
    }

    private static func insert(_ part: Part, at path: ArraySlice<String>, into members: inout [Member]) -> Bool {
        guard let key = path.first else { return false }
        let known = members.firstIndex { $0.key == key }
        if path.count == 1 {
            guard known == nil else { return false }
            members.append(Member(key: key, part: part))
            return true
        }
        guard let known else {
            var inner: [Member] = []
            guard insert(part, at: path.dropFirst(), into: &inner) else { return false }
            members.append(Member(key: key, part: .object(inner)))
            return true
        }
        guard case .object(var inner) = members[known].part, insert(part, at: path.dropFirst(), into: &inner) else {
            return false
        }
        members[known].part = .object(inner)
        return true
    }

    /// The time of the current row, before any shift; nil where rows have none.
    func originalTime() throws(RowProblem) -> EventTime? {
        guard let time else { return nil }
        return try format.read(source.cell(time), zone: zone)
    }

    /// Builds the event of the current row.
    func build() throws(RowProblem) {
        body.removeAll()
        eventTime = try originalTime()?.advanced(by: shiftMicroseconds)
        keyBytes = try key?.key(of: source)
        if let members {
            try append(members)
        } else {
            copyOriginal()
        }
    }

    /// A row that is an event already; only its time may change.
    private func copyOriginal() {
        guard let (line, _) = source.original else { return body.append("{}") }
        guard shiftMicroseconds != 0, let time, let eventTime, case .node(let node) = source.cell(time).value else {
            return line.withUnsafeBufferPointer { body.append($0) }
        }
        line.withUnsafeBufferPointer { body.append(UnsafeBufferPointer(rebasing: $0[..<node.range.lowerBound])) }
        let micros = eventTime.microseconds
        switch (format, node.content) {
        case (.unixMilliseconds, .number): body.append(eventTime.milliseconds)
        case (.unixSeconds, .number) where micros % 1_000_000 == 0: body.append(micros / 1_000_000)
        case (.unixSeconds, .number): JSONText.appendDouble(Double(micros) / 1e6, to: &body)
        default: CellType.append(eventTime, to: &body)
        }
        line.withUnsafeBufferPointer { body.append(UnsafeBufferPointer(rebasing: $0[node.range.upperBound...])) }
    }

    private func append(_ members: [Member]) throws(RowProblem) {
        body.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in members where hasValue(member.part) {
            if !isFirst { body.append(UInt8(ascii: ",")) }
            isFirst = false
            JSONText.appendString(member.key, to: &body)
            body.append(UInt8(ascii: ":"))
            switch member.part {
            case .constant(let json): body.append(text: json)
            case .object(let inner): try append(inner)
            case .column(let column, .timestamp):
                let instant = try format.read(source.cell(column), zone: zone)
                CellType.append(instant.advanced(by: shiftMicroseconds), to: &body)
            case .column(let column, let type): try CellType.append(source.cell(column), as: type, to: &body)
            }
        }
        body.append(UInt8(ascii: "}"))
    }

    /// A column that has nothing, and an object of such columns, is left out.
    private func hasValue(_ part: Part) -> Bool {
        switch part {
        case .constant: true
        case .column(let column, _): source.cell(column).value != .absent
        case .object(let inner): inner.contains { hasValue($0.part) }
        }
    }
}
