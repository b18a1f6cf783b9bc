import CRdKafka
public import Records

/// What consumer groups do and have committed.
extension Admin {
    /// The offsets a group has committed, by topic and partition; of all partitions when none are named.
    public func committed(
        group: String, partitions: [TopicPartition]? = nil, timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [CommittedOffset] {
        let list = PartitionList(capacity: partitions?.count ?? 1)
        for partition in partitions ?? [] { list.add(partition.topic, partition.partition) }
        var asked: [OpaquePointer?] = [
            rd_kafka_ListConsumerGroupOffsets_new(group, partitions == nil ? nil : list.raw)
        ]
        defer { rd_kafka_ListConsumerGroupOffsets_destroy_array(&asked, asked.count) }
        let what = "reading the committed offsets of group \(group)"
        let found: [CommittedOffset] = try retrying(timeout) { left throws(KafkaError) in
            try request(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, what, left) { options, queue in
                rd_kafka_ListConsumerGroupOffsets(client.raw, &asked, asked.count, options, queue)
            } read: { event in
                var count = 0
                let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
                    rd_kafka_event_ListConsumerGroupOffsets_result(event), &count)
                guard count > 0, let result = groups?[0] else { return Result.success([]) }
                if let error = rd_kafka_group_result_error(result) { return .failure(Self.error(error, what)) }
                guard let offsets = rd_kafka_group_result_partitions(result) else { return .success([]) }
                return .success(Self.offsets(offsets))
            }
        }
        return found.sorted {
            ($0.partition.topic, $0.partition.partition) < ($1.partition.topic, $1.partition.partition)
        }
    }

    private static func offsets(_ list: UnsafePointer<rd_kafka_topic_partition_list_t>) -> [CommittedOffset] {
        (0..<Int(list.pointee.cnt)).compactMap { at in
            let one = list.pointee.elems[at]
            guard one.offset >= 0 else { return nil }
            return CommittedOffset(
                partition: TopicPartition(String(cString: one.topic), one.partition), offset: one.offset,
                metadata: one.metadataText)
        }
    }

    /// An error that belongs to a result, and is destroyed with it.
    private static func error(_ error: OpaquePointer, _ what: String) -> KafkaError {
        KafkaError(
            rd_kafka_error_code(error), rd_kafka_error_string(error).map { String(cString: $0) } ?? "", during: what)
    }

    /// State and members of a group. One that does not exist is `.dead`, without members.
    public func group(_ name: String, timeout: Duration = .seconds(10)) throws(KafkaError) -> GroupDescription {
        let what = "describing group \(name)"
        return try retrying(timeout) { left throws(KafkaError) in
            try request(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, what, left) { options, queue in
                name.withCString { text in
                    var names: [UnsafePointer<CChar>?] = [text]
                    rd_kafka_DescribeConsumerGroups(client.raw, &names, names.count, options, queue)
                }
            } read: { event in
                var count = 0
                let groups = rd_kafka_DescribeConsumerGroups_result_groups(
                    rd_kafka_event_DescribeConsumerGroups_result(event), &count)
                let none = GroupDescription(name: name, state: .dead, assignor: "", coordinator: nil, members: [])
                guard count > 0, let group = groups?[0] else { return Result.success(none) }
                if let error = rd_kafka_ConsumerGroupDescription_error(group),
                    rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR
                {
                    if rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND { return .success(none) }
                    return .failure(Self.error(error, what))
                }
                return .success(Self.describe(group, name))
            }
        }
    }

    private static func describe(_ group: OpaquePointer, _ name: String) -> GroupDescription {
        let state = rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group))
        let members = (0..<rd_kafka_ConsumerGroupDescription_member_count(group)).compactMap { at in
            rd_kafka_ConsumerGroupDescription_member(group, at).map { member($0) }
        }
        return GroupDescription(
            name: name, state: state.flatMap { GroupDescription.State(rawValue: String(cString: $0)) } ?? .unknown,
            assignor: text(rd_kafka_ConsumerGroupDescription_partition_assignor(group)) ?? "",
            coordinator: rd_kafka_ConsumerGroupDescription_coordinator(group).map { rd_kafka_Node_id($0) },
            members: members)
    }

    private static func member(_ member: OpaquePointer) -> GroupDescription.Member {
        let assignment = rd_kafka_MemberDescription_assignment(member)
        let list = assignment.flatMap { rd_kafka_MemberAssignment_partitions($0) }
        return GroupDescription.Member(
            id: text(rd_kafka_MemberDescription_consumer_id(member)) ?? "",
            clientID: text(rd_kafka_MemberDescription_client_id(member)) ?? "",
            host: text(rd_kafka_MemberDescription_host(member)) ?? "",
            instanceID: text(rd_kafka_MemberDescription_group_instance_id(member)),
            partitions: list.map { PartitionList.partitions($0) } ?? [])
    }

    private static func text(_ text: UnsafePointer<CChar>?) -> String? { text.map { String(cString: $0) } }
}
