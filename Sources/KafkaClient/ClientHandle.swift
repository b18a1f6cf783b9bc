import CRdKafka

/// Owner of one `rd_kafka_t`. Destroyed when the last thing that needs it is gone: batches, topic handles and queues
/// keep it, so that no message outlives its client.
///
/// Sendable because `rd_kafka_t` is thread-safe and everything stored is constant; what is confined to a thread is the
/// Consumer or Producer on top.
final class ClientHandle: @unchecked Sendable {
    let raw: OpaquePointer
    /// Kept until `rd_kafka_destroy` has returned, since callbacks can come until then.
    private let context: CallbackContext

    /// Makes a client. `hooks` hears of what callbacks bring, on the thread that polls.
    init(
        _ configuration: ClientConfiguration, _ settings: ClientSettings, hooks: (any ClientHooks)?,
        log: @escaping ClientLog,
        prepare: (OpaquePointer) -> Void = { _ in }
    ) throws(KafkaError) {
        let (conf, secrets) = try configuration.make(settings)
        context = CallbackContext(hooks: hooks, log: log, secrets: secrets)
        rd_kafka_conf_set_opaque(conf, Unmanaged.passUnretained(context).toOpaque())
        rd_kafka_conf_set_log_cb(conf, logCallback)
        rd_kafka_conf_set_error_cb(conf, errorCallback)
        let usesTokens = settings.properties.contains {
            $0.key.hasPrefix("sasl.mechanism") && $0.value.uppercased() == "OAUTHBEARER"
        }
        if usesTokens { rd_kafka_conf_enable_sasl_queue(conf, 1) }
        prepare(conf)
        var words = [CChar](repeating: 0, count: 512)
        let type = configuration.role == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER
        guard let made = rd_kafka_new(type, conf, &words, words.count) else {
            let said = context.scrub(ClientConfiguration.text(words))
            rd_kafka_conf_destroy(conf)
            throw KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, said, during: "making a \(configuration.role.rawValue)")
        }
        raw = made
        // Tokens are renewed on a thread of librdkafka's: not every client of ours is polled all the time.
        if usesTokens, let error = rd_kafka_sasl_background_callbacks_enable(made) {
            let failure = KafkaError(consuming: error, during: "setting up OAUTHBEARER")
            throw failure
        }
    }

    deinit {
        // Never calls back into a consumer that is going away: leaving the group is Consumer.close's business.
        rd_kafka_destroy_flags(raw, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
    }

    func scrub(_ text: String) -> String { context.scrub(text) }

    /// The fatal error that ended this client, if one did.
    var fatalError: KafkaError? {
        var words = [CChar](repeating: 0, count: 512)
        let code = rd_kafka_fatal_error(raw, &words, words.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        var error = KafkaError(code, ClientConfiguration.text(words))
        error.isFatal = true
        return error
    }
}

/// What a Consumer or Producer wants to hear; called inside its own poll, on its thread.
protocol ClientHooks: AnyObject {
    func clientFailed(_ code: rd_kafka_resp_err_t, _ text: String)
}

/// What the C callbacks find behind librdkafka's opaque pointer.
///
/// Sendable because nothing in it changes; `hooks` is used on the polling thread only, `log` on any.
final class CallbackContext: @unchecked Sendable {
    /// Kept alive by this.
    let hooks: (any ClientHooks)?
    /// The same, where it is a producer's: spares a cast per delivery.
    let producerHooks: ProducerHooks?
    let log: ClientLog
    private let secrets: [[UInt8]]

    init(hooks: (any ClientHooks)?, log: @escaping ClientLog, secrets: [String]) {
        self.hooks = hooks
        producerHooks = hooks as? ProducerHooks
        self.log = log
        self.secrets = secrets.map { Array($0.utf8) }
    }

    /// The text with every secret replaced. Very short ones would blank ordinary words and protect nothing.
    func scrub(_ text: String) -> String {
        guard !secrets.isEmpty else { return text }
        var bytes = Array(text.utf8)
        for secret in secrets where secret.count >= 4 && secret.count <= bytes.count {
            var at = 0
            while at + secret.count <= bytes.count {
                if bytes[at..<(at + secret.count)].elementsEqual(secret) {
                    bytes.replaceSubrange(at..<(at + secret.count), with: Array("<redacted>".utf8))
                    at += 10
                } else {
                    at += 1
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func from(_ opaque: UnsafeMutableRawPointer?) -> CallbackContext? {
        opaque.map { Unmanaged<CallbackContext>.fromOpaque($0).takeUnretainedValue() }
    }
}

private func logCallback(
    _ client: OpaquePointer?, _ level: Int32, _ facility: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?
) {
    guard let client, let context = CallbackContext.from(rd_kafka_opaque(client)) else { return }
    let line = context.scrub(text.map { String(cString: $0) } ?? "")
    context.log(ClientLogLevel(rawValue: level) ?? .info, facility.map { String(cString: $0) } ?? "", line)
}

private func errorCallback(
    _ client: OpaquePointer?, _ code: Int32, _ reason: UnsafePointer<CChar>?, _ opaque: UnsafeMutableRawPointer?
) {
    guard let context = CallbackContext.from(opaque) else { return }
    context.hooks?.clientFailed(
        rd_kafka_resp_err_t(code), context.scrub(reason.map { String(cString: $0) } ?? ""))
}
