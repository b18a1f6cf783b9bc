import Records

/// Hands records to the sink. What the sink has no room for waits here, in order, and holds the worker's input back.
final class Emitter {
    private struct Waiting {
        let topic: Int
        let key: [UInt8]?
        let value: [UInt8]?
        let timestamp: Int64
        let headers: [(name: String, value: [UInt8])]
        let epoch: Int
    }

    private let sink: any RecordSink
    private var waiting: [Waiting] = []
    private var firstWaiting = 0
    /// Records that had to wait and were then refused: too late for a dead letter, so the worker stops before its
    /// commit.
    private var refusedLate: [DeliveryFailure] = []
    /// Counts commits: records sent under one epoch are covered by the commit that ends it.
    private(set) var epoch = 0
    private(set) var sent: Int64 = 0

    init(_ sink: any RecordSink) { self.sink = sink }

    func topic(_ name: String) -> Int { sink.topic(name) }

    var isHeldBack: Bool { firstWaiting < waiting.count }

    /// Sends a record, at once or as soon as there is room. Nil, or the reason why it can never be sent.
    func send(_ record: OutgoingRecord) -> String? {
        if !isHeldBack {
            switch sink.send(record, epoch: epoch) {
            case .taken:
                sent += 1
                return nil
            case .refused(let reason): return reason
            case .full: break
            }
        }
        sent += 1
        waiting.append(
            Waiting(
                topic: record.topic, key: record.key.map(Array.init), value: record.value.map(Array.init),
                timestamp: record.timestampMilliseconds, headers: record.headers, epoch: epoch))
        return nil
    }

    /// Offers what waits again.
    func drain() {
        while firstWaiting < waiting.count {
            let next = waiting[firstWaiting]
            let result = withBytes(next.key) { key in
                withBytes(next.value) { value in
                    sink.send(
                        OutgoingRecord(
                            topic: next.topic, key: key, value: value, timestampMilliseconds: next.timestamp,
                            headers: next.headers),
                        epoch: next.epoch)
                }
            }
            if result == .full { return }
            if case .refused(let reason) = result {
                refusedLate.append(DeliveryFailure(topic: "", message: reason, isFatal: true))
            }
            firstWaiting += 1
        }
        waiting.removeAll(keepingCapacity: waiting.count <= 1024)
        firstWaiting = 0
    }

    private func withBytes<R>(_ bytes: [UInt8]?, _ body: (UnsafeBufferPointer<UInt8>?) -> R) -> R {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBufferPointer { body($0) }
    }

    /// Ends the epoch: returns its number; later records belong to the next.
    func endEpoch() -> Int {
        defer { epoch += 1 }
        return epoch
    }

    /// Whether everything sent up to and including an epoch has been delivered.
    func isDelivered(_ ended: Int) -> Bool {
        if firstWaiting < waiting.count, waiting[firstWaiting].epoch <= ended { return false }
        return sink.outstanding(epoch: ended) == 0
    }

    /// Waits until all is delivered; false when the time ran out.
    func flush(milliseconds: Int, _ clock: any NodeClock) -> Bool {
        let end = clock.monotonicMicroseconds + Int64(milliseconds) * 1000
        while isHeldBack {
            sink.poll()
            drain()
            if !isHeldBack { break }
            if clock.monotonicMicroseconds >= end { return false }
            _ = sink.flush(milliseconds: 10)
        }
        let left = max(0, Int((end - clock.monotonicMicroseconds) / 1000))
        return sink.flush(milliseconds: left)
    }

    func poll() {
        sink.poll()
        if isHeldBack { drain() }
    }

    func takeFailures() -> [DeliveryFailure] {
        defer { refusedLate.removeAll() }
        return sink.takeFailures() + refusedLate
    }
}
