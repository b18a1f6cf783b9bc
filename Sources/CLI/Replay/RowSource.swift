import Codecs
import Records

/// What stands in one column of a row.
enum CellValue: Equatable {
    case absent
    /// Of a CSV file: nothing is known of its type.
    case text(String)
    /// Of a JSON line.
    case node(JSONNode)
    /// Made up from the row's number.
    case instant(EventTime)

    /// As plain text, for keys; nil where there is nothing, or nothing that has one.
    var plain: String? {
        switch self {
        case .absent: nil
        case .text(let text): text
        case .instant(let time): time.description
        case .node(let node):
            switch node.content {
            case .string(let text): text
            case .number(let text, _): text
            case .bool(let value): value ? "true" : "false"
            case .null, .array, .object: nil
            }
        }
    }
}

/// A cell and where it stands in the file.
struct Cell {
    var value: CellValue
    var line: Int
    var column: Int

    func problem(_ message: String, hint: String? = nil) -> RowProblem {
        RowProblem(line: line, column: column, message: message, hint: hint)
    }
}

/// Rows of a recorded file, one after the other.
protocol RowSource: AnyObject {
    var input: ByteInput { get }
    /// The columns' names, where the file has a fixed set of them.
    var columnNames: [String]? { get }
    /// Columns that hold names, which stay text even where they look like numbers.
    var nameColumns: [String] { get }
    /// Rows of the file taken so far, bad ones included.
    var rows: Int { get }

    /// The number under which `cell` gives a column; what is wrong with the name otherwise.
    func column(named name: String) throws(CommandFailure) -> Int
    /// Goes to the next row; false at the end. After a problem that is not fatal the next call goes on behind the bad
    /// row.
    func next() throws(RowProblem) -> Bool
    /// A cell of the current row.
    func cell(_ column: Int) -> Cell
    /// The whole row as it stands, where it is an event already.
    var original: (line: [UInt8], node: JSONNode)? { get }
}

extension RowSource {
    var original: (line: [UInt8], node: JSONNode)? { nil }
    var nameColumns: [String] { [] }
}
