import Codecs
import Records
import Testing
import Topology

@testable import Runtime

/// The worker's loop with ports in memory: nothing lost, nothing committed too early, whatever the ports do.
struct WorkerTests {
    static func row(_ n: Int) -> String { #"{"id":"a","n":\#(n)}"# }

    // MARK: Output

    @Test(arguments: [1, 3, 64])
    func aFullSinkHoldsReadingBackAndLosesNothing(batchRows: Int) throws {
        let rig = try WorkerRig([WorkerRig.copying()], batchRows: batchRows)
        for n in 0..<10 { rig.append(Self.row(n)) }
        rig.sink.room = 2
        rig.turn(20)
        #expect(rig.source.isPaused)
        #expect(try rig.field("n", "out") == [0, 1])
        let before = rig.committed()?.offset ?? 0
        #expect(before <= 2, "nothing that waits is committed")
        // Room comes one record at a time, while more arrive.
        for n in 10..<14 {
            rig.append(Self.row(n))
            rig.sink.room = 1
            rig.turn(2)
        }
        #expect(try rig.field("n", "out").count == 6)
        rig.sink.room = .max
        rig.turn(30)
        #expect(!rig.source.isPaused)
        #expect(try rig.field("n", "out") == (0..<14).map { Int64($0) }, "all of them, in order, once")
        #expect(rig.committed()?.offset == 14)
        #expect(rig.status?.counters.pauses ?? 0 >= 1)
    }

    @Test func heldDeliveriesHoldTheCommit() throws {
        let rig = try WorkerRig([WorkerRig.copying()])
        rig.sink.holdsDeliveries = true
        for n in 0..<3 { rig.append(Self.row(n)) }
        rig.turn(30)
        #expect(rig.committed() == nil)
        for n in 3..<5 { rig.append(Self.row(n)) }
        rig.turn(3)
        rig.sink.holdsDeliveries = false
        rig.turn(1)
        #expect(rig.committed()?.offset == 3, "a commit covers what was read when it was taken")
        rig.turn(5)
        #expect(rig.committed()?.offset == 5)
        #expect(rig.status?.counters.commits == 2, "nothing new, nothing committed")
    }

    @Test func aFailedDeliveryStopsTheWorkerBeforeItsCommit() throws {
        let rig = try WorkerRig([WorkerRig.copying()])
        rig.append(Self.row(0))
        rig.sink.failures = [
            DeliveryFailure(topic: "out", message: "message timed out", hint: "is the broker up?", isFatal: false)
        ]
        rig.turn(10)
        let failure = try #require(rig.worker.failure)
        #expect(failure == "a record for out could not be delivered: message timed out (is the broker up?)")
        rig.worker.stop()
        #expect(rig.committed() == nil)
        #expect(rig.status?.state == .failed)
        #expect(rig.status?.counters.deliveryFailures == 1)
    }

    @Test func aRecordThatIsRefusedBecomesADeadLetter() throws {
        let rig = try WorkerRig([WorkerRig.copying()])
        rig.sink.maximumBytes = 30
        rig.append(Self.row(1))
        rig.append(#"{"id":"\#(String(repeating: "x", count: 40))","n":2}"#)
        rig.append(Self.row(3))
        rig.turn(6)
        #expect(try rig.field("n", "out") == [1, 3])
        let letter = try #require(rig.sink.records["dead"]?.first)
        #expect(rig.sink.records["dead"]?.count == 1)
        #expect(letter.value == nil, "too large for the dead-letter topic as well: the place and the reason still go")
        #expect(letter.headers["vigie-reason"] == "unsendable" && letter.headers["vigie-step"] == "out")
        #expect(letter.headers["vigie-offset"] == "1")
        #expect(letter.headers["vigie-omitted"]?.contains("55 bytes") == true)
        #expect(rig.committed()?.offset == 3)
        #expect(rig.worker.failure == nil)
    }

    // MARK: Records that can't be used

    @Test(arguments: ["dead-letter", "skip", "stop"])
    func whatHappensToAnUnreadableRecord(policy: String) throws {
        let rig = try WorkerRig([WorkerRig.copying(onError: policy)])
        rig.append(Self.row(0))
        rig.append(#"{"id":"a","n":"#)
        rig.append(Self.row(2))
        rig.turn(6)
        #expect(rig.sink.records["dead"]?.count ?? 0 == (policy == "dead-letter" ? 1 : 0))
        let counts = rig.status?.rejected.map { "\($0.key.reason) \($0.value)" }
        #expect(counts == ["malformed-json 1"])
        if policy == "stop" {
            #expect(rig.worker.failure?.hasPrefix("in[0]@1 can't be used (malformed-json): ") == true)
            rig.worker.stop()
            #expect(rig.committed() == nil)
        } else {
            #expect(try rig.field("n", "out") == [0, 2])
            #expect(rig.committed()?.offset == 3)
            #expect(rig.worker.failure == nil)
        }
    }

    @Test func aDeadLetterSaysWhereAndWhy() throws {
        let rig = try WorkerRig([WorkerRig.copying(filter: "100 / n > 0")])
        let bytes: [UInt8] = [0x7b, 0xff, 0x00, 0x0a]
        let partition = TopicPartition("in", 0)
        rig.source.append(
            MemoryRecord(key: [1, 2, 0], value: bytes, timestampMilliseconds: 1_767_225_600_123), to: partition)
        rig.source.append(MemoryRecord(key: nil, value: nil, timestampMilliseconds: 7), to: partition)
        rig.append(Self.row(0), key: "k")
        rig.turn(2)
        let letters = rig.sink.records["dead"] ?? []
        #expect(letters.map(\.value) == [bytes, nil, Array(Self.row(0).utf8)])
        #expect(letters.map(\.key) == [[1, 2, 0], nil, Array("k".utf8)])
        #expect(letters.map { $0.headers["vigie-reason"] } == ["malformed-json", "null-payload", "expression"])
        #expect(letters.map { $0.headers["vigie-step"] } == [nil, nil, "kept"])
        #expect(letters.map { $0.headers["vigie-offset"] } == ["0", "1", "2"])
        #expect(letters.map { $0.headers["vigie-timestamp"] } == ["1767225600123", "7", "1767225600000"])
        for letter in letters {
            #expect(letter.headers["vigie-topic"] == "in" && letter.headers["vigie-partition"] == "0")
            #expect(letter.headers["vigie-topology"] == "copying")
            #expect(letter.headers["vigie-rejected-at"] == "2026-01-01T00:00:00Z")
            #expect(letter.headers["vigie-detail"]?.isEmpty == false)
            #expect(letter.timestampMilliseconds == 1_767_225_600_000)
        }
    }

    @Test func aRecordFarAheadOfTheClockIsNotBelieved() throws {
        let rig = try WorkerRig([WorkerRig.counting(name: "counts", delay: "0s")])
        let row = #"{"id":"a"}"#
        for at: Int64 in [1, 601, 2, 600, 3] { rig.append(row, at: at) }
        rig.turn(4)
        let letters = rig.sink.records["dead"] ?? []
        #expect(letters.map { $0.headers["vigie-reason"] } == ["future", "late"])
        #expect(letters.map { $0.headers["vigie-offset"] } == ["1", "4"], "600 s is believed, and moves time on")
        #expect(try rig.field("n", "counts") == [2], "601 s closes no window: the third record still counts")
    }

    // MARK: Time

    @Test func anIdlePartitionClosesItsWindows() throws {
        let rig = try WorkerRig([WorkerRig.counting(name: "counts", delay: "2s", idle: "30s")])
        rig.append(#"{"id":"a"}"#, at: 5)
        rig.turn(29, milliseconds: 1000)
        #expect(rig.texts("counts").isEmpty)
        rig.turn(3, milliseconds: 1000)
        #expect(try rig.field("n", "counts") == [1])
        #expect(rig.status?.tasks.first?.isIdle == true)
    }

    @Test func noWindowClosesByTheClockWhileNoBrokerAnswers() throws {
        let rig = try WorkerRig([WorkerRig.counting(name: "counts", delay: "0s", idle: "30s")])
        rig.append(#"{"id":"a"}"#, at: 5)
        rig.turn(2)
        rig.source.isConnected = false
        rig.append(#"{"id":"a"}"#, at: 6)
        rig.turn(100, milliseconds: 10_000)
        #expect(rig.texts("counts").isEmpty)
        #expect(rig.status?.isConnected == false)
        rig.source.isConnected = true
        rig.turn(2)
        #expect(rig.texts("counts").isEmpty)
        rig.turn(40, milliseconds: 1000)
        #expect(try rig.field("n", "counts") == [2], "what waited at the broker still counts")
        #expect(rig.sink.records["dead"] == nil)
    }

    @Test func topologiesOnOneTopicHaveTimesOfTheirOwn() throws {
        let rig = try WorkerRig([
            WorkerRig.counting(name: "quick", delay: "0s"), WorkerRig.counting(name: "slow", delay: "15s"),
        ])
        for at: Int64 in [1, 2, 12, 3] { rig.append(#"{"id":"a"}"#, at: at) }
        rig.turn(4)
        #expect(try rig.field("n", "quick") == [2])
        #expect(rig.texts("slow").isEmpty)
        #expect(
            (rig.sink.records["dead"] ?? []).map { $0.headers["vigie-topology"] } == ["quick"], "late for one of them")
        #expect(rig.committed()?.offset == 0, "the slow one still needs the first record")
        let base = WorkerRig.base * 1_000_000
        #expect(rig.committed()?.metadata == "vigie1 4 quick/rows=\(base + 12_000_000) slow/rows=\(base - 3_000_000)")
        rig.append(#"{"id":"a"}"#, at: 26)
        rig.turn(4)
        #expect(try rig.field("n", "slow") == [3])
        #expect(rig.committed()?.offset == 2)
    }

    @Test func oneTopologyReadsSeveralTopics() throws {
        let yaml = """
            vigie: 1
            name: both
            sources:
              left: { topic: left, key: id, fields: { id: string, n: int }, timestamp: record }
              right: { topic: right, key: id, fields: { id: string, m: int }, timestamp: record }
            steps:
              big: { from: left, filter: n > 1 }
              small: { from: right, select: { m: m * 2 } }
            sinks:
              a: { from: big, topic: big }
              b: { from: small, topic: small }
            """
        let rig = try WorkerRig([yaml], topics: ["left", "right", "other"])
        for n in 0..<4 {
            rig.append(#"{"id":"a","n":\#(n)}"#, to: "left")
            rig.append(#"{"id":"a","m":\#(n)}"#, to: "right")
        }
        rig.append("not for us", to: "other")
        rig.turn(5)
        #expect(try rig.field("n", "big") == [2, 3])
        #expect(try rig.field("m", "small") == [0, 2, 4, 6])
        #expect(rig.committed("left")?.offset == 4 && rig.committed("right")?.offset == 4)
        #expect(rig.sink.records["dead"] == nil)
    }

    // MARK: Rebalance

    @Test func aRevokedPartitionIsCommittedAndItsStateMoves() throws {
        let partition = TopicPartition("in", 0)
        let first = try WorkerRig([WorkerRig.counting(name: "counts", delay: "0s")])
        for at: Int64 in [1, 2, 11, 12, 3] { first.append(#"{"id":"a"}"#, at: at) }
        first.turn(1)
        #expect(try first.field("n", "counts") == [2])
        first.source.revoke([partition], first.worker)
        let commit = try #require(first.committed())
        #expect(commit.offset == 2, "the open window began with offset 2")
        #expect(commit.metadata == "vigie1 5 counts/rows=\((WorkerRig.base + 12) * 1_000_000)")
        #expect(first.sink.records["dead"]?.count == 1)

        let second = try WorkerRig(
            [WorkerRig.counting(name: "counts", delay: "0s")], clock: first.clock,
            source: MemorySource(resuming: first.source),
            sink: first.sink)
        second.append(#"{"id":"a"}"#, at: 13)
        second.append(#"{"id":"a"}"#, at: 20)
        second.turn(3)
        #expect(try second.field("n", "counts") == [2, 3], "rebuilt, nothing twice")
        #expect(second.sink.records["dead"]?.count == 1, "the late record is not told of again")
    }

    @Test func aRevocationWaitsForDeliveriesButNotForever() throws {
        let rig = try WorkerRig([WorkerRig.copying()])
        rig.append(Self.row(0))
        rig.sink.holdsDeliveries = true
        rig.turn(1)
        rig.source.revoke([TopicPartition("in", 0)], rig.worker)
        #expect(rig.committed() == nil, "what is not known to be delivered is not committed")
        rig.sink.holdsDeliveries = false
        rig.turn(6)
        #expect(try rig.field("n", "out") == [0, 0], "read again, at least once")
        #expect(rig.committed()?.offset == 1)
    }

    @Test func ofLostPartitionsNothingIsCommitted() throws {
        let rig = try WorkerRig([WorkerRig.copying()])
        rig.append(Self.row(0))
        rig.sink.holdsDeliveries = true
        rig.turn(4)
        rig.worker.lost([TopicPartition("in", 0)])
        rig.sink.holdsDeliveries = false
        rig.turn(6)
        #expect(rig.committed() == nil)
        #expect(rig.status?.tasks.isEmpty == true)
        #expect(rig.status?.counters.written == ["copying/out": 1], "what was done stays counted")
        rig.worker.stop()
        #expect(rig.committed() == nil)
    }

    @Test func aFailedCommitIsTriedAgain() throws {
        let rig = try WorkerRig([WorkerRig.copying()])
        rig.append(Self.row(0))
        rig.turn(5)
        let before = rig.status?.counters.commits ?? 0
        rig.turn(5)
        #expect(rig.status?.counters.commits == before)
        rig.worker.commitFailed("rebalance in progress")
        rig.turn(5)
        #expect(rig.status?.counters.commits == before + 1)
        #expect(rig.status?.counters.commitFailures == 1)
    }

    @Test func stoppingCommitsWhatWasRead() throws {
        let rig = try WorkerRig([WorkerRig.copying()])
        for n in 0..<3 { rig.append(Self.row(n)) }
        rig.worker.runOnce()
        rig.worker.stop()
        #expect(rig.committed()?.offset == 3)
        #expect(rig.status?.state == .stopped)
    }

    @Test func aFatalSourceFailureStopsTheWorker() throws {
        let rig = try WorkerRig([WorkerRig.copying()])
        rig.worker.failed(SourceFailure(message: "a broker is slow", isFatal: false))
        #expect(rig.worker.failure == nil)
        rig.worker.failed(SourceFailure(message: "no right to read in", hint: "grant READ", isFatal: true))
        rig.append(Self.row(0))
        rig.turn(5)
        #expect(rig.worker.failure == "no right to read in (grant READ)")
        #expect(rig.committed() == nil)
        #expect(rig.status?.counters.pollErrors == 2)
    }
}
