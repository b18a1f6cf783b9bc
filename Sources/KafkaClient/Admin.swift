import CRdKafka
import Glibc
public import Records

/// Questions and orders to a cluster. Every call waits for its answer. Confined to one thread.
///
/// When a call cannot reach a broker, the error names the reason (refused, wrong password, certificate …), as far as
/// the connections gave one.
public final class Admin {
    let client: ClientHandle
    private let hooks: AdminHooks

    public init(_ settings: ClientSettings, log: @escaping ClientLog) throws(KafkaError) {
        hooks = AdminHooks()
        client = try ClientHandle(.admin, settings, hooks: hooks, log: log)
    }

    /// The cluster's brokers.
    public func cluster(timeout: Duration = .seconds(10)) throws(KafkaError) -> ClusterDescription {
        let brokers = try metadata(of: nil, all: false, timeout, "describing the cluster") { metadata in
            (0..<Int(metadata.broker_cnt)).map { at in
                let broker = metadata.brokers[at]
                return ClusterDescription.Broker(id: broker.id, host: String(cString: broker.host), port: broker.port)
            }
        }
        let id = rd_kafka_clusterid(client.raw, 0)
        defer { rd_kafka_mem_free(client.raw, id) }
        let controller = rd_kafka_controllerid(client.raw, 0)
        return ClusterDescription(
            id: id.map { String(cString: $0) }, controller: controller >= 0 ? controller : nil, brokers: brokers)
    }

    /// Every topic of the cluster, by name.
    public func topics(timeout: Duration = .seconds(10)) throws(KafkaError) -> [TopicDescription] {
        let found = try metadata(of: nil, all: true, timeout, "listing topics") { metadata in
            (0..<Int(metadata.topic_cnt)).map { Self.describe(metadata.topics[$0]) }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// One topic; nil when there is none of that name. Asking does not make it.
    public func topic(_ name: String, timeout: Duration = .seconds(10)) throws(KafkaError) -> TopicDescription? {
        let handle = try TopicHandle(name, client)
        let found = try metadata(of: handle.raw, all: false, timeout, "describing topic \(name)") { metadata in
            (0..<Int(metadata.topic_cnt)).map { (metadata.topics[$0].err, Self.describe(metadata.topics[$0])) }
        }
        guard let (code, topic) = found.first else { return nil }
        if code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC { return nil }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR && topic.partitions.isEmpty {
            throw KafkaError(code, during: "describing topic \(name)")
        }
        return topic
    }

    private static func describe(_ topic: rd_kafka_metadata_topic) -> TopicDescription {
        let partitions = (0..<Int(topic.partition_cnt)).map { at in
            let one = topic.partitions[at]
            return TopicDescription.Partition(
                number: one.id, leader: one.leader, replicas: (0..<Int(one.replica_cnt)).map { one.replicas[$0] },
                inSync: (0..<Int(one.isr_cnt)).map { one.isrs[$0] })
        }
        return TopicDescription(
            name: String(cString: topic.topic), partitions: partitions.sorted { $0.number < $1.number })
    }

    /// First offset and end of partitions, as a reader of committed records sees them.
    public func watermarks(
        of partitions: [TopicPartition], timeout: Duration = .seconds(10)
    ) throws(KafkaError) -> [(low: Int64, high: Int64)] {
        var found: [(low: Int64, high: Int64)] = []
        for partition in partitions {
            var low: Int64 = -1
            var high: Int64 = -1
            let code = rd_kafka_query_watermark_offsets(
                client.raw, partition.topic, partition.partition, &low, &high, milliseconds(timeout))
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw explained(KafkaError(code, during: "asking for the offsets of \(partition)"))
            }
            found.append((low, high))
        }
        return found
    }

    /// Asks for metadata in pieces of the time given, so that a refusal is heard before it is over.
    private func metadata<R>(
        of topic: OpaquePointer?, all: Bool, _ timeout: Duration, _ what: String, _ read: (rd_kafka_metadata) -> R
    ) throws(KafkaError) -> R {
        hooks.forget()
        let end = monotonicMilliseconds() + Int64(milliseconds(timeout))
        var piece: Int64 = 500
        while true {
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let left = max(end - monotonicMilliseconds(), 1)
            let code = rd_kafka_metadata(client.raw, all ? 1 : 0, topic, &metadata, Int32(clamping: min(piece, left)))
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata {
                defer { rd_kafka_metadata_destroy(metadata) }
                return read(metadata.pointee)
            }
            rd_kafka_poll(client.raw, 0)
            if hooks.refusal != nil || monotonicMilliseconds() >= end || !Self.mayPass(code) {
                throw explained(KafkaError(code, during: what))
            }
            piece *= 2
        }
    }

    private static func mayPass(_ code: rd_kafka_resp_err_t) -> Bool {
        code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT
            || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN
    }

    /// Runs one admin request and reads its answer, for which client and queue live on: destroying the client earlier
    /// would lose it ("handle is terminating"). A refusal (wrong password, certificate) ends it early.
    func request<R>(
        _ operation: rd_kafka_admin_op_t, _ what: String, _ timeout: Duration,
        send: (_ options: OpaquePointer?, _ queue: OpaquePointer) -> Void, read: (OpaquePointer) -> R
    ) throws(KafkaError) -> R {
        hooks.forget()
        let options = rd_kafka_AdminOptions_new(client.raw, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        var words = [CChar](repeating: 0, count: 512)
        rd_kafka_AdminOptions_set_request_timeout(options, milliseconds(timeout), &words, words.count)
        let queue: OpaquePointer = rd_kafka_queue_new(client.raw)
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        // The request ends by itself after its time-out, with an error that says where it got stuck.
        while true {
            rd_kafka_poll(client.raw, 0)
            if var refusal = hooks.refusal {
                refusal.during = what
                throw refusal
            }
            guard let event = rd_kafka_queue_poll(queue, 100) else { continue }
            defer { rd_kafka_event_destroy(event) }
            let code = rd_kafka_event_error(event)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                rd_kafka_poll(client.raw, 0)
                let text = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? ""
                throw explained(KafkaError(code, text, during: what))
            }
            return read(event)
        }
    }

    /// Asks again while the answer says to try later (a coordinator that is just being found or loaded).
    func retrying<R>(
        _ timeout: Duration, _ ask: (_ left: Duration) throws(KafkaError) -> Result<R, KafkaError>
    ) throws(KafkaError) -> R {
        let end = monotonicMilliseconds() + Int64(milliseconds(timeout))
        while true {
            let left = max(end - monotonicMilliseconds(), 1)
            // In pieces, since a request that went to the wrong coordinator may never be answered.
            let answer = try ask(.milliseconds(min(left, 3000)))
            guard case .failure(let error) = answer, error.isRetriable, monotonicMilliseconds() < end else {
                return try answer.get()
            }
            usleep(100_000)
        }
    }

    /// The reason behind a failure, where a connection gave one.
    private func explained(_ error: KafkaError) -> KafkaError {
        guard error.isRetriable, var cause = hooks.refusal ?? hooks.last else { return error }
        cause.during = error.during
        return cause
    }

    func milliseconds(_ duration: Duration) -> Int32 { max(Int32(clamping: duration.wholeMicroseconds / 1000), 1) }
}

/// Remembers why connections failed, since a request only says that it took too long.
final class AdminHooks: ClientHooks {
    /// A failure that waiting will not mend.
    private(set) var refusal: KafkaError?
    private(set) var last: KafkaError?

    func forget() {
        refusal = nil
        last = nil
    }

    func clientFailed(_ code: rd_kafka_resp_err_t, _ text: String) {
        let error = KafkaError(code, text)
        if code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL { refusal = error }
        if code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || last == nil { last = error }
    }
}
