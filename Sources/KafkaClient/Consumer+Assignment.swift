import CRdKafka
import Glibc
import Records

/// Partitions given and taken. librdkafka never looks an offset up by itself here: partitions given to us wait until
/// their committed offsets are known, and are then assigned with explicit ones (`settle`). Left alone it starts a
/// partition by `auto.offset.reset` when a dead member's transaction is pending (../shared/kafka/README.md).
extension Consumer {
    /// Inside poll or close, on the polling thread.
    func rebalance(_ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        let partitions = PartitionList.partitions(list)
        if isEager == nil {
            isEager = rd_kafka_rebalance_protocol(client.raw).map { strcmp($0, "EAGER") == 0 } ?? false
        }
        if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            given(partitions)
            listener?.assigned(partitions)
        } else {
            if code != RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS {
                pendingEvents.append(.error(KafkaError(code, during: "rebalancing")))
            }
            // The work is finished while the partitions are still ours; only then are they let go.
            if rd_kafka_assignment_lost(client.raw) != 0 {
                listener?.lost(partitions)
            } else {
                listener?.revoked(partitions)
            }
            taken(partitions)
        }
    }

    private func given(_ partitions: [TopicPartition]) {
        for partition in partitions {
            do throws(KafkaError) {
                let index = try table.add(partition)
                if table.slots[index].phase == .absent {
                    table.slots[index].phase = .waiting
                    table.slots[index].isPaused = false
                    waiting.append(index)
                }
            } catch {
                pendingEvents.append(.error(error))
            }
        }
        lookupIsUrgent = true
        // librdkafka waits for this call; the partitions themselves follow in settle.
        let none = PartitionList()
        report(isEager == true ? assign(none) : incrementalAssign(none))
    }

    private func taken(_ partitions: [TopicPartition]) {
        // Partitions that still wait, or were held before they were started, are not in librdkafka's assignment, which
        // refuses as a whole to let such go.
        let assigned = currentAssignment()
        let list = PartitionList(capacity: partitions.count)
        for partition in partitions {
            guard let index = table.index(of: partition) else { continue }
            if assigned.contains(partition) { list.add(table.topicName(index), partition.partition) }
            table.slots[index].phase = .absent
        }
        waiting.removeAll { table.slots[$0].phase == .absent }
        if isEager == true {
            report(KafkaError?(rd_kafka_assign(client.raw, nil), during: "giving partitions up"))
        } else {
            report(incrementalUnassign(list))
        }
    }

    /// Looks up the committed offsets of partitions that wait, and starts those that are known. Call it every turn: it
    /// returns at once when nothing waits, or when it is too early to ask again; otherwise it takes up to half a
    /// second. Partitions whose committed offset is no longer in the topic are held, and reported by the next poll.
    public func settle() -> [StartedPartition] {
        guard !waiting.isEmpty else { return [] }
        let now = monotonicMilliseconds()
        // Answers that don't come must not hold up the partitions that are being read.
        let patience: Int32 = running.isEmpty || lookupIsUrgent ? 500 : min(100 << Int32(min(failedLookups, 4)), 1000)
        guard lookupIsUrgent || now - lastLookup >= 100 * Int64(1 + failedLookups) else { return [] }
        // Under the eager protocol every start stops and starts the others too, and old versions of librdkafka end on
        // an assertion when that happens in quick succession.
        if isEager == true && now - lastEagerAssignment < 2000 && !running.isEmpty { return [] }
        lookupIsUrgent = false
        defer { lastLookup = monotonicMilliseconds() }
        let asked = waiting
        let list = PartitionList(capacity: asked.count)
        for index in asked { list.add(table.topicName(index), table.slots[index].partition) }
        let code = rd_kafka_committed(client.raw, list.raw, patience)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            failedLookups = min(failedLookups + 1, 10)
            lookupError = KafkaError(code, during: "looking up committed offsets")
            return []
        }
        failedLookups = 0
        lookupError = nil
        var started: [StartedPartition] = []
        for at in 0..<list.count {
            if let found = place(list[at], until: now + 1000) { started.append(found) }
        }
        begin(started)
        return started
    }

    /// Where one partition starts, if that can be said now.
    private func place(_ found: rd_kafka_topic_partition_t, until end: Int64) -> StartedPartition? {
        let partition = TopicPartition(String(cString: found.topic), found.partition)
        guard let index = table.index(of: partition), table.slots[index].phase == .waiting else { return nil }
        guard found.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            lookupError = KafkaError(found.err, during: "looking up the committed offset of \(partition)")
            return nil
        }
        guard monotonicMilliseconds() < end, let range = queryWatermarks(index) else { return nil }
        if found.offset >= 0 {
            // Only the lower bound is sure: right after a change of leaders the upper one may lag behind. An offset
            // beyond the end is refused by the broker itself at the first fetch.
            if found.offset < range.low {
                hold(index, OutOfRange(wanted: found.offset, earliest: range.low, latest: range.high))
                return nil
            }
            return StartedPartition(
                index: index, partition: partition, offset: found.offset, metadata: found.metadataText,
                origin: .committed)
        }
        let offset = startPolicy == .earliest ? range.low : range.high
        return StartedPartition(index: index, partition: partition, offset: offset, metadata: nil, origin: .policy)
    }

    private func hold(_ index: PartitionIndex, _ range: OutOfRange) {
        table.slots[index].phase = .held
        table.slots[index].next = range.wanted
        waiting.removeAll { $0 == index }
        pendingEvents.append(.outOfRange(index, range))
    }

    private func begin(_ started: [StartedPartition]) {
        guard !started.isEmpty else { return }
        for one in started {
            table.slots[one.index].phase = .running
            table.slots[one.index].next = one.offset
        }
        waiting.removeAll { table.slots[$0].phase != .waiting }
        read(started.map(\.index))
    }

    /// Lets librdkafka read these partitions from their `next` offsets.
    private func read(_ indices: [PartitionIndex]) {
        if isEager == true {
            // The eager protocol knows whole assignments only: the others go on where they are.
            let list = PartitionList(capacity: table.slotCount)
            for index in 0..<table.slotCount where table.slots[index].phase == .running { add(index, to: list) }
            report(assign(list))
            lastEagerAssignment = monotonicMilliseconds()
            let paused = (0..<table.slotCount).filter { table.slots[$0].phase == .running && table.slots[$0].isPaused }
            if !paused.isEmpty { pause(paused) }
        } else {
            let list = PartitionList(capacity: indices.count)
            for index in indices { add(index, to: list) }
            report(incrementalAssign(list))
        }
    }

    private func add(_ index: PartitionIndex, to list: borrowing PartitionList) {
        list.add(table.topicName(index), table.slots[index].partition, offset: table.slots[index].next)
    }

    /// Goes on at `offset` in a partition that is held or being read: messages before it, and those polled already but
    /// not handed out, are forgotten. Not to be called from the listener.
    public func start(_ index: PartitionIndex, at offset: Int64) {
        guard index >= 0, index < table.slotCount else { return }
        let phase = table.slots[index].phase
        guard phase == .held || phase == .running else { return }
        table.slots[index].phase = .running
        table.slots[index].next = offset
        // A partition that stands still after an error does not heed a seek; its assignment is renewed.
        if isEager == true && phase == .running {
            seek(index)
        } else if isEager == true || !currentAssignment().contains(table.names[index]) {
            read([index])
        } else {
            let list = PartitionList()
            list.add(table.topicName(index), table.slots[index].partition)
            report(incrementalUnassign(list))
            read([index])
        }
        if table.slots[index].isPaused { pause([index]) }
    }

    private func seek(_ index: PartitionIndex) {
        let list = PartitionList()
        add(index, to: list)
        let during = "going to offset \(table.slots[index].next) of \(table.names[index])"
        if let error = rd_kafka_seek_partitions(client.raw, list.raw, 2000) {
            report(KafkaError(consuming: error, during: during))
        } else if let error = KafkaError?(list[0].err, during: during) {
            report(error)
        }
    }

    /// What librdkafka reads, or is about to.
    private func currentAssignment() -> Set<TopicPartition> {
        var list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
        guard rd_kafka_assignment(client.raw, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        defer { rd_kafka_topic_partition_list_destroy(list) }
        return Set(PartitionList.partitions(list))
    }

    private func assign(_ list: borrowing PartitionList) -> KafkaError? {
        KafkaError?(rd_kafka_assign(client.raw, list.raw), during: "assigning partitions")
    }

    private func incrementalAssign(_ list: borrowing PartitionList) -> KafkaError? {
        rd_kafka_incremental_assign(client.raw, list.raw).map {
            KafkaError(consuming: $0, during: "assigning partitions")
        }
    }

    private func incrementalUnassign(_ list: borrowing PartitionList) -> KafkaError? {
        rd_kafka_incremental_unassign(client.raw, list.raw).map {
            KafkaError(consuming: $0, during: "giving partitions up")
        }
    }

    private func report(_ error: KafkaError?) {
        if let error { pendingEvents.append(.error(error)) }
    }
}

extension KafkaError? {
    init(_ code: rd_kafka_resp_err_t, during: String) {
        self = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, during: during)
    }
}
