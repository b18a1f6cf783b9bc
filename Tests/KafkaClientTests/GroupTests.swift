import Records
import Testing

@testable import KafkaClient

extension KafkaTests {
    /// Life in a consumer group: commits, rebalances, offsets.
    @Suite struct GroupTests {
        @Test(arguments: Ground.all) func aSecondLifeGoesOnWhereTheFirstCommitted(_ ground: Ground) throws {
            let (address, topic, broker) = try ground.topic(partitions: 2)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            for number in 0..<10 { _ = try producer.say(topic, "\(number)", partition: Int32(number % 2)) }
            #expect(producer.flush(timeout: .seconds(10)))
            let first = try Reader(address, group: "g-\(topic)", topics: [topic])
            #expect(first.turns { $0.messages.count == 10 })
            #expect(first.started.allSatisfy { $0.offset == 0 && $0.metadata == nil && $0.origin == .policy })
            try first.consumer.commitSync([OffsetCommit(TopicPartition(topic, 0), 3, metadata: "état: 7µs!")])
            let token = first.consumer.commit([OffsetCommit(TopicPartition(topic, 1), 5)])
            #expect(first.turns { $0.commits.map(\.token) == [token] })
            #expect(first.commits.allSatisfy { $0.error == nil })
            first.consumer.close()

            let second = try Reader(address, group: "g-\(topic)", topics: [topic])
            #expect(second.turns { $0.messages.count == 2 && $0.started.count == 2 })
            let started = second.started.sorted { $0.partition.partition < $1.partition.partition }
            #expect(started.map(\.offset) == [3, 5])
            #expect(started.map(\.metadata) == ["état: 7µs!", nil])
            #expect(started.allSatisfy { $0.origin == .committed })
            #expect(second.messages.map(\.value) == ["6", "8"])
            second.consumer.close()
            withExtendedLifetime(broker) {}
        }

        @Test(arguments: Ground.all) func latestSkipsWhatIsThere(_ ground: Ground) throws {
            let (address, topic, broker) = try ground.topic(partitions: 1)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            for number in 0..<5 { _ = try producer.say(topic, "old \(number)") }
            #expect(producer.flush(timeout: .seconds(10)))
            let reader = try Reader(address, group: "g-\(topic)", topics: [topic], policy: .latest)
            #expect(reader.turns { $0.started.count == 1 })
            #expect(reader.started.first?.offset == 5)
            _ = try producer.say(topic, "new")
            #expect(producer.flush(timeout: .seconds(10)))
            #expect(reader.turns { !$0.messages.isEmpty })
            #expect(reader.messages.map(\.value) == ["new"])
            reader.consumer.close()
            withExtendedLifetime(broker) {}
        }

        struct Scene: CustomTestStringConvertible {
            var ground: Ground
            var cooperative: Bool
            var testDescription: String { "\(ground.rawValue), \(cooperative ? "cooperative" : "eager")" }
            static var all: [Scene] {
                Ground.all.flatMap { ground in
                    // The old protocol must serve with every version, the new one where it is fit.
                    [Scene(ground: ground, cooperative: false)]
                        + (ProtocolSupport.supportsCooperative ? [Scene(ground: ground, cooperative: true)] : [])
                }
            }
        }

        /// Members come and go under load; every record is seen exactly once, since each finishes and commits its work
        /// before it lets partitions go. (The mock cluster refuses commits in the middle of a rebalance, so that there
        /// records may be seen twice; and a rebalance takes it the session's time-out less a second.)
        @Test(arguments: Scene.all) func nothingIsLostOrDoubledInARebalance(_ scene: Scene) throws {
            let cast = try Cast(scene)
            let a = try cast.join()
            try cast.play { a.consumer.running.count == 6 && a.messages.count > 100 }
            let b = try cast.join()
            try cast.play { a.consumer.running.count == 3 && b.consumer.running.count == 3 }
            try cast.turns(10)
            if scene.ground == .real {
                let c = try cast.join()
                try cast.play { cast.members.allSatisfy { $0.consumer.running.count == 2 } }
                try cast.turns(10)
                cast.leave(c)
                try cast.play { a.consumer.running.count == 3 && b.consumer.running.count == 3 }
            }
            cast.leave(a)
            try cast.play { b.consumer.running.count == 6 }
            let values = try cast.finish()
            if scene.ground == .real { #expect(values.count == cast.sent, "doubled") }
            #expect(Set(values).count == cast.sent, "lost")
            #expect(a.heard.contains { $0.hasPrefix("-") })
            if scene.ground == .real {
                #expect(!cast.everybody.contains { $0.heard.contains { $0.hasPrefix("!") } })
                let errors = cast.everybody.flatMap(\.errors)
                #expect(errors.isEmpty, "\(errors)")
            }
        }

        /// The members of a group, played in turn on one thread, and what is sent to them.
        private final class Cast {
            let scene: Scene
            let address: String
            let topic: String
            let broker: EmbeddedBroker?
            let producer: Producer
            private(set) var sent = 0
            private(set) var members: [Reader] = []
            private(set) var everybody: [Reader] = []

            init(_ scene: Scene) throws {
                self.scene = scene
                (address, topic, broker) = try scene.ground.topic(partitions: 6)
                producer = try Producer(ClientSettings(brokers: address), log: quiet)
            }

            func join() throws -> Reader {
                let session =
                    scene.ground == .mock && ProtocolSupport.versionNumber >= Ground.maturedMock ? "1500" : "6000"
                let settings = ClientSettings(
                    brokers: address, properties: ["heartbeat.interval.ms": "200", "session.timeout.ms": session])
                let consumer = try Consumer(
                    settings, group: "g-\(topic)", startPolicy: .earliest, cooperative: scene.cooperative, log: quiet)
                let reader = Reader(consumer)
                let mayRefuse = scene.ground == .mock
                reader.onRevoke = { reader, partitions in
                    // The partitions are still ours, so that committing their work succeeds.
                    let offsets = partitions.compactMap { reader.processed($0) }
                    for offset in offsets {
                        #expect(reader.consumer.running.contains(reader.consumer.index(of: offset.partition) ?? -1))
                    }
                    do throws(KafkaError) {
                        try reader.consumer.commitSync(offsets)
                    } catch {
                        if !(mayRefuse && error.isRetriable) { Issue.record("commit in revoke: \(error)") }
                    }
                }
                try consumer.subscribe([topic])
                members.append(reader)
                everybody.append(reader)
                return reader
            }

            func leave(_ reader: Reader) {
                reader.consumer.close()
                members.removeAll { $0 === reader }
            }

            func turns(_ count: Int) throws {
                for _ in 0..<count {
                    for _ in 0..<20 where sent < 6000 {
                        _ = try producer.say(topic, "\(sent)", partition: Int32(sent % 6))
                        sent += 1
                    }
                    producer.poll()
                    for reader in members { reader.turn(timeout: .milliseconds(5)) }
                }
            }

            func play(until condition: () -> Bool) throws {
                let end = ContinuousClock.now + .seconds(30)
                while ContinuousClock.now < end && !condition() { try turns(1) }
                try #require(condition(), "\(everybody.map(\.heard)) \(members.map(\.consumer.running))")
            }

            /// Reads to the end; everything that was seen by anybody.
            func finish() throws -> [String] {
                #expect(producer.flush(timeout: .seconds(10)))
                func values() -> [String] { everybody.flatMap { $0.messages.compactMap(\.value) } }
                let last = try #require(members.last)
                _ = last.turns(for: 20) { _ in Set(values()).count >= sent }
                for _ in 0..<5 { last.turn() }
                for reader in members { leave(reader) }
                return values()
            }
        }

        @Test(
            .enabled(if: ProtocolSupport.versionNumber >= Ground.maturedMock, "the old mock cluster forms groups late"))
        func aMemberThatWasTooSlowHearsOfItsLoss() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 2)
            let reader = try Reader(
                address, group: "g", topics: [topic],
                properties: [
                    "max.poll.interval.ms": "1000", "session.timeout.ms": "1000", "heartbeat.interval.ms": "200",
                ])
            #expect(reader.turns { $0.started.count == 2 })
            Thread.sleep(1.6)
            #expect(reader.turns { $0.heard.contains("!0,1") })
            #expect(reader.errors.contains { $0.code == .maximumPollExceeded && $0.whoMustAct == .operator })
            // It joins again by itself.
            #expect(reader.turns { $0.started.count == 4 })
            reader.consumer.close()
            withExtendedLifetime(broker) {}
        }

        @Test(arguments: Ground.all) func pausedPartitionsStandStill(_ ground: Ground) throws {
            let (address, topic, broker) = try ground.topic(partitions: 2)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            let reader = try Reader(address, group: "g-\(topic)", topics: [topic])
            #expect(reader.turns { $0.started.count == 2 })
            let quietOne = try #require(reader.consumer.index(of: TopicPartition(topic, 0)))
            reader.consumer.pause([quietOne])
            #expect(reader.consumer.isPaused(quietOne))
            for number in 0..<20 { _ = try producer.say(topic, "\(number)", partition: Int32(number % 2)) }
            #expect(producer.flush(timeout: .seconds(10)))
            #expect(reader.turns { $0.messages.count == 10 })
            for _ in 0..<10 { reader.turn() }
            #expect(reader.messages.allSatisfy { $0.partition.partition == 1 })
            reader.consumer.resume([quietOne])
            #expect(reader.turns { $0.messages.count == 20 })
            #expect(Set(reader.messages.map(\.value)).count == 20)
            reader.consumer.close()
            withExtendedLifetime(broker) {}
        }

        @Test(arguments: Scene.all) func startGoesBackAndForth(_ scene: Scene) throws {
            let (address, topic, broker) = try scene.ground.topic(partitions: 2)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            for number in 0..<20 { _ = try producer.say(topic, "\(number / 2)", partition: Int32(number % 2)) }
            #expect(producer.flush(timeout: .seconds(10)))
            let reader = Reader(
                try Consumer(
                    ClientSettings(brokers: address), group: "g-\(topic)", startPolicy: .earliest,
                    cooperative: scene.cooperative, log: quiet))
            try reader.consumer.subscribe([topic])
            #expect(reader.turns { $0.messages.count == 20 })
            var expected = 20
            for round in 0..<10 {
                for index in [0, 1] {
                    reader.consumer.start(index, at: Int64(7 - round % 3))
                    #expect(reader.consumer.position(index) == Int64(7 - round % 3))
                    expected += 3 + round % 3
                }
                if round % 2 == 0 { #expect(reader.turns { $0.messages.count == expected }) } else { reader.turn() }
                if round % 2 == 1 {
                    // Whether the turn brought any of it or not, going to the end leaves nothing to come.
                    for index in [0, 1] { reader.consumer.start(index, at: 10) }
                    for _ in 0..<3 { reader.turn() }
                    expected = reader.messages.count
                }
            }
            #expect(reader.messages.suffix(1).map(\.value) == ["9"])
            #expect(reader.errors.isEmpty, "\(reader.errors)")
            reader.consumer.close()
            withExtendedLifetime(broker) {}
        }

        @Test(arguments: Ground.all) func anOffsetBeyondTheEndIsReportedAndHeld(_ ground: Ground) throws {
            let (address, topic, broker) = try ground.topic(partitions: 1)
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            for number in 0..<5 { _ = try producer.say(topic, "\(number)") }
            #expect(producer.flush(timeout: .seconds(10)))
            let first = try Reader(address, group: "g-\(topic)", topics: [topic])
            #expect(first.turns { $0.started.count == 1 })
            try first.consumer.commitSync([OffsetCommit(TopicPartition(topic, 0), 1000)])
            first.consumer.close()

            let second = try Reader(address, group: "g-\(topic)", topics: [topic])
            #expect(second.turns { !$0.outOfRange.isEmpty })
            #expect(second.outOfRange.first?.wanted == 1000)
            #expect(second.consumer.position(0) == nil)
            for _ in 0..<5 { second.turn() }
            #expect(second.messages.isEmpty)
            second.consumer.start(0, at: 2)
            #expect(second.turns { $0.messages.count == 3 })
            #expect(second.messages.map(\.value) == ["2", "3", "4"])
            second.consumer.close()
            withExtendedLifetime(broker) {}
        }

        @Test func anOffsetBeforeTheBeginningIsReportedAndHeld() throws {
            // The mock cluster keeps five megabytes per partition.
            let (address, topic, broker) = try Ground.mock.topic(partitions: 1)
            let first = try Reader(address, group: "g", topics: [topic])
            #expect(first.turns { $0.started.count == 1 })
            try first.consumer.commitSync([OffsetCommit(TopicPartition(topic, 0), 0)])
            first.consumer.close()
            let producer = try Producer(ClientSettings(brokers: address), log: quiet)
            let long = String(repeating: "x", count: 100_000)
            for _ in 0..<10 {
                for _ in 0..<10 { _ = try producer.say(topic, long) }
                #expect(producer.flush(timeout: .seconds(20)))
            }
            let second = try Reader(address, group: "g", topics: [topic])
            #expect(second.turns { !$0.outOfRange.isEmpty })
            let range = try #require(second.outOfRange.first)
            #expect(range.wanted == 0 && range.earliest > 0 && range.latest == 100)
            #expect(second.started.isEmpty && second.messages.isEmpty)
            // A partition that was never started can be given up all the same.
            second.consumer.close()
            #expect(!second.consumer.pendingEvents.contains { if case .error = $0 { true } else { false } })
            let third = try Reader(address, group: "g", topics: [topic])
            #expect(third.turns { !$0.outOfRange.isEmpty })
            third.consumer.start(0, at: range.earliest)
            #expect(third.turns { $0.messages.last?.offset == 99 })
            #expect(third.messages.first?.offset == range.earliest)
            #expect(third.errors.isEmpty)
            third.consumer.close()
            withExtendedLifetime(broker) {}
        }

        @Test func aPollCanBeInterrupted() throws {
            let (address, topic, broker) = try Ground.mock.topic(partitions: 1)
            let reader = try Reader(address, group: "g", topics: [topic])
            #expect(reader.turns { !$0.ends.isEmpty })
            let waker = reader.consumer.waker
            let other = Thread { waker.wake() }
            let start = ContinuousClock.now
            other.start()
            reader.turn(timeout: .seconds(30))
            #expect(ContinuousClock.now - start < .seconds(20))
            reader.consumer.close()
            withExtendedLifetime(broker) {}
        }
    }
}
