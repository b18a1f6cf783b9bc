import CRdKafka

/// A broker inside this process: librdkafka's mock cluster. Other processes can use it by `address` while it lives.
///
/// For demos and tests. It keeps about 5 MB per partition and then forgets the oldest records, hides no aborted
/// records, fences no one and has no topic administration; topics come into being when they are first asked for.
///
/// Sendable: librdkafka's functions for it are thread-safe, and everything stored is constant.
public final class EmbeddedBroker: @unchecked Sendable {
    private let client: ClientHandle
    private let cluster: OpaquePointer
    /// What clients use as their broker list.
    public let address: String
    /// Whether groups form at once; if not (librdkafka before 2.8), the first member waits three seconds.
    public let formsGroupsAtOnce: Bool

    public init(brokers: Int = 1, log: @escaping ClientLog) throws(KafkaError) {
        let settings = ClientSettings(brokers: "embedded:1", properties: ["test.mock.num.brokers": String(brokers)])
        client = try ClientHandle(.admin, settings, hooks: nil, log: log)
        guard let cluster = rd_kafka_handle_mock_cluster(client.raw),
            let bootstraps = rd_kafka_mock_cluster_bootstraps(cluster)
        else { throw KafkaError(RD_KAFKA_RESP_ERR__FAIL, "the embedded broker did not start") }
        self.cluster = cluster
        address = String(cString: bootstraps)
        formsGroupsAtOnce = vigie_rd_mock_form_groups_at_once(cluster) == 1
    }

    /// Makes a topic. One that exists already is an error (`.topicAlreadyExists`).
    public func createTopic(_ name: String, partitions: Int) throws(KafkaError) {
        let code = rd_kafka_mock_topic_create(cluster, name, Int32(clamping: partitions), 1)
        if let error = KafkaError?(code, during: "creating topic \(name)") { throw error }
    }

    /// Cuts a broker off (`isDown`), or brings it back. Brokers count from 1.
    public func setBroker(_ number: Int32 = 1, down isDown: Bool) {
        _ = isDown ? rd_kafka_mock_broker_set_down(cluster, number) : rd_kafka_mock_broker_set_up(cluster, number)
    }

    /// Delays every answer of a broker.
    public func setRoundTrip(_ number: Int32 = 1, milliseconds: Int32) {
        rd_kafka_mock_broker_set_rtt(cluster, number, milliseconds)
    }

    /// The next requests of a kind (Kafka's API key: 0 produce, 1 fetch, 8 commit, 9 committed offsets …) get these
    /// errors, one each.
    public func pushErrors(apiKey: Int16, _ codes: [KafkaError.Code]) {
        let raw = codes.map { rd_kafka_resp_err_t($0.number) }
        rd_kafka_mock_push_request_errors_array(cluster, apiKey, raw.count, raw)
    }

    /// Every request for the topic's metadata gets this error; number 0 ends it.
    public func setTopicError(_ name: String, _ code: KafkaError.Code) {
        rd_kafka_mock_topic_set_error(cluster, name, rd_kafka_resp_err_t(code.number))
    }
}
