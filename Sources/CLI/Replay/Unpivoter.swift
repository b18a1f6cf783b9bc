import Arguments
import Records

/// Makes a row of every cell of a wide table: one column per station, one line per period.
///
///     773869,767541        station  speed   time
///     64.375,67.625   →    773869   64.375  2012-03-01T00:00:00Z
///                          767541   67.625  2012-03-01T00:00:00Z
final class Unpivoter: RowSource {
    /// How lines get their time when no column has it.
    struct Clock {
        var start: EventTime
        var stepMicroseconds: Int64
    }

    let input: ByteInput
    private let table: CSVReader
    private let name: String
    private let value: String
    private let clock: Clock?
    /// Columns of the table that become rows, and those that stand on each of them.
    private let spread: [Int]
    private let kept: [Int]
    private var at = 0
    private var hasLine = false

    /// The column that `clock` fills.
    static let timeColumn = "time"

    init(_ table: CSVReader, name: String, value: String, keeping: [String], clock: Clock?) throws(CommandFailure) {
        input = table.input
        self.table = table
        self.name = name
        self.value = value
        self.clock = clock
        var kept: [Int] = []
        for column in keeping { kept.append(try table.column(named: column)) }
        self.kept = kept
        spread = table.names.indices.filter { !kept.contains($0) }
    }

    var columnNames: [String]? {
        [name, value] + (clock == nil ? [] : [Self.timeColumn]) + kept.map { table.names[$0] }
    }

    var nameColumns: [String] { [name] }

    var rows: Int { table.rows }

    func column(named name: String) throws(CommandFailure) -> Int {
        let names = columnNames ?? []
        if let index = names.firstIndex(of: name) { return index }
        throw CSVReader.unknown(name, among: names)
    }

    func next() throws(RowProblem) -> Bool {
        at += 1
        if hasLine, at < spread.count { return true }
        hasLine = false
        guard !spread.isEmpty, try table.next() else { return false }
        hasLine = true
        at = 0
        return true
    }

    func cell(_ column: Int) -> Cell {
        var cell = table.cell(spread[at])
        switch column {
        case 0: cell.value = .text(table.names[spread[at]])
        case 1: break
        case 2 where clock != nil:
            // A bad line has its time as well: the lines after it keep theirs.
            let steps = Int64(table.rows - 1)
            let shift = (clock?.stepMicroseconds ?? 0).multipliedReportingOverflow(by: steps)
            cell.value = .instant(
                (clock?.start ?? .distantPast).advanced(by: shift.overflow ? .max : shift.partialValue))
        default: cell = table.cell(kept[column - (clock == nil ? 2 : 3)])
        }
        return cell
    }
}
