import Records
import StateStore

typealias Cell = UnsafeMutablePointer<UInt64>

/// The inner loops of aggregation: `count` rows, the cell of each, one column. Straight loops over raw pointers; a row
/// in which an optional value is absent adds nothing (its `n` stays).
enum AccumulateKernels {
    static func countAll(_ cells: UnsafeMutablePointer<Cell>, _ count: Int, word: Int) {
        var index = 0
        while index < count {
            cells[index][word] &+= 1
            index += 1
        }
    }

    static func count(
        _ cells: UnsafeMutablePointer<Cell>, _ rows: UnsafePointer<UInt32>, _ count: Int, word: Int, _ column: Column
    ) {
        let validity = column.validity
        var index = 0
        while index < count {
            cells[index][word] &+= UInt64(validity[Int(rows[index])])
            index += 1
        }
    }

    /// Neumaier's variant of Kahan summation (Neumaier 1974), with count, least and greatest in the same pass.
    static func doubles(
        _ cells: UnsafeMutablePointer<Cell>, _ rows: UnsafePointer<UInt32>, _ count: Int, word: Int, _ column: Column,
        isOptional: Bool
    ) {
        let values = column.doubles
        let validity = column.validity
        var index = 0
        while index < count {
            let row = Int(rows[index])
            if isOptional && validity[row] == 0 {
                index += 1
                continue
            }
            let value = values[row]
            let words = cells[index] + word
            let cell = UnsafeMutableRawPointer(words).assumingMemoryBound(to: Double.self)
            words[0] &+= 1
            let sum = cell[1]
            let total = sum + value
            // What the addition lost, from whichever side is smaller. Infinite totals have lost nothing that counts.
            let lost = sum.magnitude >= value.magnitude ? (sum - total) + value : (value - total) + sum
            cell[1] = total
            cell[2] += lost
            cell[3] = value < cell[3] ? value : cell[3]
            cell[4] = value > cell[4] ? value : cell[4]
            index += 1
        }
    }

    static func integers(
        _ cells: UnsafeMutablePointer<Cell>, _ rows: UnsafePointer<UInt32>, _ count: Int, word: Int, _ column: Column,
        isOptional: Bool
    ) {
        let values = column.ints
        let validity = column.validity
        var index = 0
        while index < count {
            let row = Int(rows[index])
            if isOptional && validity[row] == 0 {
                index += 1
                continue
            }
            let value = values[row]
            let cell = cells[index] + word
            cell[0] &+= 1
            let (low, carry) = cell[1].addingReportingOverflow(UInt64(bitPattern: value))
            cell[1] = low
            cell[2] &+= UInt64(bitPattern: value >> 63) &+ (carry ? 1 : 0)
            if value < Int64(bitPattern: cell[3]) { cell[3] = UInt64(bitPattern: value) }
            if value > Int64(bitPattern: cell[4]) { cell[4] = UInt64(bitPattern: value) }
            index += 1
        }
    }

    /// The earliest (`isFirst`) or latest value of a fixed-width type.
    static func edge(
        _ cells: UnsafeMutablePointer<Cell>, _ rows: UnsafePointer<UInt32>, _ count: Int, word: Int, _ column: Column,
        times: UnsafePointer<Int64>, isFirst: Bool
    ) {
        let isNarrow = column.type == .bool
        var index = 0
        while index < count {
            let row = Int(rows[index])
            let cell = cells[index] + word
            if column.validity[row] != 0, replaces(cell, times[row], isFirst: isFirst) {
                cell[0] &+= 1
                cell[1] = UInt64(bitPattern: times[row])
                cell[2] = isNarrow ? UInt64(column.bools[row]) : column.uints[row]
            }
            index += 1
        }
    }

    /// The earliest or latest text; its bytes are copied into the slice, over the former ones where they fit.
    static func edgeText(
        _ cells: UnsafeMutablePointer<Cell>, _ rows: UnsafePointer<UInt32>, _ count: Int, word: Int, _ column: Column,
        times: UnsafePointer<Int64>, isFirst: Bool, text: Arena
    ) {
        var index = 0
        while index < count {
            let row = Int(rows[index])
            let cell = cells[index] + word
            if column.validity[row] != 0, replaces(cell, times[row], isFirst: isFirst) {
                cell[0] &+= 1
                cell[1] = UInt64(bitPattern: times[row])
                store(column.views[row], in: cell, text)
            }
            index += 1
        }
    }

    @inline(__always)
    private static func replaces(_ cell: Cell, _ time: Int64, isFirst: Bool) -> Bool {
        let held = Int64(bitPattern: cell[1])
        return cell[0] == 0 || (isFirst ? time < held : time >= held)
    }

    private static func store(_ view: ByteView, in cell: Cell, _ text: Arena) {
        let capacity = Int(cell[3] >> 32)
        let held = UnsafeMutablePointer<UInt8>(bitPattern: UInt(cell[2]))
        if let held, view.count <= capacity {
            if view.count > 0 { held.update(from: view.base, count: view.count) }
            cell[3] = UInt64(capacity) << 32 | UInt64(view.length)
            return
        }
        let room = text.allocate(max(view.count, 16))
        if view.count > 0 { room.update(from: view.base, count: view.count) }
        cell[2] = UInt64(UInt(bitPattern: room))
        cell[3] = UInt64(max(view.count, 16)) << 32 | UInt64(view.length)
    }
}
