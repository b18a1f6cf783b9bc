import Operators
import Records
import Settings
import Testing

/// Windowed aggregates by example.
struct AggregateTests {
    static let second: Int64 = 1_000_000

    struct SumCase: Sendable, CustomTestStringConvertible {
        var name: String
        var values: [Double]
        var sum: Double
        var testDescription: String { name }
    }

    static let doubleSums: [SumCase] = [
        SumCase(name: "cancellation", values: [1e16, 1, -1e16], sum: 1),
        SumCase(name: "cancellation, small first", values: [1, 1e16, 1, -1e16], sum: 2),
        SumCase(name: "Neumaier's own", values: [1, 1e100, 1, -1e100], sum: 2),
        SumCase(name: "ten tenths", values: Array(repeating: 0.1, count: 10), sum: 1),
        SumCase(name: "infinite", values: [.infinity, 1, 2], sum: .infinity),
        SumCase(name: "overflow", values: [1.7e308, 1.7e308], sum: .infinity),
        SumCase(name: "zeros", values: [-0.0, 0.0], sum: 0),
        SumCase(
            name: "subnormals", values: [.leastNonzeroMagnitude, .leastNonzeroMagnitude],
            sum: 2 * .leastNonzeroMagnitude),
    ]

    @Test(arguments: doubleSums)
    func sumsOfDoublesAreCompensated(_ example: SumCase) throws {
        let schema = Schema([Field("id", .string), Field("v", .double)])
        let rig = try Rig(
            "{ by: id, window: { tumbling: 1s }, aggregate: { s: sum(v), a: avg(v), lo: min(v), hi: max(v) } }", schema)
        rig.feed(example.values.map { Row(0, [.string("k"), .double($0)]) })
        rig.end()
        let row = try #require(rig.collector.rows.first)
        #expect(row.values[3] == .double(example.sum))
        #expect(row.values[4] == .double(example.sum / Double(example.values.count)))
        #expect(row.values[5] == .double(try #require(example.values.min())))
        #expect(row.values[6] == .double(try #require(example.values.max())))
    }

    struct IntCase: Sendable, CustomTestStringConvertible {
        var values: [Int64]
        var sum: Int64
        var mean: Double
        var testDescription: String { "\(values)" }
    }

    static let intSums: [IntCase] = [
        IntCase(values: [1, 2, 4], sum: 7, mean: 7.0 / 3),
        IntCase(values: [.max, .max], sum: .max, mean: 0x1p63),
        IntCase(values: [.min, .min, .min], sum: .min, mean: -0x1p63),
        IntCase(values: [.max, .max, .min, .min], sum: -2, mean: -0.5),
        IntCase(values: [.max, 1, -1], sum: .max, mean: 0x1p63 / 3),
        IntCase(values: [-1, 1], sum: 0, mean: 0),
        IntCase(values: [.min, -1], sum: .min, mean: -0x1p62),
    ]

    @Test(arguments: intSums)
    func sumsOfIntsAreExactAndClamped(_ example: IntCase) throws {
        let schema = Schema([Field("id", .string), Field("k", .int)])
        let rig = try Rig(
            "{ by: id, window: { tumbling: 1s }, aggregate: { s: sum(k), a: avg(k), lo: min(k), hi: max(k) } }", schema)
        rig.feed(example.values.map { Row(0, [.string("k"), .int($0)]) })
        rig.end()
        let row = try #require(rig.collector.rows.first)
        #expect(row.values[3] == .int(example.sum))
        #expect(row.values[4] == .double(example.mean))
        #expect(row.values[5] == .int(try #require(example.values.min())))
        #expect(row.values[6] == .int(try #require(example.values.max())))
    }

    struct LateCase: Sendable, CustomTestStringConvertible {
        var grace: Int64
        var delay: Int64
        /// The watermark relative to the window's end plus grace.
        var beyond: Int64
        var isLate: Bool
        var testDescription: String { "grace \(grace) delay \(delay) watermark at close \(beyond)" }
    }

    static let lateness: [LateCase] = [0, 2].flatMap { grace in
        [0, 3].flatMap { delay in
            [-1, 0, 1].map { LateCase(grace: grace, delay: delay, beyond: $0, isLate: $0 >= 0) }
        }
    }

    /// The rule of Aggregate: late when the window's end plus grace lies at or before the watermark just before the
    /// row.
    @Test(arguments: lateness, [1, 2, 64])
    func lateByAMicrosecond(_ example: LateCase, size: Int) throws {
        let schema = Schema([Field("id", .string)])
        let rig = try Rig(
            "{ by: id, window: { tumbling: 10s, grace: \(example.grace)s }, aggregate: { n: count() } }", schema,
            delay: example.delay * Self.second)
        let latest = (10 + example.grace + example.delay) * Self.second + example.beyond
        let key: [Value] = [.string("k")]
        let rows = [Row(5 * Self.second, key), Row(latest, key), Row(6 * Self.second, key)]
        rig.feed(rows, size: size)
        rig.end()
        let first = try #require(rig.collector.rows.first)
        // A microsecond before the end the row that moves time is itself one of the window's.
        let sharesWindow = latest < 10 * Self.second
        #expect(first.values[3] == .int((example.isLate ? 1 : 2) + (sharesWindow ? 1 : 0)))
        #expect(first.time == 10 * Self.second - 1)
        #expect(rig.rejects.items.map(\.reason) == (example.isLate ? [.late] : []))
        #expect(rig.rejects.items.map(\.row) == (example.isLate ? [2 % size] : []))
        #expect(rig.rejects.items.allSatisfy { $0.step == "step" && $0.detail.contains("watermark") })
        #expect(rig.collector.rows.count == (sharesWindow ? 1 : 2), "each window comes out once")
    }

    @Test func aWindowClosesExactlyAtItsEndPlusGrace() throws {
        let schema = Schema([Field("id", .string)])
        let rig = try Rig("{ by: id, window: { tumbling: 10s, grace: 1s }, aggregate: { n: count() } }", schema)
        rig.feed([Row(0, [.string("k")])], advancing: false)
        rig.advance(to: 11 * Self.second - 1)
        #expect(rig.collector.rows.isEmpty)
        #expect(rig.running.heldOffset == 0)
        #expect(rig.running.stateSize.keys == 1)
        rig.advance(to: 11 * Self.second)
        #expect(rig.collector.rows.count == 1)
        #expect(rig.running.heldOffset == nil)
        #expect(rig.running.stateSize.keys == 0)
    }

    @Test func theHeldOffsetIsTheOldestOpenWindows() throws {
        let schema = Schema([Field("id", .string)])
        let rig = try Rig(
            "{ by: id, window: { tumbling: 10s }, aggregate: { n: count() } }", schema, delay: 15 * Self.second)
        func at(_ seconds: Int64) -> Row { Row(seconds * Self.second, [.string("k")]) }
        rig.feed([at(25), at(12), at(13), at(21)])
        #expect(rig.running.heldOffset == 0)
        rig.feed([at(36)])  // watermark 21 s: the window from 10 s closes; offset 0 is in that from 20 s
        #expect(rig.running.heldOffset == 0)
        rig.feed([at(45)])  // 30 s: the window from 20 s closes too
        #expect(rig.running.heldOffset == 4)
        rig.end()
        #expect(rig.running.heldOffset == nil)
    }

    @Test func negativeTimesFallIntoTheWindowBelow() throws {
        let schema = Schema([Field("id", .string)])
        let rig = try Rig(
            "{ by: id, window: { tumbling: 10s }, aggregate: { n: count() } }", schema, delay: 1000 * Self.second)
        rig.feed([-10_000_001, -10_000_000, -1, 0, 9_999_999, 10_000_000].map { Row($0, [.string("k")]) })
        rig.end()
        let found = rig.collector.rows.map { row in "\(row.values[1]) \(row.values[2]) \(row.values[3])" }
        #expect(
            found == [
                "1969-12-31T23:59:40Z 1969-12-31T23:59:50Z 1", "1969-12-31T23:59:50Z 1970-01-01T00:00:00Z 2",
                "1970-01-01T00:00:00Z 1970-01-01T00:00:10Z 2", "1970-01-01T00:00:10Z 1970-01-01T00:00:20Z 1",
            ])
    }

    @Test(arguments: [1, 63, 64, 65, 1024, 2500])
    func aWindowOfManyKeysComesOutInSeveralBatches(keys: Int) throws {
        let schema = Schema([Field("id", .string), Field("k", .int)])
        let rig = try Rig(
            "{ by: [id], window: { tumbling: 10s }, aggregate: { n: count(), s: sum(k), l: last(id) } }", schema)
        for round in 0..<2 {
            rig.feed((0..<keys).map { Row(Int64(round), [.string("key-\($0)"), .int(Int64($0))]) })
        }
        rig.end()
        #expect(rig.collector.rows.count == keys)
        #expect(rig.collector.batchSizes.count == (keys + 63) / 64)
        let found = Set(rig.collector.rows.map { Row(0, [$0.values[0], $0.values[3], $0.values[4], $0.values[5]]) })
        let wanted = (0..<keys).map {
            Row(0, [.string("key-\($0)"), .int(2), .int(Int64(2 * $0)), .string("key-\($0)")])
        }
        #expect(found == Set(wanted))
    }

    @Test func aRowOnWhichAnArgumentFailsCountsNowhere() throws {
        let schema = Schema([Field("id", .string), Field("k", .int)])
        let rig = try Rig(
            "{ by: id, window: { tumbling: 10s }, aggregate: { n: count(), s: sum(10 / k), t: sum(k) } }", schema)
        rig.feed([2, 0, 5].map { Row(1, [.string("k"), .int($0)]) })
        rig.end()
        #expect(rig.collector.rows.map { Array($0.values[3...]) } == [[.int(2), .int(7), .int(7)]])
        #expect(rig.rejects.items.map(\.row) == [1])
        #expect(rig.rejects.items.map(\.reason) == [.expression])
    }

    @Test func anAbsentArgumentLeavesTheResultAbsent() throws {
        let schema = Schema([
            Field("id", .string), Field("v", .double, optional: true), Field("k", .int, optional: true),
            Field("t", .string, optional: true),
        ])
        let rig = try Rig(
            """
            by: id
            window: { tumbling: 10s }
            aggregate: { n: count(), c: count(v), s: sum(v), a: avg(k), m: max(k), f: first(t), l: last(t) }
            """, schema)
        rig.feed([Row(1, [.string("k"), .null, .null, .null]), Row(2, [.string("k"), .null, .null, .null])])
        rig.end()
        let values = try #require(rig.collector.rows.first).values[3...]
        #expect(Array(values) == [.int(2), .int(0), .null, .null, .null, .null, .null])
        #expect(rig.spec.output.schema.fields[3...].map(\.isOptional) == [false, false, true, true, true, true, true])
    }

    @Test func zeroAndMinusZeroAreOneKeyAndSoAreAllNaNs() throws {
        let schema = Schema([Field("id", .double)])
        let rig = try Rig("{ by: id, window: { tumbling: 10s }, aggregate: { n: count() } }", schema)
        let keys: [Double] = [0, -0.0, .nan, Double(nan: 5, signaling: false), 1]
        rig.feed(keys.map { Row(1, [.double($0)]) })
        rig.end()
        #expect(rig.collector.rows.map { $0.values[3] } == [.int(2), .int(2), .int(1)])
    }

    @Test func firstAndLastGoByEventTimeAndThenByArrival() throws {
        let schema = Schema([Field("id", .string), Field("t", .string)])
        let rig = try Rig(
            "{ by: id, window: { tumbling: 10s }, aggregate: { f: first(t), l: last(t) } }", schema, delay: Self.second)
        let arrivals: [(Int64, String)] = [(5, "e1"), (3, "a"), (9, "z"), (3, "b"), (9, ""), (4, "c")]
        rig.feed(arrivals.map { Row($0, [.string("k"), .string($1)]) }, size: 2)
        rig.end()
        #expect(rig.collector.rows.map { Array($0.values[3...]) } == [[.string("a"), .string("")]])
    }
}
