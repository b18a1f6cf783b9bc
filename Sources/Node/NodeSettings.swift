import KafkaClient

/// How a node runs: from flags, the environment or a test.
public struct NodeSettings: Sendable {
    /// Names the cluster: nodes with the same id share the work; also the consumer group.
    public var application: String
    /// Names this node among them.
    public var node: String
    /// host:port, several separated by commas.
    public var brokers: String
    /// Any librdkafka property.
    public var properties: [String: String] = [:]
    public var workers = 1
    /// Nil for no HTTP; 0 for a free port.
    public var httpPort: Int? = 8080
    /// Loopback unless told otherwise.
    public var httpAddress = "127.0.0.1"
    /// Where partitions without a commit start.
    public var startsAtEnd = false
    public var outOfRange = OutOfRangePolicy.fail
    /// How long a record may wait for others on its way out.
    public var lingerMilliseconds = 2
    public var commitIntervalMilliseconds = 500
    /// Where dead letters go; "APPLICATION.dead-letters" unless set.
    public var deadLetterTopic: String?
    /// Makes sink topics and the dead-letter topic where they are missing.
    public var createsTopics = true
    public var replication: Int?
    /// How topics are made; nil for the brokers' own way. The embedded broker has another.
    public var makeTopic: (@Sendable (_ name: String, _ partitions: Int) throws -> Void)?
    public var stateDirectory: String?
    /// Bytes that fetched records may wait in, over all workers.
    public var fetchBytes = 256 << 20

    public init(application: String, node: String, brokers: String) {
        self.application = application
        self.node = node
        self.brokers = brokers
    }

    public var deadLetters: String { deadLetterTopic ?? application + ".dead-letters" }

    var client: ClientSettings {
        ClientSettings(brokers: brokers, properties: properties, clientID: "\(application)-\(node)")
    }
}
