import Codecs
import Records
import Runtime
import Settings
import Telemetry
import Testing
import Topology

/// Windows survive restarts without a store: commits stop at the oldest record an open window needs, and a restart
/// rebuilds from there. Random streams, random kills, against a naive computation.
struct RestartTests {
    static let topology = """
        vigie: 1
        name: restarts
        sources:
          readings:
            topic: in
            key: id
            fields: { id: string, value: int, at: { type: timestamp, format: unix-ms } }
            timestamp: { field: at, format: unix-ms }
            watermark: { delay: 2s }
        steps:
          odd: { from: readings, filter: value % 2 == 1 }
          sums:
            from: readings
            by: [id]
            window: { tumbling: 10s, grace: 3s }
            aggregate: { n: count(), total: sum(value), least: min(value), most: max(value) }
        sinks:
          sums: { from: sums, topic: sums }
          odd: { from: odd, topic: odd }
        """

    struct Event { var id: String, value: Int64, at: Int64 }
    struct Window: Hashable { var id: String, start: Int64 }
    struct Sums: Equatable { var n: Int64 = 0, total: Int64 = 0, least = Int64.max, most = Int64.min }

    static func plan() throws -> TopologyPlan {
        let diagnostics = Diagnostics()
        let plan = Loader.load(text: topology, file: "restarts.yaml", diagnostics)
        return try #require(plan, "\(diagnostics.rendered())")
    }

    /// A few keys, event times up to 1.5 s out of order, now and then one that is late beyond the grace.
    static func events(_ random: inout Seeded, count: Int) -> [Event] {
        var time: Int64 = 1_767_225_600_000
        return (0..<count).map { _ in
            time += Int64(random.next(400))
            let back = random.next(50) == 0 ? 20_000 + random.next(5000) : random.next(1500)
            return Event(id: "k\(random.next(5))", value: Int64(random.next(1000)), at: time - Int64(back))
        }
    }

    /// What the windows must hold, and how many records are late, by the definition of the watermark alone.
    static func expected(_ events: [Event], closedBefore end: Int64) -> (windows: [Window: Sums], late: Int) {
        var windows: [Window: Sums] = [:]
        var latest = Int64.min
        var late = 0
        for event in events {
            let start = event.at - event.at % 10_000
            let watermark = latest == .min ? Int64.min : latest - 2000
            latest = max(latest, event.at)
            if start + 10_000 + 3000 <= watermark {
                late += 1
                continue
            }
            if start + 10_000 + 3000 > end { continue }
            var sums = windows[Window(id: event.id, start: start), default: Sums()]
            sums.n += 1
            sums.total += event.value
            sums.least = min(sums.least, event.value)
            sums.most = max(sums.most, event.value)
            windows[Window(id: event.id, start: start)] = sums
        }
        return (windows, late)
    }

    static func found(_ sink: MemorySink) throws -> [(Window, Sums)] {
        try (sink.records["sums"] ?? []).map { record in
            let json = try JSONText.parse(String(decoding: record.value ?? [], as: UTF8.self))
            let start = try #require(json["window_start"]?.string.flatMap { RFC3339.parse($0) })
            return (
                Window(id: try #require(json["id"]?.string), start: start.milliseconds),
                Sums(
                    n: try #require(json["n"]?.int), total: try #require(json["total"]?.int),
                    least: try #require(json["least"]?.int), most: try #require(json["most"]?.int))
            )
        }
    }

    static func worker(
        _ plan: TopologyPlan, _ source: MemorySource, _ sink: MemorySink, _ clock: ManualClock, rows: Int
    ) -> Worker {
        var settings = WorkerSettings(deadLetterTopic: "dead")
        settings.batchRows = rows
        settings.commitIntervalMicroseconds = 100_000
        return Worker(
            settings: settings, plans: [plan], source: source, sink: sink, clock: clock, log: .silent,
            board: StatusBoard())
    }

    @Test(arguments: 1...40)
    func windowsAreRightWhereverTheNodeIsKilled(seed: Int) throws {
        var random = Seeded(UInt64(seed))
        let plan = try Self.plan()
        let events = Self.events(&random, count: 300 + random.next(400))
        let clock = ManualClock(now: EventTime(milliseconds: 1_767_300_000_000))
        let partition = TopicPartition("in", 0)
        var source = MemorySource([partition])
        let sink = MemorySink()
        var worker = Self.worker(plan, source, sink, clock, rows: [1, 7, 64][random.next(3)])
        var kills = 0
        for event in events {
            let json = "{\"id\":\"\(event.id)\",\"value\":\(event.value),\"at\":\(event.at)}"
            source.append(MemoryRecord(key: Array(event.id.utf8), value: Array(json.utf8)), to: partition)
            if random.next(4) == 0 {
                source.runLimit = 1 + random.next(90)
                worker.runOnce()
                clock.advance(microseconds: Int64(random.next(120_000)))
            }
            if random.next(60) == 0 {
                // kill -9: nothing is finished, the next one starts from what was committed.
                kills += 1
                source = MemorySource(resuming: source)
                worker = Self.worker(plan, source, sink, clock, rows: [1, 7, 64][random.next(3)])
            }
        }
        let end = (events.map(\.at).max() ?? 0) + 100_000
        source.append(
            MemoryRecord(key: nil, value: Array("{\"id\":\"end\",\"value\":0,\"at\":\(end)}".utf8)), to: partition)
        for _ in 0..<800 {
            worker.runOnce()
            clock.advance(microseconds: 60_000)
            if source.committed[partition]?.offset == Int64(events.count) { break }
        }
        let (windows, late) = Self.expected(events, closedBefore: end - 2000)
        var seen: Set<Window> = []
        for (window, sums) in try Self.found(sink) {
            #expect(windows[window] == sums, "seed \(seed), \(kills) kills: window \(window)")
            seen.insert(window)
        }
        #expect(seen == Set(windows.keys), "seed \(seed), \(kills) kills: every window comes out")
        let lateLetters = (sink.records["dead"] ?? []).filter { $0.headers["vigie-reason"] == "late" }
        let offsets = Set(lateLetters.compactMap { $0.headers["vigie-offset"] })
        #expect(offsets.count == late, "seed \(seed): each late record is a dead letter, once or, after a kill, again")
        let odd = Set((sink.records["odd"] ?? []).map { String(decoding: $0.value ?? [], as: UTF8.self) })
        let wanted = events.filter { $0.value % 2 == 1 }.map {
            "{\"id\":\"\($0.id)\",\"value\":\($0.value),\"at\":\($0.at)}"
        }
        #expect(odd == Set(wanted), "seed \(seed), \(kills) kills: what passes through passes unchanged, none is lost")
        if kills == 0 {
            #expect(try Self.found(sink).count == windows.count, "seed \(seed): nothing twice without a kill")
        }
    }

    @Test func aCommitStopsAtTheOldestRecordAnOpenWindowNeeds() throws {
        let plan = try Self.plan()
        let clock = ManualClock(now: EventTime(milliseconds: 1_767_300_000_000))
        let partition = TopicPartition("in", 0)
        let source = MemorySource([partition])
        let worker = Self.worker(plan, source, MemorySink(), clock, rows: 64)
        for (index, at) in [100_000, 101_000, 112_000, 113_000, 127_000].enumerated() {
            let json = "{\"id\":\"a\",\"value\":\(index),\"at\":\(at)}"
            source.append(MemoryRecord(key: nil, value: Array(json.utf8)), to: partition)
        }
        for _ in 0..<6 {
            worker.runOnce()
            clock.advance(microseconds: 150_000)
        }
        // The watermark is 125 s: the window from 100 s has closed (end 110 s, grace 3 s), the one from 110 s (closes
        // at 123 s) too, that from 120 s is open and began with offset 4.
        let commit = try #require(source.committed[partition])
        #expect(commit.offset == 4)
        #expect(commit.metadata == "vigie1 5 restarts/readings=125000000")
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Seeded {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
}
