import Glibc
import KafkaClient
import Records
import Settings
import Telemetry
import Topology

/// What must be true of topics before records flow: sources are there, sinks and the dead-letter topic are there or
/// made.
struct TopicSetup {
    let settings: NodeSettings
    let plans: [TopologyPlan]
    let log: Log
    /// True once somebody wants the node to stop.
    let shouldStop: () -> Bool

    /// Waits until a broker answers, saying so now and then. Nil when the node is to stop meanwhile.
    private func reach(_ admin: Admin) throws(NodeError) -> Bool {
        var pause: UInt32 = 200_000
        while !shouldStop() {
            do {
                _ = try admin.cluster(timeout: .seconds(3))
                return true
            } catch {
                // A wrong password or certificate does not mend itself; a broker that is down may come back.
                if error.code == .authentication || error.code == .ssl {
                    throw NodeError(.configuration, "\(settings.brokers): \(error.description)")
                }
                log.warning(
                    "no broker answers, trying again",
                    ["brokers": settings.brokers, "reason": error.text, "hint": error.hint ?? "none"],
                    every: .seconds(10))
            }
            usleep(pause)
            pause = min(pause * 2, 2_000_000)
        }
        return false
    }

    /// Returns false when the node is to stop before a broker could be reached.
    func run() throws(NodeError) -> Bool {
        let log = log
        let admin: Admin
        do { admin = try Admin(settings.client, log: { clientLog(log, $0, $1, $2) }) } catch {
            throw NodeError(.configuration, error.description)
        }
        guard try reach(admin) else { return false }
        do { try check(admin) } catch let error as NodeError { throw error } catch {
            throw NodeError(.unavailable, "\(error)")
        }
        return true
    }

    private func check(_ admin: Admin) throws {
        let known = try admin.topics()
        var problems: [String] = []
        var partitions: [String: Int] = [:]
        for topic in known { partitions[topic.name] = topic.partitions.count }
        for plan in plans {
            for source in plan.sources where partitions[source.topic] == nil {
                let nearest = nearestName(to: source.topic, known.map(\.name)).map { "did you mean '\($0)'? " } ?? ""
                problems.append(
                    "\(source.topicPlace): error: there is no topic '\(source.topic)' on \(settings.brokers)\n  hint: \(nearest)make it before the node starts (kafka-topics --create --topic \(source.topic) --partitions 8), or correct the name"
                )
            }
        }
        var missing: [(name: String, partitions: Int)] = []
        for plan in plans {
            for sink in plan.sinks where partitions[sink.topic] == nil {
                let count = plan.root(of: sink.from).flatMap { partitions[$0.topic] } ?? 1
                if !missing.contains(where: { $0.name == sink.topic }) { missing.append((sink.topic, count)) }
                if !settings.createsTopics {
                    problems.append(
                        "\(sink.place): error: there is no topic '\(sink.topic)' for sink '\(sink.name)'\n  hint: \(Self.makeHint)"
                    )
                }
            }
        }
        if partitions[settings.deadLetters] == nil {
            missing.append((settings.deadLetters, 1))
            if !settings.createsTopics {
                problems.append(
                    "there is no topic '\(settings.deadLetters)' for dead letters\n  hint: \(Self.makeHint)")
            }
        }
        if !problems.isEmpty { throw NodeError(.configuration, problems) }
        guard settings.createsTopics, !missing.isEmpty else { return }
        try make(missing, admin)
    }

    private static let makeHint = "make it, or let the node make it: start it without --no-create-topics"

    private func make(_ missing: [(name: String, partitions: Int)], _ admin: Admin) throws {
        if let makeTopic = settings.makeTopic {
            for topic in missing { try makeTopic(topic.name, topic.partitions) }
        } else {
            let wanted = missing.map {
                NewTopic(
                    $0.name, partitions: Int32(clamping: $0.partitions),
                    replication: Int32(clamping: settings.replication ?? -1))
            }
            for outcome in try admin.create(wanted) {
                guard let error = outcome.error, error.code != .topicAlreadyExists else { continue }
                throw NodeError(.unavailable, "topic '\(outcome.topic)' could not be made: \(error.description)")
            }
        }
        for topic in missing { log.info("topic made", ["topic": topic.name, "partitions": topic.partitions]) }
    }

    private func nearestName(to name: String, _ known: [String]) -> String? { Suggestion.nearest(to: name, in: known) }
}

/// librdkafka's own lines, under our levels.
func clientLog(_ log: Log, _ level: ClientLogLevel, _ facility: String, _ text: String) {
    let ours: LogLevel = level <= .error ? .warning : .debug
    log.with(["facility": facility, "what": text]).write(ours, "kafka client", [:], .seconds(10))
}
