import CRdKafka

/// What to do about the errors that people meet. Everything else gets a default by where the error came from.
struct ErrorAdvice {
    var actor: KafkaError.Actor
    var hint: String?

    /// The client instance is of no use afterwards.
    static let fatal = numbers([
        RD_KAFKA_RESP_ERR__FATAL, RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
        RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
    ])

    /// The same call may succeed later.
    static let retriable = numbers([
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
        RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
        RD_KAFKA_RESP_ERR__QUEUE_FULL, RD_KAFKA_RESP_ERR__WAIT_COORD, RD_KAFKA_RESP_ERR__IN_PROGRESS,
        RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS, RD_KAFKA_RESP_ERR__WAIT_CACHE, RD_KAFKA_RESP_ERR__RETRY,
        RD_KAFKA_RESP_ERR__PARTIAL, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
        RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS,
        RD_KAFKA_RESP_ERR_NOT_CONTROLLER, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS,
        RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH,
        RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED,
    ])

    /// The transaction (or the state since the last commit) is lost, the client is not.
    static let abortable = numbers([
        RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
        RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST, RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED,
    ])

    private static func numbers(_ codes: [rd_kafka_resp_err_t]) -> Set<Int32> { Set(codes.map(\.rawValue)) }

    /// The advice for an error. Some codes cover several causes, which only librdkafka's words tell apart.
    static func find(_ error: KafkaError) -> ErrorAdvice {
        if let found = byWords.first(where: { $0.code == error.code.number && error.text.contains($0.words) }) {
            return found.advice
        }
        if let found = byCode[error.code.number] { return found }
        if error.isRetriable { return ErrorAdvice(actor: .nobody, hint: nil) }
        return ErrorAdvice(actor: error.code.number > 0 ? .kafka : .developer, hint: nil)
    }

    private static let byWords: [(code: Int32, words: String, advice: ErrorAdvice)] = [
        (
            RD_KAFKA_RESP_ERR__TRANSPORT.rawValue, "Connection refused",
            .init(
                actor: .operator,
                hint: "nothing listens at that address; check that Kafka runs and that the broker list is right")
        ),
        (
            RD_KAFKA_RESP_ERR__TRANSPORT.rawValue, "SSL",
            .init(
                actor: .operator,
                hint: "a broker port for plain text was met with TLS, or the reverse; check security.protocol")
        ),
        (
            RD_KAFKA_RESP_ERR__TIMED_OUT.rawValue, "waiting for controller",
            .init(
                actor: .kafka,
                hint: "no controller takes orders; the embedded broker never does: its topics are made on first use")
        ),
        (
            RD_KAFKA_RESP_ERR__SSL.rawValue, "certificate verify failed",
            .init(
                actor: .operator,
                hint:
                    "the broker's certificate is not signed by a known authority; set ssl.ca.location to the right CA file"
            )
        ),
        (
            RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN.rawValue, "",
            .init(
                actor: .operator,
                hint: "no broker can be reached; the client keeps trying, and goes on when one is back")
        ),
    ]

    private static let byCode: [Int32: ErrorAdvice] = {
        var table: [Int32: ErrorAdvice] = [:]
        func add(_ code: rd_kafka_resp_err_t, _ actor: KafkaError.Actor, _ hint: String?) {
            table[code.rawValue] = ErrorAdvice(actor: actor, hint: hint)
        }
        add(
            RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, .operator,
            "create the topic (kafka-topics --create), or correct its name")
        add(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, .operator, "create the topic, or correct its name")
        add(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, .operator, "the topic has fewer partitions than expected")
        add(
            RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, .operator,
            "a topic name has 1 to 249 letters, digits, dots, underscores and dashes")
        add(
            RD_KAFKA_RESP_ERR__AUTHENTICATION, .operator,
            "check sasl.mechanism, sasl.username and sasl.password; SCRAM against Kafka 4 needs librdkafka 2.6.1")
        add(RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, .operator, "check sasl.username and sasl.password")
        add(RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, .operator, "set sasl.mechanism to one the broker has enabled")
        add(
            RD_KAFKA_RESP_ERR__SSL, .operator,
            "the TLS handshake failed; check security.protocol, ssl.ca.location and that the name is the certificate's")
        add(RD_KAFKA_RESP_ERR__RESOLVE, .operator, "the name of the broker is not known; check the broker list and DNS")
        add(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, .operator, "let this user read or write the topic (ACL)")
        add(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, .operator, "let this user use the consumer group (ACL)")
        add(RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, .operator, "let this user write idempotently (ACL)")
        add(
            RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, .operator,
            "the record is larger than message.max.bytes of the client or max.message.bytes of the topic allows")
        add(RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, .operator, "raise segment.bytes of the topic, or lower batch.size")
        add(
            RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, .nobody,
            "the group was rebalanced meanwhile; it is committed again at the next interval")
        add(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, .nobody, "it is committed again at the next interval")
        add(
            RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, .nobody,
            "the group went on without this member; it joins again. When this repeats, raise session.timeout.ms")
        add(
            RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, .operator,
            "a turn took longer than max.poll.interval.ms and the partitions went to others; make the turns shorter or raise it"
        )
        add(
            RD_KAFKA_RESP_ERR__FENCED, .operator,
            "another client with the same identity took over; give each node its own name, then restart this one")
        add(
            RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, .operator,
            "another member has the same group.instance.id; give each node its own")
        add(RD_KAFKA_RESP_ERR_PRODUCER_FENCED, .operator, "another producer has the same transactional.id")
        add(
            RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, .operator,
            "the offset is not in the topic any more; choose where to go on: earliest or latest")
        add(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, .operator, "choose where to go on: earliest or latest")
        add(
            RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, .kafka,
            "the brokers did not take the record within message.timeout.ms; it is not known whether one has it")
        add(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, .kafka, "fewer replicas in sync than min.insync.replicas")
        add(RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, .operator, "ask for no more replicas than there are brokers")
        add(
            RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, .operator,
            "ask for at least one partition; partitions are never taken away")
        add(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, .nobody, nil)
        add(RD_KAFKA_RESP_ERR_INVALID_CONFIG, .operator, "check the names and values of the topic's settings")
        add(RD_KAFKA_RESP_ERR_POLICY_VIOLATION, .operator, "a policy of the cluster forbids it; ask its operators")
        add(
            RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, .operator,
            "the group's other members use another assignment strategy; stop them all, then start nodes of one version")
        add(
            RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, .developer,
            "the text stored with an offset is larger than offset.metadata.max.bytes of the broker")
        add(
            RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, .operator,
            "the broker does not offer this; the embedded broker has no topic administration, for instance")
        add(RD_KAFKA_RESP_ERR__INVALID_ARG, .operator, nil)
        return table
    }()
}
