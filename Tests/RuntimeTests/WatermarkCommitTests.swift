import Records
import Testing
import Topology

@testable import Runtime

/// The plain values of the runtime: watermark of a partition, commit schedule and the text committed with an offset.
struct WatermarkCommitTests {
    static let second: Int64 = 1_000_000

    enum Act: Sendable {
        /// A batch with its latest event time (nil when nothing could be used), at a time of the monotonic clock.
        case records(Int64?, at: Int64)
        case end
        case tick(Int64, isConnected: Bool = true)
    }

    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var restored: Int64?
        /// What happens, and the watermark after it in seconds; nil for none yet.
        var acts: [(Act, Int64?)]
        var isIdle = false
        var testDescription: String { name }
    }

    static let examples: [Example] = [
        Example(name: "without a record there is no time", acts: [(.end, nil), (.tick(1000), nil)]),
        Example(
            name: "latest less delay, never back",
            acts: [(.records(100, at: 0), 98), (.records(50, at: 1), 98), (.records(103, at: 2), 101)]),
        Example(
            name: "records that can't be used move nothing",
            acts: [(.records(nil, at: 0), nil), (.records(100, at: 1), 98), (.records(nil, at: 2), 98)]),
        Example(
            name: "idle: on with the clock from where it stood",
            acts: [(.records(100, at: 0), 98), (.end, 98), (.tick(9), 98), (.tick(10), 108), (.tick(15), 113)],
            isIdle: true),
        Example(
            name: "a record after idling does not bring time back",
            acts: [
                (.records(100, at: 0), 98), (.end, 98), (.tick(15), 113), (.records(105, at: 16), 113),
                (.records(120, at: 17), 118),
            ]),
        Example(name: "not idle while records wait", acts: [(.records(100, at: 0), 98), (.tick(1000), 98)]),
        Example(
            name: "not idle again before the end is reached again",
            acts: [
                (.records(100, at: 0), 98), (.end, 98), (.tick(10), 108), (.records(120, at: 11), 118),
                (.tick(99), 118),
            ]),
        Example(
            name: "a record that can't be used ends the silence too",
            acts: [
                (.records(100, at: 0), 98), (.end, 98), (.records(nil, at: 8), 98), (.end, 98), (.tick(17), 98),
                (.tick(18), 108),
            ],
            isIdle: true),
        Example(
            name: "silence counts anew once the broker is back",
            acts: [
                (.records(100, at: 0), 98), (.end, 98), (.tick(500, isConnected: false), 98), (.tick(509), 98),
                (.tick(510), 108),
            ], isIdle: true),
        Example(
            name: "an idle clock stands still while no broker answers",
            acts: [
                (.records(100, at: 0), 98), (.end, 98), (.tick(20), 118), (.tick(50, isConnected: false), 118),
                (.tick(51), 118), (.tick(60), 118), (.tick(61), 119),
            ], isIdle: true),
        Example(
            name: "restored: goes on from there", restored: 98,
            acts: [(.tick(0), 98), (.records(99, at: 1), 98), (.records(101, at: 2), 99)]),
        Example(
            name: "restored and silent", restored: 98, acts: [(.end, 98), (.tick(9), 98), (.tick(10), 108)],
            isIdle: true),
    ]

    @Test(arguments: examples)
    func watermark(_ example: Example) {
        let rule = WatermarkRule(
            delayMicroseconds: 2 * Self.second, idleMicroseconds: 10 * Self.second, aheadMicroseconds: .max)
        func time(_ seconds: Int64?) -> EventTime {
            seconds.map { EventTime(microseconds: $0 * Self.second) } ?? .distantPast
        }
        var watermark = InputWatermark(rule: rule, restored: time(example.restored), monotonic: 0)
        for (index, (act, wanted)) in example.acts.enumerated() {
            switch act {
            case .records(let latest, let at): watermark.observe(latest: time(latest), monotonic: at * Self.second)
            case .end: watermark.reachedEnd()
            case .tick(let at, let isConnected): watermark.tick(monotonic: at * Self.second, isConnected: isConnected)
            }
            #expect(watermark.current == time(wanted), "step \(index)")
        }
        #expect(watermark.isIdle == example.isIdle)
    }

    // MARK: Commit metadata

    static let metadata: [CommitMetadata] = [
        CommitMetadata(position: 0, watermarks: [:]),
        CommitMetadata(position: .max, watermarks: ["a/b": 0]),
        CommitMetadata(position: 17, watermarks: ["tanks/readings": -1, "roads/flow": .max, "x/y": .min + 1]),
    ]

    @Test(arguments: metadata)
    func metadataReadsBack(_ metadata: CommitMetadata) {
        #expect(CommitMetadata(metadata.text) == metadata)
    }

    @Test func metadataText() {
        let metadata = CommitMetadata(position: 17, watermarks: ["b/x": 5, "a/x": -7, "c/x": .min])
        #expect(metadata.text == "vigie1 17 a/x=-7 b/x=5")
    }

    @Test(arguments: [
        "", "hello", "vigie1", "vigie1 ", "vigie1 x", "vigie1 99999999999999999999", "vigie2 5", "VIGIE1 5",
        "{\"p\":1}",
    ])
    func foreignTextIsNotOurs(_ text: String) {
        #expect(CommitMetadata(text) == nil)
    }

    @Test func partsThatAreNoWatermarksAreLeftOut() {
        let metadata = CommitMetadata("vigie1 5 a b=x c/d=3 =4 e=f/g=-1")
        #expect(metadata == CommitMetadata(position: 5, watermarks: ["c/d": 3, "": 4, "e=f/g": -1]))
    }

    @Test(arguments: [40, 41, 100, 4000])
    func metadataStaysWithinKafkasLimit(count: Int) throws {
        let watermarks = Dictionary(
            uniqueKeysWithValues: (0..<count).map {
                ("topology-with-a-rather-long-name-\($0 + 100_000)/source-with-a-long-name-too", Int64($0))
            })
        let text = CommitMetadata(position: 123, watermarks: watermarks).text
        #expect(text.utf8.count <= 4096)
        let back = try #require(CommitMetadata(text))
        #expect(back.position == 123)
        for (name, value) in back.watermarks { #expect(watermarks[name] == value) }
        #expect(back.watermarks.count >= min(count, 40))
    }

    // MARK: Commit schedule

    @Test func commitsWaitForTheirDeliveries() {
        let a = OffsetCommit(partition: TopicPartition("in", 0), offset: 5, metadata: "")
        let b = OffsetCommit(partition: TopicPartition("in", 1), offset: 9, metadata: "")
        var schedule = CommitSchedule(intervalMicroseconds: 100, now: 1000)
        #expect(!schedule.isDue(now: 1099))
        #expect(schedule.isDue(now: 1100))
        #expect(schedule.awaitedEpoch == nil && schedule.take().isEmpty)
        schedule.begin(epoch: 4, [a, b], now: 1100)
        #expect(schedule.awaitedEpoch == 4)
        #expect(!schedule.isDue(now: 9999), "one at a time")
        schedule.drop([b.partition])
        #expect(schedule.awaitedEpoch == 4)
        #expect(schedule.take() == [a])
        #expect(schedule.awaitedEpoch == nil && schedule.take().isEmpty)
        #expect(!schedule.isDue(now: 1199))
        #expect(schedule.isDue(now: 1200))
        schedule.drop([a.partition])
    }
}
