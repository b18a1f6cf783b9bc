import CRdKafka
import Records
import Testing

@testable import KafkaClient

extension KafkaTests {
    /// Messages of a poll are grouped by partition, whatever order librdkafka hands them out in.
    @Suite struct GroupingTests {
        @Test func anyMixtureIsGrouped() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 4)
            let producer = try Producer(ClientSettings(brokers: address), lingerMilliseconds: 0, log: quiet)
            var sent: [Int32: [String]] = [:]
            for number in 0..<200 {
                let partition = Int32(number % 7 % 4)
                _ = try producer.say(topic, "\(number)", partition: partition)
                sent[partition, default: []].append("\(number)")
            }
            #expect(producer.flush(timeout: .seconds(10)))
            let reader = try Reader(address, group: "g", topics: [topic])
            #expect(reader.turns { $0.started.count == 4 })
            for seed in 1...15 as ClosedRange<UInt64> {
                for index in reader.consumer.running { reader.consumer.start(index, at: 0) }
                var random = SplitMix(state: seed)
                var found: [Int32: [String]] = [:]
                var total = 0
                let end = ContinuousClock.now + .seconds(15)
                while total < 200 && ContinuousClock.now < end {
                    total += poll(reader.consumer, &random, into: &found)
                }
                #expect(found == sent, "seed \(seed)")
            }
            withExtendedLifetime(broker) {}
        }

        /// A poll whose messages are mixed at random, each partition's own order kept, before they are grouped.
        private func poll(_ consumer: Consumer, _ random: inout SplitMix, into found: inout [Int32: [String]]) -> Int {
            let storage = BatchStorage(consumer.client, capacity: 256)
            var count = 0
            // Wait a moment, so that several partitions have something.
            while count < 100 {
                let more = consumer.fetch(storage, at: count, 256 - count, 50)
                if more == 0 { break }
                count += more
            }
            shuffle(storage, count, &random)
            storage.lend(count)
            storage.group(consumer.table, stamp: random.next() | 1) { _ in }
            let batch = PolledBatch(storage)
            var seen: Set<Int> = []
            for run in batch.runs {
                #expect(seen.insert(run.index).inserted, "one run per partition")
                #expect(run.count > 0)
                let partition = consumer.partition(run.index).partition
                for at in 0..<run.count { found[partition, default: []].append(run.messages[at].valueView.string) }
            }
            return batch.count
        }

        private func shuffle(_ storage: BatchStorage, _ count: Int, _ random: inout SplitMix) {
            // Random places, filled per partition in the old order.
            let old = (0..<count).map { storage.polled[$0] }
            let places = old.map { $0?.pointee.partition ?? -1 }.shuffled(using: &random)
            var queues = Dictionary(grouping: old) { $0?.pointee.partition ?? -1 }.mapValues { Array($0.reversed()) }
            for (at, partition) in places.enumerated() { storage.polled[at] = queues[partition]?.popLast() ?? nil }
        }

        @Test func oldMessagesAndForeignPartitionsAreLeftOut() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 2)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            for number in 0..<20 { _ = try producer.say(topic, "\(number)", partition: Int32(number % 2)) }
            #expect(producer.flush(timeout: .seconds(10)))
            let reader = try Reader(address, group: "g", topics: [topic])
            #expect(reader.turns { $0.started.count == 2 && $0.messages.count == 20 })
            let consumer = reader.consumer
            for index in consumer.running { consumer.start(index, at: 0) }
            let storage = BatchStorage(consumer.client, capacity: 64)
            var count = 0
            while count < 20 {
                let more = consumer.fetch(storage, at: count, 64 - count, 1000)
                if more == 0 { break }
                count += more
            }
            storage.lend(count)
            // As after a revocation inside the same poll, and after a restart further on.
            consumer.table.slots[0].phase = .waiting
            consumer.table.slots[1].next = 6
            storage.group(consumer.table, stamp: .max) { _ in }
            let batch = PolledBatch(storage)
            #expect(batch.runs.count == 1)
            #expect(batch.runs.first?.index == 1)
            #expect(batch.count == 4)
            #expect(batch.droppedCount == 16)
            withExtendedLifetime(broker) {}
        }
    }
}

/// A small seeded generator (Steele, Lea, Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
