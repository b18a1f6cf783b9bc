import Records
import Testing

@testable import KafkaClient

extension KafkaTests {
    @Suite struct AdminTests {
        @Test(arguments: Ground.all) func clusterAndTopicsAreDescribed(_ ground: Ground) throws {
            let (address, topic, broker) = try ground.topic(partitions: 3)
            let admin = try Admin(ClientSettings(brokers: address), log: quiet)
            let cluster = try admin.cluster()
            #expect(cluster.brokers.count == 1)
            if ground == .real { #expect(cluster.id != nil && cluster.controller == cluster.brokers[0].id) }
            #expect("\(cluster.brokers[0].host):\(cluster.brokers[0].port)" == address)
            let found = try #require(try admin.topic(topic))
            #expect(found.name == topic && found.partitions.map(\.number) == [0, 1, 2])
            #expect(found.partitions.allSatisfy { $0.leader == cluster.brokers[0].id && $0.replicas.count == 1 })
            #expect(try admin.topics().contains(found))
            if ground == .mock && ProtocolSupport.versionNumber < Ground.maturedMock { return }
            let missing = "missing-\(topic)"
            #expect(try admin.topic(missing) == nil)
            #expect(try !admin.topics().contains { $0.name == missing }, "asking does not make it")
            withExtendedLifetime(broker) {}
        }

        @Test(arguments: Ground.all) func watermarksAndLagAreKnown(_ ground: Ground) throws {
            let (address, topic, broker) = try ground.topic(partitions: 2)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            for _ in 0..<7 { _ = try producer.say(topic, "x", partition: 1) }
            #expect(producer.flush(timeout: .seconds(10)))
            let admin = try Admin(ClientSettings(brokers: address), log: quiet)
            let found = try admin.watermarks(of: [TopicPartition(topic, 0), TopicPartition(topic, 1)])
            #expect(found.map(\.low) == [0, 0] && found.map(\.high) == [0, 7])
            withExtendedLifetime(broker) {}
        }

        @Test(.enabled(if: RealKafka.isThere, "needs a real Kafka")) func topicsComeAndGo() throws {
            let admin = try Admin(ClientSettings(brokers: try #require(RealKafka.address)), log: quiet)
            let name = "made-\(UInt64.random(in: 0..<(.max)))"
            let new = NewTopic(name, partitions: 4, replication: 1, settings: ["cleanup.policy": "compact"])
            #expect(try admin.create([new]).map(\.error) == [nil])
            let again = try admin.create([new, NewTopic("not/good", partitions: 1)])
            #expect(again.first { $0.topic == name }?.error?.code == .topicAlreadyExists)
            #expect(again.first { $0.topic == "not/good" }?.error?.whoMustAct == .operator)
            #expect(try admin.topic(name)?.partitions.count == 4)
            let many = try admin.create([NewTopic(name + "r", partitions: 1, replication: 3)])
            #expect(many.first?.error?.whoMustAct == .operator)

            let differences = try admin.differences(
                ofTopic: name, from: ["cleanup.policy": "delete", "retention.ms": "604800000", "no.such": "1"])
            #expect(
                differences == [
                    SettingDifference(name: "cleanup.policy", wanted: "delete", actual: "compact"),
                    SettingDifference(name: "no.such", wanted: "1", actual: nil),
                ])
            let unknown = #expect(throws: KafkaError.self) { try admin.settings(ofTopic: name + "?") }
            #expect(unknown?.whoMustAct == .operator)
            #expect(try admin.delete([name]).map(\.error) == [nil])
            #expect(try admin.delete([name]).first?.error?.code == .unknownTopicOrPartition)
        }

        @Test(.enabled(if: RealKafka.isThere, "needs a real Kafka")) func groupsAreDescribed() throws {
            let (address, topic, _) = try Ground.real.topic(partitions: 2)
            let admin = try Admin(ClientSettings(brokers: address), log: quiet)
            let group = "g-\(topic)"
            #expect(try admin.group(group).state == .dead)
            #expect(try admin.committed(group: group).isEmpty)
            let reader = try Reader(address, group: group, topics: [topic])
            #expect(reader.turns { $0.started.count == 2 })
            try reader.consumer.commitSync([OffsetCommit(TopicPartition(topic, 1), 4, metadata: "m")])
            let busy = try admin.group(group)
            #expect(busy.state == .stable && busy.assignor == ProtocolSupport.assignmentStrategy)
            #expect(busy.members.count == 1 && busy.members.first?.clientID == "vigie")
            #expect(Set(busy.members.first?.partitions ?? []) == [TopicPartition(topic, 0), TopicPartition(topic, 1)])
            let committed = CommittedOffset(partition: TopicPartition(topic, 1), offset: 4, metadata: "m")
            #expect(try admin.committed(group: group) == [committed])
            #expect(try admin.committed(group: group, partitions: [TopicPartition(topic, 0)]).isEmpty)
            reader.consumer.close()
            #expect(try admin.group(group).state == .empty)
        }

        @Test func whatTheEmbeddedBrokerCannotDoIsSaid() throws {
            let broker = try EmbeddedBroker(log: quiet)
            let admin = try Admin(ClientSettings(brokers: broker.address), log: quiet)
            let error = try #require(throws: KafkaError.self) {
                try admin.create([NewTopic("t", partitions: 1)], timeout: .seconds(1))
            }
            #expect(error.hint?.contains("embedded broker") == true, "\(error)")
        }
    }
}
