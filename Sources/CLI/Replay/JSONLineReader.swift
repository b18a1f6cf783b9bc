import Arguments
import Codecs
import Records
import Settings

/// Reads JSON lines: one object on each line. Lines with nothing on them are no rows. Columns are paths, `sensor.id`.
final class JSONLineReader: RowSource {
    let input: ByteInput
    private(set) var rows = 0
    private var line: [UInt8] = []
    private var node = JSONNode(.null)
    private var number = 0
    private var paths: [FieldPath] = []

    static let maximumLineBytes = 16 << 20

    init(_ input: ByteInput) {
        self.input = input
        input.skipByteOrderMark()
    }

    var columnNames: [String]? { nil }

    func column(named name: String) throws(CommandFailure) -> Int {
        guard let path = FieldPath(name) else {
            throw CommandFailure(
                .usage, "'\(name)' is no path into a record", hint: "keys joined by dots, as in sensor.id")
        }
        paths.append(path)
        return paths.count - 1
    }

    func next() throws(RowProblem) -> Bool {
        repeat { guard try readLine() else { return false } } while line.allSatisfy { $0 <= 0x20 }
        rows += 1
        do throws(JSONError) {
            let text = line
            let parsed: Result<JSONNode, JSONError> = text.withUnsafeBufferPointer { bytes in
                do throws(JSONError) { return .success(try JSONText.parse(bytes)) } catch { return .failure(error) }
            }
            node = try parsed.get()
        } catch {
            throw RowProblem(line: number, column: column(of: error.offset), message: error.message)
        }
        guard case .object = node.content else {
            throw RowProblem(line: number, column: 1, message: "expected an object, found \(node.kind)")
        }
        return true
    }

    private func column(of offset: Int) -> Int { line.prefix(offset).count { $0 & 0xc0 != 0x80 } + 1 }

    private func readLine() throws(RowProblem) -> Bool {
        line.removeAll(keepingCapacity: true)
        number = input.line
        while let byte = input.peek {
            input.skip()
            if byte == UInt8(ascii: "\n") {
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return true
            }
            line.append(byte)
            if line.count > Self.maximumLineBytes {
                throw RowProblem(
                    line: number, column: 1,
                    message: "the line is longer than \(Units.format(bytes: Self.maximumLineBytes))", isFatal: true)
            }
        }
        if let failure = input.failure {
            throw RowProblem(
                line: input.line, column: input.column, message: "reading failed: \(failure)", isFatal: true)
        }
        return !line.isEmpty
    }

    func cell(_ column: Int) -> Cell {
        var found: JSONNode? = node
        for key in paths[column].components { found = found?[key] }
        guard let found, !found.isNull else { return Cell(value: .absent, line: number, column: 1) }
        return Cell(value: .node(found), line: number, column: self.column(of: found.range.lowerBound))
    }

    var original: (line: [UInt8], node: JSONNode)? { (line, node) }
}
