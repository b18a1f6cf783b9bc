import Glibc
import KafkaClient
import Testing

extension NodeTests {
    /// `vigie replay` as a process.
    @Suite struct ReplayCommandTests {
        private let broker: EmbeddedBroker
        private let topics: Topics
        private let file: String

        init() throws {
            broker = try EmbeddedBroker(log: { _, _, _ in })
            topics = try Topics(broker.address)
            file = "/tmp/vigie-replay-\(topics.run).csv"
        }

        private func write(_ text: String) throws { try #require(TextFile.write(text, to: file)) }

        private func replay(_ words: [String]) throws -> Child {
            try Child([Bench.vigie, "replay", file, "-b", topics.address, "-t", topics.name("in")] + words)
        }

        /// Rows a second apart.
        private func rows(_ count: Int) -> String {
            "k,n,at\n" + (0..<count).map { "key-\($0 % 7),\($0),\(1_700_000_000 + $0)\n" }.joined()
        }

        @Test func everyRowArrivesOnceInOrderOfItsKey() throws {
            defer { unlink(file) }
            try write(rows(5000))
            let child = try replay(["--key", "k", "--time", "at", "--time-format", "unix-s"])
            #expect(child.wait(seconds: 60) == 0, "\(child.errors)")
            #expect(child.output.contains("5,000 events delivered to \(topics.name("in"))"), "\(child.output)")
            #expect(
                child.output.contains("event times 2023-11-14T22:13:20Z to 2023-11-14T23:36:39Z"), "\(child.output)")
            #expect(child.output.contains("rows read 5,000, bad 0, events not delivered 0"), "\(child.output)")
            let reader = try TopicReader(topics.address, [topics.name("in")])
            #expect(try reader.turns(within: 30) { reader.count >= 5000 })
            for key in 0..<7 {
                let wanted = stride(from: key, to: 5000, by: 7).map {
                    #"{"k":"key-\#(key)","n":\#($0),"at":"\#(TextTime.text(1_700_000_000 + $0))"}"#
                }
                #expect(reader.records.filter { $0.key == "key-\(key)" }.map(\.value) == wanted)
            }
        }

        @Test func aBrokerThatIsAwayForAMomentCostsNothing() throws {
            defer { unlink(file) }
            try broker.createTopic(topics.name("in"), partitions: 1)
            try write(rows(30))
            let child = try replay(["--key", "k", "--time", "at", "--time-format", "unix-s", "--speed", "10"])
            let reader = try TopicReader(topics.address, [topics.name("in")])
            #expect(try reader.turns(within: 30) { reader.count > 0 }, "\(child.errors)")
            broker.setBroker(down: true)
            usleep(1_000_000)
            broker.setBroker(down: false)
            #expect(child.wait(seconds: 60) == 0, "\(child.errors)")
            #expect(child.output.contains("30 events delivered"), "\(child.output)")
            #expect(try reader.turns(within: 30) { Set(reader.records.compactMap(\.value)).count == 30 })
        }

        @Test func whatIsStoppedSaysHowFarItWas() throws {
            defer { unlink(file) }
            try write(rows(5000))
            let child = try replay(["--key", "k", "--time", "at", "--time-format", "unix-s", "--speed", "original"])
            let reader = try TopicReader(topics.address, [topics.name("in")])
            #expect(try reader.turns(within: 30) { reader.count > 0 }, "\(child.errors)")
            child.signal(SIGINT)
            #expect(child.wait(seconds: 20) == 0, "\(child.errors)")
            #expect(child.output.contains("stopped before the end"), "\(child.output)")
            #expect(child.output.contains("events not delivered 0"), "\(child.output)")
        }

        @Test func aBadRowStopsItAndSaysWhere() throws {
            defer { unlink(file) }
            try write("k,n\na,1\nb\nc,3\n")
            let stopped = try replay(["--key", "k"])
            #expect(stopped.wait(seconds: 30) == 65)
            #expect(
                stopped.errors.contains("\(file):3:1: error: expected 2 columns as in the header, found 1"),
                "\(stopped.errors)")
            #expect(stopped.errors.contains("--on-error skip"), "\(stopped.errors)")
            #expect(
                stopped.output.contains("1 events delivered") && stopped.output.contains("bad 1"), "\(stopped.output)")
            let skipped = try replay(["--key", "k", "--on-error", "skip"])
            #expect(skipped.wait(seconds: 30) == 0)
            #expect(skipped.output.contains("rows read 3, bad 1, events not delivered 0"), "\(skipped.output)")
        }

        /// Paris, 2026: 02:30 of 29 March was left out, 02:30 of 25 October was there twice.
        @Test func timesOfAZoneWithSummerTime() throws {
            defer { unlink(file) }
            try write("at\n2026-01-01 12:00\n2026-07-01 12:00\n2026-10-25 02:30\n2026-03-29 02:30\n")
            let (code, output, errors) = try Child.run([
                Bench.vigie, "replay", file, "--dry-run", "--time", "at", "--time-format", "yyyy-MM-dd HH:mm",
                "--time-zone",
                "Europe/Paris",
            ])
            if errors.contains("is not known") { return }  // no zone database on this machine
            let wanted = ["2026-01-01T11:00:00Z", "2026-07-01T10:00:00Z", "2026-10-25T00:30:00Z"]
            #expect(output.split(separator: "\n").map(String.init) == wanted.map { "time=\($0)  {\"at\":\"\($0)\"}" })
            #expect(code == 65)
            #expect(
                errors.contains(
                    "\(file):5:1: error: '2026-03-29 02:30' does not fit yyyy-MM-dd HH:mm: Europe/Paris has no such time"
                ), "\(errors)")
        }
    }

    /// Unix seconds as RFC 3339, by the C library.
    enum TextTime {
        static func text(_ seconds: Int) -> String {
            var time = time_t(seconds)
            var parts = tm()
            gmtime_r(&time, &parts)
            var text = [CChar](repeating: 0, count: 32)
            strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
