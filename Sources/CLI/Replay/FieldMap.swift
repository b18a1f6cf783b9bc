import Arguments
import Codecs
import Records

/// One `--map`: what a field of the events is made of.
///
///     vessel=MMSI            a column, numbers as numbers, everything else as text
///     vessel=MMSI:string     a column, by a type of its own
///     position.lat=LAT       a field inside an object
///     source='marinecadastre'   the same text in every event
struct FieldMap {
    enum Source: Equatable {
        case column(String, CellType?)
        /// As JSON.
        case constant(String)
    }

    let target: FieldPath
    let source: Source

    init(target: FieldPath, source: Source) {
        self.target = target
        self.source = source
    }

    init(_ text: String) throws(CommandFailure) {
        guard let equals = Self.equals(in: text) else {
            throw CommandFailure(
                .usage, "--map '\(text)' is not of the form FIELD=COLUMN", hint: "for example: --map vessel=MMSI:string"
            )
        }
        let field = String(text[..<equals])
        let rest = String(text[text.index(after: equals)...])
        guard let target = FieldPath(field) else {
            throw CommandFailure(
                .usage, "--map '\(text)': '\(field)' is no field", hint: "keys joined by dots, as in position.lat")
        }
        self.target = target
        source = try Self.source(rest, in: text)
    }

    /// The first equals sign outside a quoted key.
    private static func equals(in text: String) -> String.Index? {
        var isQuoted = false
        return text.indices.first { index in
            if text[index] == "\"" { isQuoted.toggle() }
            return text[index] == "=" && !isQuoted
        }
    }

    private static func source(_ text: String, in whole: String) throws(CommandFailure) -> Source {
        guard !text.isEmpty else {
            throw CommandFailure(
                .usage, "--map '\(whole)' names no column", hint: "FIELD=COLUMN, or FIELD='text' for a constant")
        }
        var body = text
        var type: CellType?
        if let colon = text.lastIndex(of: ":"),
            let known = CellType(rawValue: String(text[text.index(after: colon)...]))
        {
            type = known
            body = String(text[..<colon])
        }
        guard body.hasPrefix("'") else { return .column(body, type) }
        guard body.count >= 2, body.hasSuffix("'") else {
            throw CommandFailure(
                .usage, "--map '\(whole)': the constant's quote is not closed",
                hint: "the shell takes quotes away: \"source='harbour'\"")
        }
        let constant = String(body.dropFirst().dropLast())
        var json = ByteBuffer(capacity: 64)
        do throws(RowProblem) {
            let cell = Cell(value: .text(constant), line: 1, column: 1)
            try CellType.append(cell, as: type ?? .string, to: &json)
        } catch { throw CommandFailure(.usage, "--map '\(whole)': \(error.message)") }
        return .constant(json.string)
    }
}
