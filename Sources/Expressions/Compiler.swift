import Records

/// A value by its representation. Swift's own equality takes 0.0 for −0.0, and texts for equal that look the same.
struct ExactValue: Hashable {
    private let type: ValueType
    private let bytes: [UInt8]

    init(_ value: Value) {
        type = value.type
        bytes =
            switch value {
            case .null: []
            case .bool(let v): [v ? 1 : 0]
            case .int(let v), .duration(let v): Self.bytes(UInt64(bitPattern: v))
            case .uint(let v): Self.bytes(v)
            case .double(let v): Self.bytes(v.bitPattern)
            case .timestamp(let v): Self.bytes(UInt64(bitPattern: v.microseconds))
            case .string(let v): Array(v.utf8)
            case .bytes(let v): v
            }
    }

    private static func bytes(_ word: UInt64) -> [UInt8] { withUnsafeBytes(of: word) { Array($0) } }
}

/// Turns a checked tree into a flat program.
///
/// Scratch slots are reused as soon as their value is spent, except the operands of what may fail: those are kept to
/// the end, so that a failure can show their values.
struct Compiler {
    private(set) var program = Program()
    private var columns: [Int: Int] = [:]
    private var constants: [ExactValue: Int] = [:]
    /// Free scratch slots by bytes per value.
    private var free: [Int: [Int]] = [:]
    private var isPinned: Set<Int> = []
    /// Slots that may hold failed rows.
    private var mayFail: Set<Int> = []
    /// Whether a guard to the left may itself fail: optional columns are then read with a check.
    private var readsChecked = false
    private var level = 0

    /// The program that computes a value for each selected row.
    static func value(_ node: TypedNode) -> Program {
        var compiler = Compiler()
        let slot = compiler.result(node)
        compiler.program.result = slot
        compiler.program.canFail = compiler.mayFail.contains(slot)
        return compiler.program
    }

    /// The program that shrinks the selection to the rows for which a bool expression is true, or failed.
    static func filter(_ node: TypedNode) -> Program {
        var compiler = Compiler()
        if node.canFail || node.mayBeAbsent {
            let slot = compiler.result(node)
            compiler.emit(.refine, a: slot, node)
            if node.mayBeAbsent { compiler.emit(.refinePresent, a: slot, node) }
            compiler.program.result = slot
            compiler.program.canFail = compiler.mayFail.contains(slot)
            return compiler.program
        }
        var terms = [node]
        if case .all(let operands) = node.kind { terms = operands }
        for term in terms { compiler.refine(term) }
        return compiler.program
    }

    /// A result is a column of its own or of the batch: a constant is spread out.
    private mutating func result(_ node: TypedNode) -> Int {
        if node.constant != nil { return value(node, into: scratch(node.type)) }
        return value(node)
    }

    private mutating func refine(_ node: TypedNode) {
        if case .compare(let comparison, let comparands, let left, let right) = node.kind, comparands != .bools {
            let a = value(left)
            let b = value(right)
            emit(.refineCompare(comparison, comparands), a: a, b: b, node)
            release(a)
            release(b)
            return
        }
        let slot = result(node)
        emit(.refine, a: slot, node)
        release(slot)
    }

    // MARK: Slots

    private mutating func column(_ column: Int, _ type: ValueType) -> Int {
        if let slot = columns[column] { return slot }
        let slot = add(.column(column), type)
        columns[column] = slot
        return slot
    }

    private mutating func constant(_ value: Value) -> Int {
        let exact = ExactValue(value)
        if let slot = constants[exact] { return slot }
        let slot = add(.constant(program.constants.add(value)), value.type)
        constants[exact] = slot
        return slot
    }

    private mutating func add(_ slot: Program.Slot, _ type: ValueType) -> Int {
        program.slots.append(slot)
        program.types.append(type)
        return program.slots.count - 1
    }

    private mutating func scratch(_ type: ValueType, hasValidity: Bool = false) -> Int {
        if !hasValidity, let slot = free[type.stride]?.popLast() {
            program.types[slot] = type
            return slot
        }
        return add(.scratch(hasValidity: hasValidity), type)
    }

    private mutating func release(_ slot: Int) {
        guard case .scratch(hasValidity: false) = program.slots[slot], !isPinned.contains(slot) else { return }
        mayFail.remove(slot)
        free[program.types[slot].stride, default: []].append(slot)
    }

    @discardableResult
    private mutating func emit(
        _ code: Instruction.Code, target: Int = -1, a: Int = -1, b: Int = -1, c: Int = -1, d: Int = -1,
        immediate: Int64 = 0, _ node: TypedNode
    ) -> Int {
        program.code.append(
            Instruction(
                code: code, target: Int32(target), a: Int32(a), b: Int32(b), c: Int32(c), d: Int32(d),
                immediate: immediate, start: Int32(node.range.lowerBound), end: Int32(node.range.upperBound)))
        return program.code.count - 1
    }

    // MARK: Values

    /// Code for a node; returns the slot with its value, which is `target` when one is given. The caller releases it.
    private mutating func value(_ node: TypedNode, into target: Int? = nil) -> Int {
        switch node.kind {
        case .constant(let value): return moved(constant(value), into: target, node)
        case .field(let index): return field(index, into: target, node)
        case .presence(let index):
            let target = target ?? scratch(.bool)
            emit(.presence, target: target, a: column(index, .bool), node)
            return target
        case .orValue(let index, let other):
            let b = value(other)
            let target = target ?? scratch(node.type)
            emit(.orValue, target: target, a: column(index, node.type), b: b, node)
            fails(target, from: [b])
            release(b)
            return target
        case .compare(let comparison, let comparands, let left, let right):
            let a = value(left)
            let b = value(right)
            let target = target ?? scratch(.bool)
            emit(.compare(comparison, comparands), target: target, a: a, b: b, node)
            fails(target, from: [a, b])
            release(a)
            release(b)
            return target
        case .among(let needle, let values):
            let a = value(needle)
            let target = target ?? scratch(.bool)
            program.sets.append(MembershipSet(values, type: needle.type, pool: program.constants))
            emit(.among, target: target, a: a, immediate: Int64(program.sets.count - 1), node)
            fails(target, from: [a])
            release(a)
            return target
        case .all(let operands): return logical(.and, operands, into: target, node)
        case .any(let operands): return logical(.or, operands, into: target, node)
        case .conditional(let condition, let yes, let no): return conditional(condition, yes, no, into: target, node)
        case .operation(let operation, let operands, let offset):
            return self.operation(operation, operands, offset, into: target, node)
        }
    }

    private mutating func fails(_ target: Int, from operands: [Int]) {
        if operands.contains(where: mayFail.contains) { mayFail.insert(target) }
    }

    private mutating func moved(_ slot: Int, into target: Int?, _ node: TypedNode) -> Int {
        guard let target else { return slot }
        emit(.move, target: target, a: slot, node)
        return target
    }

    private mutating func field(_ index: Int, into target: Int?, _ node: TypedNode) -> Int {
        let slot = column(index, node.type)
        // A column that is read without a guard of its own is not optional, or its absence is the result.
        if readsChecked, !node.mayBeAbsent {
            let target = target ?? scratch(node.type)
            emit(.checkedLoad, target: target, a: slot, node)
            mayFail.insert(target)
            return target
        }
        return moved(slot, into: target, node)
    }

    private mutating func operation(
        _ operation: Operation, _ operands: [TypedNode], _ offset: Int64, into target: Int?, _ node: TypedNode
    ) -> Int {
        let slots = operands.map { value($0) }
        if operation.canFail { isPinned.formUnion(slots) }
        let target = target ?? scratch(node.type)
        func slot(_ index: Int) -> Int { index < slots.count ? slots[index] : -1 }
        let place = emit(
            .operation(operation), target: target, a: slot(0), b: slot(1), c: slot(2), d: slot(3), immediate: offset,
            node)
        if operation.canFail {
            mayFail.insert(target)
            program.operandRanges[place] = operands.map(\.range)
        }
        fails(target, from: slots)
        for slot in slots { release(slot) }
        return target
    }

    // MARK: Logic

    private mutating func logical(
        _ op: SyntaxNode.LogicalOperator, _ operands: [TypedNode], into target: Int?, _ node: TypedNode
    ) -> Int {
        let target = target ?? scratch(.bool)
        let checkedBefore = readsChecked
        let keep: Instruction.Keep = op == .and ? .trueOrFailed : .falseOrFailed
        _ = value(operands[0], into: target)
        var jumps: [Int] = []
        for operand in operands.dropFirst() {
            readsChecked = checkedBefore || mayFail.contains(target)
            if !operand.isCheap {
                if jumps.isEmpty { enterLevel() }
                jumps.append(emit(jumps.isEmpty ? .push(keep) : .narrow(keep), a: target, node))
            }
            let slot = value(operand)
            emit(op == .and ? .and : .or, target: target, a: slot, node)
            fails(target, from: [slot])
            release(slot)
        }
        readsChecked = checkedBefore
        if !jumps.isEmpty { leaveLevel(jumps, node) }
        return target
    }

    private mutating func enterLevel() {
        level += 1
        program.depth = max(program.depth, level)
    }

    /// Ends what `push` began: every jump out of it lands on the `pop`.
    private mutating func leaveLevel(_ jumps: [Int], _ node: TypedNode) {
        let end = emit(.pop, node)
        for jump in jumps { program.code[jump].immediate = Int64(end) }
        level -= 1
    }

    private mutating func conditional(
        _ condition: TypedNode, _ yes: TypedNode, _ no: TypedNode, into target: Int?, _ node: TypedNode
    ) -> Int {
        let c = value(condition)
        if Self.isPlain(yes), Self.isPlain(no), !readsChecked {
            let a = value(yes)
            let b = value(no)
            let target = target ?? scratch(node.type)
            emit(.select, target: target, a: c, b: a, c: b, node)
            fails(target, from: [c])
            [a, b, c].forEach { release($0) }
            return target
        }
        let target = target ?? scratch(node.type, hasValidity: node.mayBeAbsent)
        for (keep, branch) in [(Instruction.Keep.trueOnly, yes), (.falseOnly, no)] {
            enterLevel()
            let jump = emit(.push(keep), a: c, node)
            if node.mayBeAbsent {
                let slot = value(branch)
                emit(.moveWithValidity, target: target, a: slot, branch)
                fails(target, from: [slot])
                release(slot)
            } else {
                let failedBefore = mayFail.contains(target)
                mayFail.remove(target)
                _ = value(branch, into: target)
                if failedBefore { mayFail.insert(target) }
            }
            leaveLevel([jump], node)
        }
        if mayFail.contains(c) {
            emit(.takeFailures, target: target, a: c, node)
            mayFail.insert(target)
        }
        release(c)
        return target
    }

    /// Whether computing both values of a choice is cheaper than computing each where it is wanted. A plain text column
    /// is: its views are moved, not read.
    private static func isPlain(_ node: TypedNode) -> Bool {
        if node.mayBeAbsent { return false }
        switch node.kind {
        case .field, .constant: return true
        default: return node.isCheap
        }
    }
}
