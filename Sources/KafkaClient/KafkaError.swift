import CRdKafka

/// What went wrong between us and Kafka: what librdkafka or the broker said, whether trying again can help, and who has
/// to do something about it.
public struct KafkaError: Error, Hashable, Sendable {
    /// librdkafka's number: negative for what the client found, positive for what a broker answered.
    public struct Code: Hashable, Sendable {
        public var number: Int32
        public init(_ number: Int32) { self.number = number }
    }

    /// Who can end the error.
    public enum Actor: String, Sendable {
        /// It passes by itself; the operation is tried again.
        case nobody
        /// Whoever runs the node: settings, credentials, topics, network.
        case `operator`
        /// Whoever wrote the code: a misuse of the client.
        case developer
        /// Whoever runs the Kafka cluster.
        case kafka
    }

    public var code: Code
    /// What was said, one line, lowercase start unless it is a name.
    public var text: String
    /// What was being done, such as `committing offsets`; empty where the text says it.
    public var during: String
    /// The client instance is unusable from now on; make a new one.
    public var isFatal: Bool
    /// Doing the same again may succeed.
    public var isRetriable: Bool
    /// The transaction, or the work since the last commit, has to be given up; the client stays usable.
    public var isAbortable: Bool

    init(code: Code, text: String, during: String, isFatal: Bool, isRetriable: Bool, isAbortable: Bool) {
        self.code = code
        self.text = text
        self.during = during
        self.isFatal = isFatal
        self.isRetriable = isRetriable
        self.isAbortable = isAbortable
    }

    /// From a code, with librdkafka's words for it and the more exact ones it may have given.
    init(_ raw: rd_kafka_resp_err_t, _ detail: String = "", during: String = "") {
        let code = Code(raw.rawValue)
        let words = String(cString: rd_kafka_err2str(raw))
        self.init(
            code: code, text: detail.isEmpty ? words : detail, during: during,
            isFatal: ErrorAdvice.fatal.contains(code.number),
            isRetriable: ErrorAdvice.retriable.contains(code.number),
            isAbortable: ErrorAdvice.abortable.contains(code.number))
    }

    /// The same from a code of ours.
    init(_ code: Code, _ detail: String = "", during: String = "") {
        self.init(rd_kafka_resp_err_t(code.number), detail, during: during)
    }

    /// Takes over an error object, and destroys it.
    init(consuming error: OpaquePointer, during: String) {
        let raw = rd_kafka_error_code(error)
        self.init(raw, String(cString: rd_kafka_error_string(error)), during: during)
        isFatal = isFatal || rd_kafka_error_is_fatal(error) != 0
        isRetriable = isRetriable || rd_kafka_error_is_retriable(error) != 0
        isAbortable = isAbortable || rd_kafka_error_txn_requires_abort(error) != 0
        rd_kafka_error_destroy(error)
    }

    /// For what this module itself finds wrong.
    init(invalid text: String, during: String = "", hint: String? = nil) {
        self.init(RD_KAFKA_RESP_ERR__INVALID_ARG, text, during: during)
        ownHint = hint
    }

    private var ownHint: String?

    /// librdkafka's name of the code, such as `UNKNOWN_TOPIC_OR_PART`.
    public var name: String { String(cString: rd_kafka_err2name(rd_kafka_resp_err_t(code.number))) }
    /// Who has to act.
    public var whoMustAct: Actor { ownHint == nil ? ErrorAdvice.find(self).actor : .operator }
    /// What to do about it; nil when there is nothing to add.
    public var hint: String? { ownHint ?? ErrorAdvice.find(self).hint }
}

extension KafkaError: CustomStringConvertible {
    /// One line: what was done, what happened, the code's name.
    public var description: String {
        var line = during.isEmpty ? text : "\(during): \(text)"
        if !line.contains(name) { line += " (\(name))" }
        if isFatal { line += ", fatal" }
        return line
    }
}

extension KafkaError.Code {
    init(_ raw: rd_kafka_resp_err_t) { self.init(raw.rawValue) }

    public static let timedOut = Self(RD_KAFKA_RESP_ERR__TIMED_OUT)
    public static let invalidArgument = Self(RD_KAFKA_RESP_ERR__INVALID_ARG)
    public static let queueFull = Self(RD_KAFKA_RESP_ERR__QUEUE_FULL)
    public static let authentication = Self(RD_KAFKA_RESP_ERR__AUTHENTICATION)
    public static let allBrokersDown = Self(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    public static let transport = Self(RD_KAFKA_RESP_ERR__TRANSPORT)
    public static let ssl = Self(RD_KAFKA_RESP_ERR__SSL)
    public static let messageTimedOut = Self(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)
    public static let maximumPollExceeded = Self(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
    public static let fenced = Self(RD_KAFKA_RESP_ERR__FENCED)
    public static let autoOffsetReset = Self(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
    public static let offsetOutOfRange = Self(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
    public static let unsupportedFeature = Self(RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
    public static let unknownTopicOrPartition = Self(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    public static let topicAlreadyExists = Self(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
    public static let messageTooLarge = Self(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
    public static let illegalGeneration = Self(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
    public static let rebalanceInProgress = Self(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS)
    public static let unknownMember = Self(RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID)
    public static let topicAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    public static let groupAuthorizationFailed = Self(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
}
