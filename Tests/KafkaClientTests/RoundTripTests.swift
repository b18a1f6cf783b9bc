import KafkaClient
import Records
import Testing

extension KafkaTests {
    @Suite struct RoundTripTests {
        @Test func messagesComeBackAsTheyWere() throws {
            let broker = try EmbeddedBroker(log: quiet)
            try broker.createTopic("readings", partitions: 1)
            let producer = try Producer(ClientSettings(brokers: broker.address), log: quiet)
            _ = try producer.say("readings", "one", key: "a", time: 1_700_000_000_123)
            _ = try producer.say("readings", nil, key: "b")
            _ = try producer.say("readings", "three", key: nil)
            _ = try producer.say("readings", "", key: "")
            #expect(producer.outstanding(0) == 4)
            #expect(producer.flush(timeout: .seconds(10)))
            #expect(producer.outstanding(0) == 0 && producer.deliveredTotal == 4 && producer.failedTotal == 0)

            let reader = try Reader(broker.address, group: "g", topics: ["readings"])
            #expect(reader.turns { $0.messages.count == 4 })
            #expect(reader.messages.map(\.value) == ["one", nil, "three", ""])
            #expect(reader.messages.map(\.key) == ["a", "b", nil, ""])
            #expect(reader.messages.map(\.offset) == [0, 1, 2, 3])
            #expect(reader.messages[0].timestamp == 1_700_000_000_123)
            #expect(reader.started.map(\.offset) == [0])
            reader.consumer.close()
        }
    }
}

/// All tests that use a broker, one after the other: they share two cores with librdkafka's threads.
@Suite(.serialized) struct KafkaTests {}
