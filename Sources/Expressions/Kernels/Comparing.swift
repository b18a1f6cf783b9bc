import Records

@inline(__always)
func bit(_ condition: Bool) -> UInt8 { unsafeBitCast(condition, to: UInt8.self) }

enum Equal<T: Equatable>: PairKernel {
    @inline(__always) static func apply(_ a: T, _ b: T) -> UInt8 { bit(a == b) }
}

enum NotEqual<T: Equatable>: PairKernel {
    @inline(__always) static func apply(_ a: T, _ b: T) -> UInt8 { bit(a != b) }
}

enum Less<T: Comparable>: PairKernel {
    @inline(__always) static func apply(_ a: T, _ b: T) -> UInt8 { bit(a < b) }
}

enum LessOrEqual<T: Comparable>: PairKernel {
    @inline(__always) static func apply(_ a: T, _ b: T) -> UInt8 { bit(a <= b) }
}

enum EqualViews: PairKernel {
    @inline(__always) static func apply(_ a: ByteView, _ b: ByteView) -> UInt8 { bit(a == b) }
}

enum NotEqualViews: PairKernel {
    @inline(__always) static func apply(_ a: ByteView, _ b: ByteView) -> UInt8 { bit(!(a == b)) }
}

enum LessViews: PairKernel {
    @inline(__always) static func apply(_ a: ByteView, _ b: ByteView) -> UInt8 { bit(a < b) }
}

enum LessOrEqualViews: PairKernel {
    @inline(__always) static func apply(_ a: ByteView, _ b: ByteView) -> UInt8 { bit(!(b < a)) }
}

/// How two numbers of different types stand to each other by their exact values: −1, 0, 1, or 2 with a NaN.
protocol ExactOrder {
    associatedtype A
    associatedtype B
    static func order(_ a: A, _ b: B) -> Int8
}

enum IntAndUInt: ExactOrder {
    @inline(__always) static func order(_ a: Int64, _ b: UInt64) -> Int8 {
        if a < 0 { return -1 }
        let a = UInt64(bitPattern: a)
        return a < b ? -1 : a == b ? 0 : 1
    }
}

enum IntAndDouble: ExactOrder {
    @inline(__always) static func order(_ a: Int64, _ b: Double) -> Int8 {
        if b.isNaN { return 2 }
        if b >= 0x1p63 { return -1 }
        if b < -0x1p63 { return 1 }
        // Within range the whole part is exact as an Int64, and the fraction decides only between equals.
        let whole = b.rounded(.towardZero)
        let integer = Int64(whole)
        if a != integer { return a < integer ? -1 : 1 }
        return b > whole ? -1 : b < whole ? 1 : 0
    }
}

enum UIntAndDouble: ExactOrder {
    @inline(__always) static func order(_ a: UInt64, _ b: Double) -> Int8 {
        if b.isNaN { return 2 }
        if b >= 0x1p64 { return -1 }
        if b < 0 { return 1 }
        let whole = b.rounded(.towardZero)
        let integer = UInt64(whole)
        if a != integer { return a < integer ? -1 : 1 }
        return b > whole ? -1 : 0
    }
}

/// The order seen from the other side.
enum Mirrored<O: ExactOrder>: ExactOrder {
    @inline(__always) static func order(_ a: O.B, _ b: O.A) -> Int8 {
        let order = O.order(b, a)
        return order == 2 ? 2 : -order
    }
}

enum ExactlyEqual<O: ExactOrder>: PairKernel {
    @inline(__always) static func apply(_ a: O.A, _ b: O.B) -> UInt8 { bit(O.order(a, b) == 0) }
}

enum ExactlyNotEqual<O: ExactOrder>: PairKernel {
    @inline(__always) static func apply(_ a: O.A, _ b: O.B) -> UInt8 { bit(O.order(a, b) != 0) }
}

enum ExactlyLess<O: ExactOrder>: PairKernel {
    @inline(__always) static func apply(_ a: O.A, _ b: O.B) -> UInt8 { bit(O.order(a, b) == -1) }
}

enum ExactlyLessOrEqual<O: ExactOrder>: PairKernel {
    @inline(__always) static func apply(_ a: O.A, _ b: O.B) -> UInt8 { bit(O.order(a, b) <= 0) }
}

/// Comparisons into a bool column.
enum Comparing {
    static func run(
        _ comparison: Comparison, _ comparands: Comparands, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory,
        _ target: SlotMemory
    ) {
        switch comparands {
        case .bools: plain(UInt8.self, comparison, rows, a, b, target)
        case .ints: plain(Int64.self, comparison, rows, a, b, target)
        case .uints: plain(UInt64.self, comparison, rows, a, b, target)
        case .doubles: plain(Double.self, comparison, rows, a, b, target)
        case .views:
            switch comparison {
            case .equal: Loop.pair(EqualViews.self, rows, a, b, target)
            case .notEqual: Loop.pair(NotEqualViews.self, rows, a, b, target)
            case .less: Loop.pair(LessViews.self, rows, a, b, target)
            case .lessOrEqual: Loop.pair(LessOrEqualViews.self, rows, a, b, target)
            }
        case .intAndUInt: exact(IntAndUInt.self, comparison, rows, a, b, target)
        case .uintAndInt: exact(Mirrored<IntAndUInt>.self, comparison, rows, a, b, target)
        case .intAndDouble: exact(IntAndDouble.self, comparison, rows, a, b, target)
        case .doubleAndInt: exact(Mirrored<IntAndDouble>.self, comparison, rows, a, b, target)
        case .uintAndDouble: exact(UIntAndDouble.self, comparison, rows, a, b, target)
        case .doubleAndUInt: exact(Mirrored<UIntAndDouble>.self, comparison, rows, a, b, target)
        }
    }

    @inline(__always)
    private static func plain<T: Comparable>(
        _: T.Type, _ comparison: Comparison, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ target: SlotMemory
    ) {
        switch comparison {
        case .equal: Loop.pair(Equal<T>.self, rows, a, b, target)
        case .notEqual: Loop.pair(NotEqual<T>.self, rows, a, b, target)
        case .less: Loop.pair(Less<T>.self, rows, a, b, target)
        case .lessOrEqual: Loop.pair(LessOrEqual<T>.self, rows, a, b, target)
        }
    }

    @inline(__always)
    private static func exact<O: ExactOrder>(
        _: O.Type, _ comparison: Comparison, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ target: SlotMemory
    ) {
        switch comparison {
        case .equal: Loop.pair(ExactlyEqual<O>.self, rows, a, b, target)
        case .notEqual: Loop.pair(ExactlyNotEqual<O>.self, rows, a, b, target)
        case .less: Loop.pair(ExactlyLess<O>.self, rows, a, b, target)
        case .lessOrEqual: Loop.pair(ExactlyLessOrEqual<O>.self, rows, a, b, target)
        }
    }
}

/// Comparisons that shrink a selection at once, without a bool column between.
enum Refining {
    /// Writes the rows that are kept to `kept` (which may be the rows' own memory); returns how many.
    static func run(
        _ comparison: Comparison, _ comparands: Comparands, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory,
        _ kept: UnsafeMutablePointer<UInt32>
    ) -> Int {
        switch comparands {
        case .bools: return plain(UInt8.self, comparison, rows, a, b, kept)
        case .ints: return plain(Int64.self, comparison, rows, a, b, kept)
        case .uints: return plain(UInt64.self, comparison, rows, a, b, kept)
        case .doubles: return plain(Double.self, comparison, rows, a, b, kept)
        case .views: return views(comparison, rows, a, b, kept)
        case .intAndUInt: return exact(IntAndUInt.self, comparison, rows, a, b, kept)
        case .uintAndInt: return exact(Mirrored<IntAndUInt>.self, comparison, rows, a, b, kept)
        case .intAndDouble: return exact(IntAndDouble.self, comparison, rows, a, b, kept)
        case .doubleAndInt: return exact(Mirrored<IntAndDouble>.self, comparison, rows, a, b, kept)
        case .uintAndDouble: return exact(UIntAndDouble.self, comparison, rows, a, b, kept)
        case .doubleAndUInt: return exact(Mirrored<UIntAndDouble>.self, comparison, rows, a, b, kept)
        }
    }

    @inline(__always)
    private static func plain<T: Comparable>(
        _: T.Type, _ comparison: Comparison, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory,
        _ kept: UnsafeMutablePointer<UInt32>
    ) -> Int {
        switch comparison {
        case .equal: Loop.refine(Equal<T>.self, rows, a, b, kept)
        case .notEqual: Loop.refine(NotEqual<T>.self, rows, a, b, kept)
        case .less: Loop.refine(Less<T>.self, rows, a, b, kept)
        case .lessOrEqual: Loop.refine(LessOrEqual<T>.self, rows, a, b, kept)
        }
    }

    @inline(__always)
    private static func exact<O: ExactOrder>(
        _: O.Type, _ comparison: Comparison, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory,
        _ kept: UnsafeMutablePointer<UInt32>
    ) -> Int {
        switch comparison {
        case .equal: Loop.refine(ExactlyEqual<O>.self, rows, a, b, kept)
        case .notEqual: Loop.refine(ExactlyNotEqual<O>.self, rows, a, b, kept)
        case .less: Loop.refine(ExactlyLess<O>.self, rows, a, b, kept)
        case .lessOrEqual: Loop.refine(ExactlyLessOrEqual<O>.self, rows, a, b, kept)
        }
    }

    private static func views(
        _ comparison: Comparison, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory,
        _ kept: UnsafeMutablePointer<UInt32>
    ) -> Int {
        switch comparison {
        case .equal:
            if b.step == 0, a.step == 1 { return equal(rows, a.data, constant(b), kept) }
            if a.step == 0, b.step == 1 { return equal(rows, b.data, constant(a), kept) }
            return Loop.refine(EqualViews.self, rows, a, b, kept)
        case .notEqual:
            if b.step == 0, a.step == 1 { return notEqual(rows, a.data, constant(b), kept) }
            if a.step == 0, b.step == 1 { return notEqual(rows, b.data, constant(a), kept) }
            return Loop.refine(NotEqualViews.self, rows, a, b, kept)
        case .less: return Loop.refine(LessViews.self, rows, a, b, kept)
        case .lessOrEqual: return Loop.refine(LessOrEqualViews.self, rows, a, b, kept)
        }
    }

    private static func constant(_ slot: SlotMemory) -> ByteView {
        slot.data.assumingMemoryBound(to: ByteView.self).pointee
    }

    /// Length and first four bytes of a view as one word: what decides most comparisons without touching the text.
    @inline(__always)
    private static func head(_ view: ByteView) -> UInt64 {
        UInt64(view.length) | UInt64(view.prefix) << 32
    }

    /// In two passes: the heads, branch-free; then the rest of the text of those that are left, nearly always equal.
    private static func equal(
        _ rows: Rows, _ data: UnsafeMutableRawPointer, _ constant: ByteView, _ kept: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let views = data.assumingMemoryBound(to: ByteView.self)
        let wanted = head(constant)
        let count = rows.count
        var place = 0
        var index = 0
        if rows.isDense {
            while index < count {
                kept[place] = UInt32(truncatingIfNeeded: index)
                place &+= Int(bit(head(views[index]) == wanted))
                index += 1
            }
        } else {
            let list = rows.rows
            while index < count {
                let row = list[index]
                kept[place] = row
                place &+= Int(bit(head(views[Int(row)]) == wanted))
                index += 1
            }
        }
        if constant.count <= 4 { return place }
        let candidates = place
        let (base, length) = (constant.base, constant.count)
        place = 0
        index = 0
        while index < candidates {
            let row = kept[index]
            kept[place] = row
            place &+= Int(bit(equalBytes(views[Int(row)].base, base, length)))
            index += 1
        }
        return place
    }

    private static func notEqual(
        _ rows: Rows, _ data: UnsafeMutableRawPointer, _ constant: ByteView, _ kept: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let views = data.assumingMemoryBound(to: ByteView.self)
        let wanted = head(constant)
        let (base, length) = (constant.base, constant.count)
        let count = rows.count
        let list = rows.rows
        var place = 0
        var index = 0
        if length <= 4 {
            while index < count {
                let row = list[index]
                kept[place] = row
                place &+= Int(bit(head(views[Int(row)]) != wanted))
                index += 1
            }
            return place
        }
        while index < count {
            let row = list[index]
            kept[place] = row
            let view = views[Int(row)]
            place &+= Int(bit(!(head(view) == wanted && equalBytes(view.base, base, length))))
            index += 1
        }
        return place
    }
}
