import Glibc
import KafkaClient
import Node
import Testing

extension NodeTests {
    /// Brokers, ports, folders and files that are not as a node needs them: what it says and what it ends with.
    @Suite struct BadSurroundingsTests {
        private let broker: EmbeddedBroker
        private let topics: Topics
        private let file: String

        init() throws {
            broker = try EmbeddedBroker(log: { _, _, _ in })
            topics = try Topics(broker.address)
            file = "/tmp/vigie-bad-\(topics.run).yaml"
            try #require(TextFile.write(try topics.topology("tanks"), to: file))
        }

        private func makeTopics() throws {
            for topic in ["tanks.in", "tanks.out"] { try broker.createTopic(topics.name(topic), partitions: 1) }
            try broker.createTopic("app.\(topics.run).dead-letters", partitions: 1)
        }

        private func run(_ more: [String], file: String? = nil, seconds: Double = 40) throws -> (
            code: Int32?, errors: String
        ) {
            let (code, _, errors) = try Child.run(
                [Bench.vigie, "run", "--brokers", topics.address, "--application", "app.\(topics.run)"] + more + [
                    file ?? self.file
                ],
                seconds: seconds)
            return (code, errors)
        }

        @Test func aTopicThatIsNotThere() throws {
            defer { unlink(file) }
            try broker.createTopic(topics.name("tanks.im"), partitions: 1)
            let (code, errors) = try run(["--no-http"])
            #expect(code == 78)
            #expect(
                errors.contains(
                    "\(file):5:12: error: there is no topic '\(topics.name("tanks.in"))' on \(topics.address)"),
                "\(errors)")
            #expect(errors.contains("did you mean '\(topics.name("tanks.im"))'?"), "\(errors)")
            #expect(errors.contains("make it before the node starts"), "\(errors)")
        }

        @Test func aPortThatIsTaken() throws {
            defer { unlink(file) }
            try makeTopics()
            // Another node has it.
            var settings = RunningNode.settings(topics.address, "other.\(topics.run)")
            settings.httpPort = 0
            settings.makeTopic = { [broker] name, partitions in try broker.createTopic(name, partitions: partitions) }
            let other = try RunningNode(settings, [try topics.topology("tanks")])
            #expect(eventually { other.node.url != nil })
            let port = try #require(other.node.url?.split(separator: ":").last)
            let (code, errors) = try run(["--http-port", String(port)])
            #expect(code == 69)
            #expect(errors.contains("127.0.0.1:\(port)"), "\(errors)")
            #expect(errors.contains("--http-port"), "\(errors)")
            #expect(other.end() == nil)
        }

        @Test func aStateFolderThatCantBeWritten() throws {
            defer { unlink(file) }
            try makeTopics()
            // Root may write everywhere but to the kernel's own files.
            let folder = getuid() == 0 ? "/sys/kernel/vigie" : "/tmp/vigie-locked-\(topics.run)"
            if getuid() != 0 { mkdir(folder, 0o555) }
            defer { if getuid() != 0 { rmdir(folder) } }
            let node = try Child([
                Bench.vigie, "run", "--brokers", topics.address, "--application", "app.\(topics.run)", "--no-http",
                "--state-dir",
                folder + "/state", file,
            ])
            try topics.send("tanks.in", #"{"tank":"a","celsius":1,"at":"2026-01-01T00:00:00Z"}"#, key: "a")
            try topics.flush()
            let out = try TopicReader(topics.address, [topics.name("tanks.out")])
            #expect(try out.turns(within: 30) { out.count == 1 }, "\(node.errors)")
            node.signal(SIGTERM)
            #expect(node.wait(seconds: 20) == 0)
            #expect(node.errors.contains("the state directory can't be used, going on without it"), "\(node.errors)")
            #expect(node.errors.contains(folder), "\(node.errors)")
        }

        @Test func aTopologyWithElevenMistakes() throws {
            defer { unlink(file) }
            let path = "\(Bench.here)/Topologies/eleven-mistakes.yaml"
            let (code, errors) = try run(["--no-http"], file: path)
            #expect(code == 78)
            let wanted = [
                "5:12: error: 'topic' in source 'readings' is no topic name",
                "6:38: error: field 'celsius' of source 'readings' has no such type: \"dubble\"",
                "7:37: error: 'format' in 'timestamp' of source 'readings' has to be 'rfc3339', 'unix-ms' or 'unix-s', found \"iso8601\"",
                "8:25: error: 'delay' in 'watermark' of source 'readings' has the unknown unit 'parsecs'",
                "11:10: error: no field 'statoin' in source 'flow'",
                "15:17: error: step 'warm' reads from 'readigns', which is neither a source nor a step",
                "16:32: error: unknown field `sped`",
                "21:24: error: no aggregate function 'average'",
                "22:3: error: step 'odd' does nothing known",
                "24:19: error: sink 'alerts' reads from 'overheating', which is neither a source nor a step",
                "25:34: error: unknown key 'compression' in sink 'out'",
            ]
            for one in wanted { #expect(errors.contains("eleven-mistakes.yaml:\(one)"), "\(one)\n\(errors)") }
            #expect(errors.ranges(of: ": error: ").count == wanted.count, "\(errors)")
            #expect(errors.ranges(of: "\n  hint: ").count >= 8, "\(errors)")
        }

        @Test func noSuchFile() throws {
            defer { unlink(file) }
            let (code, errors) = try run(["--no-http"], file: "/nowhere/topology.yaml")
            #expect(code == 64)
            #expect(errors.contains("/nowhere/topology.yaml"), "\(errors)")
        }

        @Test func commandsWithoutABroker() throws {
            defer { unlink(file) }
            try #require(TextFile.write("v\n1\n", to: "/tmp/vigie-\(topics.run).csv"))
            defer { unlink("/tmp/vigie-\(topics.run).csv") }
            let unheard = "127.0.0.1:1"
            let replay = try Child.run([
                Bench.vigie, "replay", "/tmp/vigie-\(topics.run).csv", "-b", unheard, "-t", "x",
            ])
            #expect(replay.code == 69)
            #expect(replay.errors.contains(unheard) && replay.errors.contains("hint:"), "\(replay.errors)")
            let letters = try Child.run([Bench.vigie, "dlq", "list", "-b", unheard, "-a", "x"])
            #expect(letters.code == 69)
            #expect(letters.errors.contains(unheard), "\(letters.errors)")
            #expect(try Child.run([Bench.vigie, "replay", "/tmp/vigie-\(topics.run).csv"]).code == 64)
            #expect(try Child.run([Bench.vigie, "dlq", "list", "-b", unheard]).code == 64)
        }
    }

    /// A broker that is not there at the start, and goes away in the middle.
    @Suite(.enabled(if: RealKafka.hasOwn)) struct BrokerOutageTests {
        @Test func theNodeWaitsAndGoesOn() throws {
            let cluster = try Cluster(script: try #require(Bench.shared("kafka/kafka")), name: "outage")
            let topics = try Topics(cluster.address)
            for topic in ["tanks.in", "tanks.out"] { try topics.make(topic, partitions: 2) }
            let file = "/tmp/vigie-outage-\(topics.run).yaml"
            try #require(TextFile.write(try topics.topology("tanks"), to: file))
            defer { unlink(file) }
            try cluster.down()
            let node = try Child([
                Bench.vigie, "run", "--brokers", cluster.address, "--application", "app.\(topics.run)", "--http-port",
                "0",
                "-P", "session.timeout.ms=6000", file,
            ])
            #expect(eventually { node.errors.contains("no broker answers, trying again") }, "\(node.errors)")
            let url = try #require(
                node.errors.split(separator: "\n").compactMap { line in
                    line.split(separator: "url=").last.map(String.init)
                }.first { $0.hasPrefix("http") })
            let ready = try HTTP.get(url, "/health/ready")
            #expect(ready.status == 503 && ready.body.contains("waiting"), "\(ready)")
            #expect(node.exitCode == nil)

            try cluster.up()
            #expect(eventually(within: 60) { node.errors.contains("partition started") }, "\(node.errors)")
            var sent = 0
            func send(_ count: Int) throws {
                for _ in 0..<count {
                    try topics.send(
                        "tanks.in", #"{"tank":"t\#(sent)","celsius":1,"at":"2026-01-01T00:00:00Z"}"#, key: "t\(sent)")
                    sent += 1
                }
            }
            try send(500)
            try topics.flush()
            try send(500)
            // These wait in the test's own producer, the first ones may be anywhere in the node.
            try cluster.bounce()
            try send(500)
            try topics.flush()
            let out = try TopicReader(topics.address, [topics.name("tanks.out")])
            var found: [String: Int] = [:]
            let isWhole = try out.turns(
                within: 60, each: { found[$0.key ?? "", default: 0] += 1 }, until: { found.count >= sent })
            #expect(isWhole, "\(found.count) of \(sent): \(node.errors)")
            #expect(Set(found.keys) == Set((0..<sent).map { "t\($0)" }))
            #expect(eventually { (try? HTTP.get(url, "/health/ready").status) == 200 })
            node.signal(SIGTERM)
            #expect(node.wait(seconds: 30) == 0, "\(node.errors)")
        }
    }
}
