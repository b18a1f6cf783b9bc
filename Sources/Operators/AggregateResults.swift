import Records

/// Reads results out of closed cells into a column. A group in which the argument was never present has no value,
/// except for counts.
enum AggregateResults {
    static func write(
        _ function: AggregateFunction, of type: ValueType?, _ cells: UnsafeMutablePointer<Cell>, _ count: Int,
        word: Int,
        into column: Column
    ) {
        switch (function, type) {
        case (.count, _):
            for row in 0..<count {
                column.ints[row] = Int64(bitPattern: cells[row][word])
                column.validity[row] = 1
            }
        case (.first, _), (.last, _):
            edges(cells, count, word, column)
        case (_, .double?):
            doubles(function, cells, count, word, column)
        default:
            integers(function, cells, count, word, column)
        }
    }

    private static func doubles(
        _ function: AggregateFunction, _ cells: UnsafeMutablePointer<Cell>, _ count: Int, _ word: Int, _ column: Column
    ) {
        for row in 0..<count {
            let cell = UnsafeMutableRawPointer(cells[row] + word).assumingMemoryBound(to: Double.self)
            let n = cells[row][word]
            column.validity[row] = n == 0 ? 0 : 1
            // An infinite or NaN sum has no compensation worth adding (∞ − ∞ is NaN).
            let sum = cell[1].isFinite ? cell[1] + cell[2] : cell[1]
            column.doubles[row] =
                switch function {
                case .avg: sum / Double(n)
                case .min: cell[3]
                case .max: cell[4]
                default: sum
                }
        }
    }

    private static func integers(
        _ function: AggregateFunction, _ cells: UnsafeMutablePointer<Cell>, _ count: Int, _ word: Int, _ column: Column
    ) {
        for row in 0..<count {
            let cell = cells[row] + word
            column.validity[row] = cell[0] == 0 ? 0 : 1
            let sum = Int128(truncatingIfNeeded: Int64(bitPattern: cell[2])) << 64 | Int128(cell[1])
            switch function {
            case .avg: column.doubles[row] = cell[0] == 0 ? 0 : Double(sum) / Double(cell[0])
            case .min: column.ints[row] = Int64(bitPattern: cell[3])
            case .max: column.ints[row] = Int64(bitPattern: cell[4])
            // 2^63 readings of the greatest value would be needed to leave 128 bits; a sum beyond 64 bits is clamped.
            default: column.ints[row] = Int64(clamping: sum)
            }
        }
    }

    private static func edges(_ cells: UnsafeMutablePointer<Cell>, _ count: Int, _ word: Int, _ column: Column) {
        for row in 0..<count {
            let cell = cells[row] + word
            column.validity[row] = cell[0] == 0 ? 0 : 1
            switch column.type {
            case .bool: column.bools[row] = UInt8(truncatingIfNeeded: cell[2])
            case .string, .bytes:
                guard let base = UnsafePointer<UInt8>(bitPattern: UInt(cell[2])) else {
                    column.views[row] = .empty
                    continue
                }
                column.views[row] = ByteView(base: base, count: Int(cell[3] & 0xffff_ffff))
            default: column.uints[row] = cell[2]
            }
        }
    }
}
