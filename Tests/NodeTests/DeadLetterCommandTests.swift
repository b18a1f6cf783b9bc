import Codecs
import Testing

extension NodeTests {
    /// `vigie dlq` on letters that a node wrote.
    @Suite(.enabled(if: RealKafka.isThere)) struct DeadLetterCommandTests {
        @Test func lettersAreListedShownAndReplayedOnce() throws {
            let topics = try Topics(RealKafka.address)
            for topic in ["tanks.in", "tanks.out"] { try topics.make(topic, partitions: 2) }
            let application = "dlq.\(topics.run)"
            let node = try RunningNode(
                RunningNode.settings(topics.address, application), [try topics.topology("tanks")])
            let broken = #"{"tank":"T-1","celsius":"hot","at":"2026-01-01T00:00:00Z"}"#
            for n in 0..<5 {
                try topics.send("tanks.in", broken, key: "k\(n)", partition: Int32(n % 2), time: 1_767_225_600_000)
            }
            try topics.send("tanks.in", "{\u{1b}[2J", key: "evil", partition: 1)
            try topics.flush()
            let letters = try TopicReader(topics.address, [application + ".dead-letters"])
            #expect(try letters.turns(within: 30) { letters.count == 6 }, "\(node.log.text)")
            // Else it would make new letters of what is sent again, which is as broken as before.
            #expect(node.end() == nil, "\(node.log.text)")

            func dlq(_ words: String...) throws -> (code: Int32?, output: String, errors: String) {
                try Child.run(
                    [Bench.vigie, "dlq"] + words + ["--brokers", topics.address, "--application", application])
            }
            let listed = try dlq("list", "--json", "--reason", "wrong-type")
            #expect(listed.code == 0, "\(listed.errors)")
            let counts = try JSONText.parse(listed.output)
            #expect(counts["count"]?.int == 5 && counts["replayed"]?.int == 0)
            #expect(counts["source"]?.string == topics.name("tanks.in"))
            #expect(counts["topology"]?.string == "tanks")

            let latest = try #require(counts["latest"]?.string)
            let shown = try dlq("show", latest)
            #expect(shown.output.contains(broken + "\n"), "\(shown)")
            #expect(shown.output.contains("^ byte "), "\(shown)")
            #expect(try dlq("show", latest, "--raw").output == broken)
            let evil = try dlq("show", "--reason", "malformed-json")
            #expect(evil.output.contains("evil") && !evil.output.unicodeScalars.contains("\u{1b}"), "\(evil)")
            #expect(try dlq("show", "\(application).dead-letters-0-999").code == 64)

            let inputs = try TopicReader(topics.address, [topics.name("tanks.in")], headers: true)
            #expect(try inputs.turns(within: 20) { inputs.count == 6 })
            let told = try dlq("replay", "--reason", "wrong-type")
            #expect(
                told.output.contains("5 records to send") && told.output.contains("nothing was sent: add --yes"),
                "\(told)")
            _ = try inputs.turns(within: 0.5) { false }
            #expect(inputs.count == 6)

            #expect(
                try dlq("replay", "--reason", "wrong-type", "--limit", "2", "--yes").output.hasPrefix("2 records sent"))
            let rest = try dlq("replay", "--reason", "wrong-type", "--yes")
            #expect(rest.output.hasPrefix("3 records sent; 2 replayed before"), "\(rest)")
            #expect(
                try dlq("replay", "--reason", "wrong-type", "--yes").output.hasPrefix(
                    "0 records sent; 5 replayed before"))
            #expect(try inputs.turns(within: 20) { inputs.count == 11 })
            let again = inputs.records.filter { $0.headers["vigie-replayed-from"] != nil }
            #expect(Set(again.compactMap(\.key)) == Set((0..<5).map { "k\($0)" }))
            for record in again {
                let old = try #require(inputs.records.first { $0.key == record.key && $0.headers.isEmpty })
                #expect(
                    record.value == broken && record.partition == old.partition && record.timestamp == old.timestamp)
            }
            #expect(Set(again.compactMap { $0.headers["vigie-replayed-from"] }).count == 5)
            let counted = try JSONText.parse(try dlq("list", "--json", "--reason", "wrong-type").output)
            #expect(counted["count"]?.int == 5 && counted["replayed"]?.int == 5)
            // A node reads what was sent again; being as broken as before it gives five letters more, not replayed so
            // far.
            let next = try RunningNode(
                RunningNode.settings(topics.address, application), [try topics.topology("tanks")])
            #expect(
                try eventually(within: 30) {
                    let found = try JSONText.parse(try dlq("list", "--json", "--reason", "wrong-type").output)
                    return found["count"]?.int == 10 && found["replayed"]?.int == 5
                }, "\(next.log.text)")
            #expect(next.end() == nil, "\(next.log.text)")
        }
    }
}
