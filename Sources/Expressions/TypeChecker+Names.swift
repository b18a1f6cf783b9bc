import Records

/// Fields and function calls.
extension TypeChecker {
    // MARK: Fields

    mutating func name(_ node: SyntaxNode, _ present: Set<Int>, _ allowingAbsence: Bool) -> Checked? {
        guard let column = column(of: node) else { return nil }
        let field = schema[column]
        var typed = TypedNode(.field(column), field.type, node.range)
        if field.isOptional, !present.contains(column) {
            if !allowingAbsence {
                fail(
                    node.range, "field `\(field.name)` is optional and may be absent here",
                    hint: "guard it, `has(\(field.name)) && …`, or give a value for its absence, "
                        + "`\(field.name).orValue(\(field.type.valueExample))`")
                return nil
            }
            typed.mayBeAbsent = true
        }
        return Checked(typed)
    }

    /// The column that a name stands for. Field names may have dots: the longest that fits is meant.
    private mutating func column(of node: SyntaxNode) -> Int? {
        if let name = node.dottedName {
            if let column = schema.index(of: name) { return column }
        }
        if case .select(let operand, let selected, let isOptional) = node.kind {
            if isOptional {
                fail(node.range, "optional selection `.?` is not available yet", hint: "use `has(field)`")
                return nil
            }
            guard let prefix = operand.dottedName else {
                if let value = check(operand, Set(schema.fields.indices)) {
                    fail(node.range, "\(value.node.type.name) has no field `\(selected)`")
                }
                return nil
            }
            if let column = longestField(in: prefix) {
                let field = schema[column]
                fail(
                    node.range, "field `\(field.name)` is of type \(field.type.name) and has no field below it",
                    hint: FunctionTable.byName[selected].map { "call the function: `\($0.name)()`" })
                return nil
            }
        }
        reportUnknown(node)
        return nil
    }

    private func longestField(in dotted: String) -> Int? {
        var name = Substring(dotted)
        while true {
            if let column = schema.index(of: String(name)) { return column }
            guard let dot = name.lastIndex(of: ".") else { return nil }
            name = name[..<dot]
        }
    }

    private mutating func reportUnknown(_ node: SyntaxNode) {
        let name = node.dottedName ?? text(node.range)
        let names = schema.fields.map(\.name)
        let below = names.filter { $0.hasPrefix(name + ".") }
        if !below.isEmpty {
            fail(
                node.range, "`\(name)` is no field itself", hint: "fields below it: \(below.joined(separator: ", "))")
            return
        }
        var hint = names.isEmpty ? "there are no fields here" : "fields: " + names.joined(separator: ", ")
        if let near = Spelling.nearest(to: name, in: names) { hint = "did you mean `\(near)`? " + hint }
        if FunctionTable.byName[name] != nil { hint = "a function is called with parentheses; " + hint }
        fail(node.range, "unknown field `\(name)`", hint: hint)
    }

    // MARK: Calls

    mutating func call(_ node: SyntaxNode, _ present: Set<Int>) -> Checked? {
        guard case .call(let written, let nameRange, let target, let arguments) = node.kind else { return nil }
        let name = written.hasPrefix(".") ? String(written.dropFirst()) : written
        if target == nil, name == "has" { return has(arguments, node) }
        if let target, name == "orValue" { return orValue(target, arguments, node, present) }
        if let space = target?.dottedName, longestField(in: space) == nil {
            // `math.round(x)`: the target is a group of functions, not a value.
            let full = space + "." + name
            if let function = FunctionTable.byName[full] {
                return call(function, arguments, node, present).map(Checked.init)
            }
            if FunctionTable.byName.keys.contains(where: { $0.hasPrefix(space + ".") }) {
                reportUnknownFunction(full, nameRange)
                return nil
            }
        }
        guard let function = FunctionTable.byName[name] else {
            if let words = FunctionTable.notYet[name] {
                fail(nameRange, "`\(name)` is not available yet (\(words))")
            } else {
                reportUnknownFunction(name, nameRange)
            }
            return nil
        }
        switch (function.style, target) {
        case (.receiver, nil):
            let first = arguments.first.map { text($0.range) } ?? "value"
            let rest = arguments.dropFirst().map { text($0.range) }.joined(separator: ", ")
            fail(node.range, "`\(name)` is called on a value", hint: "write `\(first).\(name)(\(rest))`")
            return nil
        case (.global, .some(let target)), (.variadic, .some(let target)):
            fail(
                node.range, "`\(name)` is not called on a value", hint: "write `\(name)(\(text(target.range)))`")
            return nil
        default: break
        }
        return call(function, (target.map { [$0] } ?? []) + arguments, node, present).map(Checked.init)
    }

    private mutating func reportUnknownFunction(_ name: String, _ range: Range<Int>) {
        var hint: String?
        if let known = FunctionTable.knownAs[name] ?? Spelling.nearest(to: name, in: FunctionTable.byName.keys.sorted())
        {
            hint = "did you mean `\(known)`?"
        }
        if let space = name.split(separator: ".").first, name.contains(".") {
            let members = FunctionTable.byName.keys.filter { $0.hasPrefix(space + ".") }.sorted()
            hint = (hint.map { $0 + " " } ?? "") + "there are: " + members.joined(separator: ", ")
        }
        fail(range, "unknown function `\(name)`", hint: hint)
    }

    private mutating func has(_ arguments: [SyntaxNode], _ node: SyntaxNode) -> Checked? {
        guard arguments.count == 1, arguments[0].dottedName != nil else {
            fail(node.range, "`has` takes one field", hint: "such as `has(site)`")
            return nil
        }
        guard let column = column(of: arguments[0]) else { return nil }
        guard schema[column].isOptional else { return Checked(constant(.bool(true), node.range)) }
        var result = Checked(TypedNode(.presence(column), .bool, node.range))
        result.whenTrue = [column]
        return result
    }

    private mutating func orValue(
        _ target: SyntaxNode, _ arguments: [SyntaxNode], _ node: SyntaxNode, _ present: Set<Int>
    ) -> Checked? {
        guard arguments.count == 1 else {
            fail(node.range, "`orValue` takes one value, that for rows without the field")
            return nil
        }
        let other = check(arguments[0], present)
        guard target.dottedName != nil else {
            if check(target, present) != nil {
                fail(target.range, "`orValue` is called on an optional field; this is never absent")
            }
            return nil
        }
        guard let column = column(of: target), let other else { return nil }
        let field = schema[column]
        guard
            let value = field.type == other.node.type
                ? other.node : adapted(other.node, arguments[0], to: field.type)
        else {
            fail(
                arguments[0].range,
                "field `\(field.name)` is \(field.type.name), the value for its absence \(other.node.type.name)",
                hint: "write `\(field.name).orValue(\(field.type.valueExample))`")
            return nil
        }
        if !field.isOptional || present.contains(column) {
            return Checked(TypedNode(.field(column), field.type, node.range))
        }
        return Checked(TypedNode(.orValue(column, value), field.type, node.range))
    }

    private mutating func call(
        _ function: Function, _ arguments: [SyntaxNode], _ node: SyntaxNode, _ present: Set<Int>
    ) -> TypedNode? {
        var arguments = arguments
        var offset: Int64 = 0
        if function.takesZone, arguments.count == 2 {
            guard let zone = zoneOffset(arguments[1], present) else { return nil }
            offset = zone
            arguments.removeLast()
        }
        var sides: [Side] = []
        for argument in arguments {
            guard let checked = check(argument, present) else { continue }
            sides.append((argument, checked.node))
        }
        guard sides.count == arguments.count else { return nil }
        if function.style == .variadic { return variadic(function, sides, node) }
        guard let (overload, operands) = match(function, sides) else {
            reportNoOverload(function, sides, node)
            return nil
        }
        if offset != 0, overload.parameters.first == .duration {
            fail(node.range, "a duration's parts take no time zone")
            return nil
        }
        guard let operation = overload.operation else {
            var same = operands[0]
            same.range = node.range
            return same
        }
        return folded(TypedNode(.operation(operation, operands, offset: offset), overload.result, node.range))
    }

    /// The overload for these types; int literals take the type of a parameter when another argument is no literal.
    private func match(_ function: Function, _ sides: [Side]) -> (Overload, [TypedNode])? {
        let types = sides.map(\.node.type)
        if let exact = function.overloads.first(where: { $0.parameters == types }) { return (exact, sides.map(\.node)) }
        if sides.allSatisfy(\.syntax.isLiteralOnly) { return nil }
        for overload in function.overloads where overload.parameters.count == sides.count {
            let operands = zip(sides, overload.parameters).compactMap { side, type in
                side.node.type == type ? side.node : adapted(side.node, side.syntax, to: type)
            }
            if operands.count == sides.count { return (overload, operands) }
        }
        return nil
    }

    private mutating func variadic(_ function: Function, _ sides: [Side], _ node: SyntaxNode) -> TypedNode? {
        guard let leader = sides.first(where: { !$0.syntax.isLiteralOnly }) ?? sides.first else {
            fail(node.range, "`\(function.name)` takes one number or more")
            return nil
        }
        let wanted = leader.node.type
        guard let overload = function.overloads.first(where: { $0.result == wanted }),
            let operation = overload.operation
        else {
            reportNoOverload(function, sides, node)
            return nil
        }
        let isLiteral = sides.allSatisfy(\.syntax.isLiteralOnly)
        var result: TypedNode?
        for side in sides {
            guard
                let operand = side.node.type == wanted
                    ? side.node : (isLiteral ? nil : adapted(side.node, side.syntax, to: wanted))
            else {
                fail(
                    side.syntax.range,
                    "the numbers of `\(function.name)` must have one type; these are \(wanted.name) and "
                        + side.node.type.name,
                    hint: Self.conversion(of: text(side.syntax.range), side.node.type, to: wanted))
                return nil
            }
            result =
                result.map {
                    folded(TypedNode(.operation(operation, [$0, operand], offset: 0), wanted, node.range))
                } ?? operand
        }
        return result
    }

    private mutating func reportNoOverload(_ function: Function, _ sides: [Side], _ node: SyntaxNode) {
        let types = sides.map(\.node.type.name).joined(separator: ", ")
        var hint = "there is " + function.signatures.map { "`\($0)`" }.joined(separator: ", ")
        if function.overloads.count == 1,
            let first = zip(sides, function.overloads[0].parameters).first(
                where: { $0.node.type != $1 }),
            let conversion = Self.conversion(of: text(first.0.syntax.range), first.0.node.type, to: first.1)
        {
            hint += "; " + conversion
        }
        fail(node.range, "no `\(function.name)` for (\(types))", hint: hint)
    }

    private mutating func zoneOffset(_ argument: SyntaxNode, _ present: Set<Int>) -> Int64? {
        guard let checked = check(argument, present) else { return nil }
        guard case .constant(.string(let zone)) = checked.node.kind else {
            fail(argument.range, "the time zone must be a constant text", hint: "such as \"+01:00\"")
            return nil
        }
        if let offset = TimeText.offset(zone) { return offset }
        fail(
            argument.range, "time zone `\(zone)` is not available",
            hint: "write the distance from UTC, such as \"+01:00\"")
        return nil
    }
}
