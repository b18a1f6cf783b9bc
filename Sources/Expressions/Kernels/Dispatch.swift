import Records

/// From an operation to its loop.
enum Arithmetic {
    /// Operations that may fail; returns whether some row did.
    static func checked(
        _ operation: Operation, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ target: SlotMemory
    ) -> Bool {
        switch operation {
        case .addInt: Loop.checked(AddInt.self, rows, a, b, target)
        case .subtractInt: Loop.checked(SubtractInt.self, rows, a, b, target)
        case .multiplyInt: Loop.checked(MultiplyInt.self, rows, a, b, target)
        case .divideInt: Loop.checked(DivideInt.self, rows, a, b, target)
        case .remainderInt: Loop.checked(RemainderInt.self, rows, a, b, target)
        case .negateInt: Loop.checked(NegateInt.self, rows, a, a, target)
        case .absoluteInt: Loop.checked(AbsoluteInt.self, rows, a, a, target)
        case .addUInt: Loop.checked(AddUInt.self, rows, a, b, target)
        case .subtractUInt: Loop.checked(SubtractUInt.self, rows, a, b, target)
        case .multiplyUInt: Loop.checked(MultiplyUInt.self, rows, a, b, target)
        case .divideUInt: Loop.checked(DivideUInt.self, rows, a, b, target)
        case .remainderUInt: Loop.checked(RemainderUInt.self, rows, a, b, target)
        case .addToTimestamp: Loop.checked(AddToTimestamp.self, rows, a, b, target)
        case .subtractFromTimestamp: Loop.checked(SubtractFromTimestamp.self, rows, a, b, target)
        case .addDurations: Loop.checked(AddDurations.self, rows, a, b, target)
        // A difference of timestamps is a duration, and bounded like one.
        case .differenceOfTimestamps, .subtractDurations: Loop.checked(SubtractDurations.self, rows, a, b, target)
        default: preconditionFailure("\(operation) is no checked arithmetic")
        }
    }

    /// Operations that have a result for everything.
    static func total(
        _ operation: Operation, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ target: SlotMemory
    ) {
        switch operation {
        case .addDouble: Loop.pair(AddDouble.self, rows, a, b, target)
        case .subtractDouble: Loop.pair(SubtractDouble.self, rows, a, b, target)
        case .multiplyDouble: Loop.pair(MultiplyDouble.self, rows, a, b, target)
        case .divideDouble: Loop.pair(DivideDouble.self, rows, a, b, target)
        case .leastInt: Loop.pair(Least<Int64>.self, rows, a, b, target)
        case .leastUInt: Loop.pair(Least<UInt64>.self, rows, a, b, target)
        case .leastDouble: Loop.pair(LeastDouble.self, rows, a, b, target)
        case .greatestInt: Loop.pair(Greatest<Int64>.self, rows, a, b, target)
        case .greatestUInt: Loop.pair(Greatest<UInt64>.self, rows, a, b, target)
        case .greatestDouble: Loop.pair(GreatestDouble.self, rows, a, b, target)
        case .negateDouble: Loop.unary(NegateDouble.self, rows, a, target)
        case .absoluteDouble: Loop.unary(AbsoluteDouble.self, rows, a, target)
        case .absoluteUInt: Loop.unary(Same<UInt64>.self, rows, a, target)
        case .signInt: Loop.unary(SignInt.self, rows, a, target)
        case .signUInt: Loop.unary(SignUInt.self, rows, a, target)
        case .signDouble: Loop.unary(SignDouble.self, rows, a, target)
        case .floor: Loop.unary(Floor.self, rows, a, target)
        case .ceiling: Loop.unary(Ceiling.self, rows, a, target)
        case .round: Loop.unary(Round.self, rows, a, target)
        case .truncate: Loop.unary(Truncate.self, rows, a, target)
        case .squareRoot: Loop.unary(SquareRoot.self, rows, a, target)
        case .isNaN: Loop.unary(IsNaN.self, rows, a, target)
        case .isInfinite: Loop.unary(IsInfinite.self, rows, a, target)
        case .isFinite: Loop.unary(IsFinite.self, rows, a, target)
        case .not: Loop.unary(Not.self, rows, a, target)
        case .doubleFromInt: Loop.unary(DoubleFromInt.self, rows, a, target)
        case .doubleFromUInt: Loop.unary(DoubleFromUInt.self, rows, a, target)
        default: preconditionFailure("\(operation) is no total arithmetic")
        }
    }
}

enum Logic {
    /// target = target && a, or target || a, where nothing failed.
    static func join(isAnd: Bool, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) {
        let x = a.data.assumingMemoryBound(to: UInt8.self)
        let out = target.data.assumingMemoryBound(to: UInt8.self)
        let count = rows.count
        var index = 0
        if rows.isDense && a.step == 1 {
            if isAnd {
                while index < count {
                    out[index] &= x[index]
                    index += 1
                }
            } else {
                while index < count {
                    out[index] |= x[index]
                    index += 1
                }
            }
            return
        }
        let step = a.step
        if isAnd {
            Loop.each(rows) { row in out[row] &= x[row &* step] }
        } else {
            Loop.each(rows) { row in out[row] |= x[row &* step] }
        }
    }
}

enum Membership {
    static func run(_ set: MembershipSet, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) {
        let out = target.data.assumingMemoryBound(to: UInt8.self)
        let step = a.step
        switch set.contents {
        case .words(let words):
            words.withUnsafeBufferPointer { words in
                guard let base = words.baseAddress else { return }
                let count = words.count
                switch set.type {
                case .bool:
                    let x = a.data.assumingMemoryBound(to: UInt8.self)
                    Loop.each(rows) { row in
                        out[row] = bit(MembershipSet.contains(base, count, Int64(x[row &* step])))
                    }
                case .double:
                    let x = a.data.assumingMemoryBound(to: Double.self)
                    Loop.each(rows) { row in
                        out[row] = bit(MembershipSet.contains(base, count, MembershipSet.word(x[row &* step])))
                    }
                default:
                    let x = a.data.assumingMemoryBound(to: Int64.self)
                    Loop.each(rows) { row in out[row] = bit(MembershipSet.contains(base, count, x[row &* step])) }
                }
            }
        case .views(let views):
            let x = a.data.assumingMemoryBound(to: ByteView.self)
            views.withUnsafeBufferPointer { views in
                guard let base = views.baseAddress else { return }
                let count = views.count
                Loop.each(rows) { row in out[row] = bit(MembershipSet.contains(base, count, x[row &* step])) }
            }
        case .table(let table, let mask):
            let x = a.data.assumingMemoryBound(to: ByteView.self)
            table.withUnsafeBufferPointer { table in
                guard let base = table.baseAddress else { return }
                Loop.each(rows) { row in out[row] = bit(MembershipSet.contains(table: base, mask, x[row &* step])) }
            }
        }
    }
}

/// Values moved from one column to another, as they are.
enum Moving {
    static func move(_ type: ValueType, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) {
        switch type.stride {
        case 1: Loop.unary(Same<UInt8>.self, rows, a, target)
        case 8: Loop.unary(Same<UInt64>.self, rows, a, target)
        default: Loop.unary(Same<ByteView>.self, rows, a, target)
        }
    }

    static func orValue(_ type: ValueType, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ target: SlotMemory) {
        let presence = SlotMemory(
            data: UnsafeMutableRawPointer(a.validity), step: 1, validity: a.validity, failures: nil, hasFailures: false)
        select(type, rows, presence, a, b, target)
    }

    static func select(
        _ type: ValueType, _ rows: Rows, _ condition: SlotMemory, _ a: SlotMemory, _ b: SlotMemory,
        _ target: SlotMemory
    ) {
        switch type.stride {
        case 1: select(UInt8.self, rows, condition, a, b, target)
        case 8: select(UInt64.self, rows, condition, a, b, target)
        default: select(ByteView.self, rows, condition, a, b, target)
        }
    }

    @inline(__always)
    private static func select<T>(
        _: T.Type, _ rows: Rows, _ condition: SlotMemory, _ a: SlotMemory, _ b: SlotMemory, _ target: SlotMemory
    ) {
        let flags = condition.data.assumingMemoryBound(to: UInt8.self)
        let x = a.data.assumingMemoryBound(to: T.self)
        let y = b.data.assumingMemoryBound(to: T.self)
        let out = target.data.assumingMemoryBound(to: T.self)
        let (r, s, t) = (condition.step, a.step, b.step)
        Loop.each(rows) { row in
            out[row] = flags[row &* r] != 0 ? x[row &* s] : y[row &* t]
        }
    }

    /// As `move`; an absent row is written as a harmless value. Returns whether there was one.
    static func checkedLoad(_ type: ValueType, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) -> Bool {
        move(type, rows, a, target)
        var isComplete: UInt8 = 1
        Loop.each(rows) { row in isComplete &= a.validity[row] }
        if isComplete == 1 { return false }
        if type == .string || type == .bytes {
            let out = target.data.assumingMemoryBound(to: ByteView.self)
            Loop.each(rows) { row in if a.validity[row] == 0 { out[row] = .empty } }
        }
        return true
    }
}
