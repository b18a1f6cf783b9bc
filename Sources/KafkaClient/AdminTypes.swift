public import Records

/// A cluster, as one of its brokers describes it.
public struct ClusterDescription: Hashable, Sendable {
    /// A broker of a cluster.
    public struct Broker: Hashable, Sendable {
        public var id: Int32
        public var host: String
        public var port: Int32
    }

    /// nil where the broker does not say (the embedded one).
    public var id: String?
    public var controller: Int32?
    public var brokers: [Broker]
}

/// A topic and its partitions.
public struct TopicDescription: Hashable, Sendable {
    /// A partition of a topic, and the brokers that have it.
    public struct Partition: Hashable, Sendable {
        public var number: Int32
        /// −1 while there is none.
        public var leader: Int32
        public var replicas: [Int32]
        public var inSync: [Int32]
    }

    public var name: String
    public var partitions: [Partition]
}

/// A topic to be made.
public struct NewTopic: Hashable, Sendable {
    public var name: String
    public var partitions: Int32
    /// −1: as the cluster has it by default.
    public var replication: Int32
    /// Settings by Kafka's names, such as `cleanup.policy`.
    public var settings: [String: String]

    public init(_ name: String, partitions: Int32, replication: Int32 = -1, settings: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.settings = settings
    }
}

/// What became of one topic of a request.
public struct TopicOutcome: Sendable {
    public var topic: String
    /// nil: done.
    public var error: KafkaError?
}

/// A topic's setting that is not as wanted.
public struct SettingDifference: Hashable, Sendable {
    public var name: String
    public var wanted: String
    /// nil: the broker does not know the setting.
    public var actual: String?
}

/// An offset that a group has committed.
public struct CommittedOffset: Hashable, Sendable {
    public var partition: TopicPartition
    /// The next message to be read.
    public var offset: Int64
    public var metadata: String?
}

/// A consumer group.
public struct GroupDescription: Hashable, Sendable {
    /// A member of a group and what it reads.
    public struct Member: Hashable, Sendable {
        public var id: String
        public var clientID: String
        public var host: String
        /// `group.instance.id`, where one is set.
        public var instanceID: String?
        public var partitions: [TopicPartition]
    }

    public enum State: String, Sendable {
        /// Every member knows its partitions.
        case stable = "Stable"
        /// Members are being waited for.
        case preparingRebalance = "PreparingRebalance"
        /// The partitions are being shared out.
        case completingRebalance = "CompletingRebalance"
        /// No members; committed offsets are kept.
        case empty = "Empty"
        /// The group does not exist.
        case dead = "Dead"
        case unknown = "Unknown"
    }

    public var name: String
    public var state: State
    /// The assignment strategy, such as `cooperative-sticky`; empty without members.
    public var assignor: String
    public var coordinator: Int32?
    public var members: [Member]
}
