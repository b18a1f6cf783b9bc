import Codecs
import Node
import Testing

extension NodeTests {
    /// Nodes of one application share the partitions, as their own pages tell.
    @Suite(.enabled(if: RealKafka.isThere)) struct SharingTests {
        private func partitions(_ running: RunningNode) throws -> Set<String> {
            guard let url = running.node.url else { return [] }
            guard case .array(let list)? = try HTTP.json(url, "/status")["partitions"]?.content else { return [] }
            return Set(list.compactMap(\.string))
        }

        @Test func partitionsMoveToANodeThatComesAndBackWhenItLeaves() throws {
            let topics = try Topics(RealKafka.address)
            for topic in ["numbers.in", "numbers.out", "numbers.sums"] { try topics.make(topic, partitions: 8) }
            let topology = try topics.topology("numbers")
            func settings(_ name: String) -> NodeSettingsBox {
                NodeSettingsBox(topics.address, "share.\(topics.run)", name)
            }
            let all = Set((0..<8).map { "\(topics.name("numbers.in"))[\($0)]" })

            let one = try RunningNode(settings("one").value, [topology])
            #expect(try eventually { try partitions(one) == all })
            #expect(try HTTP.get(try #require(one.node.url), "/health/ready").status == 200)

            let two = try RunningNode(settings("two").value, [topology])
            #expect(try eventually { try partitions(one).count == 4 && partitions(two).count == 4 })
            #expect(try partitions(one).isDisjoint(with: partitions(two)))
            #expect(try partitions(one).union(partitions(two)) == all)

            // What is sent now comes out once, whoever has it.
            for n in 0..<200 {
                try topics.send("numbers.in", #"{"n":\#(n),"key":"k\#(n)","at":"2024-01-01T00:00:00Z"}"#, key: "k\(n)")
            }
            try topics.flush()
            let reader = try TopicReader(topics.address, [topics.name("numbers.out")])
            #expect(try reader.turns(within: 30) { reader.count >= 200 })

            #expect(two.end() == nil, "\(two.log.text)")
            #expect(try eventually { try partitions(one) == all })
            #expect(one.end() == nil, "\(one.log.text)")
            _ = try reader.turns(within: 1) { false }
            #expect(reader.count == 200, "nothing is read again when members leave in good order")
            #expect(two.log.text.contains("node ended"))
        }

        /// Settings with pages on a free port.
        private struct NodeSettingsBox {
            var value: NodeSettings
            init(_ address: String, _ application: String, _ name: String) {
                value = RunningNode.settings(address, application, node: name)
                value.httpPort = 0
            }
        }
    }
}
