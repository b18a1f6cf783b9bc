import CRdKafka

/// Making topics, taking them away, and looking at their settings. Not offered by the embedded broker.
extension Admin {
    /// Makes topics; one outcome for each. A topic that exists already has the error `.topicAlreadyExists`.
    public func create(_ topics: [NewTopic], timeout: Duration = .seconds(15)) throws(KafkaError) -> [TopicOutcome] {
        guard !topics.isEmpty else { return [] }
        var made: [OpaquePointer?] = []
        defer { rd_kafka_NewTopic_destroy_array(&made, made.count) }
        for topic in topics {
            var words = [CChar](repeating: 0, count: 256)
            guard
                let new = rd_kafka_NewTopic_new(topic.name, topic.partitions, topic.replication, &words, words.count)
            else { throw KafkaError(invalid: ClientConfiguration.text(words), during: "creating topic \(topic.name)") }
            made.append(new)
            for (name, value) in topic.settings.sorted(by: { $0.key < $1.key }) {
                rd_kafka_NewTopic_set_config(new, name, value)
            }
        }
        return try request(RD_KAFKA_ADMIN_OP_CREATETOPICS, "creating topics", timeout) { options, queue in
            rd_kafka_CreateTopics(client.raw, &made, made.count, options, queue)
        } read: { event in
            var count = 0
            let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
            return Self.outcomes(results, count, "creating topic")
        }
    }

    /// Takes topics away, with all their records.
    public func delete(_ topics: [String], timeout: Duration = .seconds(15)) throws(KafkaError) -> [TopicOutcome] {
        guard !topics.isEmpty else { return [] }
        var doomed: [OpaquePointer?] = topics.map { rd_kafka_DeleteTopic_new($0) }
        defer { rd_kafka_DeleteTopic_destroy_array(&doomed, doomed.count) }
        return try request(RD_KAFKA_ADMIN_OP_DELETETOPICS, "deleting topics", timeout) { options, queue in
            rd_kafka_DeleteTopics(client.raw, &doomed, doomed.count, options, queue)
        } read: { event in
            var count = 0
            let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count)
            return Self.outcomes(results, count, "deleting topic")
        }
    }

    private static func outcomes(
        _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ what: String
    ) -> [TopicOutcome] {
        (0..<count).compactMap { at in
            guard let result = results?[at] else { return nil }
            let name = String(cString: rd_kafka_topic_result_name(result))
            let code = rd_kafka_topic_result_error(result)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return TopicOutcome(topic: name, error: nil) }
            let text = rd_kafka_topic_result_error_string(result).map { String(cString: $0) } ?? ""
            return TopicOutcome(topic: name, error: KafkaError(code, text, during: "\(what) \(name)"))
        }
    }

    /// A topic's settings, defaults included. What is sensitive is left out by the broker.
    public func settings(
        ofTopic name: String, timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [String: String] {
        var resources: [OpaquePointer?] = [rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name)]
        defer { rd_kafka_ConfigResource_destroy_array(&resources, resources.count) }
        let what = "reading the settings of topic \(name)"
        let found: Result<[String: String], KafkaError> = try request(
            RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, what, timeout
        ) { options, queue in
            rd_kafka_DescribeConfigs(client.raw, &resources, resources.count, options, queue)
        } read: { event in
            var count = 0
            let results = rd_kafka_DescribeConfigs_result_resources(
                rd_kafka_event_DescribeConfigs_result(event), &count)
            guard count > 0, let resource = results?[0] else { return .success([:]) }
            let code = rd_kafka_ConfigResource_error(resource)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                let text = rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) } ?? ""
                return .failure(KafkaError(code, text, during: what))
            }
            return .success(Self.entries(resource))
        }
        return try found.get()
    }

    private static func entries(_ resource: OpaquePointer) -> [String: String] {
        var count = 0
        let entries = rd_kafka_ConfigResource_configs(resource, &count)
        var found: [String: String] = [:]
        for at in 0..<count {
            guard let entry = entries?[at], let name = rd_kafka_ConfigEntry_name(entry),
                let value = rd_kafka_ConfigEntry_value(entry)
            else { continue }
            found[String(cString: name)] = String(cString: value)
        }
        return found
    }

    /// The settings of a topic that are not as wanted, by name.
    public func differences(
        ofTopic name: String, from wanted: [String: String], timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [SettingDifference] {
        let actual = try settings(ofTopic: name, timeout: timeout)
        return wanted.sorted { $0.key < $1.key }.compactMap { key, value in
            actual[key] == value ? nil : SettingDifference(name: key, wanted: value, actual: actual[key])
        }
    }
}
