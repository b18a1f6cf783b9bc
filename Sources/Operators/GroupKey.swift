import Records

/// Turns the `by` fields of a row into key bytes and back. One string or bytes field that is always there is its own
/// key; everything else is written field by field: a presence byte, then eight bytes, one byte, or a length and the
/// bytes.
struct GroupKey: Sendable {
    let columns: [Int]
    let types: [ValueType]
    /// Whether the key is the one field's own bytes.
    let isPlain: Bool

    init(_ schema: Schema, fields: [Int]) {
        columns = fields
        types = fields.map { schema[$0].type }
        isPlain =
            fields.count == 1 && [.string, .bytes].contains(schema[fields[0]].type) && !schema[fields[0]].isOptional
    }

    /// The key of one row, written to the arena.
    func encode(_ batch: RecordBatch, _ row: Int, into arena: Arena) -> ByteView {
        var needed = 0
        for index in columns.indices {
            needed += 1
            let column = batch.columns[columns[index]]
            if column.validity[row] == 0 { continue }
            switch types[index] {
            case .string, .bytes: needed += 4 + column.views[row].count
            case .bool: needed += 1
            default: needed += 8
            }
        }
        let start = arena.allocate(needed)
        var at = UnsafeMutableRawPointer(start)
        for index in columns.indices {
            let column = batch.columns[columns[index]]
            let isPresent = column.validity[row] != 0
            at.storeBytes(of: isPresent ? 1 : 0, as: UInt8.self)
            at += 1
            if !isPresent { continue }
            switch types[index] {
            case .string, .bytes:
                let view = column.views[row]
                at.storeBytes(of: view.length, as: UInt32.self)
                (at + 4).copyMemory(from: view.base, byteCount: view.count)
                at += 4 + view.count
            case .bool:
                at.storeBytes(of: column.bools[row], as: UInt8.self)
                at += 1
            case .double:
                // −0 and 0 are one key, and so are all NaNs.
                let value = column.doubles[row]
                let canonical = value.isNaN ? Double.nan : value + 0.0
                at.storeBytes(of: canonical.bitPattern, as: UInt64.self)
                at += 8
            default:
                at.storeBytes(of: column.ints[row], as: Int64.self)
                at += 8
            }
        }
        return ByteView(base: UnsafePointer(start), count: needed)
    }

    /// Writes a key's fields to the first columns of a row. The views point into the key's own memory.
    func decode(_ key: ByteView, into batch: RecordBatch, row: Int) {
        if isPlain {
            batch.columns[0].views[row] = key
            batch.columns[0].validity[row] = 1
            return
        }
        var at = UnsafeRawPointer(key.base)
        for index in columns.indices {
            let column = batch.columns[index]
            let isPresent = at.load(as: UInt8.self)
            at += 1
            column.validity[row] = isPresent
            if isPresent == 0 { continue }
            switch types[index] {
            case .string, .bytes:
                let count = Int(at.loadUnaligned(as: UInt32.self))
                column.views[row] = ByteView(base: (at + 4).assumingMemoryBound(to: UInt8.self), count: count)
                at += 4 + count
            case .bool:
                column.bools[row] = at.load(as: UInt8.self)
                at += 1
            default:
                column.ints[row] = at.loadUnaligned(as: Int64.self)
                at += 8
            }
        }
    }
}
