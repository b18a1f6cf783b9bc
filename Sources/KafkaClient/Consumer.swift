import CRdKafka
import Glibc
import Records
import Synchronization

/// A member of a consumer group, confined to one thread: subscribe, poll, settle, commit and close are called there,
/// and the listener and all events are served there.
///
/// A turn of its owner is: `poll`, work on the batch, `settle`, now and then `commit`.
public final class Consumer {
    let client: ClientHandle
    let table: PartitionTable
    private let hooks: ConsumerHooks
    let queue: OpaquePointer
    /// Answers to synchronous commits, so that waiting for them serves nothing else.
    let commitQueue: OpaquePointer
    private var storages: [BatchStorage] = []
    private var stamp: UInt64 = 0
    private let wakeFlag = WakeFlag()

    /// Where a partition without a committed offset starts.
    public let startPolicy: StartPolicy
    /// Hears of assignments. Not kept alive by the consumer.
    public weak var listener: (any AssignmentListener)?

    // Owned by Consumer+Assignment.swift.
    var isEager: Bool?
    var waiting: [PartitionIndex] = []
    var lastLookup: Int64 = 0
    var failedLookups = 0
    var lookupIsUrgent = false
    var lastEagerAssignment: Int64 = 0
    /// Why the last look-up of committed offsets left partitions waiting; nil when it did not.
    public internal(set) var lookupError: KafkaError?
    // Owned by Consumer+Commit.swift.
    var nextToken = 0
    var syncResult: (token: Int, error: KafkaError?)?

    /// What the next poll reports.
    var pendingEvents: [ConsumerEvent] = []
    /// No broker could be reached when last tried.
    public private(set) var areBrokersDown = false
    private var lastProbe: Int64 = 0
    private var probeTimeout: Int32 = 100
    private var isClosed = false

    /// Makes a member of `group`. Nothing is sent until `subscribe`.
    ///
    /// Throws when a property is unknown, pinned or invalid, or a secret cannot be read.
    public convenience init(
        _ settings: ClientSettings, group: String, startPolicy: StartPolicy = .earliest, log: @escaping ClientLog
    ) throws(KafkaError) {
        try self.init(
            settings, group: group, startPolicy: startPolicy, cooperative: ProtocolSupport.supportsCooperative, log: log
        )
    }

    init(
        _ settings: ClientSettings, group: String, startPolicy: StartPolicy, cooperative: Bool, log: @escaping ClientLog
    ) throws(KafkaError) {
        let hooks = ConsumerHooks()
        let configuration = ClientConfiguration.consumer(
            group: group, cooperative: cooperative,
            newProtocol: settings.properties["group.protocol"]?.lowercased() == "consumer")
        client = try ClientHandle(configuration, settings, hooks: hooks, log: log) {
            rd_kafka_conf_set_rebalance_cb($0, rebalanceCallback)
        }
        self.hooks = hooks
        self.startPolicy = startPolicy
        table = PartitionTable(client)
        // Everything (messages, rebalances, errors, answers to commits) comes through the one queue that poll reads.
        rd_kafka_poll_set_consumer(client.raw)
        queue = rd_kafka_queue_get_consumer(client.raw)
        commitQueue = rd_kafka_queue_new(client.raw)
        hooks.consumer = self
    }

    deinit {
        // What is left of an unclosed consumer: the group notices its absence by the session's time-out.
        rd_kafka_queue_destroy(commitQueue)
        rd_kafka_queue_destroy(queue)
    }

    /// Joins the group for these topics. A name that starts with `^` is a regular expression.
    public func subscribe(_ topics: [String]) throws(KafkaError) {
        let list = PartitionList(capacity: topics.count)
        for topic in topics { list.add(topic, unassignedPartition) }
        let code = rd_kafka_subscribe(client.raw, list.raw)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw KafkaError(code, during: "subscribing to \(topics.joined(separator: ", "))")
        }
    }

    /// Waits up to `timeout` for messages, and takes up to `limit` that are there. Serves rebalances and other
    /// callbacks meanwhile. The batch may be empty and still have events.
    public func poll(limit: Int = 1024, timeout: Duration) -> PolledBatch {
        let limit = max(limit, 1)
        let storage = freeStorage(limit)
        let count = fetch(storage, at: 0, limit, timeout.librdkafkaMilliseconds)
        storage.lend(count)
        stamp += 1
        var found: [ConsumerEvent] = []
        storage.group(table, stamp: stamp) { self.sortOut($0, into: &found) }
        if areBrokersDown { probe() }
        if !pendingEvents.isEmpty {
            storage.events.append(contentsOf: pendingEvents)
            pendingEvents.removeAll(keepingCapacity: true)
        }
        if !found.isEmpty { storage.events.append(contentsOf: found) }
        return PolledBatch(storage)
    }

    func fetch(_ storage: BatchStorage, at start: Int, _ limit: Int, _ timeout: Int32) -> Int {
        let place = storage.polled + start
        // First what is there. Only when there is nothing, wait: for one message, because librdkafka would wait for the
        // whole batch, and then take what came with it.
        var count = rd_kafka_consume_batch_queue(queue, 0, place, limit)
        // A rebalance or a wake-up in that call has used up its own signal.
        let isWoken = wakeFlag.isRaised.exchange(false, ordering: .acquiring)
        let mustReturn = isWoken || (lookupIsUrgent && !waiting.isEmpty)
        if count <= 0 && timeout > 0 && pendingEvents.isEmpty && !mustReturn {
            count = rd_kafka_consume_batch_queue(queue, timeout, place, 1)
            if count == 1 && limit > 1 {
                count += max(rd_kafka_consume_batch_queue(queue, 0, place + 1, limit - 1), 0)
            }
        }
        return max(count, 0)
    }

    private func freeStorage(_ limit: Int) -> BatchStorage {
        if let free = storages.first(where: { !$0.isLent && $0.capacity >= limit }) { return free }
        let made = BatchStorage(client, capacity: limit)
        storages.removeAll { !$0.isLent }
        storages.append(made)
        return made
    }

    /// Events out of what came in place of messages.
    private func sortOut(_ source: UnsafeMutablePointer<rd_kafka_message_t>, into found: inout [ConsumerEvent]) {
        let code = source.pointee.err
        let index = table.find(source.pointee.rkt, source.pointee.partition)
        let isOurs = index >= 0 && table.slots[index].phase == .running
        if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            if isOurs { found.append(.endOfPartition(index, offset: source.pointee.offset)) }
            return
        }
        let text = client.scrub(rd_kafka_message_errstr(source).map { String(cString: $0) } ?? "")
        let error = KafkaError(code, text)
        guard isOurs else {
            found.append(.error(error))
            return
        }
        if code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE {
            table.slots[index].phase = .held
            let range = storedWatermarks(index) ?? queryWatermarks(index)
            let wanted = table.slots[index].next
            found.append(
                .outOfRange(index, OutOfRange(wanted: wanted, earliest: range?.low ?? -1, latest: range?.high ?? -1)))
        } else {
            found.append(.partitionError(index, error))
        }
    }

    /// What librdkafka says of the client as a whole.
    func clientFailed(_ code: rd_kafka_resp_err_t, _ text: String) {
        var error = KafkaError(code, text)
        if code == RD_KAFKA_RESP_ERR__FATAL { error = client.fatalError ?? error }
        if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN {
            if !areBrokersDown {
                areBrokersDown = true
                lastProbe = monotonicMilliseconds()
                probeTimeout = 100
                pendingEvents.append(.brokersDown(error))
            }
            return
        }
        pendingEvents.append(.error(error))
    }

    /// Looks every second whether a broker is back, since an idle topic would not tell.
    private func probe() {
        let now = monotonicMilliseconds()
        guard now - lastProbe >= 1000 else { return }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client.raw, 0, nil, &metadata, probeTimeout)
        lastProbe = monotonicMilliseconds()
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            // A broker that is far away needs longer.
            probeTimeout = min(probeTimeout * 2, 1000)
            return
        }
        rd_kafka_metadata_destroy(metadata)
        areBrokersDown = false
        pendingEvents.append(.brokersBack)
    }

    /// Leaves the group in good order: the listener's `revoked` is called (where offsets can be committed), then the
    /// client is closed. At most `timeout` is spent; what is not done by then, the group does by its session time-out.
    public func close(timeout: Duration = .seconds(10)) {
        guard !isClosed else { return }
        isClosed = true
        if let error = rd_kafka_consumer_close_queue(client.raw, queue) {
            rd_kafka_error_destroy(error)
            return
        }
        let storage = freeStorage(64)
        let end = monotonicMilliseconds() + timeout.wholeMicroseconds / 1000
        while rd_kafka_consumer_closed(client.raw) == 0 && monotonicMilliseconds() < end {
            storage.lend(max(rd_kafka_consume_batch_queue(queue, 10, storage.polled, storage.capacity), 0))
            storage.giveBack()
        }
    }

    /// Ends a poll of this consumer that waits, from any thread.
    public var waker: ConsumerWaker { ConsumerWaker(client, wakeFlag) }

    /// The fatal error that ended this client, if one did: close it and make a new one.
    public var fatalError: KafkaError? { client.fatalError }

    /// Sends a rebalance to the consumer whose poll is running, and ends that poll early so that `settle` comes soon.
    fileprivate func rebalanced(
        _ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {
        rebalance(code, list)
        rd_kafka_queue_yield(queue)
    }
}

/// Interrupts a Consumer's poll.
public struct ConsumerWaker: Sendable {
    private let client: ClientHandle
    private let flag: WakeFlag

    init(_ client: ClientHandle, _ flag: WakeFlag) {
        self.client = client
        self.flag = flag
    }

    /// Lets the poll that runs, or else the next one, return without waiting.
    public func wake() {
        flag.isRaised.store(true, ordering: .releasing)
        guard let queue = rd_kafka_queue_get_consumer(client.raw) else { return }
        rd_kafka_queue_yield(queue)
        rd_kafka_queue_destroy(queue)
    }
}

/// Remembers a wake-up between two calls of librdkafka, the first of which may have swallowed its signal.
final class WakeFlag: Sendable {
    let isRaised = Atomic<Bool>(false)
}

/// Stands between librdkafka's callbacks and the consumer, which does not exist yet when the client is made.
private final class ConsumerHooks: ClientHooks {
    weak var consumer: Consumer?

    func clientFailed(_ code: rd_kafka_resp_err_t, _ text: String) { consumer?.clientFailed(code, text) }
}

private func rebalanceCallback(
    _ client: OpaquePointer?, _ code: rd_kafka_resp_err_t,
    _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, _ opaque: UnsafeMutableRawPointer?
) {
    guard let list, let hooks = CallbackContext.from(opaque)?.hooks as? ConsumerHooks else { return }
    hooks.consumer?.rebalanced(code, list)
}

/// RD_KAFKA_PARTITION_UA, a macro with a cast.
let unassignedPartition: Int32 = -1

extension Duration {
    /// For librdkafka, to which a negative time means "for ever".
    var librdkafkaMilliseconds: Int32 { Int32(clamping: max(wholeMicroseconds, 0) / 1000) }
}

/// For intervals and time limits.
func monotonicMilliseconds() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
}
