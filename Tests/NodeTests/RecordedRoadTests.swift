import Testing

extension NodeTests {
    /// Loop-detector speeds of a real week, replayed into a topic, against an oracle in SQL.
    @Suite(.enabled(if: RealKafka.hasData)) struct RecordedRoadTests {
        /// Periods of five minutes to use: all 2016, or two days under a sanitizer.
        private static let periods = Bench.isSlow ? 576 : 2016

        /// The raw file in SQL, without any of the code under test: each line is an array of JSON once brackets are
        /// around it.
        private static func oracle(_ data: String) throws -> Database {
            let database = try Database()
            try database.run(
                """
                CREATE TABLE raw(period INTEGER PRIMARY KEY, line TEXT);
                CREATE TABLE speed(station TEXT, at INTEGER, mph REAL);
                BEGIN;
                """)
            var period: Int64 = -1
            try TextFile.lines("\(data)/los_loop/los_speed.csv") { line in
                if period < Int64(periods) {
                    try database.query("INSERT INTO raw VALUES (?, ?)", [.int(period), .text(line)])
                }
                period += 1
            }
            try database.run(
                """
                INSERT INTO speed
                SELECT names.value, strftime('%s', '2012-03-01') + raw.period * 300, cells.value
                FROM raw, json_each('[' || raw.line || ']') AS cells
                JOIN (SELECT key, CAST(value AS TEXT) AS value FROM raw, json_each('[' || line || ']') WHERE period = -1) AS names
                  ON names.key = cells.key
                WHERE raw.period BETWEEN 0 AND \(periods - 1);
                COMMIT;
                """)
            return database
        }

        @Test func hourlyAggregatesAndCongestionAreWhatSQLSays() throws {
            let data = try #require(Bench.data)
            let topics = try Topics(RealKafka.address)
            for topic in ["loop.speeds", "loop.hours", "loop.alerts"] { try topics.make(topic, partitions: 4) }
            let replay = try Child.run(
                [
                    Bench.vigie, "replay", "\(data)/los_loop/los_speed.csv", "--brokers", topics.address,
                    "--topic", topics.name("loop.speeds"), "--unpivot", "station:mph", "--start",
                    "2012-03-01T00:00:00Z", "--step", "5m",
                    "--key", "station", "--map", "station=station", "--map", "mph=mph:double", "--map",
                    "observed_at=time",
                    "--limit", "\(207 * Self.periods)",
                ], seconds: 240)
            try #require(replay.code == 0, "\(replay.errors)")
            #expect(replay.output.contains("bad 0, events not delivered 0"))
            // Moves every partition's watermark past the last window.
            for partition in 0..<4 {
                try topics.send(
                    "loop.speeds", #"{"station":"end-\#(partition)","mph":60,"observed_at":"2012-03-20T00:00:00Z"}"#,
                    partition: Int32(partition))
            }
            try topics.flush()

            let database = try Self.oracle(data)
            try database.run(
                """
                CREATE TABLE hour AS
                SELECT station, at / 3600 * 3600 AS start, COUNT(*) AS n, AVG(mph) AS mean, MIN(mph) AS low, MAX(mph) AS high
                FROM speed GROUP BY station, start;
                """)
            #expect(try database.count("SELECT COUNT(*) FROM hour") == 207 * Self.periods / 12)

            let node = try RunningNode(
                RunningNode.settings(topics.address, "app.\(topics.run)"), [try topics.topology("loop-speeds")])
            let wanted = try Self.alerts(database)
            try Comparison.check(
                topics, "loop.hours", of: database, table: "hour", key: "station", exact: ["n", "low", "high"],
                close: ["mean"])
            try compareAlerts(topics, wanted)
            #expect(node.end() == nil, "\(node.log.text)")
        }

        /// One alert: the station, when it fired, when it was resolved.
        struct Alert: Hashable, Comparable {
            var station: String
            var start: Int64
            var end: Int64?
            static func < (a: Self, b: Self) -> Bool { (a.station, a.start) < (b.station, b.start) }
        }

        /// A loop over SQL's rows: below 25 mph in two windows of a quarter of an hour on end, until above 30.
        private static func alerts(_ database: Database) throws -> [Alert] {
            let rows = try database.query(
                """
                SELECT station, at / 900 * 900 + 900 AS end, AVG(mph) FROM speed GROUP BY station, end ORDER BY station, end
                """)
            var alerts: [Alert] = []
            var firing: Alert?
            var slowSince: Int64?
            var last: String?
            // What is slow in the last window fires once its quarter of an hour is over: nothing says otherwise.
            func finish() {
                if let station = last, firing == nil, let since = slowSince {
                    firing = Alert(station: station, start: since + 900)
                }
                if let firing { alerts.append(firing) }
                firing = nil
                slowSince = nil
            }
            for row in rows {
                guard let station = row[0].text, let end = row[1].int, let mean = row[2].double else { continue }
                if station != last { finish() }
                last = station
                if firing != nil {
                    if mean > 30 {
                        firing?.end = end
                        finish()
                    }
                } else if mean < 25 {
                    if let since = slowSince {
                        firing = Alert(station: station, start: since + 900)
                    } else {
                        slowSince = end
                    }
                } else {
                    slowSince = nil
                }
                if firing != nil { slowSince = nil }
            }
            finish()
            return alerts.sorted()
        }

        private func compareAlerts(_ topics: Topics, _ wanted: [Alert]) throws {
            #expect(wanted.count > 100, "the data has congestion")
            let records = wanted.count + wanted.count { $0.end != nil }
            let reader = try TopicReader(topics.address, [topics.name("loop.alerts")])
            let database = try Database()
            try database.run("CREATE TABLE result(body TEXT)")
            let isDone = try reader.turns(
                within: 60,
                each: { record in
                    try database.query("INSERT INTO result VALUES (?)", [.text(record.value ?? "")])
                }, until: { reader.count >= records })
            #expect(isDone, "\(reader.count) of \(records) alert records")
            // A little longer: nothing more may come.
            _ = try reader.turns(within: 1, each: { _ in }, until: { false })
            #expect(reader.count == records)
            let rows = try database.query(
                """
                SELECT json_extract(body, '$.labels.station'), strftime('%s', json_extract(body, '$.startsAt')) + 0,
                  strftime('%s', json_extract(body, '$.endsAt')) + 0, json_extract(body, '$.status') FROM result
                """)
            let fired = rows.filter { $0[3].text == "firing" }.map {
                Alert(station: $0[0].text ?? "", start: $0[1].int ?? 0)
            }
            let resolved = rows.filter { $0[3].text == "resolved" }
                .map { Alert(station: $0[0].text ?? "", start: $0[1].int ?? 0, end: $0[2].int) }
            #expect(fired.sorted() == wanted.map { Alert(station: $0.station, start: $0.start) })
            #expect(resolved.sorted() == wanted.filter { $0.end != nil })
        }
    }
}
