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

    /// The embedded broker answers a fetch at once only when there is something; else it waits the whole time, even if
    /// something comes meanwhile.
    private static let embeddedProperties = ["fetch.wait.max.ms": "20"]

    static func embedded(_ topics: [String], _ log: Log) throws(CommandFailure) -> DemoBroker {
        do throws(KafkaError) {
            let broker = try EmbeddedBroker(log: log.forClients)
            for topic in topics { try broker.createTopic(topic, partitions: newPartitions) }
            return DemoBroker(
                settings: ClientSettings(
                    brokers: broker.address, properties: embeddedProperties, clientID: "vigie-demo"),
                embedded: broker,
                partitions: Dictionary(uniqueKeysWithValues: topics.map { ($0, newPartitions) }))
        } catch {
            throw CommandFailure(
                .unavailable, "the embedded broker can't start: \(error.description)", hint: error.hint)
        }
    }

    /// Looks at a real Kafka and makes the topics that are missing there.
    static func connect(
        _ settings: ClientSettings, _ topics: [String], partitions: Int = newPartitions, replication: Int? = nil
    ) throws(CommandFailure) -> DemoBroker {
        let admin = try KafkaAccess.admin(settings)
        var counts: [String: Int] = [:]
        for topic in topics {
            let found = try KafkaAccess.ensure(
                topic, partitions: partitions, replication: replication, admin, settings)
            counts[topic] = found.partitions
            if found.isNew { try wait(for: topic, admin, settings) }
        }
        return DemoBroker(settings: settings, embedded: nil, partitions: counts)
    }

    /// Until the brokers know of a topic that was just made.
    private static func wait(for topic: String, _ admin: Admin, _ settings: ClientSettings) throws(CommandFailure) {
        for _ in 0..<50 {
            do throws(KafkaError) {
                if try admin.topic(topic) != nil { return }
            } catch { throw KafkaAccess.failure(error, settings) }
            usleep(200_000)
        }
    }

    /// Partitions of these topics together.
    func count(of topics: some Sequence<String>) -> Int { topics.reduce(0) { $0 + (partitions[$1] ?? 0) } }
}
