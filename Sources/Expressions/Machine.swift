import Records

/// Runs one program: its scratch memory, and the loop over its instructions. Confined to one thread.
final class Machine {
    let program: Program
    private let capacity: Int
    private let slotCount: Int
    let slots: UnsafeMutablePointer<SlotMemory>
    private var storages: [ColumnStorage] = []
    /// Validity of what is always there.
    private let allValid: UnsafeMutablePointer<UInt8>
    /// Failures of a slot that has none; read only.
    private let noFailures: UnsafeMutablePointer<UInt16>
    /// Row numbers of the selections that `push` makes, one run of `capacity` for each level.
    private let levels: UnsafeMutablePointer<UInt32>
    private let saved: UnsafeMutablePointer<Rows>
    /// Texts made in this run.
    let arena = Arena()
    private var buffer = ByteBuffer(capacity: 256)

    init(_ program: Program, capacity: Int) {
        self.program = program
        self.capacity = max(capacity, 1)
        slotCount = program.slots.count
        slots = .allocate(capacity: max(slotCount, 1))
        allValid = .allocate(capacity: self.capacity)
        allValid.initialize(repeating: 1, count: self.capacity)
        noFailures = .allocate(capacity: self.capacity)
        noFailures.initialize(repeating: 0, count: self.capacity)
        levels = .allocate(capacity: self.capacity * max(program.depth, 1))
        levels.initialize(repeating: 0, count: self.capacity * max(program.depth, 1))
        saved = .allocate(capacity: program.depth + 1)
        for (index, slot) in program.slots.enumerated() {
            var memory = SlotMemory(
                data: UnsafeMutableRawPointer(allValid), step: 1, validity: allValid, failures: nil, hasFailures: false)
            switch slot {
            case .column: break
            case .constant(let constant):
                memory.data = program.constants.addresses[constant]
                memory.step = 0
            case .scratch(let hasValidity):
                let storage = ColumnStorage(program.types[index], capacity: self.capacity)
                storages.append(storage)
                memory.data = storage.column.data
                if hasValidity { memory.validity = storage.column.validity }
            }
            (slots + index).initialize(to: memory)
        }
    }

    deinit {
        for index in 0..<slotCount { slots[index].failures?.deallocate() }
        slots.deallocate()
        allValid.deallocate()
        noFailures.deallocate()
        levels.deallocate()
        saved.deallocate()
    }

    /// The result as a column: a slot's memory.
    var result: Column {
        let slot = slots[program.result]
        return Column(type: program.types[program.result], data: slot.data, validity: slot.validity)
    }

    var resultHasFailures: Bool { program.canFail && slots[program.result].hasFailures }

    /// Points the column slots to a batch's memory.
    func bind(_ columns: [Column]) {
        var index = 0
        while index < slotCount {
            if case .column(let column) = program.slots[index] {
                slots[index].data = columns[column].data
                slots[index].validity = columns[column].validity
            }
            index += 1
        }
    }

    /// Runs the program for some rows; a filter shrinks them, writing to `kept`. Returns the rows that are left.
    func run(_ start: Rows, kept: UnsafeMutablePointer<UInt32>?) -> Rows {
        arena.reset()
        forgetFailures()
        var rows = start
        var level = 0
        return program.code.withUnsafeBufferPointer { code in
            var at = 0
            while at < code.count {
                let step = code[at]
                switch step.code {
                case .push(let keep):
                    saved[level] = rows
                    rows = narrowed(rows, Int(step.a), keep, into: levels + level * capacity)
                    level += 1
                    if rows.count == 0 { at = Int(step.immediate) - 1 }
                case .narrow(let keep):
                    rows = narrowed(rows, Int(step.a), keep, into: levels + (level - 1) * capacity)
                    if rows.count == 0 { at = Int(step.immediate) - 1 }
                case .pop:
                    level -= 1
                    rows = saved[level]
                case .refine, .refineCompare, .refinePresent:
                    if let kept { rows = refined(rows, step, kept) }
                    if rows.count == 0 { return rows }
                default: compute(step, at, rows)
                }
                at += 1
            }
            return rows
        }
    }

    // MARK: Selections

    private func narrowed(
        _ rows: Rows, _ slot: Int, _ keep: Instruction.Keep, into list: UnsafeMutablePointer<UInt32>
    ) -> Rows {
        let values = slots[slot].data.assumingMemoryBound(to: UInt8.self)
        // The value that is kept; a failed row holds either.
        let wanted: UInt8 = keep == .trueOrFailed || keep == .trueOnly ? 1 : 0
        var place = 0
        if slots[slot].hasFailures, let failures = slots[slot].failures {
            let keepsFailed = keep == .trueOrFailed || keep == .falseOrFailed
            for index in 0..<rows.count {
                let row = rows.rows[index]
                list[place] = row
                let failed = failures[Int(row)] != 0
                place += Int(bit(failed ? keepsFailed : values[Int(row)] == wanted))
            }
        } else {
            let from = rows.rows
            let count = rows.count
            var index = 0
            while index < count {
                let row = from[index]
                list[place] = row
                place &+= Int(bit(values[Int(row)] == wanted))
                index += 1
            }
        }
        return Rows(rows: UnsafePointer(list), count: place, isDense: rows.isDense && place == rows.count)
    }

    private func refined(_ rows: Rows, _ step: Instruction, _ kept: UnsafeMutablePointer<UInt32>) -> Rows {
        let a = slots[Int(step.a)]
        var count = 0
        switch step.code {
        case .refineCompare(let comparison, let comparands):
            count = Refining.run(comparison, comparands, rows, a, slots[Int(step.b)], kept)
        case .refinePresent:
            for index in 0..<rows.count {
                let row = rows.rows[index]
                kept[count] = row
                count += Int(a.validity[Int(row)])
            }
        default: return narrowed(rows, Int(step.a), .trueOrFailed, into: kept)
        }
        return Rows(rows: UnsafePointer(kept), count: count, isDense: rows.isDense && count == rows.count)
    }

    // MARK: Values

    private func compute(_ step: Instruction, _ at: Int, _ rows: Rows) {
        let nothing = SlotMemory(
            data: UnsafeMutableRawPointer(allValid), step: 0, validity: allValid, failures: nil, hasFailures: false)
        let a = step.a >= 0 ? slots[Int(step.a)] : nothing
        let b = step.b >= 0 ? slots[Int(step.b)] : nothing
        let c = step.c >= 0 ? slots[Int(step.c)] : nothing
        let target = slots[Int(step.target)]
        var hasNewFailures = false
        switch step.code {
        case .operation(let operation):
            let d = step.d >= 0 ? slots[Int(step.d)] : nothing
            hasNewFailures = perform(operation, step.immediate, rows, a, b, c, d, target)
        case .compare(let comparison, let comparands):
            Comparing.run(comparison, comparands, rows, a, b, target)
        case .and, .or:
            if a.hasFailures || target.hasFailures { return joinFailures(step, rows) }
            Logic.join(isAnd: step.code == .and, rows, a, target)
            return
        case .among: Membership.run(program.sets[Int(step.immediate)], rows, a, target)
        case .presence: Loop.unary(Same<UInt8>.self, rows, presence(a), target)
        case .orValue: Moving.orValue(program.types[Int(step.target)], rows, a, b, target)
        case .move: Moving.move(program.types[Int(step.target)], rows, a, target)
        case .moveWithValidity:
            Moving.move(program.types[Int(step.target)], rows, a, target)
            Loop.each(rows) { row in target.validity[row] = a.validity[row] }
        case .checkedLoad: hasNewFailures = Moving.checkedLoad(program.types[Int(step.target)], rows, a, target)
        case .select: Moving.select(program.types[Int(step.target)], rows, a, b, c, target)
        case .takeFailures: return takeFailures(step, rows)
        case .push, .narrow, .pop, .refine, .refineCompare, .refinePresent: return
        }
        let isPresence = step.code == .presence || step.code == .checkedLoad
        if a.hasFailures && !isPresence || b.hasFailures || c.hasFailures || target.hasFailures {
            passOnFailures(step, rows)
        }
        if hasNewFailures { markFailures(step, at, rows) }
    }

    /// A column's validity as a bool column.
    private func presence(_ slot: SlotMemory) -> SlotMemory {
        var slot = slot
        slot.data = UnsafeMutableRawPointer(slot.validity)
        return slot
    }

    private func perform(
        _ operation: Operation, _ immediate: Int64, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ c: SlotMemory,
        _ d: SlotMemory, _ target: SlotMemory
    ) -> Bool {
        switch operation {
        case .addInt, .subtractInt, .multiplyInt, .divideInt, .remainderInt, .negateInt, .absoluteInt, .addUInt,
            .subtractUInt, .multiplyUInt, .divideUInt, .remainderUInt, .addToTimestamp, .subtractFromTimestamp,
            .differenceOfTimestamps, .addDurations, .subtractDurations:
            return Arithmetic.checked(operation, rows, a, b, target)
        case .year, .month, .dayOfMonth, .date, .dayOfWeek, .dayOfYear, .hours, .minutes, .seconds, .milliseconds,
            .durationHours, .durationMinutes, .durationSeconds, .durationMilliseconds:
            TimeParts.run(operation, immediate, rows, a, target)
            return false
        case .concatenate, .sizeOfString, .sizeOfBytes, .contains, .startsWith, .endsWith, .lowerAscii, .upperAscii,
            .trim, .characterAt, .indexOf, .indexOfFrom, .lastIndexOf, .lastIndexOfFrom, .replace, .replaceSome,
            .substringFrom, .substringBetween:
            return TextKernels.run(operation, rows, a, b, c, d, target, arena, &buffer)
        case .intFromUInt, .intFromDouble, .intFromString, .intFromTimestamp, .uintFromInt, .uintFromDouble,
            .uintFromString, .doubleFromString, .stringFromInt, .stringFromUInt, .stringFromDouble, .stringFromBool,
            .stringFromBytes, .stringFromTimestamp, .stringFromDuration, .bytesFromString, .boolFromString,
            .timestampFromString, .timestampFromInt, .durationFromString:
            return ConversionKernels.run(operation, rows, a, target, arena, &buffer)
        default:
            Arithmetic.total(operation, rows, a, b, target)
            return false
        }
    }

    // MARK: Failures (all of it off the usual path)

    private func forgetFailures() {
        guard program.canFail else { return }
        var index = 0
        while index < slotCount {
            if slots[index].hasFailures {
                slots[index].failures?.update(repeating: 0, count: capacity)
                slots[index].hasFailures = false
            }
            index += 1
        }
    }

    private func failuresForWriting(_ slot: Int) -> UnsafeMutablePointer<UInt16> {
        slots[slot].hasFailures = true
        if let failures = slots[slot].failures { return failures }
        let failures = UnsafeMutablePointer<UInt16>.allocate(capacity: capacity)
        failures.initialize(repeating: 0, count: capacity)
        slots[slot].failures = failures
        return failures
    }

    private func failures(_ slot: Int32) -> UnsafeMutablePointer<UInt16> {
        guard slot >= 0, slots[Int(slot)].hasFailures else { return noFailures }
        return slots[Int(slot)].failures ?? noFailures
    }

    /// A row fails when an operand did: the first one's failure is its own.
    private func passOnFailures(_ step: Instruction, _ rows: Rows) {
        let (a, b, c, d) = (failures(step.a), failures(step.b), failures(step.c), failures(step.d))
        let target = failuresForWriting(Int(step.target))
        Loop.each(rows) { row in
            let first = a[row] != 0 ? a[row] : b[row]
            target[row] = first != 0 ? first : c[row] != 0 ? c[row] : d[row]
        }
    }

    private func markFailures(_ step: Instruction, _ at: Int, _ rows: Rows) {
        let target = failuresForWriting(Int(step.target))
        let number = UInt16(truncatingIfNeeded: at + 1)
        Loop.each(rows) { row in
            if target[row] == 0, reason(step, row) != nil { target[row] = number }
        }
    }

    private func takeFailures(_ step: Instruction, _ rows: Rows) {
        guard slots[Int(step.a)].hasFailures else { return }
        let from = failures(step.a)
        let target = failuresForWriting(Int(step.target))
        let type = program.types[Int(step.target)]
        let views = slots[Int(step.target)].data.assumingMemoryBound(to: ByteView.self)
        Loop.each(rows) { row in
            if from[row] != 0 {
                target[row] = from[row]
                // No branch wrote here: the view is from another batch, and what comes next may read it.
                if type == .string || type == .bytes { views[row] = .empty }
            }
        }
    }

    /// `&&` and `||` where a side failed: the other one decides if it can.
    private func joinFailures(_ step: Instruction, _ rows: Rows) {
        let isAnd = step.code == .and
        let other = slots[Int(step.a)]
        let right = other.data.assumingMemoryBound(to: UInt8.self)
        let left = slots[Int(step.target)].data.assumingMemoryBound(to: UInt8.self)
        let rightFailures = failures(step.a)
        let leftFailures = failuresForWriting(Int(step.target))
        let deciding: UInt8 = isAnd ? 0 : 1
        Loop.each(rows) { row in
            let rightValue = right[row &* other.step]
            if leftFailures[row] == 0, left[row] == deciding { return }
            if rightFailures[row] == 0, rightValue == deciding {
                left[row] = deciding
                leftFailures[row] = 0
                return
            }
            if leftFailures[row] == 0 { leftFailures[row] = rightFailures[row] }
            left[row] = leftFailures[row] == 0 ? 1 - deciding : 0
        }
    }

    private func reason(_ step: Instruction, _ row: Int) -> FailureReason? {
        let a = slots[Int(step.a)]
        let b = step.b >= 0 ? slots[Int(step.b)] : a
        let c = step.c >= 0 ? slots[Int(step.c)] : a
        let d = step.d >= 0 ? slots[Int(step.d)] : a
        switch step.code {
        case .operation(let operation): return Failures.reason(operation, row, a, b, c, d)
        case .checkedLoad: return a.validity[row] == 0 ? .absentField : nil
        default: return nil
        }
    }

    /// What failed in a row of the result: the instruction and the reason. nil when the row has a value.
    func failure(inRow row: Int) -> (at: Int, reason: FailureReason)? {
        let number = failures(Int32(program.result))[row]
        guard number != 0 else { return nil }
        return reason(program.code[Int(number) - 1], row).map { (Int(number) - 1, $0) }
    }

    /// An operand's value in a row, boxed.
    func value(of slot: Int32, inRow row: Int) -> Value {
        let memory = slots[Int(slot)]
        let column = Column(type: program.types[Int(slot)], data: memory.data, validity: memory.validity)
        if case .column = program.slots[Int(slot)] { return column.value(at: row) }
        return Column(type: column.type, data: column.data, validity: allValid).value(at: row * memory.step)
    }
}
