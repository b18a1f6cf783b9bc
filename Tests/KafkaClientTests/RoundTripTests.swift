import Records
import Testing

@testable import KafkaClient

extension KafkaTests {
    @Suite struct RoundTripTests {
        @Test(arguments: Ground.all) func messagesComeBackAsTheyWere(_ ground: Ground) throws {
            let (address, topic, broker) = try ground.topic(partitions: 1)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            _ = try producer.say(topic, "one", key: "a", time: 1_700_000_000_123)
            _ = try producer.say(topic, nil, key: "b")
            _ = try producer.say(topic, "three", key: nil)
            _ = try producer.say(topic, "", key: "")
            #expect(producer.outstanding(0) == 4)
            #expect(producer.flush(timeout: .seconds(10)))
            #expect(producer.outstanding(0) == 0 && producer.deliveredTotal == 4 && producer.failedTotal == 0)

            let reader = try Reader(address, group: "g-\(topic)", topics: [topic])
            #expect(reader.turns { $0.messages.count == 4 })
            #expect(reader.messages.map(\.value) == ["one", nil, "three", ""])
            #expect(reader.messages.map(\.key) == ["a", "b", nil, ""])
            #expect(reader.messages.map(\.offset) == [0, 1, 2, 3])
            #expect(reader.messages.first?.timestamp == 1_700_000_000_123)
            #expect(reader.started.map(\.offset) == [0])
            #expect(reader.turns { $0.ends[TopicPartition(topic, 0)] == 4 })
            #expect(reader.consumer.position(0) == 4)
            #expect(reader.consumer.lag(0) == 0)
            reader.consumer.close()
            withExtendedLifetime(broker) {}
        }

        @Test(arguments: Ground.all) func headersComeBack(_ ground: Ground) throws {
            let (address, topic, broker) = try ground.topic(partitions: 1)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            let headers = [
                MessageHeader("reason", Array("é".utf8)), MessageHeader("empty", []), MessageHeader("none", nil),
            ]
            _ = try producer.say(topic, "plain")
            _ = try producer.say(topic, "with", headers: headers)
            #expect(producer.flush(timeout: .seconds(10)))
            let reader = try Reader(address, group: "g-\(topic)", topics: [topic])
            var found: [[MessageHeader]] = []
            let end = ContinuousClock.now + .seconds(15)
            while found.count < 2 && ContinuousClock.now < end {
                let batch = reader.consumer.poll(timeout: .milliseconds(20))
                for run in batch.runs.indices {
                    for at in 0..<batch.runs[run].count { found.append(batch.headers(run: run, message: at)) }
                }
                _ = reader.consumer.settle()
            }
            #expect(found == [[], headers])
            withExtendedLifetime(broker) {}
        }

        @Test(arguments: Ground.all) func keysGoWhereJavaClientsPutThem(_ ground: Ground) throws {
            let (address, topic, broker) = try ground.topic(partitions: 5)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            for number in 0..<200 { _ = try producer.say(topic, "v\(number)", key: "key-\(number % 50)") }
            #expect(producer.flush(timeout: .seconds(10)))
            let reader = try Reader(address, group: "g-\(topic)", topics: [topic])
            #expect(reader.turns { $0.messages.count == 200 })
            for message in reader.messages {
                let key = Array((message.key ?? "").utf8)
                #expect(message.partition.partition == key.withUnsafeBufferPointer { KeyHash.partition($0, of: 5) })
            }
            withExtendedLifetime(broker) {}
        }

        @Test func aBatchOutlivesItsConsumer() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 1)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            _ = try producer.say(topic, "still here")
            #expect(producer.flush(timeout: .seconds(10)))
            let text = try lastWords(address, topic)
            #expect(text == "still here")
            withExtendedLifetime(broker) {}
        }

        private func lastWords(_ address: String, _ topic: String) throws -> String {
            var consumer: Consumer? = try Consumer(ClientSettings(brokers: address), group: "g", log: quiet)
            try consumer?.subscribe([topic])
            let end = ContinuousClock.now + .seconds(15)
            while ContinuousClock.now < end, let open = consumer {
                let batch = open.poll(timeout: .milliseconds(20))
                _ = open.settle()
                if batch.count > 0 {
                    consumer = nil
                    return batch.runs[0].messages[0].valueView.string
                }
            }
            return "nothing came"
        }
    }
}

/// All tests that use a broker, one after the other: they share two cores with librdkafka's threads.
@Suite(.serialized) struct KafkaTests {}
