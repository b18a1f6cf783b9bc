import Records

/// Gives every part of a syntax tree its type against a schema, resolves names to columns and functions to operations,
/// folds constants, and sees to it that an optional field is read only where it is known to be present.
///
/// Rules beyond CEL's own: an int literal beside a uint or double that is no literal takes that type; `has` and
/// `orValue` take a field; numbers of different types may be compared for equality too.
struct TypeChecker {
    let schema: Schema
    let source: [UInt8]
    var errors: [ExpressionError] = []

    /// A checked node, and which optional fields are known to be present when it is true and when it is false.
    struct Checked {
        var node: TypedNode
        var whenTrue: Set<Int> = []
        var whenFalse: Set<Int> = []

        init(_ node: TypedNode) { self.node = node }
    }

    /// Checks a whole expression.
    static func check(
        _ tree: SyntaxNode, source: [UInt8], schema: Schema, expecting: ValueType?, allowingAbsence: Bool
    ) throws(ExpressionErrors) -> TypedNode {
        var checker = TypeChecker(schema: schema, source: source)
        let checked = checker.check(tree, [], allowingAbsence: allowingAbsence)
        if var node = checked?.node {
            if let expecting, node.type != expecting {
                if let adapted = checker.adapted(node, tree, to: expecting) {
                    node = adapted
                } else {
                    checker.reportUnexpected(node, tree, expecting)
                }
            }
            checker.reportConstantFailures(node)
            if checker.errors.isEmpty { return node }
        }
        throw ExpressionErrors(checker.errors)
    }

    // MARK: Errors

    mutating func fail(_ range: Range<Int>, _ message: String, hint: String? = nil) {
        errors.append(ExpressionError(range, message, hint: hint))
    }

    func text(_ range: Range<Int>) -> String { String(decoding: source[range], as: UTF8.self) }

    private mutating func reportUnexpected(_ node: TypedNode, _ tree: SyntaxNode, _ expecting: ValueType) {
        var hint = Self.conversion(of: text(tree.range), node.type, to: expecting)
        if expecting == .bool { hint = "compare it with something: `\(text(tree.range)) \(node.type.comparedExample)`" }
        fail(tree.range, "expected a \(expecting.name) expression, this is \(node.type.name)", hint: hint)
    }

    /// A constant expression without a value fails for every row: better said now.
    private mutating func reportConstantFailures(_ node: TypedNode) {
        if let failure = node.failure {
            fail(node.range, "constant expression has no value: \(failure.message) in `\(text(node.range))`")
        } else {
            for child in node.children { reportConstantFailures(child) }
        }
    }

    /// How to turn a value into another type, as advice.
    static func conversion(of text: String, _ type: ValueType, to wanted: ValueType) -> String? {
        let function = FunctionTable.byName[wanted.name]
        let exists = function?.overloads.contains { $0.parameters == [type] && $0.result == wanted } ?? false
        return exists ? "convert it: `\(wanted.name)(\(text))`" : nil
    }

    // MARK: Nodes

    /// Checks a node. nil when an error was reported inside. `present`: optional fields known to have a value here.
    mutating func check(_ node: SyntaxNode, _ present: Set<Int>, allowingAbsence: Bool = false) -> Checked? {
        guard var checked = checkKind(of: node, present, allowingAbsence) else { return nil }
        // Where a constant rules something out, everything may be taken for granted.
        if checked.node.constant == .bool(false) { checked.whenTrue = Set(schema.fields.indices) }
        if checked.node.constant == .bool(true) { checked.whenFalse = Set(schema.fields.indices) }
        return checked
    }

    private mutating func checkKind(
        of node: SyntaxNode, _ present: Set<Int>, _ allowingAbsence: Bool
    ) -> Checked? {
        switch node.kind {
        case .literal(let literal): return self.literal(literal, node)
        case .identifier, .select: return name(node, present, allowingAbsence)
        case .unary(let op, let operand): return unary(op, operand, node, present)
        case .binary(.in, let left, let right): return membership(left, right, node, present)
        case .binary(let op, let left, let right):
            // Both sides are checked before either is given up: both may have something wrong.
            let l = check(left, present)
            let r = check(right, present)
            guard let l, let r else { return nil }
            return binary(op, (left, l.node), (right, r.node), node.range).map(Checked.init)
        case .logical(let op, let operands): return logical(op, operands, node, present)
        case .conditional(let condition, let yes, let no):
            return conditional(condition, yes, no, node, present, allowingAbsence)
        case .call: return call(node, present)
        case .list:
            fail(
                node.range, "a list can't be a value yet",
                hint: "it may stand on the right of `in`: `kind in ['a', 'b']`")
        case .map: fail(node.range, "a map can't be a value yet")
        case .message(let name, _): fail(node.range, "unknown message type `\(name)`")
        case .index(let operand, _, _):
            fail(node.range, "`\(text(operand.range))` has no elements", hint: "fields here are single values")
        case .invalid: break
        }
        return nil
    }

    private mutating func literal(_ literal: SyntaxNode.Literal, _ node: SyntaxNode) -> Checked? {
        switch literal {
        case .null:
            fail(
                node.range, "`null` is no value of any field",
                hint: "ask for presence: `has(field)` or `!has(field)`")
            return nil
        case .bool(let value): return Checked(constant(.bool(value), node.range))
        case .int(let value): return Checked(constant(.int(value), node.range))
        case .uint(let value): return Checked(constant(.uint(value), node.range))
        case .double(let value): return Checked(constant(.double(value), node.range))
        case .string(let value): return Checked(constant(.string(value), node.range))
        case .bytes(let value): return Checked(constant(.bytes(value), node.range))
        }
    }

    func constant(_ value: Value, _ range: Range<Int>) -> TypedNode {
        TypedNode(.constant(value), value.type, range)
    }

    private mutating func unary(
        _ op: SyntaxNode.UnaryOperator, _ operand: SyntaxNode, _ node: SyntaxNode, _ present: Set<Int>
    ) -> Checked? {
        guard let inner = check(operand, present) else { return nil }
        let type = inner.node.type
        switch (op, type) {
        case (.not, .bool):
            var result = Checked(folded(TypedNode(.operation(.not, [inner.node], offset: 0), .bool, node.range)))
            result.whenTrue = inner.whenFalse
            result.whenFalse = inner.whenTrue
            return result
        case (.negate, .int):
            return Checked(folded(TypedNode(.operation(.negateInt, [inner.node], offset: 0), .int, node.range)))
        case (.negate, .double):
            return Checked(folded(TypedNode(.operation(.negateDouble, [inner.node], offset: 0), .double, node.range)))
        case (.not, _):
            fail(
                node.range, "`!` takes bool, not \(type.name)",
                hint: "compare: `\(text(operand.range)) \(type.comparedExample)`")
        case (.negate, _):
            let hint = type == .uint ? "convert first: `-int(\(text(operand.range)))`" : nil
            fail(node.range, "`-` takes int or double, not \(type.name)", hint: hint)
        }
        return nil
    }

    private mutating func logical(
        _ op: SyntaxNode.LogicalOperator, _ operands: [SyntaxNode], _ node: SyntaxNode, _ present: Set<Int>
    ) -> Checked? {
        var known = present
        var checked: [Checked] = []
        for operand in operands {
            guard let result = check(operand, known) else { continue }
            if result.node.type != .bool {
                fail(
                    operand.range, "`\(op.rawValue)` takes bool, not \(result.node.type.name)",
                    hint: "compare: `\(text(operand.range)) \(result.node.type.comparedExample)`")
                continue
            }
            known.formUnion(op == .and ? result.whenTrue : result.whenFalse)
            checked.append(result)
        }
        guard checked.count == operands.count else { return nil }
        var result = Checked(joined(op, checked.map(\.node), node.range))
        let together = op == .and ? checked.map(\.whenTrue) : checked.map(\.whenFalse)
        let separately = op == .and ? checked.map(\.whenFalse) : checked.map(\.whenTrue)
        let all = together.reduce(into: Set<Int>()) { $0.formUnion($1) }
        let common = separately.dropFirst().reduce(separately[0]) { $0.intersection($1) }
        (result.whenTrue, result.whenFalse) = op == .and ? (all, common) : (common, all)
        return result
    }

    /// `&&` or `||` of checked operands: nested chains made flat, constants that don't matter left out, and those that
    /// decide alone standing for the whole, errors beside them included (CEL: `false && error` is false).
    func joined(_ op: SyntaxNode.LogicalOperator, _ operands: [TypedNode], _ range: Range<Int>) -> TypedNode {
        let deciding = Value.bool(op == .or)
        var kept: [TypedNode] = []
        for operand in operands {
            if operand.constant == deciding { return constant(deciding, range) }
            if operand.constant != nil { continue }
            switch (op, operand.kind) {
            case (.and, .all(let inner)), (.or, .any(let inner)): kept += inner
            default: kept.append(operand)
            }
        }
        if kept.isEmpty { return constant(.bool(op == .and), range) }
        if kept.count == 1 { return kept[0] }
        return TypedNode(op == .and ? .all(kept) : .any(kept), .bool, range)
    }

    private mutating func conditional(
        _ condition: SyntaxNode, _ yes: SyntaxNode, _ no: SyntaxNode, _ node: SyntaxNode, _ present: Set<Int>,
        _ allowingAbsence: Bool
    ) -> Checked? {
        let c = check(condition, present)
        if let c, c.node.type != .bool {
            fail(
                condition.range, "the condition before `?` must be bool, not \(c.node.type.name)",
                hint: "compare: `\(text(condition.range)) \(c.node.type.comparedExample)`")
        }
        let y = check(yes, present.union(c?.whenTrue ?? []), allowingAbsence: allowingAbsence)
        let n = check(no, present.union(c?.whenFalse ?? []), allowingAbsence: allowingAbsence)
        guard let c, var y, var n, c.node.type == .bool else { return nil }
        if y.node.type != n.node.type {
            if let adapted = adapted(y.node, yes, to: n.node.type), !no.isLiteralOnly {
                y.node = adapted
            } else if let adapted = adapted(n.node, no, to: y.node.type), !yes.isLiteralOnly {
                n.node = adapted
            } else {
                let hint =
                    Self.conversion(of: text(no.range), n.node.type, to: y.node.type)
                    ?? Self.conversion(of: text(yes.range), y.node.type, to: n.node.type)
                fail(
                    node.range,
                    "both values of a choice must have one type; these are \(y.node.type.name) and \(n.node.type.name)",
                    hint: hint)
                return nil
            }
        }
        var result: Checked
        if let value = c.node.constant {
            result = value == .bool(true) ? y : n
        } else {
            result = Checked(TypedNode(.conditional(c.node, y.node, n.node), y.node.type, node.range))
            result.node.mayBeAbsent = y.node.mayBeAbsent || n.node.mayBeAbsent
            result.whenTrue = c.whenTrue.union(y.whenTrue).intersection(c.whenFalse.union(n.whenTrue))
            result.whenFalse = c.whenTrue.union(y.whenFalse).intersection(c.whenFalse.union(n.whenFalse))
        }
        return result
    }

    // MARK: Literals beside other types

    /// An int literal as a value of another number type; nil when the node is no int literal or can't be that type.
    func adapted(_ node: TypedNode, _ syntax: SyntaxNode, to type: ValueType) -> TypedNode? {
        guard case .literal(.int(let value)) = syntax.kind, node.type == .int else { return nil }
        switch type {
        case .double: return Double(exactly: value).map { constant(.double($0), node.range) }
        case .uint: return UInt64(exactly: value).map { constant(.uint($0), node.range) }
        default: return nil
        }
    }

    // MARK: Folding

    /// The node itself, or the constant that it always is. Constants are computed by the kernels that rows go through,
    /// so that both agree.
    func folded(_ node: TypedNode) -> TypedNode {
        guard node.children.allSatisfy({ $0.constant != nil }) else { return node }
        switch ConstantEvaluator.value(of: node) {
        case .success(let value): return constant(value, node.range)
        case .failure(let failure):
            var node = node
            node.failure = failure.reason
            return node
        }
    }
}

extension Value {
    /// The type of a value that is not null.
    var type: ValueType {
        switch self {
        case .null, .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .timestamp: .timestamp
        case .duration: .duration
        }
    }
}

extension ValueType {
    /// How a value of this type becomes a bool, as advice.
    var comparedExample: String {
        switch self {
        case .bool: "== true"
        case .int, .uint: "!= 0"
        case .double: "> 0.0"
        case .string: "!= \"\""
        case .bytes: "!= b\"\""
        case .timestamp: "> timestamp(\"2026-01-01T00:00:00Z\")"
        case .duration: "> duration(\"0s\")"
        }
    }

    /// A value of this type as it is written in an expression, as advice.
    var valueExample: String {
        switch self {
        case .bool: "false"
        case .int: "0"
        case .uint: "0u"
        case .double: "0.0"
        case .string: "\"?\""
        case .bytes: "b\"\""
        case .timestamp: "timestamp(0)"
        case .duration: "duration(\"0s\")"
        }
    }
}
