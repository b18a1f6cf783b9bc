import Records

/// A node of the checked tree: every name is a column, every operation has its types.
struct TypedNode: Hashable, Sendable {
    indirect enum Kind: Hashable, Sendable {
        case constant(Value)
        /// The value of a column.
        case field(Int)
        /// `has(field)`.
        case presence(Int)
        /// `field.orValue(other)`.
        case orValue(Int, TypedNode)
        case compare(Comparison, Comparands, TypedNode, TypedNode)
        /// `value in [constants]`, the constants being of the value's type.
        case among(TypedNode, [Value])
        /// Chains of `&&` and `||`, two operands or more.
        case all([TypedNode])
        case any([TypedNode])
        case conditional(TypedNode, TypedNode, TypedNode)
        /// `offset` is the constant distance from UTC in microseconds, for the accessors of timestamps.
        case operation(Operation, [TypedNode], offset: Int64)
    }

    var kind: Kind
    var type: ValueType
    var range: Range<Int>
    /// Whether the value may be absent: an optional field (or a choice of one) where absence was allowed.
    var mayBeAbsent = false
    /// Why this constant expression has no value. It is an error unless something around it makes it irrelevant.
    var failure: FailureReason?

    init(_ kind: Kind, _ type: ValueType, _ range: Range<Int>) {
        self.kind = kind
        self.type = type
        self.range = range
    }

    /// The value, when it is known now.
    var constant: Value? {
        if case .constant(let value) = kind { return value }
        return nil
    }

    /// The nodes directly below.
    var children: [TypedNode] {
        switch kind {
        case .constant, .field, .presence: []
        case .orValue(_, let other): [other]
        case .compare(_, _, let left, let right): [left, right]
        case .among(let needle, _): [needle]
        case .all(let operands), .any(let operands): operands
        case .conditional(let condition, let yes, let no): [condition, yes, no]
        case .operation(_, let operands, _): operands
        }
    }

    /// Whether a row's value can be missing because something in it failed.
    var canFail: Bool {
        if case .operation(let operation, _, _) = kind, operation.canFail { return true }
        return children.contains(where: \.canFail)
    }

    /// Whether computing it for every row costs less than finding out which rows need it, and harms none: no text is
    /// read (an absent field's view points nowhere), nothing fails.
    var isCheap: Bool {
        var budget = 6
        return spend(&budget)
    }

    private func spend(_ budget: inout Int) -> Bool {
        budget -= 1
        if budget < 0 { return false }
        switch kind {
        case .constant, .presence: return true
        case .field: return type != .string && type != .bytes
        case .compare(_, let comparands, _, _):
            if !comparands.isCheap { return false }
        case .operation(let operation, _, _):
            if !operation.isCheap { return false }
        case .all, .any: break
        case .orValue, .among, .conditional: return false
        }
        return children.allSatisfy { $0.spend(&budget) }
    }

    /// Adds the columns that are read.
    func collectFields(into fields: inout Set<Int>) {
        switch kind {
        case .field(let column), .presence(let column), .orValue(let column, _): fields.insert(column)
        default: break
        }
        for child in children { child.collectFields(into: &fields) }
    }
}
