import CRdKafka
import Glibc
import Records

/// What a Consumer knows of one partition. Plain memory: it is touched in the poll loop.
struct PartitionSlot {
    enum Phase: UInt8 {
        /// Not ours.
        case absent
        /// Ours, its committed offset not known yet.
        case waiting
        /// Ours, standing still until somebody says where to go on.
        case held
        /// Being read.
        case running
    }

    var phase: Phase
    var isPaused: Bool
    var topic: Int32
    var partition: Int32
    /// Offset of the next message to hand out; older ones are left over from before a change, and dropped.
    var next: Int64
    // Scratch of one poll.
    var stamp: UInt64
    var polled: Int
    var cursor: Int
}

/// Partition numbers of a topic, and the topic handles that librdkafka puts into messages.
struct TopicSlot {
    var handle: OpaquePointer
    var name: UnsafeMutablePointer<CChar>
    /// Index of each partition; −1 for those never given to us.
    var indices: UnsafeMutablePointer<Int32>
    var capacity: Int32
}

/// Gives every partition that a Consumer ever held a dense index, and finds it without a string per message.
/// Memory is taken when a partition is first seen, never in the loop.
final class PartitionTable {
    private let client: ClientHandle
    private(set) var slots: UnsafeMutablePointer<PartitionSlot>
    private(set) var topics: UnsafeMutablePointer<TopicSlot>
    private var slotCapacity = 16
    private var topicCapacity = 4
    private(set) var slotCount = 0
    private(set) var topicCount = 0
    private(set) var names: [TopicPartition] = []
    private var known: [TopicPartition: PartitionIndex] = [:]

    init(_ client: ClientHandle) {
        self.client = client
        slots = .allocate(capacity: slotCapacity)
        topics = .allocate(capacity: topicCapacity)
    }

    deinit {
        for at in 0..<topicCount {
            rd_kafka_topic_destroy(topics[at].handle)
            free(topics[at].name)
            topics[at].indices.deallocate()
        }
        topics.deallocate()
        slots.deallocate()
    }

    func index(of partition: TopicPartition) -> PartitionIndex? { known[partition] }

    /// The index of a partition, a new one if it was never seen.
    func add(_ partition: TopicPartition) throws(KafkaError) -> PartitionIndex {
        if let index = known[partition] { return index }
        let topic = try topicNumber(partition.topic)
        if slotCount == slotCapacity { slots = Self.grown(slots, slotCount, &slotCapacity) }
        let index = slotCount
        (slots + index).initialize(
            to: PartitionSlot(
                phase: .absent, isPaused: false, topic: Int32(topic), partition: partition.partition, next: 0, stamp: 0,
                polled: 0, cursor: 0))
        slotCount += 1
        names.append(partition)
        known[partition] = index
        setIndex(topic, partition.partition, Int32(index))
        return index
    }

    private func topicNumber(_ name: String) throws(KafkaError) -> Int {
        for at in 0..<topicCount where strcmp(topics[at].name, name) == 0 { return at }
        // Holding the handle keeps its address, which is what messages are recognized by.
        guard let handle = rd_kafka_topic_new(client.raw, name, nil), let copy = strdup(name) else {
            throw KafkaError(rd_kafka_last_error(), during: "opening topic \(name)")
        }
        if topicCount == topicCapacity { topics = Self.grown(topics, topicCount, &topicCapacity) }
        let indices = UnsafeMutablePointer<Int32>.allocate(capacity: 16)
        indices.initialize(repeating: -1, count: 16)
        (topics + topicCount).initialize(to: TopicSlot(handle: handle, name: copy, indices: indices, capacity: 16))
        topicCount += 1
        return topicCount - 1
    }

    private func setIndex(_ topic: Int, _ partition: Int32, _ index: Int32) {
        if partition >= topics[topic].capacity {
            let wanted = max(topics[topic].capacity * 2, partition + 1)
            let larger = UnsafeMutablePointer<Int32>.allocate(capacity: Int(wanted))
            larger.initialize(repeating: -1, count: Int(wanted))
            larger.update(from: topics[topic].indices, count: Int(topics[topic].capacity))
            topics[topic].indices.deallocate()
            topics[topic].indices = larger
            topics[topic].capacity = wanted
        }
        topics[topic].indices[Int(partition)] = index
    }

    /// The index for a message's topic handle and partition; −1 when it is not one of ours.
    func find(_ handle: OpaquePointer?, _ partition: Int32) -> Int {
        guard let handle, partition >= 0 else { return -1 }
        var at = 0
        while at < topicCount {
            if topics[at].handle == handle { return indexIn(at, partition) }
            at += 1
        }
        // Another handle of the same topic: not seen so far, and right all the same.
        guard let name = rd_kafka_topic_name(handle) else { return -1 }
        for at in 0..<topicCount where strcmp(topics[at].name, name) == 0 { return indexIn(at, partition) }
        return -1
    }

    private func indexIn(_ topic: Int, _ partition: Int32) -> Int {
        partition < topics[topic].capacity ? Int(topics[topic].indices[Int(partition)]) : -1
    }

    /// The topic's name as a C string, good as long as the table.
    func topicName(_ index: PartitionIndex) -> UnsafePointer<CChar> {
        UnsafePointer(topics[Int(slots[index].topic)].name)
    }

    private static func grown<T>(_ old: UnsafeMutablePointer<T>, _ count: Int, _ capacity: inout Int)
        -> UnsafeMutablePointer<T>
    {
        let larger = UnsafeMutablePointer<T>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: old, count: count)
        old.deallocate()
        capacity *= 2
        return larger
    }
}
