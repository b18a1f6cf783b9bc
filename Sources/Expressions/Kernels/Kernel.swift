import Records

/// The rows that an instruction works on.
struct Rows {
    var rows: UnsafePointer<UInt32>
    var count: Int
    /// Exactly the rows 0 ..< count: loops then run straight over the columns, and the compiler makes vectors of them.
    var isDense: Bool
}

/// Where a value of a program is: a column, a constant (step 0) or scratch memory.
struct SlotMemory {
    var data: UnsafeMutableRawPointer
    /// Values to go on per row: 1, or 0 for a constant.
    var step: Int
    var validity: UnsafeMutablePointer<UInt8>
    /// Per row 0, or the number of the instruction that failed, plus one. Allocated at the first failure; all zero
    /// unless `hasFailures`.
    var failures: UnsafeMutablePointer<UInt16>?
    var hasFailures: Bool
}

// Kernels are types with one static function, not closures: the loops below are generic over them, and the compiler
// makes a concrete loop of each pair (HOTPATH.md 3: a closure per element costs nine times as much).

protocol UnaryKernel {
    associatedtype A
    associatedtype Out
    static func apply(_ a: A) -> Out
}

protocol PairKernel {
    associatedtype A
    associatedtype B
    associatedtype Out
    static func apply(_ a: A, _ b: B) -> Out
}

/// A kernel for which some operands have no result: it sets the sign bit of `failed` then, and gives anything.
protocol CheckedKernel {
    associatedtype A
    associatedtype B
    associatedtype Out
    static func apply(_ a: A, _ b: B, _ failed: inout Int64) -> Out
}

enum Loop {
    @inline(__always)
    static func unary<K: UnaryKernel>(_: K.Type, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) {
        let x = a.data.assumingMemoryBound(to: K.A.self)
        let out = target.data.assumingMemoryBound(to: K.Out.self)
        let count = rows.count
        var index = 0
        if rows.isDense && a.step == 1 {
            while index < count {
                out[index] = K.apply(x[index])
                index += 1
            }
            return
        }
        let list = rows.rows
        let step = a.step
        while index < count {
            let row = Int(list[index])
            out[row] = K.apply(x[row &* step])
            index += 1
        }
    }

    @inline(__always)
    static func pair<K: PairKernel>(
        _: K.Type, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ target: SlotMemory
    ) {
        let x = a.data.assumingMemoryBound(to: K.A.self)
        let y = b.data.assumingMemoryBound(to: K.B.self)
        let out = target.data.assumingMemoryBound(to: K.Out.self)
        let count = rows.count
        var index = 0
        if rows.isDense {
            if a.step == 1 && b.step == 1 {
                while index < count {
                    out[index] = K.apply(x[index], y[index])
                    index += 1
                }
                return
            }
            if a.step == 1 {
                let constant = y[0]
                while index < count {
                    out[index] = K.apply(x[index], constant)
                    index += 1
                }
                return
            }
            let constant = x[0]
            let step = b.step
            while index < count {
                out[index] = K.apply(constant, y[index &* step])
                index += 1
            }
            return
        }
        let list = rows.rows
        let (s, t) = (a.step, b.step)
        while index < count {
            let row = Int(list[index])
            out[row] = K.apply(x[row &* s], y[row &* t])
            index += 1
        }
    }

    /// As `pair`; returns whether some row has no result.
    @inline(__always)
    static func checked<K: CheckedKernel>(
        _: K.Type, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ target: SlotMemory
    ) -> Bool {
        let x = a.data.assumingMemoryBound(to: K.A.self)
        let y = b.data.assumingMemoryBound(to: K.B.self)
        let out = target.data.assumingMemoryBound(to: K.Out.self)
        let count = rows.count
        var failed: Int64 = 0
        var index = 0
        if rows.isDense && a.step == 1 && b.step == 1 {
            while index < count {
                out[index] = K.apply(x[index], y[index], &failed)
                index += 1
            }
            return failed < 0
        }
        if rows.isDense && a.step == 1 {
            let constant = y[0]
            while index < count {
                out[index] = K.apply(x[index], constant, &failed)
                index += 1
            }
            return failed < 0
        }
        let list = rows.rows
        let (s, t) = (a.step, b.step)
        while index < count {
            let row = Int(list[index])
            out[row] = K.apply(x[row &* s], y[row &* t], &failed)
            index += 1
        }
        return failed < 0
    }

    /// Writes the rows for which a comparison holds to `kept`, which may be the rows' own memory; returns how many.
    /// Branch-free: the row is always written, and the place moves on by the outcome (HOTPATH.md 9).
    @inline(__always)
    static func refine<K: PairKernel>(
        _: K.Type, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ kept: UnsafeMutablePointer<UInt32>
    ) -> Int where K.Out == UInt8 {
        let x = a.data.assumingMemoryBound(to: K.A.self)
        let y = b.data.assumingMemoryBound(to: K.B.self)
        let count = rows.count
        let (s, t) = (a.step, b.step)
        var index = 0
        var place = 0
        if rows.isDense {
            if t == 0 {
                let constant = y[0]
                while index < count {
                    kept[place] = UInt32(truncatingIfNeeded: index)
                    place &+= Int(K.apply(x[index &* s], constant))
                    index += 1
                }
                return place
            }
            while index < count {
                kept[place] = UInt32(truncatingIfNeeded: index)
                place &+= Int(K.apply(x[index &* s], y[index]))
                index += 1
            }
            return place
        }
        let list = rows.rows
        while index < count {
            let row = list[index]
            kept[place] = row
            place &+= Int(K.apply(x[Int(row) &* s], y[Int(row) &* t]))
            index += 1
        }
        return place
    }

    /// Calls `body` with each row. For kernels whose work outweighs a loop's details.
    @inline(__always)
    static func each(_ rows: Rows, _ body: (Int) -> Void) {
        let list = rows.rows
        let count = rows.count
        var index = 0
        while index < count {
            body(Int(list[index]))
            index += 1
        }
    }
}
