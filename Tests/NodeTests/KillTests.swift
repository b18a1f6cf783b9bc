import Glibc
import Records
import Testing

extension NodeTests {
    /// Two processes share a topic while one after the other is stopped, killed and frozen.
    @Suite(.enabled(if: RealKafka.isThere)) struct KillTests {
        @Test func nothingIsLostWhenNodesAreStoppedKilledAndFrozen() throws {
            let seed = UInt64.random(in: 0..<(.max))
            print("seed of nothingIsLostWhenNodesAreStoppedKilledAndFrozen: \(seed)")
            var random = SplitMix(state: seed)
            let stage = try Stage(try Topics(RealKafka.address))
            func moment() -> Double { Double.random(in: 1...3, using: &random) }

            var a = try stage.start("a")
            var b = try stage.start("b")
            try stage.play(until: "both have partitions") { a.hasPartitions && b.hasPartitions }
            try stage.play(seconds: moment())

            // Stopped in good order.
            a.process.signal(SIGTERM)
            try stage.play(until: "a has ended") { a.process.exitCode != nil }
            #expect(a.process.exitCode == 0, "\(a.process.errors)")
            a = try stage.start("a")
            try stage.play(until: "the new a has partitions") { a.hasPartitions }
            try stage.play(seconds: moment())

            // Killed.
            b.process.signal(SIGKILL)
            b = try stage.start("b")
            try stage.play(until: "the new b has partitions", within: 40) { b.hasPartitions }
            try stage.play(seconds: moment())

            // Frozen for longer than the group waits, while it has work in its hands.
            a.process.signal(SIGSTOP)
            try stage.play(seconds: 3 + moment())
            a.process.signal(SIGCONT)
            try stage.play(until: "a has noticed", within: 40) {
                a.process.errors.contains("partitions were taken over by others")
            }
            try stage.play(seconds: moment())

            try stage.finish("seed \(seed)")
            for node in [a, b] {
                node.process.signal(SIGTERM)
                #expect(node.process.wait(seconds: 20) == 0, "\(node.process.errors)")
            }
            stage.check("seed \(seed)")
        }
    }

    /// The topic, who feeds it, who reads what comes out.
    private final class Stage {
        struct Node {
            let process: Child
            var hasPartitions: Bool { process.errors.contains("partition started") }
        }

        private let topics: Topics
        private let file: String
        private let passed: TopicReader
        private let sums: TopicReader
        private let clock = ContinuousClock()
        private let start: ContinuousClock.Instant
        private let database: Database
        private var sent = 0
        private var copies: [Int: Int] = [:]
        private var sumCount = 0

        private static let keys = 37
        private static let partitions: Int32 = 8
        /// Events a second, and the event time between two of them.
        private static let rate = Bench.isSlow ? 100.0 : 400.0
        private static let stepMilliseconds = 20
        private static let first: Int64 = 1_704_067_200_000  // 2024-01-01T00:00:00Z

        init(_ topics: Topics) throws {
            self.topics = topics
            for topic in ["numbers.in", "numbers.out", "numbers.sums"] {
                try topics.make(topic, partitions: Self.partitions)
            }
            file = "/tmp/vigie-numbers-\(topics.run).yaml"
            try #require(TextFile.write(try topics.topology("numbers"), to: file))
            passed = try TopicReader(topics.address, [topics.name("numbers.out")])
            sums = try TopicReader(topics.address, [topics.name("numbers.sums")])
            database = try Database()
            try database.run(
                "CREATE TABLE sum(position INTEGER PRIMARY KEY AUTOINCREMENT, partition INTEGER, offset INTEGER, body TEXT)"
            )
            start = clock.now
        }

        deinit { unlink(file) }

        func start(_ name: String) throws -> Node {
            Node(
                process: try Child([
                    Bench.vigie, "run", "--brokers", topics.address, "--application", "numbers.\(topics.run)", "--node",
                    name,
                    "--no-http", "-P", "session.timeout.ms=3000", "-P", "heartbeat.interval.ms=300", file,
                ]))
        }

        private func body(_ key: String, _ n: Int, _ milliseconds: Int64) -> String {
            #"{"n":\#(n),"key":"\#(key)","at":"\#(EventTime(milliseconds: milliseconds))"}"#
        }

        /// Sends what is due, reads what is there.
        private func turn(feeding: Bool) throws {
            if feeding {
                let due = Int((clock.now - start) / .milliseconds(1) / 1000 * Self.rate)
                while sent < due {
                    let key = "k\(sent % Self.keys)"
                    try topics.send(
                        "numbers.in", body(key, sent, Self.first + Int64(sent * Self.stepMilliseconds)), key: key)
                    sent += 1
                }
            }
            try passed.turn { record in
                // As it was sent: {"n":123,…
                let digits = (record.value ?? "").utf8.dropFirst(5).prefix { $0 != UInt8(ascii: ",") }
                self.copies[try #require(Int(String(decoding: digits, as: UTF8.self)), "\(record)"), default: 0] += 1
            }
            try sums.turn { record in
                self.sumCount += 1
                try self.database.query(
                    "INSERT INTO sum(partition, offset, body) VALUES (?, ?, ?)",
                    [.int(Int64(record.partition)), .int(record.offset), .text(record.value ?? "")])
            }
        }

        func play(seconds: Double) throws {
            let end = clock.now + .milliseconds(Int64(seconds * 1000))
            while clock.now < end { try turn(feeding: true) }
        }

        func play(until what: String, within seconds: Double = 30, _ condition: () -> Bool) throws {
            let end = clock.now + .milliseconds(Int64(seconds * 1000))
            while clock.now < end, !condition() { try turn(feeding: true) }
            try #require(condition(), "\(what) not within \(seconds) s, \(sent) events sent")
        }

        private var missing: Int { (0..<sent).count { copies[$0] == nil } }

        private func windows() throws -> Int {
            try database.count(
                """
                SELECT COUNT(*) FROM (SELECT DISTINCT json_extract(body, '$.key'), json_extract(body, '$.window_start') FROM sum
                WHERE json_extract(body, '$.key') LIKE 'k%')
                """)
        }

        private var expected: [String: (rows: Int64, total: Int64)] {
            var expected: [String: (rows: Int64, total: Int64)] = [:]
            for n in 0..<sent {
                let second = (Self.first + Int64(n * Self.stepMilliseconds)) / 1000
                let window = "k\(n % Self.keys) \(second)"
                expected[window, default: (0, 0)].rows += 1
                expected[window, default: (0, 0)].total += Int64(n)
            }
            return expected
        }

        /// Closes the windows and waits for what is still to come.
        func finish(_ seed: String) throws {
            for partition in 0..<Self.partitions {
                try topics.send(
                    "numbers.in",
                    body("end\(partition)", -1, Self.first + Int64(sent * Self.stepMilliseconds) + 3_600_000),
                    key: "end\(partition)", partition: partition)
            }
            try topics.flush()
            let wanted = expected.count
            var looked = clock.now
            let end = clock.now + .seconds(60)
            var found = 0
            while clock.now < end, missing > 0 || found < wanted {
                try turn(feeding: false)
                if clock.now - looked > .seconds(1) {
                    found = try windows()
                    looked = clock.now
                }
            }
            #expect(missing == 0, "lost: \(missing) of \(sent), \(seed)")
            #expect(found == wanted, "windows, \(seed)")
        }

        /// Every event came out at least once; the last word on each window is right.
        func check(_ seed: String) {
            let doubled = copies.filter { $0.key >= 0 }.reduce(0) { $0 + $1.value - 1 }
            let expected = expected
            var emissions = 0
            var wrong: [String] = []
            var last: [String: (rows: Int64, total: Int64)] = [:]
            let rows = try? database.query(
                """
                SELECT json_extract(body, '$.key'), strftime('%s', json_extract(body, '$.window_start')) + 0,
                  json_extract(body, '$.rows'), json_extract(body, '$.total')
                FROM sum WHERE json_extract(body, '$.key') LIKE 'k%' ORDER BY partition, offset
                """)
            for row in rows ?? [] {
                guard let key = row[0].text, let second = row[1].int, let count = row[2].int, let total = row[3].int
                else { continue }
                emissions += 1
                let window = "\(key) \(second)"
                last[window] = (count, total)
                if let right = expected[window], right != (count, total) {
                    wrong.append("\(window): \(count), \(total), not \(right)")
                }
            }
            let differing = expected.filter {
                last[$0.key].map { [$0.rows, $0.total] } != [$0.value.rows, $0.value.total]
            }
            #expect(differing.isEmpty, "\(differing.count) windows end wrong, such as \(differing.prefix(3)), \(seed)")
            #expect(Set(last.keys) == Set(expected.keys), "\(seed)")
            // Windows are rebuilt from the records they stand for, so that even what is said twice is right both times.
            #expect(wrong.isEmpty, "\(wrong.count) of \(emissions) emissions, such as \(wrong.prefix(3)), \(seed)")
            print(
                "\(sent) events, \(doubled) came out more than once; \(expected.count) windows, \(emissions - expected.count) said again"
            )
        }
    }
}
