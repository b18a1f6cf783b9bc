import Operators
import Records
import Settings
import Testing

/// Filter, select and extend: what passes, what is computed, what becomes of rows on which an expression fails.
struct FilterSelectTests {
    static let schema = Schema([
        Field("id", .string), Field("n", .int), Field("v", .double, optional: true, unit: "°C"),
        Field("note", .string, optional: true),
    ])

    static let rows: [Row] = [
        Row(1, [.string("a"), .int(2), .double(1.5), .string("x")]),
        Row(2, [.string("b"), .int(0), .null, .null]),
        Row(3, [.string("c"), .int(-5), .double(-0.0), .string("")]),
        Row(4, [.string("d"), .int(.max), .double(1e300), .string("é\"")]),
        Row(5, [.string("a"), .int(10), .null, .string("yy")]),
    ]

    struct FilterCase: Sendable, CustomTestStringConvertible {
        var condition: String
        var kept: [Int]
        var failed: [Int] = []
        var testDescription: String { condition }
    }

    static let filters: [FilterCase] = [
        FilterCase(condition: "true", kept: [0, 1, 2, 3, 4]),
        FilterCase(condition: "false", kept: []),
        FilterCase(condition: "n > 1", kept: [0, 3, 4]),
        FilterCase(condition: "id == \"a\"", kept: [0, 4]),
        FilterCase(condition: "v.orValue(0.0) == 0.0", kept: [1, 2, 4]),
        FilterCase(condition: "100 / n > 5", kept: [0, 4], failed: [1]),
        FilterCase(condition: "n + 1 > 0", kept: [0, 1, 4], failed: [3]),
        FilterCase(condition: "n == 0 || 100 / n > 5", kept: [0, 1, 4]),
    ]

    @Test(arguments: filters, [1, 2, 64])
    func filterKeepsTheRowsForWhichTheConditionHolds(_ example: FilterCase, size: Int) throws {
        let rig = try Rig("filter: '\(example.condition)'", Self.schema, capacity: size)
        rig.feed(Self.rows)
        #expect(rig.collector.rows == example.kept.map { Self.rows[$0] })
        #expect(rig.rejects.items.map(\.row) == example.failed.map { $0 % size })
        for item in rig.rejects.items {
            #expect(item.reason == .expression && item.step == "step" && !item.detail.isEmpty)
        }
        #expect(!rig.collector.batchSizes.contains(0), "an empty selection is not handed on")
    }

    @Test(arguments: [1, 2, 64])
    func selectComputesAndPassesThrough(size: Int) throws {
        let rig = try Rig(
            "select: { copy: v, key: id, twice: n * 2, text: 'note.orValue(\"none\")', raw: note }", Self.schema,
            capacity: size)
        let fields = rig.spec.output.schema.fields
        #expect(fields.map(\.name) == ["copy", "key", "twice", "text", "raw"])
        #expect(fields.map(\.type) == [.double, .string, .int, .string, .string])
        #expect(fields.map(\.isOptional) == [true, false, false, false, true])
        #expect(fields[0].unit == "°C")
        rig.feed(Self.rows)
        #expect(
            rig.collector.rows == [
                Row(1, [.double(1.5), .string("a"), .int(4), .string("x"), .string("x")]),
                Row(2, [.null, .string("b"), .int(0), .string("none"), .null]),
                Row(3, [.double(-0.0), .string("c"), .int(-10), .string(""), .string("")]),
                Row(5, [.null, .string("a"), .int(20), .string("yy"), .string("yy")]),
            ])
        #expect(rig.rejects.items.map(\.row) == [3 % size], "Int64.max * 2 overflows, in that row only")
    }

    @Test func aRowThatFailsInTwoFieldsIsRejectedOnce() throws {
        let rig = try Rig("select: { a: 10 / n, b: 20 / n, c: n + 1 }", Self.schema)
        rig.feed(Self.rows)
        #expect(rig.rejects.items.map(\.row) == [1, 3])
        #expect(rig.collector.rows.map(\.time) == [1, 3, 5])
        #expect(rig.collector.rows.map { $0.values[2] } == [.int(3), .int(-4), .int(11)])
    }

    @Test func extendAddsToWhatIsThere() throws {
        let rig = try Rig("extend: { warm: 'v.orValue(-1.0) > 0.0', m: n % 3 }", Self.schema)
        #expect(rig.spec.output.schema.fields.map(\.name) == ["id", "n", "v", "note", "warm", "m"])
        rig.feed(Self.rows)
        let expected = zip(Self.rows, [(true, 2), (false, 0), (false, -2), (true, Int64.max % 3), (false, 1)]).map {
            Row($0.time, $0.values + [.bool($1.0), .int(Int64($1.1))])
        }
        #expect(rig.collector.rows == expected)
    }

    struct ShapeCase: Sendable, CustomTestStringConvertible {
        var yaml: String
        var key: String?
        var groupedBy: [String]
        var testDescription: String { yaml }
    }

    static let shapes: [ShapeCase] = [
        ShapeCase(yaml: "select: { id: id, n: n }", key: "id", groupedBy: ["id", "n"]),
        ShapeCase(yaml: "select: { tank: id, m: n }", key: "tank", groupedBy: ["tank", "m"]),
        ShapeCase(yaml: "select: { n: n }", key: nil, groupedBy: []),
        ShapeCase(yaml: "select: { id: 'id + \"\"', n: n }", key: nil, groupedBy: []),
        ShapeCase(yaml: "extend: { m: n }", key: "id", groupedBy: ["id", "n"]),
        ShapeCase(yaml: "filter: n > 0", key: "id", groupedBy: ["id", "n"]),
        ShapeCase(yaml: "detect: { value: n, by: [id] }", key: "id", groupedBy: ["id", "n"]),
    ]

    @Test(arguments: shapes)
    func theKeyIsFollowedThroughRenaming(_ example: ShapeCase) throws {
        let rig = try Rig(example.yaml, Self.schema, groupedBy: ["id", "n"])
        #expect(rig.spec.output.partitionKey == example.key)
        #expect(rig.spec.output.groupedBy == example.groupedBy)
        #expect(rig.spec.output.isUnchanged == example.yaml.hasPrefix("filter"))
    }
}
