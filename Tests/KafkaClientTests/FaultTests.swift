import Glibc
import Records
import Testing

@testable import KafkaClient

extension KafkaTests {
    /// Brokers that go away, topics that are not there, passwords that are wrong.
    @Suite struct FaultTests {
        @Test func readingGoesOnWhenTheBrokerIsBack() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 1)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            let reader = try Reader(address, group: "g", topics: [topic], properties: ["session.timeout.ms": "6000"])
            _ = try producer.say(topic, "before")
            #expect(
                reader.turns { _ in
                    producer.poll(); return !reader.messages.isEmpty
                })
            broker?.setBroker(down: true)
            #expect(reader.turns { $0.consumer.areBrokersDown })
            #expect(
                reader.events.contains {
                    if case .brokersDown(let error) = $0 { error.whoMustAct == .operator } else { false }
                })
            _ = try producer.say(topic, "meanwhile")
            for _ in 0..<5 { reader.turn() }
            broker?.setBroker(down: false)
            #expect(
                reader.turns(for: 30) { _ in
                    producer.poll(); return reader.messages.count >= 2
                })
            #expect(reader.turns { !$0.consumer.areBrokersDown })
            #expect(reader.events.contains { if case .brokersBack = $0 { true } else { false } })
            #expect(reader.messages.map(\.value) == ["before", "meanwhile"])
            #expect(producer.failedTotal == 0)
        }

        @Test func aBrokerThatIsBackIsNoticedWithoutTraffic() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 1)
            let reader = try Reader(address, group: "g", topics: [topic])
            #expect(reader.turns { !$0.ends.isEmpty })
            broker?.setBroker(down: true)
            #expect(reader.turns { $0.consumer.areBrokersDown })
            broker?.setBroker(down: false)
            #expect(reader.turns(for: 20) { !$0.consumer.areBrokersDown })
        }

        @Test func noBrokerAtStartIsSaidClearly() throws {
            let reader = try Reader("127.0.0.1:1", group: "g", topics: ["t"])
            #expect(reader.turns { $0.consumer.areBrokersDown })
            let refused = try #require(reader.errors.first { $0.code == .transport })
            #expect(refused.text.contains("Connection refused") && refused.whoMustAct == .operator)
            #expect(refused.hint?.contains("nothing listens") == true)
            reader.consumer.close(timeout: .seconds(1))
            let admin = try Admin(ClientSettings(brokers: "127.0.0.1:1"), log: quiet)
            let error = #expect(throws: KafkaError.self) { try admin.cluster(timeout: .milliseconds(700)) }
            #expect(error?.text.contains("Connection refused") == true)
        }

        @Test(arguments: Ground.all) func aTopicThatIsNotThereIsSaidClearly(_ ground: Ground) throws {
            if ground == .mock && ProtocolSupport.versionNumber < Ground.maturedMock { return }
            let (address, topic, broker) = try ground.topic(partitions: 1)
            let reader = try Reader(address, group: "g-\(topic)", topics: [topic, "missing-\(topic)"])
            #expect(reader.turns { !$0.errors.isEmpty && $0.started.count == 1 })
            let error = try #require(reader.errors.first)
            #expect(error.code == .unknownTopicOrPartition && error.whoMustAct == .operator)
            #expect(error.text.contains("missing-\(topic)"))
            #expect(error.hint?.contains("create the topic") == true)
            reader.consumer.close()
            withExtendedLifetime(broker) {}
        }

        @Test func aCommitTheBrokerRefusesSaysWhetherToTryAgain() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 1)
            let reader = try Reader(address, group: "g", topics: [topic])
            #expect(reader.turns { $0.started.count == 1 })
            for (code, retriable) in [
                (KafkaError.Code.illegalGeneration, true), (.rebalanceInProgress, true), (.unknownMember, false),
            ] {
                broker?.pushErrors(apiKey: 8, [code])
                let error = #expect(throws: KafkaError.self) {
                    try reader.consumer.commitSync([OffsetCommit(TopicPartition(topic, 0), 1)])
                }
                // Old versions try this one again themselves, until our time is over.
                if code == .rebalanceInProgress && error?.code == .timedOut { continue }
                #expect(error?.code == code)
                #expect(error?.isRetriable == retriable)
                broker?.pushErrors(apiKey: 8, [code])
                let token = reader.consumer.commit([OffsetCommit(TopicPartition(topic, 0), 1)])
                #expect(reader.turns { $0.commits.contains { $0.token == token } })
                #expect(reader.commits.last?.error?.code == code)
            }
        }

        @Test(.enabled(if: RealKafka.isOurs, "needs a secure Kafka of our own"), arguments: ["PLAIN", "SCRAM-SHA-256"])
        func theRightPasswordLetsIn(_ mechanism: String) throws {
            if mechanism != "PLAIN" && ProtocolSupport.versionNumber < 0x0206_01ff { return }
            let own = try #require(RealKafka.own)
            let file = "\(own.folder)/password-\(mechanism)"
            let descriptor = creat(file, 0o600)
            _ = "vigie-secret\n".withCString { write(descriptor, $0, strlen($0)) }
            close(descriptor)
            let admin = try Admin(secure(own, mechanism, password: "file:\(file)"), log: quiet)
            #expect(try admin.cluster().brokers.count == 1)
        }

        @Test(.enabled(if: RealKafka.isOurs, "needs a secure Kafka of our own"))
        func theWrongPasswordIsSaidAndNeverShown() throws {
            let own = try #require(RealKafka.own)
            let lines = Lines()
            setenv("VIGIE_TEST_WRONG_PASSWORD", "hunter2-not-to-be-seen", 1)
            for mechanism in ["PLAIN", "SCRAM-SHA-256"] {
                var settings = secure(own, mechanism, password: "env:VIGIE_TEST_WRONG_PASSWORD")
                settings.properties["debug"] = "all"
                let admin = try Admin(settings, log: lines.log)
                let error = try #require(throws: KafkaError.self) { try admin.cluster(timeout: .seconds(8)) }
                #expect(error.code == .authentication, "\(error)")
                #expect(error.whoMustAct == .operator && error.hint?.contains("sasl.password") == true)
                lines.add("\(error) \(settings)")
            }
            #expect(lines.all.contains { $0.contains("uthentication") })
            #expect(!lines.all.contains { $0.contains("hunter2") })
            #expect(lines.all.count > 20)
        }

        @Test(.enabled(if: RealKafka.isOurs, "needs a secure Kafka of our own"))
        func anUnknownAuthorityIsSaidClearly() throws {
            let own = try #require(RealKafka.own)
            var settings = secure(own, "PLAIN", password: "vigie-secret")
            settings.properties["ssl.ca.location"] = nil
            let admin = try Admin(settings, log: quiet)
            let error = try #require(throws: KafkaError.self) { try admin.cluster(timeout: .seconds(8)) }
            #expect(error.code == .ssl, "\(error)")
            #expect(error.hint?.contains("ssl.ca.location") == true)
            // Plain text to a port that speaks TLS.
            let plain = try Admin(ClientSettings(brokers: own.secure), log: quiet)
            let other = try #require(throws: KafkaError.self) { try plain.cluster(timeout: .seconds(3)) }
            #expect(other.whoMustAct == .operator, "\(other)")
        }

        private func secure(_ own: RealKafka.Own, _ mechanism: String, password: String) -> ClientSettings {
            ClientSettings(
                brokers: own.secure,
                properties: [
                    "security.protocol": "SASL_SSL", "sasl.mechanism": mechanism, "sasl.username": "vigie",
                    "sasl.password": password, "ssl.ca.location": own.authority,
                ])
        }
    }
}

/// Log lines of any thread.
final class Lines: @unchecked Sendable {  // The mutex guards `lines`.
    private var lines: [String] = []
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    init() { pthread_mutex_init(mutex, nil) }
    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func add(_ line: String) {
        pthread_mutex_lock(mutex)
        lines.append(line)
        pthread_mutex_unlock(mutex)
    }

    var all: [String] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return lines
    }

    var log: ClientLog { { self.add("\($0) \($1) \($2)") } }
}
