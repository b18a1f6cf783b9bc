import Records

/// A checked expression as a flat list of column instructions. Immutable, shared by every evaluator.
///
/// Instructions work on slots (a column, a constant, or scratch memory) for the rows of the selection on top of a small
/// stack: `push` and `narrow` shrink it, so that what stands right of an `&&` is computed only where it can matter.
struct Program: Sendable {
    enum Slot: Sendable, Hashable {
        /// A column of the batch.
        case column(Int)
        /// One value for all rows: an address in the pool.
        case constant(Int)
        case scratch(hasValidity: Bool)
    }

    var slots: [Slot] = []
    var types: [ValueType] = []
    var code: [Instruction] = []
    var constants = ConstantPool()
    var sets: [MembershipSet] = []
    /// For what may fail, by instruction: the parts of the expression that its operands are.
    var operandRanges: [Int: [Range<Int>]] = [:]
    /// The slot that holds the result.
    var result = 0
    /// Selections beyond the one that is given.
    var depth = 0
    /// Whether a row may fail.
    var canFail = false
}

/// One step of a program.
struct Instruction: Sendable, Hashable {
    enum Code: Sendable, Hashable {
        /// target = operation(a, b, c, d)
        case operation(Operation)
        /// target = a compared with b
        case compare(Comparison, Comparands)
        /// Keeps the rows in which the comparison of a with b holds.
        case refineCompare(Comparison, Comparands)
        /// Keeps the rows in which a is true or failed.
        case refine
        /// Keeps the rows in which a is present.
        case refinePresent
        /// target = target && a, target || a: a failed side gives way to one that decides.
        case and, or
        /// target = whether a is in set `immediate`
        case among
        /// target = whether column a is present
        case presence
        /// target = a where present, else b
        case orValue
        /// target = a, without or with its validity
        case move, moveWithValidity
        /// target = a; fails where a is absent.
        case checkedLoad
        /// target = a ? b : c
        case select
        /// New top selection: the rows of the one below for which bool a is as said. Goes to `immediate` if none is.
        case push(Keep)
        /// The same, in place of the top selection.
        case narrow(Keep)
        case pop
        /// target's failures are those of a too.
        case takeFailures
    }

    enum Keep: UInt8, Sendable, Hashable {
        case trueOrFailed
        case falseOrFailed
        case trueOnly
        case falseOnly
    }

    var code: Code
    var target: Int32 = -1
    var a: Int32 = -1
    var b: Int32 = -1
    var c: Int32 = -1
    var d: Int32 = -1
    var immediate: Int64 = 0
    /// The part of the expression that it stands for.
    var start: Int32 = 0
    var end: Int32 = 0

    var operands: [Int32] { [a, b, c, d].filter { $0 >= 0 } }
}

/// Memory of constants: addresses that never move, in the representation that columns have. Written while a program is
/// compiled, read only afterwards; hence safe to share.
final class ConstantPool: @unchecked Sendable {
    private(set) var addresses: [UnsafeMutableRawPointer] = []
    private var texts: [UnsafeMutablePointer<UInt8>] = []

    deinit {
        addresses.forEach { $0.deallocate() }
        texts.forEach { $0.deallocate() }
    }

    /// Adds a value that is not null; returns its index.
    func add(_ value: Value) -> Int {
        let address = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
        address.initializeMemory(as: UInt64.self, repeating: 0, count: 2)
        switch value {
        case .null: break
        case .bool(let v): address.storeBytes(of: v ? 1 : 0, as: UInt8.self)
        case .int(let v), .duration(let v): address.storeBytes(of: v, as: Int64.self)
        case .uint(let v): address.storeBytes(of: v, as: UInt64.self)
        case .double(let v): address.storeBytes(of: v, as: Double.self)
        case .timestamp(let v): address.storeBytes(of: v.microseconds, as: Int64.self)
        case .string(let v): address.storeBytes(of: view(Array(v.utf8)), as: ByteView.self)
        case .bytes(let v): address.storeBytes(of: view(v), as: ByteView.self)
        }
        addresses.append(address)
        return addresses.count - 1
    }

    /// A view of a copy that lives as long as the pool.
    func view(_ bytes: [UInt8]) -> ByteView {
        if bytes.isEmpty { return .empty }
        let text = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
        text.initialize(from: bytes, count: bytes.count)
        texts.append(text)
        return ByteView(base: UnsafePointer(text), count: bytes.count)
    }
}
