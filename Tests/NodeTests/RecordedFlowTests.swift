import Testing

extension NodeTests {
    /// Counts of one station and positions of vessels, replayed into topics, against an oracle in SQL.
    @Suite(.enabled(if: RealKafka.hasData)) struct RecordedFlowTests {
        @Test func hourlyFlowOfAStationIsWhatSQLSays() throws {
            let data = try #require(Bench.data)
            let topics = try Topics(RealKafka.address)
            for topic in ["flow.counts", "flow.hours"] { try topics.make(topic, partitions: 2) }
            let database = try Database()
            try database.run("CREATE TABLE raw(stamp TEXT, vehicles INTEGER); BEGIN")
            for file in ["train", "test"] {
                let path = "\(data)/pems_single/\(file).csv"
                let replay = try Child.run(
                    [
                        Bench.vigie, "replay", path, "-b", topics.address, "-t", topics.name("flow.counts"), "--time",
                        "5 Minutes",
                        "--time-format", "dd/MM/yyyy H:mm", "--key", "'I-1'", "--map", "station='I-1'", "--map",
                        "place.lane='1':int",
                        "--map", "vehicles=Lane 1 Flow (Veh/5 Minutes):int", "--map", "observed_at=5 Minutes",
                    ], seconds: 120)
                try #require(replay.code == 0, "\(replay.errors)")
                var isHeader = true
                try TextFile.lines(path) { line in
                    defer { isHeader = false }
                    if isHeader { return }
                    let fields = line.utf8.split(separator: UInt8(ascii: ",")).map {
                        String(decoding: $0, as: UTF8.self)
                    }
                    try database.query("INSERT INTO raw VALUES (?, ?)", [.text(fields[0]), .text(fields[1])])
                }
            }
            for partition in 0..<2 {
                try topics.send(
                    "flow.counts",
                    #"{"station":"end","vehicles":1,"place":{"lane":1},"observed_at":"2016-06-01T00:00:00Z"}"#,
                    partition: Int32(partition))
            }
            try topics.flush()
            try database.run(
                """
                COMMIT;
                CREATE TABLE count AS
                SELECT strftime('%s', substr(stamp, 7, 4) || '-' || substr(stamp, 4, 2) || '-' || substr(stamp, 1, 2) || ' '
                  || substr('0' || substr(stamp, 12), -5)) + 0 AS at, CAST(vehicles AS INTEGER) AS vehicles FROM raw;
                CREATE TABLE hour AS
                SELECT 'I-1' AS station, at / 3600 * 3600 AS start, COUNT(*) AS n, SUM(vehicles) AS flow, MIN(vehicles) AS least,
                  MAX(vehicles) AS most, AVG(vehicles) AS mean,
                  MIN(at) AS begin, MAX(at) AS finish, NULL AS first, NULL AS last
                FROM count GROUP BY start;
                UPDATE hour SET first = (SELECT vehicles FROM count WHERE at = begin), last = (SELECT vehicles FROM count WHERE at = finish);
                """)
            // 27 and 15 days: README.md of the data.
            #expect(try database.count("SELECT COUNT(*) FROM hour") == 42 * 24)
            let node = try RunningNode(
                RunningNode.settings(topics.address, "app.\(topics.run)"), [try topics.topology("road-flow")])
            try Comparison.check(
                topics, "flow.hours", of: database, table: "hour", key: "station",
                exact: ["n", "flow", "least", "most", "first", "last"],
                close: ["mean"])
            #expect(node.end() == nil, "\(node.log.text)")
        }

        @Test func tenMinutesOfVesselsAreWhatSQLSays() throws {
            let data = try #require(Bench.data)
            let topics = try Topics(RealKafka.address)
            for topic in ["ais.positions", "ais.tens", "ais.moves"] { try topics.make(topic, partitions: 4) }
            let path = "\(data)/ais_marinecadastre/ais_2022_01_03_first99999.csv"
            let rows = Bench.isSlow ? 20_000 : 99_999
            let replay = try Child.run(
                [
                    Bench.vigie, "replay", path, "-b", topics.address, "-t", topics.name("ais.positions"), "--time",
                    "BaseDateTime",
                    "--time-format", "yyyy-MM-dd'T'HH:mm:ss", "--key", "MMSI", "--map", "mmsi=MMSI:string", "--map",
                    "at=BaseDateTime",
                    "--map", "position.lat=LAT:double", "--map", "position.lon=LON:double", "--map",
                    "motion.knots=SOG:double",
                    "--map", "name=VesselName:string", "--limit", "\(rows)",
                ], seconds: 240)
            try #require(replay.code == 0, "\(replay.errors)")
            for partition in 0..<4 {
                try topics.send(
                    "ais.positions",
                    #"{"mmsi":"end","at":"2022-01-10T00:00:00Z","position":{"lat":0,"lon":0},"motion":{"knots":0}}"#,
                    partition: Int32(partition))
            }
            try topics.flush()
            let database = try Self.vessels(path, rows)
            let node = try RunningNode(
                RunningNode.settings(topics.address, "app.\(topics.run)"), [try topics.topology("vessels")])
            try Comparison.check(
                topics, "ais.tens", of: database, table: "ten", key: "mmsi",
                exact: ["n", "named", "fastest", "south", "north", "west", "east"], close: [])
            try Comparison.check(
                topics, "ais.moves", of: database, table: "moving", key: "mmsi", exact: ["n"], close: ["knots"])
            #expect(node.end() == nil, "\(node.log.text)")
        }

        /// The columns before the name need no CSV reader: they hold no quotes.
        private static func vessels(_ path: String, _ rows: Int) throws -> Database {
            let database = try Database()
            try database.run(
                "CREATE TABLE raw(mmsi TEXT, stamp TEXT, lat REAL, lon REAL, knots REAL, rest TEXT); BEGIN")
            var number = 0
            try TextFile.lines(path) { line in
                number += 1
                guard number > 1, number <= rows + 1 else { return }
                let fields = line.utf8.split(
                    separator: UInt8(ascii: ","), maxSplits: 7, omittingEmptySubsequences: false
                )
                .map { Database.Value.text(String(decoding: $0, as: UTF8.self)) }
                try database.query("INSERT INTO raw VALUES (?, ?, ?, ?, ?, ?)", Array(fields[0..<5]) + [fields[7]])
            }
            try database.run(
                """
                COMMIT;
                CREATE TABLE ten AS
                SELECT mmsi, strftime('%s', stamp) / 600 * 600 AS start, COUNT(*) AS n, SUM(substr(rest, 1, 1) <> ',') AS named,
                  MAX(knots) AS fastest, MIN(lat) AS south, MAX(lat) AS north, MIN(lon) AS west, MAX(lon) AS east
                FROM raw GROUP BY mmsi, start;
                CREATE TABLE moving AS
                SELECT mmsi, strftime('%s', stamp) / 600 * 600 AS start, COUNT(*) AS n, AVG(knots) AS knots
                FROM raw WHERE knots > 0.5 GROUP BY mmsi, start;
                """)
            return database
        }
    }

    /// Windows read from a topic, compared with a table of the oracle.
    enum Comparison {
        /// Every row of the table stands in the topic once, and nothing besides. `exact` columns are equal, `close`
        /// ones up to the last digits, which depend on the order of a sum.
        static func check(
            _ topics: Topics, _ topic: String, of database: Database, table: String, key: String, exact: [String],
            close: [String]
        ) throws {
            let expected = try database.count("SELECT COUNT(*) FROM \(table)")
            try database.run("DROP TABLE IF EXISTS result; CREATE TABLE result(body TEXT); BEGIN")
            let reader = try TopicReader(topics.address, [topics.name(topic)])
            let isDone = try reader.turns(
                within: 240,
                each: { record in
                    try database.query("INSERT INTO result VALUES (?)", [.text(record.value ?? "")])
                }, until: { reader.count >= expected })
            try database.run("COMMIT")
            #expect(isDone, "\(topic): \(reader.count) of \(expected) windows")
            let columns = (exact + close).map { "json_extract(body, '$.\($0)') AS \($0)" }.joined(separator: ", ")
            try database.run(
                """
                DROP TABLE IF EXISTS got;
                CREATE TABLE got AS
                SELECT json_extract(body, '$.\(key)') AS \(key), strftime('%s', json_extract(body, '$.window_start')) + 0 AS start, \(columns)
                FROM result;
                CREATE INDEX by_window ON got(\(key), start);
                """)
            let differs =
                exact.map { "got.\($0) IS NOT wanted.\($0)" }
                + close.map { "got.\($0) IS NULL OR ABS(got.\($0) - wanted.\($0)) > 1e-12 * MAX(1, ABS(wanted.\($0)))" }
            let differing = try database.query(
                """
                SELECT wanted.*, got.* FROM \(table) AS wanted LEFT JOIN got ON got.\(key) = wanted.\(key) AND got.start = wanted.start
                WHERE got.\(key) IS NULL OR \(differs.joined(separator: " OR ")) LIMIT 3
                """)
            #expect(differing.isEmpty, "\(topic): \(differing)")
            #expect(try database.count("SELECT COUNT(*) FROM got") == expected, "\(topic)")
        }
    }
}
