import KafkaClient
import Node
import Testing

extension NodeTests {
    /// Records that can't be used, given to a running node.
    @Suite struct BadRecordTests {
        /// Where a test runs: the embedded broker, or a real Kafka.
        enum Ground: String, CustomTestStringConvertible {
            case embedded, real
            var testDescription: String { rawValue }
            static var all: [Ground] { RealKafka.isThere ? [.embedded, .real] : [.embedded] }
        }

        @Test(arguments: Ground.all) func eachGoesToTheDeadLettersAndTheRestGoesOn(_ ground: Ground) throws {
            let broker = ground == .embedded ? try EmbeddedBroker(log: { _, _, _ in }) : nil
            let topics = try Topics(broker?.address ?? RealKafka.address)
            let application = "bad.\(topics.run)"
            for topic in ["tanks.in", "tanks.out"] {
                if let broker {
                    try broker.createTopic(topics.name(topic), partitions: 1)
                } else {
                    try topics.make(topic, partitions: 1)
                }
            }
            var settings = RunningNode.settings(topics.address, application)
            if let broker {
                settings.makeTopic = { name, partitions in try broker.createTopic(name, partitions: partitions) }
            }
            let node = try RunningNode(settings, [try topics.topology("tanks")])

            func good(_ n: Int, _ note: String = "") -> String {
                #"{"tank":"T-\#(n)","celsius":\#(n),"at":"2026-01-01T00:00:00Z"\#(note)}"#
            }
            func large(_ size: Int) -> String {
                good(99, #","note":""# + String(repeating: "x", count: size - 80) + "\"")
            }
            let bad: [(value: String?, reason: String, detail: String)] = [
                (#"{"tank":"T-1","celsius":4"#, "malformed-json", "truncated after byte 25"),
                ("not json", "malformed-json", "expected null, found 'o' at byte 1"),
                ("", "malformed-json", "the payload is empty"),
                (
                    #"{"tank":7,"celsius":4,"at":"2026-01-01T00:00:00Z"}"#, "wrong-type",
                    #"field "tank": expected a string, found a number"#
                ),
                (
                    #"{"tank":"T-1","celsius":"hot","at":"2026-01-01T00:00:00Z"}"#, "wrong-type",
                    #"field "celsius": expected a number, found a string"#
                ),
                (#"{"tank":"T-1","at":"2026-01-01T00:00:00Z"}"#, "missing-field", #"field "celsius""#),
                (#"{"tank":"T-1","celsius":4,"at":"yesterday"}"#, "bad-timestamp", "at"),
                (nil, "null-payload", ""),
                (#"{"tank":"T-1","celsius":4,"at":"2200-01-01T00:00:00Z"}"#, "future", "ahead of the clock"),
            ]
            for (n, one) in bad.enumerated() {
                try topics.send("tanks.in", good(n), key: "good")
                try topics.send("tanks.in", one.value, key: "bad-\(n)")
            }
            // One that a producer takes by its default, and one that brokers take but it does not.
            try topics.send("tanks.in", large(999_000), key: "large")
            try topics.send("tanks.in", large(1_040_000), key: "larger")
            try topics.send("tanks.in", good(bad.count), key: "good")
            try topics.flush()

            let out = try TopicReader(topics.address, [topics.name("tanks.out")])
            #expect(try out.turns(within: 40) { out.records.last?.value == good(bad.count) }, "\(node.log.text)")
            #expect(out.records.filter { $0.key == "good" }.map(\.value) == (0...bad.count).map { good($0) })
            let letters = try TopicReader(topics.address, [application + ".dead-letters"], headers: true)
            #expect(out.records.contains { $0.key == "large" && $0.value == large(999_000) })
            #expect(try letters.turns(within: 20) { letters.count > bad.count }, "\(letters.records.map(\.headers))")
            for (n, one) in bad.enumerated() {
                let letter = try #require(letters.records.first { $0.key == "bad-\(n)" }, "letter \(n)")
                #expect(letter.value == one.value)
                #expect(letter.headers["vigie-reason"] == one.reason)
                #expect(letter.headers["vigie-detail"]?.contains(one.detail) == true, "\(letter.headers)")
                #expect(letter.headers["vigie-topic"] == topics.name("tanks.in"))
                #expect(letter.headers["vigie-partition"] == "0")
                #expect(letter.headers["vigie-offset"] == "\(n * 2 + 1)")
                #expect(letter.headers["vigie-topology"] == "tanks")
            }
            // It can't go on, and as a letter it would be larger still: the place and the reason go alone.
            let larger = try #require(letters.records.first { $0.headers["vigie-offset"] == "\(bad.count * 2 + 1)" })
            #expect(larger.value == nil && larger.headers["vigie-reason"] == "unsendable", "\(larger.headers)")
            #expect(larger.headers["vigie-omitted"]?.contains("bytes") == true, "\(larger.headers)")
            #expect(node.end() == nil, "\(node.log.text)")
            withExtendedLifetime(broker) {}
        }

        @Test func aSourceThatIsToStopDoesAndSaysWhere() throws {
            let broker = try EmbeddedBroker(log: { _, _, _ in })
            let topics = try Topics(broker.address)
            for topic in ["tanks.in", "tanks.out"] { try broker.createTopic(topics.name(topic), partitions: 1) }
            let text = try topics.topology("tanks").split(
                separator: "    key: tank\n", omittingEmptySubsequences: false
            )
            .joined(separator: "    key: tank\n    on-error: stop\n")
            var settings = RunningNode.settings(topics.address, "stop.\(topics.run)")
            settings.makeTopic = { name, partitions in try broker.createTopic(name, partitions: partitions) }
            let node = try RunningNode(settings, [text])
            try topics.send("tanks.in", "{", key: "x")
            try topics.flush()
            let error = try #require(node.waitForEnd())
            #expect(error.kind == .runtime)
            #expect(error.description.contains("\(topics.name("tanks.in"))[0]@0"), "\(error)")
        }
    }
}
