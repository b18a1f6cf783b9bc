import Records
import Runtime

/// A source that hands out readings in memory, a poll's worth at a time, without copying.
final class BenchSource: RecordSource {
    private let readings: Readings
    private var next = 0
    private var isStarted = false
    var isDone: Bool { next == readings.count }

    init(_ readings: Readings) { self.readings = readings }

    func poll(limit: Int, waiting milliseconds: Int, _ handler: any SourceHandler) {
        if !isStarted {
            isStarted = true
            handler.started(TopicPartition("readings", 0), index: 0, from: StartPosition(offset: 0, metadata: ""))
        }
        let count = min(limit, readings.count - next)
        if count > 0 { handler.received(UnsafePointer(readings.messages + next), count, index: 0) }
        next += count
    }

    func commit(_ commits: [OffsetCommit], waits: Bool) {}
    func pause() {}
    func resume() {}
    func endOffset(_ partition: TopicPartition) -> Int64? { Int64(readings.count) }
    var isConnected: Bool { true }
    func close(_ handler: any SourceHandler) {}
}

/// A sink that counts and forgets.
final class BenchSink: RecordSink {
    private(set) var records = 0
    private(set) var bytes = 0
    private var names: [String] = []

    func topic(_ name: String) -> Int {
        names.append(name)
        return names.count - 1
    }

    func send(_ record: OutgoingRecord, epoch: Int) -> SendResult {
        records += 1
        bytes += record.value?.count ?? 0
        return .taken
    }

    func poll() {}
    func outstanding(epoch: Int) -> Int { 0 }
    func flush(milliseconds: Int) -> Bool { true }
    func takeFailures() -> [DeliveryFailure] { [] }
}
