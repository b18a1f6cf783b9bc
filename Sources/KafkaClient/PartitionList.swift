import CRdKafka
import Records

/// Owner of a `rd_kafka_topic_partition_list_t`.
struct PartitionList: ~Copyable {
    let raw: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(capacity: Int = 8) { raw = rd_kafka_topic_partition_list_new(Int32(max(capacity, 1))) }

    deinit { rd_kafka_topic_partition_list_destroy(raw) }

    var count: Int { Int(raw.pointee.cnt) }

    func add(_ topic: UnsafePointer<CChar>, _ partition: Int32, offset: Int64 = Int64(RD_KAFKA_OFFSET_INVALID)) {
        rd_kafka_topic_partition_list_add(raw, topic, partition).pointee.offset = offset
    }

    func add(_ commit: OffsetCommit) {
        guard let element = rd_kafka_topic_partition_list_add(raw, commit.partition.topic, commit.partition.partition)
        else { return }
        element.pointee.offset = commit.offset
        if !commit.metadata.isEmpty {
            var text = commit.metadata
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { chars in
                    _ = vigie_rd_set_metadata(element, chars.baseAddress, chars.count)
                }
            }
        }
    }

    subscript(at: Int) -> rd_kafka_topic_partition_t { raw.pointee.elems[at] }

    /// The partitions of a list that librdkafka owns.
    static func partitions(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [TopicPartition] {
        (0..<Int(list.pointee.cnt)).map {
            TopicPartition(String(cString: list.pointee.elems[$0].topic), list.pointee.elems[$0].partition)
        }
    }

    /// The first error of a list, and where it stands.
    static func firstError(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>, during: String) -> KafkaError? {
        for at in 0..<Int(list.pointee.cnt) where list.pointee.elems[at].err != RD_KAFKA_RESP_ERR_NO_ERROR {
            let element = list.pointee.elems[at]
            let place = "\(String(cString: element.topic))[\(element.partition)]"
            return KafkaError(element.err, during: "\(during) \(place)")
        }
        return nil
    }
}

extension rd_kafka_topic_partition_t {
    var metadataText: String? {
        guard let metadata, metadata_size > 0 else { return nil }
        return String(decoding: UnsafeRawBufferPointer(start: metadata, count: metadata_size), as: UTF8.self)
    }
}
