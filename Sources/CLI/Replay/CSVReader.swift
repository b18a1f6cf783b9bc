import Arguments
import Records
import Settings

/// Reads CSV by RFC 4180: quotes, doubled quotes and line ends inside quotes, LF or CRLF, a byte order mark, any
/// one-byte delimiter. Lines with nothing on them are no rows.
final class CSVReader: RowSource {
    let input: ByteInput
    private(set) var names: [String] = []
    private(set) var rows = 0
    private let delimiter: UInt8
    /// Texts that stand for no value, beside the empty one.
    private let nulls: Set<String>

    private struct Span {
        var start: Int
        var end: Int
        var line: Int
        var column: Int
    }

    private var content = ByteBuffer(capacity: 4096)
    private var spans: [Span] = []

    /// The longest row; a quote that is never closed is found out by it.
    static let maximumRowBytes = 1 << 20

    /// `names` nil: the first row holds them.
    init(_ input: ByteInput, delimiter: UInt8, names: [String]?, nulls: [String]) throws(CommandFailure) {
        self.input = input
        self.delimiter = delimiter
        self.nulls = Set(nulls)
        input.skipByteOrderMark()
        if let names {
            self.names = names
        } else {
            try readHeader()
        }
        var seen = Set<String>()
        for name in self.names where !seen.insert(name).inserted {
            throw CommandFailure(
                .data, "\(input.name): the column '\(name)' stands in the header twice",
                hint: "rename one in the file, or name the columns with --columns")
        }
    }

    private func readHeader() throws(CommandFailure) {
        do throws(RowProblem) {
            guard try readRecord() else {
                throw RowProblem(
                    line: 1, column: 1, message: "the file is empty", hint: "a CSV file starts with its columns' names")
            }
        } catch {
            throw CommandFailure(
                .data, "\(input.name):\(error.line):\(error.column): \(error.message)", hint: error.hint)
        }
        names = spans.map { String(decoding: content.bytes[$0.start..<$0.end], as: UTF8.self) }
    }

    var columnNames: [String]? { names }

    func column(named name: String) throws(CommandFailure) -> Int {
        if let index = names.firstIndex(of: name) { return index }
        throw Self.unknown(name, among: names)
    }

    static func unknown(_ name: String, among names: [String]) -> CommandFailure {
        let nearest = Suggestion.nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
        let shown = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", … (\(names.count) in all)" : "")
        return CommandFailure(.usage, "the file has no column '\(name)'", hint: nearest + "columns: " + shown)
    }

    func next() throws(RowProblem) -> Bool {
        do throws(RowProblem) {
            guard try readRecord() else { return false }
        } catch {
            rows += 1
            throw error
        }
        rows += 1
        if spans.count != names.count, let last = spans.last {
            throw RowProblem(
                line: last.line, column: last.column,
                message: "expected \(names.count) columns as in the header, found \(spans.count)")
        }
        return true
    }

    func cell(_ column: Int) -> Cell {
        let span = spans[column]
        if span.start == span.end { return Cell(value: .absent, line: span.line, column: span.column) }
        let text = String(decoding: content.bytes[span.start..<span.end], as: UTF8.self)
        let value: CellValue = nulls.contains(text) ? .absent : .text(text)
        return Cell(value: value, line: span.line, column: span.column)
    }

    // MARK: One record

    private func readRecord() throws(RowProblem) -> Bool {
        content.removeAll()
        spans.removeAll(keepingCapacity: true)
        while let byte = input.peek, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { input.skip() }
        guard input.peek != nil else {
            if let failure = input.failure {
                throw RowProblem(
                    line: input.line, column: input.column, message: "reading failed: \(failure)", isFatal: true)
            }
            return false
        }
        while try readField() {}
        if let bad = spans.first(where: { !isText($0) }) {
            throw RowProblem(
                line: bad.line, column: bad.column, message: "the text is not UTF-8",
                hint: "convert the file, for example: iconv -f latin1 -t utf-8")
        }
        return true
    }

    private func isText(_ span: Span) -> Bool {
        String(validating: content.bytes[span.start..<span.end], as: UTF8.self) != nil
    }

    /// Reads one field and what ends it; true when another follows on the row.
    private func readField() throws(RowProblem) -> Bool {
        var span = Span(start: content.count, end: content.count, line: input.line, column: input.column)
        if input.peek == UInt8(ascii: "\"") {
            try readQuoted(span)
            span.end = content.count
            spans.append(span)
            return try endQuoted()
        }
        while let byte = input.peek {
            if byte == delimiter || byte == UInt8(ascii: "\n") {
                input.skip()
                span.end = content.count
                if byte != delimiter, span.end > span.start, content.bytes[span.end - 1] == UInt8(ascii: "\r") {
                    span.end -= 1
                }
                spans.append(span)
                return byte == delimiter
            }
            if byte == UInt8(ascii: "\"") {
                let problem = RowProblem(
                    line: input.line, column: input.column,
                    message: "a quote inside a field that does not start with one",
                    hint: "put the field into quotes and double those inside: \"a \"\"b\"\" c\"")
                input.skipLine()
                throw problem
            }
            content.append(byte)
            input.skip()
            try checkLength(span)
        }
        span.end = content.count
        if span.end > span.start, content.bytes[span.end - 1] == UInt8(ascii: "\r") { span.end -= 1 }
        spans.append(span)
        return false
    }

    private func readQuoted(_ span: Span) throws(RowProblem) {
        input.skip()
        while let byte = input.peek {
            input.skip()
            if byte == UInt8(ascii: "\"") {
                if input.peek != UInt8(ascii: "\"") { return }
                input.skip()
            }
            content.append(byte)
            try checkLength(span)
        }
        throw RowProblem(
            line: span.line, column: span.column, message: "the quote that opens here is never closed", isFatal: true)
    }

    private func checkLength(_ span: Span) throws(RowProblem) {
        if content.count > Self.maximumRowBytes {
            throw RowProblem(
                line: span.line, column: span.column,
                message: "the row is longer than \(Units.format(bytes: Self.maximumRowBytes)); is a quote not closed?",
                isFatal: true)
        }
    }

    private func endQuoted() throws(RowProblem) -> Bool {
        guard let byte = input.peek else { return false }
        if byte == delimiter {
            input.skip()
            return true
        }
        let place = (input.line, input.column)
        if byte == UInt8(ascii: "\r") { input.skip() }
        guard let next = input.peek else { return false }
        if next == UInt8(ascii: "\n") {
            input.skip()
            return false
        }
        input.skipLine()
        throw RowProblem(
            line: place.0, column: place.1, message: "text after a closing quote",
            hint: "a quote inside quotes is written twice: \"a \"\"b\"\" c\"")
    }
}
