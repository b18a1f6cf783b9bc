import KafkaClient

/// Properties of the settings are for all clients of a node; some mean something to one kind only, and librdkafka warns
/// of them on the other.
enum ClientRole { case consumer, producer }

extension ClientSettings {
    private static let consumerOnly = [
        "queued.", "fetch.", "session.", "heartbeat.", "max.poll.", "group.", "max.partition.fetch", "check.crcs",
    ]
    private static let producerOnly = [
        "queue.buffering.", "linger.", "batch.", "compression.", "message.send", "delivery.", "message.timeout",
        "transaction",
    ]

    /// These settings without what is for the other kind of client.
    func only(_ role: ClientRole) -> ClientSettings {
        var copy = self
        let unwanted = role == .consumer ? Self.producerOnly : Self.consumerOnly
        copy.properties = properties.filter { entry in !unwanted.contains { entry.key.hasPrefix($0) } }
        return copy
    }
}
