import Records
import Testing

@testable import Expressions

/// SplitMix64: small, seeded, the same everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Makes random rows, and random expressions of a wanted type over them.
struct Generator {
    var random: SplitMix

    static let schema = Schema([
        Field("i", .int), Field("j", .int), Field("u", .uint), Field("d", .double), Field("e", .double),
        Field("s", .string), Field("t", .string), Field("b", .bool), Field("at", .timestamp), Field("span", .duration),
        Field("oi", .int, optional: true), Field("os", .string, optional: true), Field("o.d", .double, optional: true),
        Field("ob", .bool, optional: true),
    ])

    static let texts = [
        "", "a", "test", "temp", "temperature", "temperaturE", "é", "quay 4", "naïve café", "12", "-7", "tes", "tempo",
    ]
    static let ints: [Int64] = [0, 1, -1, 2, 3, 7, -10, 100, .max, .min, 1 << 53, (1 << 53) + 1]
    static let uints: [UInt64] = [0, 1, 2, 7, .max, 1 << 63, 1 << 53, (1 << 53) + 1]
    static let doubles: [Double] = [
        0, -0.0, 1, -1, 0.5, 40, 41.5, .nan, .infinity, -.infinity, 1e300, 0x1p63, -0x1p63, 0x1p53, 3,
    ]

    mutating func pick<T>(_ values: [T]) -> T { values[Int(random.next() % UInt64(values.count))] }
    mutating func chance(_ one: UInt64) -> Bool { random.next() % one == 0 }

    mutating func constant(_ type: ValueType) -> Value {
        switch type {
        case .bool: .bool(chance(2))
        case .int: .int(pick(Self.ints))
        case .uint: .uint(pick(Self.uints))
        case .double: .double(pick(Self.doubles))
        case .string: .string(pick(Self.texts))
        case .bytes: .bytes([])
        case .timestamp:
            .timestamp(
                EventTime(
                    microseconds: pick([0, -1, 1_795_591_800_000_000, -62_135_596_800_000_000, 253_402_300_799_000_000])
                ))
        case .duration: .duration(microseconds: pick([0, 1_000_000, -90_000_000, 9_000_000_000_000_000]))
        }
    }

    mutating func row() -> [Value] {
        Self.schema.fields.map { field in field.isOptional && chance(3) ? .null : constant(field.type) }
    }

    /// A tree of a type; `present` are the optional fields that a guard has ensured.
    mutating func tree(_ type: ValueType, _ depth: Int, _ present: Set<String> = []) -> Tree {
        if depth <= 0 || chance(6) { return leaf(type, present) }
        if chance(8) {
            return .choice(
                tree(.bool, depth - 1, present), tree(type, depth - 1, present), tree(type, depth - 1, present))
        }
        if chance(8), let guarded = guardedChoice(type, depth, present) { return guarded }
        switch type {
        case .bool: return bool(depth, present)
        case .int: return int(depth, present)
        case .uint:
            return chance(3)
                ? .call("uint", [tree(.int, depth - 1, present)], isMethod: false)
                : .binary(
                    pick(["+", "-", "*", "/", "%"]), tree(.uint, depth - 1, present), tree(.uint, depth - 1, present))
        case .double: return double(depth, present)
        case .string: return string(depth, present)
        case .timestamp:
            return .binary(pick(["+", "-"]), tree(.timestamp, depth - 1, present), tree(.duration, depth - 1, present))
        case .duration:
            return chance(2)
                ? .binary("-", tree(.timestamp, depth - 1, present), tree(.timestamp, depth - 1, present))
                : .binary(pick(["+", "-"]), tree(.duration, depth - 1, present), tree(.duration, depth - 1, present))
        case .bytes: return leaf(type, present)
        }
    }

    private mutating func leaf(_ type: ValueType, _ present: Set<String>) -> Tree {
        let names = Self.schema.fields.filter { $0.type == type && (!$0.isOptional || present.contains($0.name)) }
        if chance(3) || names.isEmpty { return .literal(constant(type)) }
        return .field(pick(names).name, type)
    }

    private mutating func optionalField(_ type: ValueType) -> String? {
        let names = Self.schema.fields.filter { $0.type == type && $0.isOptional }.map(\.name)
        return names.isEmpty ? nil : pick(names)
    }

    private mutating func guardedChoice(_ type: ValueType, _ depth: Int, _ present: Set<String>) -> Tree? {
        guard let name = optionalField(type) else { return nil }
        if chance(2) { return .orValue(name, leaf(type, present)) }
        return .choice(.has(name), tree(type, depth - 1, present.union([name])), tree(type, depth - 1, present))
    }

    private mutating func bool(_ depth: Int, _ present: Set<String>) -> Tree {
        let next = depth - 1
        switch random.next() % 10 {
        case 0, 1, 2:
            let names = ["oi", "os", "o.d", "ob"]
            let op = pick(["&&", "||"])
            if chance(3) {
                // A guard, perhaps behind something that fails, and what it guards.
                let name = pick(names)
                let test: Tree = op == "&&" ? .has(name) : .not(.has(name))
                let other = tree(.bool, next - 1, present)
                let left: Tree
                switch random.next() % 4 {
                case 0: left = .binary(op, other, test)
                // Where the condition fails, the guard to the left of the field says nothing.
                case 1: left = .choice(other, test, .literal(.bool(op == "||")))
                default: left = test
                }
                return .binary(op, left, chance(2) ? use(of: name) : tree(.bool, next, present.union([name])))
            }
            return .binary(op, tree(.bool, next, present), tree(.bool, next, present))
        case 3: return .not(tree(.bool, next, present))
        case 4:
            let type = pick([ValueType.int, .string, .double, .uint])
            // Constants only: more than a few make a table.
            let list = (0..<(random.next() % 12)).map { _ in Tree.literal(constant(type)) }
            let values = list.filter { if case .literal(.double(let v)) = $0 { v.isFinite } else { true } }
            return .among(tree(type, next, present), values)
        case 5:
            let name = pick(["startsWith", "endsWith", "contains"])
            return .call(name, [tree(.string, next, present), tree(.string, next, present)], isMethod: true)
        case 6:
            let numbers = [ValueType.int, .uint, .double]
            return .binary(
                pick(["==", "!=", "<", "<=", ">", ">="]), tree(pick(numbers), next, present),
                tree(pick(numbers), next, present))
        default:
            let type = pick([ValueType.int, .uint, .double, .string, .bool, .timestamp, .duration, .double, .string])
            return .binary(
                pick(["==", "!=", "<", "<=", ">", ">="]), tree(type, next, present), tree(type, next, present))
        }
    }

    /// A test of an optional field's value.
    private mutating func use(of name: String) -> Tree {
        guard let type = Self.schema.index(of: name).map({ Self.schema[$0].type }) else { return .literal(.bool(true)) }
        if type == .bool { return .field(name, type) }
        return .binary(pick(["==", "!=", "<", ">="]), .field(name, type), leaf(type, [name]))
    }

    private mutating func int(_ depth: Int, _ present: Set<String>) -> Tree {
        let next = depth - 1
        switch random.next() % 10 {
        case 0: return .negate(tree(.int, next, present))
        case 1: return .call("size", [tree(.string, next, present)], isMethod: chance(2))
        case 2: return .call("int", [tree(pick([.double, .uint, .string]), next, present)], isMethod: false)
        case 3: return .call("math.greatest", [tree(.int, next, present), tree(.int, next, present)], isMethod: false)
        case 4: return .call("getHours", [tree(.timestamp, next, present)], isMethod: true)
        case 5: return .call("getSeconds", [tree(.duration, next, present)], isMethod: true)
        default: return .binary(pick(["+", "-", "*", "/", "%"]), tree(.int, next, present), tree(.int, next, present))
        }
    }

    private mutating func double(_ depth: Int, _ present: Set<String>) -> Tree {
        let next = depth - 1
        switch random.next() % 8 {
        case 0: return .negate(tree(.double, next, present))
        case 1: return .call("double", [tree(pick([.int, .uint]), next, present)], isMethod: false)
        case 2: return .call(pick(["math.abs", "math.floor"]), [tree(.double, next, present)], isMethod: false)
        case 3:
            return .call("math.least", [tree(.double, next, present), tree(.double, next, present)], isMethod: false)
        default: return .binary(pick(["+", "-", "*", "/"]), tree(.double, next, present), tree(.double, next, present))
        }
    }

    private mutating func string(_ depth: Int, _ present: Set<String>) -> Tree {
        let next = depth - 1
        switch random.next() % 5 {
        case 0: return .call("upperAscii", [tree(.string, next, present)], isMethod: true)
        case 1:
            return .call("substring", [tree(.string, next, present), tree(.int, next - 1, present)], isMethod: true)
        case 2: return .call("string", [tree(pick([.int, .bool]), next, present)], isMethod: false)
        default: return .binary("+", tree(.string, next, present), tree(.string, next, present))
        }
    }
}

@Suite struct PropertyTests {
    /// Random expressions over random rows: the kernels against the row interpreter, dense and sparse, whole and in
    /// batches of one and seven, and `filter` against `evaluate`.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func kernelsAgreeWithTheRowInterpreter(_ seed: UInt64) throws {
        var generator = Generator(random: SplitMix(state: seed))
        var compiled = 0
        for round in 0..<250 {
            let type = generator.pick([
                ValueType.bool, .bool, .bool, .int, .double, .string, .uint, .timestamp, .duration,
            ])
            let tree = generator.tree(type, 1 + round % 5)
            let rows = (0..<(round % 50 == 0 ? 1024 : 24)).map { _ in generator.row() }
            let expression: Expression
            do throws(ExpressionErrors) {
                expression = try Expression.compile(tree.text, schema: Generator.schema)
            } catch {
                // A part without fields that has no value is refused; anything else would be a mistake.
                #expect(
                    error.errors.allSatisfy { $0.message.hasPrefix("constant expression has no value") },
                    "seed \(seed) round \(round): \(tree.text): \(error)")
                continue
            }
            compiled += 1
            let expected = rows.map { row in
                tree.value(Dictionary(uniqueKeysWithValues: zip(Generator.schema.fields.map(\.name), row)))
            }
            let note = "seed \(seed) round \(round): \(tree.text)"
            for size in [1, 7, rows.count] where size == rows.count || round % 10 == 0 {
                check(expression, rows, expected, size, &generator, note)
            }
        }
        #expect(compiled > 150)
    }

    /// Every pair of the numbers at which something may go wrong, for every operator, in columns and as constants.
    @Test func pairsOfEdgeNumbers() throws {
        let numbers: [(ValueType, [Value])] = [
            (.int, Generator.ints.map(Value.int)), (.uint, Generator.uints.map(Value.uint)),
            (.double, Generator.doubles.map(Value.double)),
        ]
        var generator = Generator(random: SplitMix(state: 5))
        for (first, firsts) in numbers {
            for (second, seconds) in numbers {
                var operators = ["==", "!=", "<", "<=", ">", ">="]
                if first == second { operators += ["+", "-", "*", "/"] + (first == .double ? [] : ["%"]) }
                let schema = Schema([Field("a", first), Field("b", second)])
                let rows = firsts.flatMap { a in seconds.map { b in [a, b] } }
                for op in operators {
                    let tree = Tree.binary(op, .field("a", first), .field("b", second))
                    let expected = rows.map { tree.value(["a": $0[0], "b": $0[1]]) }
                    check(
                        try Expression.compile(tree.text, schema: schema), rows, expected, rows.count, &generator,
                        "\(first) \(op) \(second)", schema)
                }
            }
        }
    }

    private func check(
        _ expression: Expression, _ rows: [[Value]], _ expected: [RowResult], _ size: Int, _ generator: inout Generator,
        _ note: String, _ schema: Schema = Generator.schema
    ) {
        let evaluator = expression.makeEvaluator(capacity: size)
        let batch = RecordBatch(schema, capacity: size)
        let selection = Selection(capacity: size)
        var start = 0
        while start < min(rows.count, size == 1 ? 20 : rows.count) {
            let count = min(size, rows.count - start)
            batch.arena.reset()
            for row in 0..<count {
                for (index, value) in rows[start + row].enumerated() { Fixture.set(batch, row, index, value) }
            }
            batch.count = count
            for isDense in [true, false] {
                selection.selectAll(count)
                if !isDense { thin(selection, &generator) }
                compare(evaluator, batch, selection, Array(expected[start..<start + count]), note)
            }
            start += count
        }
    }

    /// Drops about a third of the rows.
    private func thin(_ selection: Selection, _ generator: inout Generator) {
        var place = 0
        for index in 0..<selection.count where !generator.chance(3) {
            selection.rows[place] = selection.rows[index]
            place += 1
        }
        selection.count = place
        selection.isDense = false
    }

    private func compare(
        _ evaluator: Evaluator, _ batch: RecordBatch, _ selection: Selection, _ expected: [RowResult], _ note: String
    ) {
        let column = evaluator.evaluate(batch, selection)
        let failed = Set(evaluator.failures.map(\.row))
        let selected = (0..<selection.count).map { Int(selection.rows[$0]) }
        for row in selected {
            switch expected[row] {
            case .failure:
                #expect(failed.contains(row), "row \(row) should fail, gave \(column.value(at: row)): \(note)")
            case .success(let value):
                if failed.contains(row) {
                    Issue.record("row \(row) failed (\(evaluator.failures)), should be \(value): \(note)")
                } else if !Self.same(column.value(at: row), value) {
                    Issue.record("row \(row) gave \(column.value(at: row)), should be \(value): \(note)")
                }
            }
        }
        guard evaluator.expression.type == .bool else { return }
        let kept = Selection(capacity: selection.capacity)
        evaluator.filter(batch, selection, into: kept)
        let wanted = selected.filter { if case .success(.bool(true)) = expected[$0] { true } else { false } }
        #expect((0..<kept.count).map { Int(kept.rows[$0]) } == wanted, "filter: \(note)")
        #expect(Set(evaluator.failures.map(\.row)) == failed, "failures of filter: \(note)")
        #expect(!kept.isDense || kept.count == 0 || Int(kept.rows[kept.count - 1]) == kept.count - 1)
    }

    private static func same(_ a: Value, _ b: Value) -> Bool {
        if case .double(let x) = a, case .double(let y) = b {
            return x.bitPattern == y.bitPattern || (x.isNaN && y.isNaN)
        }
        return ExactValue(a) == ExactValue(b)
    }
}
