import CRdKafka

/// Builds librdkafka's configuration from our settings: what we pin, what we only suggest, what the user says.
struct ClientConfiguration {
    enum Role: String {
        case consumer, producer, admin
    }

    /// A property that the node's promises rest on, and why the user may not change it.
    struct Pin {
        var name: String
        var value: String
        var reason: String
    }

    var role: Role
    /// What this client needs set, such as the group's name; not for the user to change.
    var own: [Pin]
    /// Our choice where the user says nothing.
    var suggested: [(name: String, value: String)]

    private static let setByUs = "is set by the node itself"

    static func consumer(group: String, cooperative: Bool, newProtocol: Bool) -> ClientConfiguration {
        var own = [
            Pin(name: "group.id", value: group, reason: setByUs),
            Pin(
                name: "enable.auto.commit", value: "false",
                reason: "offsets are committed only after the outputs are delivered"),
            Pin(name: "enable.auto.offset.store", value: "false", reason: "offsets are committed explicitly"),
            Pin(
                name: "auto.offset.reset", value: "error",
                reason:
                    "librdkafka's own look-up can start a partition anywhere; the start policy is a setting of the source"
            ),
            Pin(name: "isolation.level", value: "read_committed", reason: "aborted records must not be read"),
            Pin(
                name: "enable.partition.eof", value: "true", reason: "the end of a partition lets its watermark go idle"
            ),
        ]
        if !newProtocol {
            own.append(
                Pin(
                    name: "partition.assignment.strategy", value: cooperative ? "cooperative-sticky" : "range",
                    reason: "all nodes of a group must agree, and the choice depends on librdkafka's version"))
        }
        let sessions = newProtocol ? [] : [("session.timeout.ms", "10000")]
        return ClientConfiguration(
            role: .consumer, own: own,
            suggested: sessions + [
                // A full fetch queue is looked at again after 10 ms; librdkafka's second leaves a fast reader idle.
                ("fetch.queue.backoff.ms", "10"),
                ("fetch.wait.max.ms", "100"),
                ("fetch.error.backoff.ms", "100"),
            ])
    }

    static func producer(lingerMilliseconds: Int) -> ClientConfiguration {
        ClientConfiguration(
            role: .producer,
            own: [
                Pin(name: "enable.idempotence", value: "true", reason: "a retry must not double a record"),
                Pin(
                    name: "acks", value: "all",
                    reason: "an output counts as delivered when every replica in sync has it"),
                Pin(
                    name: "partitioner", value: "murmur2_random",
                    reason: "keys must go to the partitions that Java clients choose"),
            ],
            suggested: [("linger.ms", String(lingerMilliseconds))])
    }

    static let admin = ClientConfiguration(role: .admin, own: [], suggested: [])

    /// Other names of a pinned property.
    private static let aliases = [
        "request.required.acks": "acks", "queue.buffering.max.ms": "linger.ms",
        "metadata.broker.list": "bootstrap.servers",
    ]

    /// A configuration and the secrets in it. The caller owns the pointer.
    func make(_ settings: ClientSettings) throws(KafkaError) -> (configuration: OpaquePointer, secrets: [String]) {
        guard let raw = rd_kafka_conf_new() else {
            throw KafkaError(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, during: "making a client")
        }
        do throws(KafkaError) {
            let secrets = try fill(raw, settings)
            return (raw, secrets)
        } catch {
            rd_kafka_conf_destroy(raw)
            throw error
        }
    }

    private func fill(_ raw: OpaquePointer, _ settings: ClientSettings) throws(KafkaError) -> [String] {
        guard !settings.brokers.isEmpty else {
            throw KafkaError(invalid: "no broker given", hint: "give host:port, or several separated by commas")
        }
        var secrets: [String] = []
        try set(raw, "bootstrap.servers", settings.brokers, secret: false)
        try set(raw, "client.id", settings.clientID, secret: false)
        // Connections closed for being idle are no news.
        try set(raw, "log.connection.close", "false", secret: false)
        try set(raw, "reconnect.backoff.max.ms", "2000", secret: false)
        for pin in own { try set(raw, pin.name, pin.value, secret: false) }
        // Older versions do not know all that we suggest, and do without.
        for (name, value) in suggested { _ = rd_kafka_conf_set(raw, name, value, nil, 0) }
        for (name, value) in settings.properties.sorted(by: { $0.key < $1.key }) {
            try refuseIfPinned(name)
            let reference = SecretReference(value)
            let text = if let reference { try reference.resolve(for: name) } else { value }
            let secret = reference != nil || ClientSettings.isSecret(name)
            if secret && !text.isEmpty { secrets.append(text) }
            try set(raw, name, text, secret: secret)
        }
        return secrets
    }

    private func refuseIfPinned(_ name: String) throws(KafkaError) {
        let name = Self.aliases[name] ?? name
        if name == "bootstrap.servers" || name == "client.id" {
            throw KafkaError(
                invalid: "property \(name) \(Self.setByUs)", hint: "it has a setting of its own: take it out here")
        }
        guard let pin = own.first(where: { $0.name == name }) else { return }
        throw KafkaError(
            invalid: "property \(name) cannot be changed: \(pin.reason)", hint: "take it out; it stays \(pin.value)")
    }

    private func set(_ raw: OpaquePointer, _ name: String, _ value: String, secret: Bool) throws(KafkaError) {
        var words = [CChar](repeating: 0, count: 512)
        switch rd_kafka_conf_set(raw, name, value, &words, words.count) {
        case RD_KAFKA_CONF_OK: return
        case RD_KAFKA_CONF_UNKNOWN:
            let near = PropertyNames.nearest(to: name).map { "did you mean \($0)?" }
            throw KafkaError(
                invalid: "unknown Kafka client property \(name)",
                hint: near ?? "the names are in CONFIGURATION.md of librdkafka \(ProtocolSupport.version)")
        default:
            let said = secret ? "its value is not valid" : Self.text(words)
            throw KafkaError(invalid: "property \(name): \(said)", hint: "see CONFIGURATION.md of librdkafka")
        }
    }

    /// The text up to the terminating zero.
    static func text(_ words: [CChar]) -> String {
        String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
