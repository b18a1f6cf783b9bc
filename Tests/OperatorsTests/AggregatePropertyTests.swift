import Operators
import Records
import Settings
import Testing

/// Random rows through a windowed aggregate with every function, against plain loops over arrays.
struct AggregatePropertyTests {
    static let schema = Schema([
        Field("id", .string), Field("zone", .string, optional: true), Field("level", .int, optional: true),
        Field("v", .double, optional: true), Field("k", .int, optional: true), Field("flag", .bool, optional: true),
        Field("text", .string, optional: true), Field("stamp", .timestamp, optional: true),
        Field("span", .duration, optional: true),
    ])
    static let yaml = """
        by: [id, zone, level]
        window: { tumbling: 10s, grace: 3s }
        aggregate:
          n: count()
          nv: count(v)
          sv: sum(v)
          av: avg(v)
          lov: min(v)
          hiv: max(v)
          sk: sum(k)
          ak: avg(k)
          lok: min(k)
          hik: max(k)
          fk: first(k)
          lk: last(k)
          ff: first(flag)
          lf: last(flag)
          ft: first(text)
          lt: last(text)
          los: min(stamp)
          his: max(stamp)
          ls: last(stamp)
          sd: sum(span)
          lod: min(span)
          nt: count(text)
        """
    static let second: Int64 = 1_000_000
    static let delay = 2 * second

    /// A double of very different magnitudes that is a whole multiple of 2^-20, so that sums of some hundred are exact
    /// in 128 bits.
    static func double(_ random: inout Seeded) -> Double {
        let whole = Double(random.below(1 << 21) - (1 << 20))
        var scale = 1.0
        for _ in 0..<random.below(60) { scale *= 2 }
        return whole * scale / Double(1 << 20)
    }

    static func row(_ random: inout Seeded, _ time: inout Int64) -> Row {
        time += Int64(random.below(900_000))
        let back = random.chance(4) ? 20_000_000 + random.below(5_000_000) : random.below(3_000_000)
        func maybe(_ value: Value, _ random: inout Seeded) -> Value { random.chance(25) ? .null : value }
        let text = String(repeating: random.chance(30) ? "é" : "x", count: random.below(40)) + String(random.below(100))
        // Event times on a coarse grid, so that ties happen.
        let at = (time - Int64(back)) / 500_000 * 500_000
        return Row(
            at,
            [
                .string("id\(random.below(4))"), maybe(.string(["", "a", "b"][random.below(3)]), &random),
                maybe(.int(Int64(random.below(2))), &random), maybe(.double(double(&random)), &random),
                maybe(.int(random.chance(20) ? Int64(bitPattern: random.next()) : Int64(random.below(100))), &random),
                maybe(.bool(random.chance(50)), &random), maybe(.string(random.chance(10) ? "" : text), &random),
                maybe(.timestamp(EventTime(microseconds: Int64(random.below(1 << 40)) - 1 << 39)), &random),
                maybe(.duration(microseconds: Int64(random.below(2_000_000)) - 1_000_000), &random),
            ])
    }

    struct Group: Hashable {
        var key: [Value]
        var start: Int64
    }

    /// Rows by group in order of arrival, and those that are late, by the definition of the watermark alone.
    static func groups(_ rows: [Row]) -> (groups: [Group: [Row]], late: Int) {
        var groups: [Group: [Row]] = [:]
        var late = 0
        var latest = Int64.min
        for row in rows {
            let start = Int64((Double(row.time) / 1e7).rounded(.down)) * 10 * second
            let watermark = latest == .min ? Int64.min : latest - delay
            latest = max(latest, row.time)
            if start + 13 * second <= watermark {
                late += 1
            } else {
                groups[Group(key: Array(row.values[0...2]), start: start), default: []].append(row)
            }
        }
        return (groups, late)
    }

    /// What the outputs must be, except the doubles' sum and mean, which are compared with a bound.
    static func expected(_ rows: [Row]) -> [Value] {
        func present(_ field: Int) -> [(time: Int64, value: Value)] {
            rows.filter { $0.values[field] != .null }.map { ($0.time, $0.values[field]) }
        }
        func numbers(_ field: Int) -> [Int64] {
            present(field).compactMap { entry -> Int64? in
                switch entry.value {
                case .int(let v), .duration(let v): v
                case .timestamp(let v): v.microseconds
                default: nil
                }
            }
        }
        func first(_ field: Int) -> Value {
            let all = present(field)
            return all.first { entry in entry.time == all.map(\.time).min() }?.value ?? .null
        }
        func last(_ field: Int) -> Value {
            let all = present(field)
            return all.last { entry in entry.time == all.map(\.time).max() }?.value ?? .null
        }
        let doubles = present(3).compactMap { if case .double(let v) = $0.value { v } else { nil } }
        let ints = numbers(4)
        let sum = ints.reduce(Int128(0)) { $0 + Int128($1) }
        let stamps = numbers(7)
        let spans = numbers(8)
        func optional(_ value: Int64?, _ make: (Int64) -> Value) -> Value { value.map(make) ?? .null }
        return [
            .int(Int64(rows.count)), .int(Int64(doubles.count)), .null, .null,
            doubles.min().map { .double($0) } ?? .null, doubles.max().map { .double($0) } ?? .null,
            ints.isEmpty ? .null : .int(Int64(clamping: sum)),
            ints.isEmpty ? .null : .double(Double(sum) / Double(ints.count)),
            optional(ints.min()) { .int($0) }, optional(ints.max()) { .int($0) }, first(4), last(4), first(5), last(5),
            first(6), last(6), optional(stamps.min()) { .timestamp(EventTime(microseconds: $0)) },
            optional(stamps.max()) { .timestamp(EventTime(microseconds: $0)) }, last(7),
            spans.isEmpty ? .null : .duration(microseconds: spans.reduce(0, +)),
            optional(spans.min()) { .duration(microseconds: $0) }, .int(Int64(present(6).count)),
        ]
    }

    /// Whether a compensated sum is as near to the exact one as Neumaier's bound says.
    static func isNear(_ found: Value, _ rows: [Row], divisor: (Int) -> Double) -> Bool {
        let values = rows.compactMap { if case .double(let v) = $0.values[3] { v } else { nil } }
        guard !values.isEmpty else { return found == .null }
        guard case .double(let number) = found else { return false }
        let scaled = values.reduce(Int128(0)) { $0 + Int128($1 * Double(1 << 20)) }
        let exact = Double(scaled) / Double(1 << 20) / divisor(values.count)
        let magnitudes = values.reduce(0) { $0 + $1.magnitude }
        let n = Double(values.count)
        return (number - exact).magnitude <= 4 * exact.ulp + n * n * 0x1p-104 * magnitudes
    }

    @Test(arguments: 1...12)
    func everyFunctionAgreesWithPlainLoops(seed: Int) throws {
        var random = Seeded(seed)
        var time: Int64 = seed % 3 == 0 ? -200 * Self.second : 1_767_225_600_000_000
        let rows = (0..<(300 + random.below(500))).map { _ in Self.row(&random, &time) }
        let size = [1, 7, 64, 1024][seed % 4]
        let rig = try Rig(Self.yaml, Self.schema, capacity: size, delay: Self.delay)
        rig.feed(rows)
        rig.end()
        let (groups, late) = Self.groups(rows)
        #expect(rig.collector.rows.count == groups.count, "seed \(seed), batches of \(size): a row per group")
        #expect(rig.rejects.items.count == late, "seed \(seed), batches of \(size): late rows")
        for row in rig.collector.rows {
            guard case .timestamp(let start) = row.values[3] else { Issue.record("seed \(seed): no start"); continue }
            let group = Group(key: Array(row.values[0...2]), start: start.microseconds)
            let members = groups[group] ?? []
            #expect(row.time == group.start + 10 * Self.second - 1)
            #expect(row.values[4] == .timestamp(EventTime(microseconds: group.start + 10 * Self.second)))
            var outputs = Array(row.values[5...])
            #expect(Self.isNear(outputs[2], members) { _ in 1 }, "seed \(seed): sum of \(group)")
            #expect(Self.isNear(outputs[3], members) { Double($0) }, "seed \(seed): mean of \(group)")
            outputs[2] = .null
            outputs[3] = .null
            #expect(outputs == Self.expected(members), "seed \(seed), batches of \(size): \(group)")
        }
    }

    /// The same rows, cut into batches in any way, give the same multiset of results, to the last bit.
    @Test(arguments: 20...25)
    func batchesAreInvisible(seed: Int) throws {
        var outcomes: [[Row: Int]] = []
        for size in [1, 7, 64, 1024] {
            var random = Seeded(seed)
            var time: Int64 = 1_767_225_600_000_000
            let rows = (0..<700).map { _ in Self.row(&random, &time) }
            let rig = try Rig(Self.yaml, Self.schema, capacity: 1024, delay: Self.delay)
            rig.feed(rows, size: size)
            rig.end()
            outcomes.append(rig.collector.rows.reduce(into: [:]) { $0[$1, default: 0] += 1 })
        }
        for outcome in outcomes.dropFirst() { #expect(outcome == outcomes[0], "seed \(seed)") }
    }
}
