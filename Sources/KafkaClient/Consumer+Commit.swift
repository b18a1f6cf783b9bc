import CRdKafka
import Records

/// Committing offsets, with and without waiting.
extension Consumer {
    /// Sends offsets to be committed, and returns a number for them; the answer comes as `.committed` in a later poll.
    /// An error in the answer with `isRetriable` (a rebalance came between) only means that these offsets have to be in
    /// a later commit again, unless that has newer ones of the same partitions: keep them until they are answered for.
    @discardableResult
    public func commit(_ offsets: [OffsetCommit]) -> Int {
        nextToken += 1
        let token = nextToken
        guard !offsets.isEmpty else { return token }
        let code = send(offsets, queue, token)
        if let error = KafkaError?(code, during: "committing offsets") {
            pendingEvents.append(.committed(CommitResult(token: token, error: error)))
        }
        return token
    }

    /// Commits and waits for the answer: for `revoked` and before closing. Serves no other callback meanwhile.
    public func commitSync(_ offsets: [OffsetCommit], timeout: Duration = .seconds(5)) throws(KafkaError) {
        guard !offsets.isEmpty else { return }
        nextToken += 1
        let token = nextToken
        syncResult = nil
        if let error = KafkaError?(send(offsets, commitQueue, token), during: "committing offsets") { throw error }
        let end = monotonicMilliseconds() + timeout.wholeMicroseconds / 1000
        while true {
            let left = end - monotonicMilliseconds()
            guard left > 0 else { break }
            rd_kafka_queue_poll_callback(commitQueue, Int32(clamping: left))
            if let result = syncResult, result.token == token {
                syncResult = nil
                if let error = result.error { throw error }
                return
            }
        }
        throw KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, during: "committing offsets")
    }

    private func send(_ offsets: [OffsetCommit], _ target: OpaquePointer, _ token: Int) -> rd_kafka_resp_err_t {
        let list = PartitionList(capacity: offsets.count)
        for offset in offsets { list.add(offset) }
        let ticket = Unmanaged.passRetained(CommitTicket(self, token, isSync: target == commitQueue))
        let code = rd_kafka_commit_queue(client.raw, list.raw, target, commitCallback, ticket.toOpaque())
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { ticket.release() }
        return code
    }

    fileprivate func answered(_ ticket: CommitTicket, _ error: KafkaError?) {
        if ticket.isSync {
            syncResult = (ticket.token, error)
        } else {
            pendingEvents.append(.committed(CommitResult(token: ticket.token, error: error)))
        }
    }
}

/// What an answer to a commit finds behind its opaque pointer. Weak: the answer may come while the consumer goes away.
private final class CommitTicket {
    weak var consumer: Consumer?
    let token: Int
    let isSync: Bool

    init(_ consumer: Consumer, _ token: Int, isSync: Bool) {
        self.consumer = consumer
        self.token = token
        self.isSync = isSync
    }
}

private func commitCallback(
    _ client: OpaquePointer?, _ code: rd_kafka_resp_err_t,
    _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?, _ opaque: UnsafeMutableRawPointer?
) {
    guard let opaque else { return }
    let ticket = Unmanaged<CommitTicket>.fromOpaque(opaque).takeRetainedValue()
    var error: KafkaError?
    // "No offset" is librdkafka's word for "nothing had to be committed".
    if code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR__NO_OFFSET {
        error = KafkaError(code, during: "committing offsets")
    }
    if error == nil, let list { error = PartitionList.firstError(list, during: "committing the offset of") }
    ticket.consumer?.answered(ticket, error)
}
