import CRdKafka
import Records

/// What became of a record handed to `Producer.send`.
public enum SendOutcome: Sendable {
    /// Taken; its delivery is accounted for under its epoch.
    case queued
    /// The queue is full: poll, and send the same record again. Nothing is lost.
    case queueFull
    /// It can never be sent as it is (too large, no such partition), or the client is at its end (`isFatal`).
    case refused(KafkaError)
}

/// A record that did not arrive.
public struct DeliveryFailure: Sendable {
    public var topic: String
    public var partition: Int32
    public var epoch: Int
    public var error: KafkaError
}

/// A topic to send to; looked up once, then used for any number of records.
public final class TopicHandle {
    public let name: String
    let raw: OpaquePointer
    private let client: ClientHandle

    init(_ name: String, _ client: ClientHandle) throws(KafkaError) {
        guard let raw = rd_kafka_topic_new(client.raw, name, nil) else {
            throw KafkaError(rd_kafka_last_error(), during: "opening topic \(name)")
        }
        self.name = name
        self.raw = raw
        self.client = client
    }

    deinit { rd_kafka_topic_destroy(raw) }
}

/// An idempotent producer that counts deliveries by epoch: a small number given with each record, such as that of the
/// interval between two commits. Confined to one thread: send, poll and flush are called there.
public final class Producer {
    private let client: ClientHandle
    private let hooks: ProducerHooks
    private var topics: [String: TopicHandle] = [:]

    /// `lingerMilliseconds`: how long a record may wait for others of its partition.
    public init(
        _ settings: ClientSettings, lingerMilliseconds: Int = 5, log: @escaping ClientLog
    ) throws(KafkaError) {
        hooks = ProducerHooks()
        client = try ClientHandle(
            .producer(lingerMilliseconds: lingerMilliseconds), settings, hooks: hooks, log: log
        ) {
            rd_kafka_conf_set_dr_msg_cb($0, deliveryCallback)
        }
    }

    /// The handle of a topic. Whether it exists is found out by the first record.
    public func topic(_ name: String) throws(KafkaError) -> TopicHandle {
        if let known = topics[name] { return known }
        let made = try TopicHandle(name, client)
        topics[name] = made
        return made
    }

    /// Sends a record; the bytes are copied. `partition` −1: by the key as Java clients do (murmur2), at random
    /// without. `timestampMilliseconds` 0: now.
    public func send(
        to topic: TopicHandle, partition: Int32 = -1, key: UnsafeBufferPointer<UInt8>?,
        value: UnsafeBufferPointer<UInt8>?, timestampMilliseconds: Int64 = 0, epoch: Int
    ) -> SendOutcome {
        let opaque = UnsafeMutableRawPointer(bitPattern: epoch)
        let code: rd_kafka_resp_err_t
        if timestampMilliseconds <= 0 {
            let failed = rd_kafka_produce(
                topic.raw, partition, RD_KAFKA_MSG_F_COPY, UnsafeMutableRawPointer(mutating: value?.baseAddress),
                value?.count ?? 0, key?.baseAddress, key?.count ?? 0, opaque)
            code = failed == 0 ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_last_error()
        } else {
            code = vigie_rd_produce(
                client.raw, topic.raw, partition, value?.baseAddress, value?.count ?? 0, key?.baseAddress,
                key?.count ?? 0, timestampMilliseconds, nil, opaque)
        }
        return outcome(code, topic, epoch)
    }

    /// The same with headers.
    public func send(
        to topic: TopicHandle, partition: Int32 = -1, key: UnsafeBufferPointer<UInt8>?,
        value: UnsafeBufferPointer<UInt8>?, headers: [MessageHeader], timestampMilliseconds: Int64 = 0, epoch: Int
    ) -> SendOutcome {
        let list = rd_kafka_headers_new(headers.count)
        for header in headers {
            if let value = header.value {
                value.withUnsafeBytes { _ = rd_kafka_header_add(list, header.name, -1, $0.baseAddress, $0.count) }
            } else {
                rd_kafka_header_add(list, header.name, -1, nil, 0)
            }
        }
        let code = vigie_rd_produce(
            client.raw, topic.raw, partition, value?.baseAddress, value?.count ?? 0, key?.baseAddress, key?.count ?? 0,
            timestampMilliseconds, list, UnsafeMutableRawPointer(bitPattern: epoch))
        return outcome(code, topic, epoch)
    }

    @inline(__always)
    private func outcome(_ code: rd_kafka_resp_err_t, _ topic: TopicHandle, _ epoch: Int) -> SendOutcome {
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            hooks.ledger.sent(epoch)
            return .queued
        }
        if code == RD_KAFKA_RESP_ERR__QUEUE_FULL { return .queueFull }
        if code == RD_KAFKA_RESP_ERR__FATAL, let error = client.fatalError { return .refused(error) }
        return .refused(KafkaError(code, during: "sending to \(topic.name)"))
    }

    /// Serves delivery reports that are there; waits up to `timeout` for one. Returns how many callbacks ran.
    @discardableResult
    public func poll(timeout: Duration = .zero) -> Int {
        Int(rd_kafka_poll(client.raw, timeout.librdkafkaMilliseconds))
    }

    /// Waits until everything sent has been delivered or has failed; false when that took longer than `timeout`.
    public func flush(timeout: Duration) -> Bool {
        rd_kafka_flush(client.raw, timeout.librdkafkaMilliseconds) == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// Throws away what is still queued or in flight; it is reported as failed by the next poll.
    public func purge() {
        _ = rd_kafka_purge(client.raw, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    }

    /// Records of an epoch whose delivery is not known yet.
    public func outstanding(_ epoch: Int) -> Int { hooks.ledger.outstanding(epoch) }

    /// Records of all epochs whose delivery is not known yet.
    public var outstandingTotal: Int { hooks.ledger.outstandingTotal }

    /// Records delivered so far.
    public var deliveredTotal: Int { hooks.ledger.deliveredTotal }

    /// Records that failed so far.
    public var failedTotal: Int { hooks.ledger.failedTotal }

    /// The failures since the last call, at most 1000; the counts have them all.
    public func takeFailures() -> [DeliveryFailure] {
        guard !hooks.failures.isEmpty else { return [] }
        defer { hooks.failures.removeAll() }
        return hooks.failures
    }

    /// Errors of the client as a whole since the last call.
    public func takeErrors() -> [KafkaError] {
        guard !hooks.errors.isEmpty else { return [] }
        defer { hooks.errors.removeAll() }
        return hooks.errors
    }

    /// The fatal error that ended this producer, if one did: make a new one, and send again what was not delivered.
    public var fatalError: KafkaError? { client.fatalError }
}

/// What callbacks of a producer write to, on the thread that polls it.
final class ProducerHooks: ClientHooks {
    let ledger = DeliveryLedger()
    var failures: [DeliveryFailure] = []
    var errors: [KafkaError] = []

    func clientFailed(_ code: rd_kafka_resp_err_t, _ text: String) {
        if errors.count < 100 { errors.append(KafkaError(code, text)) }
    }

    func failed(_ message: UnsafePointer<rd_kafka_message_t>, _ epoch: Int) {
        guard failures.count < 1000 else { return }
        let topic = message.pointee.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
        failures.append(
            DeliveryFailure(
                topic: topic, partition: message.pointee.partition, epoch: epoch,
                error: KafkaError(message.pointee.err, during: "sending to \(topic)")))
    }
}

private func deliveryCallback(
    _ client: OpaquePointer?, _ message: UnsafePointer<rd_kafka_message_t>?, _ opaque: UnsafeMutableRawPointer?
) {
    guard let message, let opaque else { return }
    let context = Unmanaged<CallbackContext>.fromOpaque(opaque)
    let hooks = context._withUnsafeGuaranteedRef { $0.producerHooks }
    guard let hooks else { return }
    let epoch = Int(bitPattern: message.pointee._private)
    if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
        hooks.ledger.delivered(epoch)
    } else {
        hooks.ledger.failed(epoch)
        hooks.failed(message, epoch)
    }
}
