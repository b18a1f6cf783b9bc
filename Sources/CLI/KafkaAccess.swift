import Arguments
import KafkaClient
import Records

/// What commands that work on topics share: how Kafka is reached, topics found and made.
enum KafkaAccess {
    /// librdkafka's own lines are not shown: the errors that calls give say what matters.
    static let silence: ClientLog = { _, _, _ in }

    /// The settings of the options every such command has.
    static func settings(_ brokers: String, _ arguments: ParsedArguments, client: String) throws(CommandFailure)
        -> ClientSettings
    {
        if brokers == "embedded" {
            throw CommandFailure(
                .usage, "this command needs brokers of their own: an embedded one would end with it",
                hint: "vigie demo prints the address of its broker, which works here")
        }
        var properties: [String: String] = [:]
        do throws(PropertyError) {
            if let file = arguments[RunCommand.propertyFile] { properties = try Properties.read(file: file) }
            try Properties.add(arguments[RunCommand.properties], to: &properties)
        } catch { throw CommandFailure(.usage, error.message, hint: error.hint) }
        return ClientSettings(brokers: brokers, properties: properties, clientID: client)
    }

    /// An admin client whose brokers have answered.
    static func admin(_ settings: ClientSettings) throws(CommandFailure) -> Admin {
        do throws(KafkaError) {
            let admin = try Admin(settings, log: silence)
            _ = try admin.cluster(timeout: .seconds(5))
            return admin
        } catch { throw failure(error, settings, otherwise: "is a broker running there? name others with --brokers") }
    }

    /// A failure of Kafka's as one of the command's: what is wrong with settings is a usage error, all else is Kafka's
    /// being out of reach.
    static func failure(_ error: KafkaError, _ settings: ClientSettings, otherwise hint: String? = nil)
        -> CommandFailure
    {
        let code: ExitCode = error.code == .invalidArgument ? .usage : .unavailable
        return CommandFailure(code, "\(settings.brokers): \(error)", hint: error.hint ?? hint)
    }

    /// What librdkafka's mock cluster gives a topic.
    private static let embeddedPartitions = 4

    /// Makes a topic unless it is there. Returns its partitions and whether it was made.
    static func ensure(
        _ topic: String, partitions: Int, replication: Int?, _ admin: Admin, _ settings: ClientSettings
    ) throws(CommandFailure) -> (partitions: Int, isNew: Bool) {
        do throws(KafkaError) {
            if let known = try admin.topic(topic) { return (known.partitions.count, false) }
            // An embedded broker takes no such orders; it makes topics when they are first written to.
            if try admin.cluster().id?.hasPrefix("mockCluster") ?? true { return (embeddedPartitions, true) }
            let new = NewTopic(
                topic, partitions: Int32(clamping: partitions), replication: Int32(clamping: replication ?? -1))
            for outcome in try admin.create([new]) {
                if let error = outcome.error, error.code != .topicAlreadyExists { throw error }
            }
            return (partitions, true)
        } catch {
            throw failure(error, settings)
        }
    }
}
