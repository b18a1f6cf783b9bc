import CRdKafka
public import Records

/// Messages of one partition that were polled together, in the order of their offsets.
public struct PartitionRun {
    /// The partition, as the Consumer numbers it.
    public var index: PartitionIndex
    /// The messages; valid until the batch is gone.
    public var messages: UnsafePointer<RawMessage>
    public var count: Int
}

/// Owner of the messages of one poll: they are given back to librdkafka when it goes out of scope. Everything it lends
/// is valid until then. Confined to the consumer's thread.
public struct PolledBatch: ~Copyable {
    private let storage: BatchStorage

    init(_ storage: BatchStorage) { self.storage = storage }

    deinit { storage.giveBack() }

    /// Messages in all runs together.
    public var count: Int { storage.messageCount }
    /// The messages, one run per partition.
    public var runs: UnsafeBufferPointer<PartitionRun> {
        UnsafeBufferPointer(start: storage.runs, count: storage.runCount)
    }
    /// What else happened since the last poll, in order.
    public var events: [ConsumerEvent] { storage.events }
    /// Messages left out because their partition had been given up, or was not started yet.
    public var droppedCount: Int { storage.droppedCount }

    /// The headers of a message: for edges such as dead letters, since they are decoded and copied here.
    public func headers(run: Int, message: Int) -> [MessageHeader] {
        let run = storage.runs[run]
        guard message >= 0, message < run.count else { return [] }
        return storage.headers(at: (run.messages - UnsafePointer(storage.messages)) + message)
    }
}

/// A header of a message. Names may repeat.
public struct MessageHeader: Hashable, Sendable {
    public var name: String
    /// nil differs from empty.
    public var value: [UInt8]?

    public init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// The memory of one poll, taken once and used again and again.
final class BatchStorage {
    /// Keeps the client until the messages are given back.
    private let client: ClientHandle
    let capacity: Int
    /// As librdkafka gave them, errors included; all are destroyed at the end.
    let polled: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private(set) var polledCount = 0
    /// The usable ones, run by run, and what each was made from.
    private(set) var messages: UnsafeMutablePointer<RawMessage>
    private var sources: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>>
    private(set) var messageCount = 0
    let runs: UnsafeMutablePointer<PartitionRun>
    private(set) var runCount = 0
    private(set) var droppedCount = 0
    var events: [ConsumerEvent] = []
    private(set) var isLent = false

    // For polls that mix partitions.
    private var otherMessages: UnsafeMutablePointer<RawMessage>
    private var otherSources: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>>
    private let stretches: UnsafeMutablePointer<Stretch>

    /// Neighbouring messages of one partition.
    private struct Stretch {
        var index: Int
        var start: Int
        var count: Int
    }

    init(_ client: ClientHandle, capacity: Int) {
        self.client = client
        self.capacity = capacity
        polled = .allocate(capacity: capacity)
        messages = .allocate(capacity: capacity)
        otherMessages = .allocate(capacity: capacity)
        sources = .allocate(capacity: capacity)
        otherSources = .allocate(capacity: capacity)
        runs = .allocate(capacity: capacity)
        stretches = .allocate(capacity: capacity)
    }

    deinit {
        if isLent { giveBack() }
        polled.deallocate()
        messages.deallocate()
        otherMessages.deallocate()
        sources.deallocate()
        otherSources.deallocate()
        runs.deallocate()
        stretches.deallocate()
    }

    /// Ends the loan: the messages go back to librdkafka.
    func giveBack() {
        let polled = self.polled, count = polledCount
        var at = 0
        while at < count {
            rd_kafka_message_destroy(polled[at])
            at += 1
        }
        polledCount = 0
        messageCount = 0
        runCount = 0
        droppedCount = 0
        events.removeAll(keepingCapacity: true)
        isLent = false
    }

    func lend(_ count: Int) {
        polledCount = count
        isLent = true
    }

    /// Sorts what was polled into runs. `onError` gets what is not a message.
    func group(
        _ table: PartitionTable, stamp: UInt64, onError: (UnsafeMutablePointer<rd_kafka_message_t>) -> Void
    ) {
        let polled = self.polled, polledCount = self.polledCount
        let messages = self.messages, sources = self.sources, stretches = self.stretches
        let slots = table.slots
        var kept = 0, stretchCount = 0, isMixed = false, dropped = 0
        var lastTopic: OpaquePointer?
        var lastPartition: Int32 = -1
        var index = -1
        var next: Int64 = 0
        var at = 0
        while at < polledCount {
            let source = polled[at].unsafelyUnwrapped
            at += 1
            if source.pointee.err != RD_KAFKA_RESP_ERR_NO_ERROR {
                onError(source)
                continue
            }
            if source.pointee.partition != lastPartition || source.pointee.rkt != lastTopic {
                if index >= 0 { slots[index].next = next }
                lastTopic = source.pointee.rkt
                lastPartition = source.pointee.partition
                index = table.find(lastTopic, lastPartition)
                if index >= 0 && slots[index].phase != .running { index = -1 }
                if index >= 0 {
                    next = slots[index].next
                    if slots[index].stamp != stamp {
                        slots[index].stamp = stamp
                        slots[index].polled = 0
                    } else {
                        isMixed = true
                    }
                    stretches[stretchCount] = Stretch(index: index, start: kept, count: 0)
                    stretchCount += 1
                }
            }
            let offset = source.pointee.offset
            if index < 0 || offset < next {
                dropped += 1
                continue
            }
            next = offset + 1
            messages[kept] = RawMessage(
                value: source.pointee.payload.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) },
                valueCount: source.pointee.len,
                key: source.pointee.key.map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) },
                keyCount: source.pointee.key_len, offset: offset,
                timestampMilliseconds: rd_kafka_message_timestamp(source, nil))
            sources[kept] = source
            kept += 1
            stretches[stretchCount - 1].count += 1
            slots[index].polled += 1
        }
        if index >= 0 { slots[index].next = next }
        messageCount = kept
        droppedCount = dropped
        if isMixed { bucket(stretchCount, slots) } else { runPerStretch(stretchCount) }
    }

    private func runPerStretch(_ stretchCount: Int) {
        var count = 0
        for at in 0..<stretchCount where stretches[at].count > 0 {
            runs[count] = PartitionRun(
                index: stretches[at].index, messages: UnsafePointer(messages + stretches[at].start),
                count: stretches[at].count)
            count += 1
        }
        runCount = count
    }

    /// Copies the stretches of each partition together, in the order in which the partitions first appear.
    private func bucket(_ stretchCount: Int, _ slots: UnsafeMutablePointer<PartitionSlot>) {
        var room = 0, count = 0
        for at in 0..<stretchCount {
            let index = stretches[at].index
            let polled = slots[index].polled
            if polled > 0 {
                runs[count] = PartitionRun(index: index, messages: UnsafePointer(otherMessages + room), count: polled)
                count += 1
                slots[index].cursor = room
                slots[index].polled = 0
                room += polled
            }
            let stretch = stretches[at]
            if stretch.count == 0 { continue }
            (otherMessages + slots[index].cursor).update(from: messages + stretch.start, count: stretch.count)
            (otherSources + slots[index].cursor).update(from: sources + stretch.start, count: stretch.count)
            slots[index].cursor += stretch.count
        }
        runCount = count
        swap(&messages, &otherMessages)
        swap(&sources, &otherSources)
    }

    func headers(at row: Int) -> [MessageHeader] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(sources[row], &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        var found: [MessageHeader] = []
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        var at = 0
        while rd_kafka_header_get_all(list, at, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let text = name {
            let bytes = value.map { [UInt8](UnsafeRawBufferPointer(start: $0, count: size)) }
            found.append(MessageHeader(String(cString: text), bytes))
            at += 1
        }
        return found
    }
}
