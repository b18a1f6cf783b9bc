public import Records

/// Clocks that move only when told to. For inline tests and the runtime's own.
public final class ManualClock: NodeClock, @unchecked Sendable {
    // Confined to the one thread that runs the engine under it.
    public private(set) var now: EventTime
    public private(set) var monotonicMicroseconds: Int64 = 1_000_000

    public init(now: EventTime) { self.now = now }

    public func advance(microseconds: Int64) {
        now = now.advanced(by: microseconds)
        monotonicMicroseconds += microseconds
    }

    /// Sets the wall clock, if that is later.
    public func reach(_ time: EventTime) { now = max(now, time) }
}

/// A record held in memory.
public struct MemoryRecord: Sendable, Equatable {
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var timestampMilliseconds: Int64
    public var headers: [String: String]

    public init(key: [UInt8]?, value: [UInt8]?, timestampMilliseconds: Int64 = -1, headers: [String: String] = [:]) {
        self.key = key
        self.value = value
        self.timestampMilliseconds = timestampMilliseconds
        self.headers = headers
    }
}

/// A source whose partitions are arrays: all of them are assigned at the first poll, or as a test says.
public final class MemorySource: RecordSource {
    private struct Log {
        var records: [MemoryRecord] = []
        var next = 0
        var index: Int?
        var atEnd = false
    }

    private var logs: [(partition: TopicPartition, log: Log)]
    private var nextIndex = 0
    public private(set) var committed: [TopicPartition: OffsetCommit] = [:]
    public private(set) var isPaused = false
    public var isConnected = true
    /// Records that one call of `received` may hold.
    public var runLimit = Int.max

    public init(_ partitions: [TopicPartition]) { logs = partitions.map { ($0, Log()) } }

    /// As after a restart: the same records, and what had been committed.
    public convenience init(resuming other: MemorySource) {
        self.init(other.logs.map(\.partition))
        for (index, entry) in other.logs.enumerated() { logs[index].log.records = entry.log.records }
        committed = other.committed
    }

    public func append(_ record: MemoryRecord, to partition: TopicPartition) {
        guard let index = logs.firstIndex(where: { $0.partition == partition }) else { return }
        logs[index].log.records.append(record)
        logs[index].log.atEnd = false
    }

    public func poll(limit: Int, waiting milliseconds: Int, _ handler: any SourceHandler) {
        for at in logs.indices where logs[at].log.index == nil {
            let start = committed[logs[at].partition]
            logs[at].log.index = nextIndex
            logs[at].log.next = Int(start?.offset ?? 0)
            nextIndex += 1
            handler.started(
                logs[at].partition, index: nextIndex - 1,
                from: StartPosition(offset: start?.offset ?? 0, metadata: start?.metadata ?? ""))
        }
        if isPaused || !isConnected { return }
        for at in logs.indices {
            guard let index = logs[at].log.index else { continue }
            let from = logs[at].log.next
            let count = min(logs[at].log.records.count - from, min(limit, runLimit))
            if count > 0 {
                deliver(logs[at].log.records[from..<(from + count)], from: from, index: index, handler)
                logs[at].log.next += count
            } else if !logs[at].log.atEnd {
                logs[at].log.atEnd = true
                handler.reachedEnd(index: index, offset: Int64(from))
            }
        }
    }

    private func deliver(_ records: ArraySlice<MemoryRecord>, from: Int, index: Int, _ handler: any SourceHandler) {
        let arena = Arena()
        var messages: [RawMessage] = []
        for (position, record) in records.enumerated() {
            let value = record.value.map { bytes in bytes.withUnsafeBufferPointer { arena.copy($0) } }
            let key = record.key.map { bytes in bytes.withUnsafeBufferPointer { arena.copy($0) } }
            messages.append(
                RawMessage(
                    value: value?.base, valueCount: value?.count ?? 0, key: key?.base, keyCount: key?.count ?? 0,
                    offset: Int64(from + position), timestampMilliseconds: record.timestampMilliseconds))
        }
        messages.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { handler.received(base, buffer.count, index: index) }
        }
        withExtendedLifetime(arena) {}
    }

    public func commit(_ commits: [OffsetCommit], waits: Bool) {
        for commit in commits { committed[commit.partition] = commit }
    }

    /// Takes partitions away, as a rebalance does.
    public func revoke(_ partitions: [TopicPartition], _ handler: any SourceHandler) {
        handler.revoking(partitions)
        for at in logs.indices where partitions.contains(logs[at].partition) { logs[at].log.index = nil }
    }

    public func pause() { isPaused = true }
    public func resume() { isPaused = false }

    public func endOffset(_ partition: TopicPartition) -> Int64? {
        logs.first { $0.partition == partition }.map { Int64($0.log.records.count) }
    }

    public func close(_ handler: any SourceHandler) {
        handler.revoking(logs.filter { $0.log.index != nil }.map(\.partition))
    }
}

/// A sink that keeps what it is given. Delivers at once, unless a test holds deliveries or room back.
public final class MemorySink: RecordSink {
    private var names: [String] = []
    public private(set) var records: [String: [MemoryRecord]] = [:]
    /// Records it takes before it says it is full; a test lowers it.
    public var room = Int.max
    public var holdsDeliveries = false
    /// Payloads longer than this are refused.
    public var maximumBytes = Int.max
    public var failures: [DeliveryFailure] = []
    private var undelivered: [Int: Int] = [:]

    public init() {}

    public func topic(_ name: String) -> Int {
        if let index = names.firstIndex(of: name) { return index }
        names.append(name)
        return names.count - 1
    }

    public func send(_ record: OutgoingRecord, epoch: Int) -> SendResult {
        if record.value?.count ?? 0 > maximumBytes {
            return .refused("\(record.value?.count ?? 0) bytes are more than \(maximumBytes)")
        }
        if room <= 0 { return .full }
        room -= 1
        var headers: [String: String] = [:]
        for header in record.headers { headers[header.name] = String(decoding: header.value, as: UTF8.self) }
        records[names[record.topic], default: []].append(
            MemoryRecord(
                key: record.key.map(Array.init), value: record.value.map(Array.init),
                timestampMilliseconds: record.timestampMilliseconds, headers: headers))
        if holdsDeliveries { undelivered[epoch, default: 0] += 1 }
        return .taken
    }

    public func poll() {
        if !holdsDeliveries { undelivered.removeAll() }
    }

    public func outstanding(epoch: Int) -> Int {
        undelivered.filter { $0.key <= epoch }.reduce(0) { $0 + $1.value }
    }

    public func flush(milliseconds: Int) -> Bool {
        poll()
        return undelivered.isEmpty
    }

    public func takeFailures() -> [DeliveryFailure] {
        defer { failures.removeAll() }
        return failures
    }
}
