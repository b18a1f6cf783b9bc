import Records
import Testing

@testable import KafkaClient

extension KafkaTests {
    @Suite struct ProducerTests {
        @Test func aFullQueueSaysSoAndLosesNothing() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 1)
            let settings = ClientSettings(brokers: address, properties: ["queue.buffering.max.messages": "10"])
            let producer = try Producer(settings, lingerMilliseconds: 50, log: quiet)
            var full = 0
            for number in 0..<100 {
                while case .queueFull = try producer.say(topic, "\(number)", epoch: 1) {
                    full += 1
                    producer.poll(timeout: .milliseconds(5))
                }
            }
            #expect(full > 0)
            #expect(producer.flush(timeout: .seconds(20)))
            #expect(producer.deliveredTotal == 100 && producer.outstanding(1) == 0)
            let reader = try Reader(address, group: "g", topics: [topic])
            #expect(reader.turns { $0.messages.count == 100 })
            #expect(reader.messages.map(\.value) == (0..<100).map { "\($0)" })
            withExtendedLifetime(broker) {}
        }

        @Test func failedDeliveriesAreCountedByEpoch() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 2)
            let settings = ClientSettings(brokers: address, properties: ["message.timeout.ms": "1500"])
            let producer = try Producer(settings, log: quiet)
            _ = try producer.say(topic, "arrives", partition: 1, epoch: 6)
            #expect(producer.flush(timeout: .seconds(10)))
            broker?.setBroker(down: true)
            for _ in 0..<3 { _ = try producer.say(topic, "does not", partition: 1, epoch: 7) }
            _ = try producer.say(topic, "does not either", partition: 0, epoch: 8)
            #expect(producer.outstanding(7) == 3 && producer.outstanding(8) == 1 && producer.outstandingTotal == 4)
            let end = ContinuousClock.now + .seconds(20)
            while producer.outstandingTotal > 0 && ContinuousClock.now < end {
                producer.poll(timeout: .milliseconds(50))
            }
            #expect(producer.outstanding(7) == 0 && producer.outstanding(8) == 0)
            #expect(producer.failedTotal == 4 && producer.deliveredTotal == 1)
            let failures = producer.takeFailures()
            #expect(failures.map(\.epoch).sorted() == [7, 7, 7, 8])
            #expect(failures.allSatisfy { $0.topic == topic && $0.error.code == .messageTimedOut })
            #expect(failures.allSatisfy { $0.error.isRetriable && !$0.error.isFatal })
            #expect(producer.takeFailures().isEmpty)
            #expect(producer.takeErrors().contains { $0.code == .allBrokersDown || $0.code == .transport })
        }

        @Test func whatIsTooLargeIsRefusedAtOnce() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 1)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            let outcome = try producer.say(topic, String(repeating: "x", count: 1_100_000), epoch: 3)
            guard case .refused(let error) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(error.code == .messageTooLarge && error.whoMustAct == .operator && !error.isFatal)
            #expect(error.description.contains(topic))
            #expect(producer.outstandingTotal == 0)
            // With headers and a time it goes another way, with the same answer.
            let other = try producer.say(
                topic, String(repeating: "x", count: 1_100_000), time: 1, headers: [MessageHeader("a", [1])])
            guard case .refused(let error) = other else {
                Issue.record("\(other)")
                return
            }
            #expect(error.code == .messageTooLarge)
            withExtendedLifetime(broker) {}
        }

        @Test func aPurgeReportsWhatItThrowsAway() throws {
            let producer = try Producer(ClientSettings(brokers: "127.0.0.1:1"), log: quiet)
            for _ in 0..<5 { _ = try producer.say("anything", "x", epoch: 2) }
            #expect(producer.outstanding(2) == 5)
            producer.purge()
            #expect(producer.flush(timeout: .seconds(10)))
            #expect(producer.outstanding(2) == 0 && producer.failedTotal == 5)
        }

        @Test func theLedgerKeepsManyEpochsApart() {
            let ledger = DeliveryLedger()
            var open: [Int: Int] = [:]
            var random = SplitMix(state: 11)
            var total = 0
            for _ in 0..<20_000 {
                let epoch = Int(random.next() % 300)
                if random.next() % 3 > 0 {
                    ledger.sent(epoch)
                    open[epoch, default: 0] += 1
                    total += 1
                } else if open[epoch, default: 0] > 0 {
                    if random.next() % 2 == 0 { ledger.delivered(epoch) } else { ledger.failed(epoch) }
                    open[epoch, default: 0] -= 1
                    total -= 1
                }
            }
            for (epoch, count) in open { #expect(ledger.outstanding(epoch) == count) }
            #expect(ledger.outstandingTotal == total)
            #expect(ledger.outstanding(12345) == 0)
        }
    }
}
