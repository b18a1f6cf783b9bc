import Arguments
import Glibc
import KafkaClient
import Node
import Telemetry
import Topology

/// `vigie run`: a node.
enum RunCommand: CommandType {
    static let brokers = Option.required(
        "brokers", short: "b", ArgumentType<String>.text.called("HOST:PORT"),
        "Kafka brokers, several separated by commas; 'embedded' for one in this process", environment: "VIGIE_BROKERS")
    static let application = Option.required(
        "application", short: "a", ArgumentType<String>.text.called("ID"),
        "names the cluster: nodes with the same id share the work; also the consumer group",
        environment: "VIGIE_APPLICATION")
    static let node = Option.optional(
        "node", ArgumentType<String>.text.called("ID"),
        "names this node among them; the host's name and the process id unless set", environment: "VIGIE_NODE")
    static let topologies = Option.repeated("topologies", .existingPath, "topologies to run, as arguments name them")
    static let topics = Option.repeated(
        "topic", ArgumentType<String>.text.called("NAME=TOPIC"),
        "the topic of a source or sink, by its name in the file, in place of the file's")
    static let workers = Option.value(
        "workers", .int(in: 1...256), default: 1, "threads, each with partitions of its own",
        environment: "VIGIE_WORKERS")
    static let httpPort = Option.value(
        "http-port", .port, default: 8080, "port of the pages (health, metrics, status); 0 for a free one",
        environment: "VIGIE_HTTP_PORT")
    static let httpAddress = Option.value(
        "http-address", .text, default: "127.0.0.1", "address of the pages; loopback unless told otherwise",
        environment: "VIGIE_HTTP_ADDRESS")
    static let noHTTP = Option.flag("no-http", "serve no pages", environment: "VIGIE_NO_HTTP")
    static let properties = Option.repeated(
        "property", short: "P", ArgumentType<String>.text.called("NAME=VALUE"),
        "any librdkafka property (TLS, SASL …); a value env:NAME or file:/path is read from there and never shown")
    static let propertyFile = Option.optional(
        "property-file", .existingFile(), "file of NAME=VALUE lines with librdkafka properties",
        environment: "VIGIE_PROPERTY_FILE")
    static let stateDirectory = Option.optional(
        "state-dir", .path, "folder for what survives a restart", environment: "VIGIE_STATE_DIR")
    static let start = Option.value(
        "start", .choice(["earliest", "latest"]), default: "earliest",
        "where partitions that were never committed begin")
    static let outOfRange = Option.value(
        "out-of-range", .choice(["fail", "earliest", "latest"]), default: "fail",
        "what to do when the committed offset is no longer in the topic")
    static let linger = Option.value(
        "linger", .duration(in: .zero ... .seconds(60)), default: .milliseconds(2),
        "how long a result may wait for others on its way out")
    static let commit = Option.value(
        "commit", .duration(in: .milliseconds(10) ... .seconds(600)), default: .milliseconds(500),
        "how often offsets are committed")
    static let deadLetters = Option.optional(
        "dead-letters", ArgumentType<String>.text.called("TOPIC"),
        "topic for records that can't be used; APPLICATION.dead-letters unless set", environment: "VIGIE_DEAD_LETTERS")
    static let noCreate = Option.flag("no-create-topics", "make no topics: sinks and dead letters must be there")
    static let replication = Option.optional(
        "replication", .int(in: 1...32), "replicas of topics that are made; the broker's default unless set")
    static let logLevel = Option.value(
        "log-level", .choice(["debug", "info", "warning", "error"]), default: "info", "what is logged",
        environment: "VIGIE_LOG_LEVEL", section: "Logging")
    static let logFormat = Option.value(
        "log-format", .choice(["logfmt", "json"]), default: "logfmt", "how log lines are written, to standard error",
        environment: "VIGIE_LOG_FORMAT", section: "Logging")

    static let declaration = Command(
        "run", summary: "run a node",
        discussion: """
            Reads the sources of the topologies, writes their sinks, until SIGTERM or SIGINT: then what has been read is \
            finished, sent and committed, and the node leaves the group. Start more nodes with the same --application, here \
            or elsewhere, to share the partitions; stop any of them, and the others take over.
            """,
        options: [
            brokers, application, node, topologies, topics, workers, httpPort, httpAddress, noHTTP, properties,
            propertyFile,
            stateDirectory, start, outOfRange, linger, commit, deadLetters, noCreate, replication, logLevel, logFormat,
        ],
        arguments: [TopologyFiles.argument],
        examples: [
            .init("vigie run --brokers localhost:9092 --application port Topologies", "all topologies of a folder"),
            .init(
                "vigie run -b kafka:9093 -a port -P security.protocol=sasl_ssl -P sasl.mechanism=SCRAM-SHA-256 -P sasl.username=vigie -P sasl.password=env:KAFKA_PASSWORD Topologies",
                "with TLS and a password from the environment"),
        ],
        exitCodes: [.ok, .usage, .unavailable, .internal, .configuration])

    static func run(_ arguments: ParsedArguments) -> ExitCode {
        let paths = arguments[topologies] + arguments[TopologyFiles.argument]
        guard !paths.isEmpty else {
            Output.error("error: no topology is named\n  hint: vigie run … Topologies, or --topologies Topologies")
            return .usage
        }
        guard var plans = TopologyFiles.load(paths) else { return .configuration }
        guard let others = otherTopics(arguments[topics], plans) else { return .usage }
        plans = plans.map { $0.onTopics(others) }
        var properties: [String: String] = [:]
        do throws(PropertyError) {
            if let file = arguments[propertyFile] { properties = try Properties.read(file: file) }
            try Properties.add(arguments[RunCommand.properties], to: &properties)
        } catch {
            Output.error("error: \(error.message)\n  hint: \(error.hint)")
            return .usage
        }
        let log = Log(
            level: LogLevel(name: arguments[logLevel]) ?? .info,
            format: LogFormat(rawValue: arguments[logFormat]) ?? .logfmt)
        var settings = NodeSettings(
            application: arguments[application], node: arguments[node] ?? Host.nodeName, brokers: arguments[brokers])
        settings.properties = properties
        settings.workers = arguments[workers]
        settings.httpPort = arguments[noHTTP] ? nil : arguments[httpPort]
        settings.httpAddress = arguments[httpAddress]
        settings.startsAtEnd = arguments[start] == "latest"
        settings.outOfRange = OutOfRangePolicy(rawValue: arguments[outOfRange]) ?? .fail
        settings.lingerMilliseconds = Int(arguments[linger] / .milliseconds(1))
        settings.commitIntervalMilliseconds = Int(arguments[commit] / .milliseconds(1))
        settings.deadLetterTopic = arguments[deadLetters]
        settings.createsTopics = !arguments[noCreate]
        settings.replication = arguments[replication]
        settings.stateDirectory = arguments[stateDirectory]
        return run(settings, plans, log)
    }

    /// `--topic NAME=TOPIC`; says what is wrong and returns nil when a name is not that of a source or sink.
    private static func otherTopics(_ pairs: [String], _ plans: [TopologyPlan]) -> [String: String]? {
        let names = plans.flatMap { $0.sources.map(\.name) + $0.sinks.map(\.name) }
        var topics: [String: String] = [:]
        for pair in pairs {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, names.contains(parts[0]) else {
                Output.error(
                    "error: --topic \(pair) names no source or sink of the topologies\n  hint: --topic NAME=TOPIC with one of: \(names.joined(separator: ", "))"
                )
                return nil
            }
            topics[parts[0]] = parts[1]
        }
        return topics
    }

    private static func run(_ settings: NodeSettings, _ plans: [TopologyPlan], _ log: Log) -> ExitCode {
        var settings = settings
        var embedded: EmbeddedBroker?
        if settings.brokers == "embedded" {
            do throws(KafkaError) {
                let broker = try EmbeddedCluster.start(plans, deadLetters: settings.deadLetters, log)
                settings.brokers = broker.address
                settings.makeTopic = { name, partitions in try broker.createTopic(name, partitions: partitions) }
                embedded = broker
                Output.line("embedded broker at \(broker.address)")
            } catch {
                Output.error("error: the embedded broker can't start: \(error.description)")
                return .unavailable
            }
        }
        let node = StreamNode(settings, plans: plans, log: log)
        Signals.onStop { name in
            log.info("stopping", ["signal": name])
            node.stop()
        }
        defer { withExtendedLifetime(embedded) {} }
        do throws(NodeError) {
            try node.run()
            return .ok
        } catch {
            for problem in error.problems { Output.error(problem.contains("error:") ? problem : "error: \(problem)") }
            return switch error.kind {
            case .configuration: .configuration
            case .unavailable: .unavailable
            case .runtime: .internal
            }
        }
    }
}

/// The broker in this process, with the topics that topologies read: it has no automatic creation.
enum EmbeddedCluster {
    static let partitions = 4

    static func start(_ plans: [TopologyPlan], deadLetters: String, _ log: Log) throws(KafkaError) -> EmbeddedBroker {
        let broker = try EmbeddedBroker(log: { level, facility, text in
            if level <= .error { log.with(["facility": facility, "what": text]).debug("embedded broker") }
        })
        for topic in Set(plans.flatMap { $0.sources.map(\.topic) }).sorted() {
            try broker.createTopic(topic, partitions: partitions)
        }
        return broker
    }
}

/// Names of this machine and process.
enum Host {
    static var nodeName: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) + "-\(getpid())"
    }
}
