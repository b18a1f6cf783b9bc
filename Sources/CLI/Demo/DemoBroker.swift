import Arguments
import Glibc
import KafkaClient
import Telemetry
import Topology

/// The Kafka that a demo runs on, with all the topics it needs.
struct DemoBroker {
    let settings: ClientSettings
    /// Nil where it is another's.
    let embedded: EmbeddedBroker?
    /// Partitions of each topic.
    let partitions: [String: Int]

    /// How many partitions a topic gets that is made here.
    static let newPartitions = 4

    /// The embedded broker answers a fetch at once only when there is something; else it waits the whole time, even when
    /// something comes meanwhile.
    private static let embeddedProperties = ["fetch.wait.max.ms": "20"]

    static func embedded(_ topics: [String], _ log: Log) throws(CommandProblem) -> DemoBroker {
        do throws(KafkaError) {
            let broker = try EmbeddedBroker(log: log.forClients)
            for topic in topics { try broker.createTopic(topic, partitions: newPartitions) }
            return DemoBroker(
                settings: ClientSettings(brokers: broker.address, properties: embeddedProperties, clientID: "vigie-demo"),
                embedded: broker,
                partitions: Dictionary(uniqueKeysWithValues: topics.map { ($0, newPartitions) }))
        } catch {
            throw CommandProblem(.unavailable, "the embedded broker can't start: \(error.description)", hint: error.hint)
        }
    }

    /// Looks at a real Kafka and makes the topics that are missing there.
    static func connect(
        _ settings: ClientSettings, _ topics: [String], partitions: Int = newPartitions, replication: Int? = nil, _ log: Log
    ) throws(CommandProblem) -> DemoBroker {
        do throws(KafkaError) {
            let admin = try Admin(settings, log: log.forClients)
            _ = try admin.cluster(timeout: .seconds(6))
            let known = Set(try admin.topics().map(\.name))
            let missing = topics.filter { !known.contains($0) }
            let new = missing.map {
                NewTopic($0, partitions: Int32(clamping: partitions), replication: Int32(clamping: replication ?? -1))
            }
            for outcome in try admin.create(new) {
                if let error = outcome.error, error.code != .topicAlreadyExists { throw error }
            }
            return DemoBroker(settings: settings, embedded: nil, partitions: try counts(topics, admin))
        } catch {
            let code: ExitCode = error.code == .invalidArgument || error.code == .authentication ? .configuration : .unavailable
            throw CommandProblem(
                code, "\(settings.brokers): \(error.description)",
                hint: error.hint ?? "check that Kafka runs there and may be reached; vigie demo without --broker needs none")
        }
    }

    /// Partitions by topic; a topic that was just made is waited for.
    private static func counts(_ topics: [String], _ admin: Admin) throws(KafkaError) -> [String: Int] {
        var counts: [String: Int] = [:]
        for _ in 0..<50 {
            for topic in try admin.topics() where topics.contains(topic.name) { counts[topic.name] = topic.partitions.count }
            if counts.count == topics.count { break }
            usleep(200_000)
        }
        return counts
    }

    /// Partitions of these topics together.
    func count(of topics: some Sequence<String>) -> Int { topics.reduce(0) { $0 + (partitions[$1] ?? 0) } }
}
