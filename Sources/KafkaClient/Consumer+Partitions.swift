import CRdKafka
public import Records

/// What is known of partitions, and how they are stopped and moved.
extension Consumer {
    /// The partition behind an index.
    public func partition(_ index: PartitionIndex) -> TopicPartition { table.names[index] }

    /// The index of a partition; nil for one that was never given to this consumer.
    public func index(of partition: TopicPartition) -> PartitionIndex? { table.index(of: partition) }

    /// One more than the largest index so far.
    public var indexLimit: Int { table.slotCount }

    /// The partitions that are being read.
    public var running: [PartitionIndex] { (0..<table.slotCount).filter { table.slots[$0].phase == .running } }

    /// Partitions that are ours, and whose committed offsets are not known yet.
    public var waitingCount: Int { waiting.count }

    /// Offset of the next message that poll will hand out; nil when the partition is not being read.
    public func position(_ index: PartitionIndex) -> Int64? {
        guard index >= 0, index < table.slotCount, table.slots[index].phase == .running else { return nil }
        return table.slots[index].next
    }

    /// Stops reading these partitions for a while. Messages polled already stay good.
    public func pause(_ indices: [PartitionIndex]) { setPaused(indices, true) }

    /// Goes on reading paused partitions.
    public func resume(_ indices: [PartitionIndex]) { setPaused(indices, false) }

    private func setPaused(_ indices: [PartitionIndex], _ paused: Bool) {
        let list = PartitionList(capacity: indices.count)
        for index in indices where index >= 0 && index < table.slotCount && table.slots[index].phase == .running {
            table.slots[index].isPaused = paused
            list.add(table.topicName(index), table.slots[index].partition)
        }
        guard list.count > 0 else { return }
        let code =
            paused ? rd_kafka_pause_partitions(client.raw, list.raw) : rd_kafka_resume_partitions(client.raw, list.raw)
        if let error = KafkaError?(code, during: paused ? "pausing" : "resuming") {
            pendingEvents.append(.error(error))
        }
    }

    public func isPaused(_ index: PartitionIndex) -> Bool {
        index >= 0 && index < table.slotCount && table.slots[index].isPaused
    }

    /// First offset and end of a partition as the last fetch showed them: for lag, costs no request. nil until known.
    /// The end leaves out records of pending transactions.
    public func storedWatermarks(_ index: PartitionIndex) -> (low: Int64, high: Int64)? {
        var low: Int64 = -1
        var high: Int64 = -1
        let code = rd_kafka_get_watermark_offsets(
            client.raw, table.topicName(index), table.slots[index].partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? (max(low, 0), high) : nil
    }

    /// Messages between the position and the end; nil until known.
    public func lag(_ index: PartitionIndex) -> Int64? {
        guard let position = position(index), let range = storedWatermarks(index) else { return nil }
        return max(0, range.high - position)
    }

    /// First offset and end, asked from the broker.
    func queryWatermarks(_ index: PartitionIndex) -> (low: Int64, high: Int64)? {
        var low: Int64 = -1
        var high: Int64 = -1
        let code = rd_kafka_query_watermark_offsets(
            client.raw, table.topicName(index), table.slots[index].partition, &low, &high, 500)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            lookupError = KafkaError(code, during: "asking for the first and last offset of \(table.names[index])")
            return nil
        }
        return (low, high)
    }
}
