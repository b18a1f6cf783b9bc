import Records
import Testing

@testable import Expressions

/// Fields and rows that the table tests share.
enum Fixture {
    static let schema = Schema([
        Field("kind", .string), Field("celsius", .double, unit: "°C"), Field("count", .int), Field("size", .uint),
        Field("open", .bool), Field("at", .timestamp), Field("span", .duration), Field("site", .string, optional: true),
        Field("level", .double, optional: true), Field("sensor.id", .string), Field("blob", .bytes),
    ])

    static let rows: [[Value]] = [
        [
            .string("temperature"), .double(41.5), .int(3), .uint(7), .bool(true),
            .timestamp(EventTime(microseconds: 1_234_567_890_000_000)), .duration(microseconds: 90_000_000),
            .string("quay 4"), .double(0.5), .string("tank-07"), .bytes([1, 2, 3]),
        ],
        [
            .string("temp"), .double(-0.5), .int(.max), .uint(0), .bool(false), .timestamp(EventTime(microseconds: -1)),
            .duration(microseconds: -1), .null, .null, .string("é"), .bytes([]),
        ],
        [
            .string(""), .double(.nan), .int(0), .uint(.max), .bool(true), .timestamp(EventTime(microseconds: 0)),
            .duration(microseconds: 0), .string("test"), .double(2), .string("tank-070"), .bytes([0xFF]),
        ],
    ]

    static func batch(_ rows: [[Value]] = rows, _ schema: Schema = schema, capacity: Int = 16) -> RecordBatch {
        let batch = RecordBatch(schema, capacity: capacity)
        for (row, values) in rows.enumerated() {
            for (index, value) in values.enumerated() { set(batch, row, index, value) }
        }
        batch.count = rows.count
        return batch
    }

    static func set(_ batch: RecordBatch, _ row: Int, _ index: Int, _ value: Value) {
        let column = batch.columns[index]
        column.validity[row] = value == .null ? 0 : 1
        switch value {
        case .null:
            // What an absent row holds must not matter: here, a view that points nowhere.
            if column.type == .string || column.type == .bytes {
                var wild = ByteView.empty
                wild.length = 4
                wild.prefix = 0x7473_6574
                if let address = UnsafePointer<UInt8>(bitPattern: 16) { wild.base = address }
                column.views[row] = wild
            }
        case .bool(let v): column.bools[row] = v ? 1 : 0
        case .int(let v), .duration(let v): column.ints[row] = v
        case .uint(let v): column.uints[row] = v
        case .double(let v): column.doubles[row] = v
        case .timestamp(let v): column.ints[row] = v.microseconds
        case .string(let v): column.views[row] = batch.arena.copy(v)
        case .bytes(let v): column.views[row] = v.withUnsafeBufferPointer { batch.arena.copy($0) }
        }
    }
}

/// A row's outcome: a value, or the message of its failure.
enum Outcome: Equatable, CustomStringConvertible {
    case value(Value)
    case failure(String)

    var description: String {
        switch self {
        case .value(let value): value.description
        case .failure(let message): "failure: " + message
        }
    }
}

func outcomes(_ expression: Expression, _ batch: RecordBatch, _ selection: Selection? = nil) -> [Outcome] {
    let evaluator = expression.makeEvaluator(capacity: batch.capacity)
    let selected = selection ?? Selection(capacity: batch.capacity)
    if selection == nil { selected.selectAll(batch.count) }
    let column = evaluator.evaluate(batch, selected)
    let failures = Dictionary(uniqueKeysWithValues: evaluator.failures.map { ($0.row, $0) })
    return (0..<selected.count).map { index in
        let row = Int(selected.rows[index])
        if let failure = failures[row] { return .failure(failure.description) }
        return .value(column.value(at: row))
    }
}

@Suite struct EvaluationTests {
    static let cases: [(String, [Outcome])] = [
        ("celsius > 40.0", [.value(.bool(true)), .value(.bool(false)), .value(.bool(false))]),
        ("celsius + 1 > 0", [.value(.bool(true)), .value(.bool(true)), .value(.bool(false))]),
        ("kind == \"temperature\"", [.value(.bool(true)), .value(.bool(false)), .value(.bool(false))]),
        (
            "count + 1",
            [
                .value(.int(4)),
                .failure("integer overflow in `count + 1` (count = 9223372036854775807)"), .value(.int(1)),
            ]
        ),
        ("has(site) && site != \"test\"", [.value(.bool(true)), .value(.bool(false)), .value(.bool(false))]),
        ("has(site) ? site : kind", [.value(.string("quay 4")), .value(.string("temp")), .value(.string("test"))]),
        (
            "10 / count > 2",
            [
                .value(.bool(true)), .value(.bool(false)),
                .failure("division by zero in `10 / count` (count = 0)"),
            ]
        ),
        ("10 / count > 2 || open", [.value(.bool(true)), .value(.bool(false)), .value(.bool(true))]),
        (
            "sensor.id.startsWith('tank-07') && sensor.id.size() < 8",
            [.value(.bool(true)), .value(.bool(false)), .value(.bool(false))]
        ),
    ]

    /// A guard that fails guards nothing: the field behind it is read with a check, and its absence is a failure too.
    @Test func guardsThatFail() throws {
        let schema = Schema([Field("n", .int), Field("s", .string, optional: true)])
        let rows: [[Value]] = [
            [.int(0), .null], [.int(0), .string("a")], [.int(1), .null], [.int(1), .string("a")],
        ]
        let batch = Fixture.batch(rows, schema)
        let failure = Outcome.failure("division by zero in `1 / n` (n = 0)")
        let both = try Expression.compile("(1 / n > 0 ? has(s) : false) && s < 'b'", schema: schema)
        #expect(outcomes(both, batch) == [failure, failure, .value(.bool(false)), .value(.bool(true))])
        let either = try Expression.compile("(1 / n > 0 ? !has(s) : true) || s < 'b'", schema: schema)
        #expect(outcomes(either, batch) == [failure, .value(.bool(true)), .value(.bool(true)), .value(.bool(true))])
        let choice = try Expression.compile("(1 / n > 0 ? 'x' : 'y').upperAscii() + s.orValue('?')", schema: schema)
        #expect(outcomes(choice, batch) == [failure, failure, .value(.string("X?")), .value(.string("Xa"))])
    }

    /// Failures of one batch are forgotten in the next, and `kept` may be the selection itself.
    @Test func evaluatorsAreReused() throws {
        let schema = Schema([Field("n", .int)])
        let expression = try Expression.compile("10 / n > 2", schema: schema)
        let evaluator = expression.makeEvaluator(capacity: 16)
        let selection = Selection(capacity: 16)
        for (numbers, kept, failed) in [
            ([1, 0, 5, 3], [0, 3], [1]), ([2, 1, 9, 1], [0, 1, 3], []), ([0, 0], [], [0, 1]),
        ] {
            let batch = Fixture.batch(numbers.map { [.int(Int64($0))] }, schema)
            selection.selectAll(batch.count)
            evaluator.filter(batch, selection, into: selection)
            #expect((0..<selection.count).map { Int(selection.rows[$0]) } == kept)
            #expect(evaluator.failures.map(\.row) == failed)
            #expect(selection.isDense == (kept.count == numbers.count))
        }
    }

    /// Two texts of one record must not be able to fill the memory.
    @Test func replacementIsBounded() throws {
        let schema = Schema([Field("a", .string), Field("b", .string)])
        let expression = try Expression.compile("a.replace('x', b).size()", schema: schema)
        let long = Value.string(String(repeating: "x", count: 100_000))
        let batch = Fixture.batch([[long, long], [.string("yxz"), long], [long, .string("yy")]], schema)
        let evaluator = expression.makeEvaluator(capacity: batch.capacity)
        let all = Selection(capacity: batch.capacity)
        all.selectAll(batch.count)
        let sizes = evaluator.evaluate(batch, all)
        #expect(evaluator.failures.map(\.row) == [0])
        #expect(evaluator.failures.first?.message == "text would be longer than 1 MiB in `a.replace('x', b)`")
        #expect([sizes.value(at: 1), sizes.value(at: 2)] == [.int(100_002), .int(200_000)])
    }

    @Test(arguments: cases) func values(_ text: String, _ expected: [Outcome]) throws {
        let expression = try Expression.compile(text, schema: Fixture.schema)
        #expect(outcomes(expression, Fixture.batch()) == expected)
    }
}
