import Records

/// Operators with two sides, and membership.
extension TypeChecker {
    typealias Side = (syntax: SyntaxNode, node: TypedNode)

    mutating func binary(
        _ op: SyntaxNode.BinaryOperator, _ left: Side, _ right: Side, _ range: Range<Int>
    ) -> TypedNode? {
        switch op {
        case .equal: return comparison(.equal, op, left, right, range)
        case .notEqual: return comparison(.notEqual, op, left, right, range)
        case .less: return comparison(.less, op, left, right, range)
        case .lessOrEqual: return comparison(.lessOrEqual, op, left, right, range)
        case .greater: return comparison(.less, op, right, left, range, isSwapped: true)
        case .greaterOrEqual: return comparison(.lessOrEqual, op, right, left, range, isSwapped: true)
        case .add, .subtract, .multiply, .divide, .remainder: return arithmetic(op, left, right, range)
        case .in: return nil
        }
    }

    private mutating func comparison(
        _ comparison: Comparison, _ op: SyntaxNode.BinaryOperator, _ left: Side, _ right: Side, _ range: Range<Int>,
        isSwapped: Bool = false
    ) -> TypedNode? {
        let l = sameNumber(left.node, as: right.node.type)
        let r = sameNumber(right.node, as: left.node.type)
        guard let comparands = Comparands(l.type, r.type) else {
            let (first, second) = isSwapped ? (right, left) : (left, right)
            fail(
                range, "can't compare \(first.node.type.name) with \(second.node.type.name) in `\(text(range))`",
                hint: comparisonHint(first, second))
            return nil
        }
        return folded(TypedNode(.compare(comparison, comparands, l, r), .bool, range))
    }

    /// A constant number as the other side's type when that is the same number: comparing is then one instruction.
    private func sameNumber(_ node: TypedNode, as type: ValueType) -> TypedNode {
        guard let value = node.constant, node.type != type else { return node }
        let same: Value? =
            switch (value, type) {
            case (.int(let v), .double): Double(exactly: v).map(Value.double)
            case (.int(let v), .uint): UInt64(exactly: v).map(Value.uint)
            case (.uint(let v), .double): Double(exactly: v).map(Value.double)
            case (.uint(let v), .int): Int64(exactly: v).map(Value.int)
            case (.double(let v), .int): v == 0 && v.sign == .minus ? .int(0) : Int64(exactly: v).map(Value.int)
            case (.double(let v), .uint): UInt64(exactly: v).map(Value.uint)
            default: nil
            }
        return same.map { constant($0, node.range) } ?? node
    }

    private func comparisonHint(_ left: Side, _ right: Side) -> String? {
        for (one, other) in [(left, right), (right, left)] where one.syntax.isLiteralOnly {
            let literal = text(one.syntax.range)
            switch (one.node.type, other.node.type) {
            case (.int, .string), (.double, .string), (.uint, .string), (.bool, .string):
                return "write \"\(literal)\" to compare text, or convert: "
                    + "`\(one.node.type.name)(\(text(other.syntax.range)))`"
            case (.string, .timestamp): return "write `timestamp(\(literal))`"
            case (.string, .duration): return "write `duration(\(literal))`"
            case (.int, .timestamp): return "Unix seconds are written `timestamp(\(literal))`"
            case (.int, .duration), (.double, .duration): return "a span is written `duration(\"\(literal)s\")`"
            case (.string, .int), (.string, .uint), (.string, .double), (.string, .bool):
                return "write it without quotes, or convert: `string(\(text(other.syntax.range)))`"
            default: break
            }
        }
        return Self.conversion(of: text(right.syntax.range), right.node.type, to: left.node.type)
            ?? Self.conversion(of: text(left.syntax.range), left.node.type, to: right.node.type)
    }

    private static func operation(
        _ op: SyntaxNode.BinaryOperator, _ left: ValueType, _ right: ValueType
    ) -> (Operation, ValueType)? {
        switch (op, left, right) {
        case (.add, .int, .int): (.addInt, .int)
        case (.add, .uint, .uint): (.addUInt, .uint)
        case (.add, .double, .double): (.addDouble, .double)
        case (.add, .string, .string): (.concatenate, .string)
        case (.add, .bytes, .bytes): (.concatenate, .bytes)
        case (.add, .timestamp, .duration), (.add, .duration, .timestamp): (.addToTimestamp, .timestamp)
        case (.add, .duration, .duration): (.addDurations, .duration)
        case (.subtract, .int, .int): (.subtractInt, .int)
        case (.subtract, .uint, .uint): (.subtractUInt, .uint)
        case (.subtract, .double, .double): (.subtractDouble, .double)
        case (.subtract, .timestamp, .timestamp): (.differenceOfTimestamps, .duration)
        case (.subtract, .timestamp, .duration): (.subtractFromTimestamp, .timestamp)
        case (.subtract, .duration, .duration): (.subtractDurations, .duration)
        case (.multiply, .int, .int): (.multiplyInt, .int)
        case (.multiply, .uint, .uint): (.multiplyUInt, .uint)
        case (.multiply, .double, .double): (.multiplyDouble, .double)
        case (.divide, .int, .int): (.divideInt, .int)
        case (.divide, .uint, .uint): (.divideUInt, .uint)
        case (.divide, .double, .double): (.divideDouble, .double)
        case (.remainder, .int, .int): (.remainderInt, .int)
        case (.remainder, .uint, .uint): (.remainderUInt, .uint)
        default: nil
        }
    }

    private mutating func arithmetic(
        _ op: SyntaxNode.BinaryOperator, _ left: Side, _ right: Side, _ range: Range<Int>
    ) -> TypedNode? {
        var l = left.node
        var r = right.node
        if l.type != r.type {
            if !right.syntax.isLiteralOnly, let adapted = adapted(l, left.syntax, to: r.type) { l = adapted }
            if !left.syntax.isLiteralOnly, let adapted = adapted(r, right.syntax, to: l.type) { r = adapted }
        }
        guard let (operation, type) = Self.operation(op, l.type, r.type) else {
            fail(
                range, "no `\(op.rawValue)` for \(l.type.name) and \(r.type.name) in `\(text(range))`",
                hint: arithmeticHint(op, left, right))
            return nil
        }
        // `duration + timestamp`: the kernel takes the timestamp first.
        let operands = l.type == .duration && r.type == .timestamp ? [r, l] : [l, r]
        return folded(TypedNode(.operation(operation, operands, offset: 0), type, range))
    }

    private func arithmeticHint(_ op: SyntaxNode.BinaryOperator, _ left: Side, _ right: Side) -> String? {
        let a = text(left.syntax.range)
        let b = text(right.syntax.range)
        switch (left.node.type, right.node.type) {
        case (.int, .double), (.uint, .double):
            if left.syntax.isLiteralOnly, right.syntax.isLiteralOnly { return "write `\(a).0`" }
            return "convert one side: `double(\(a)) \(op.rawValue) \(b)`"
        case (.double, .int), (.double, .uint):
            if left.syntax.isLiteralOnly, right.syntax.isLiteralOnly { return "write `\(b).0`" }
            return "convert one side: `\(a) \(op.rawValue) double(\(b))`"
        case (.int, .uint): return "convert one side: `\(a) \(op.rawValue) int(\(b))`"
        case (.uint, .int): return "convert one side: `int(\(a)) \(op.rawValue) \(b)`"
        case (.string, _) where op == .add && right.node.type != .string && right.node.type != .bytes:
            return "convert one side: `\(a) + string(\(b))`"
        case (_, .string) where op == .add && left.node.type != .bytes:
            return "convert one side: `string(\(a)) + \(b)`"
        case (.timestamp, .int), (.timestamp, .double), (.duration, .int), (.duration, .double):
            if op == .add || op == .subtract {
                return "a span is written `duration(\"\(right.syntax.isLiteralOnly ? b : "1")s\")`"
            }
            return nil
        case (.double, .double) where op == .remainder:
            return "`%` is for int and uint: convert with `int(…)`"
        default: return nil
        }
    }

    // MARK: Membership

    mutating func membership(
        _ left: SyntaxNode, _ right: SyntaxNode, _ node: SyntaxNode, _ present: Set<Int>
    ) -> Checked? {
        let needle = check(left, present)
        guard case .list(let elements) = right.kind else {
            let other = check(right, present)
            if let other {
                let isText = other.node.type == .string
                fail(
                    right.range, "`in` takes a list, not \(other.node.type.name)",
                    hint: isText
                        ? "a part of a text is found by `\(text(right.range)).contains(\(text(left.range)))`"
                        : "write a list: `[\(text(right.range))]`")
            }
            return nil
        }
        var sides: [Side] = []
        for element in elements {
            guard let checked = check(element.value, present) else { continue }
            if element.isOptional { fail(element.value.range, "optional elements of lists are not available yet") }
            sides.append((element.value, checked.node))
        }
        guard let needle, sides.count == elements.count else { return nil }
        var values: [Value] = []
        var seen: Set<ExactValue> = []
        var others: [TypedNode] = []
        for side in sides {
            let element = sameNumber(side.node, as: needle.node.type)
            if let value = element.constant, element.type == needle.node.type {
                if seen.insert(ExactValue(value)).inserted { values.append(value) }
                continue
            }
            guard let comparands = Comparands(needle.node.type, element.type) else {
                fail(
                    side.syntax.range,
                    "`\(text(side.syntax.range))` is \(element.type.name), but `\(text(left.range))` is "
                        + needle.node.type.name,
                    hint: comparisonHint((left, needle.node), side))
                return nil
            }
            others.append(
                folded(TypedNode(.compare(.equal, comparands, needle.node, element), .bool, side.syntax.range)))
        }
        // NaN equals nothing, itself included.
        values.removeAll { if case .double(let v) = $0 { v.isNaN } else { false } }
        var terms: [TypedNode] = []
        if !values.isEmpty { terms.append(folded(TypedNode(.among(needle.node, values), .bool, node.range))) }
        terms += others
        return Checked(joined(.or, terms, node.range))
    }
}
