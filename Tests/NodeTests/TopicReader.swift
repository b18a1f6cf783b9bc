import KafkaClient
import Records

/// A record copied out of its batch.
struct Taken {
    var partition: Int32
    var offset: Int64
    var key: String?
    var value: String?
    var timestamp: Int64
    var headers: [String: String]
}

/// An independent consumer: reads topics from their beginning, in a group of its own.
final class TopicReader {
    private let consumer: Consumer
    private let wantsHeaders: Bool
    private(set) var records: [Taken] = []
    private(set) var count = 0

    init(_ address: String, _ topics: [String], headers: Bool = false) throws {
        wantsHeaders = headers
        consumer = try Consumer(
            ClientSettings(brokers: address), group: "reader-\(UInt64.random(in: 0..<(.max)))", log: { _, _, _ in })
        try consumer.subscribe(topics)
    }

    deinit { consumer.close() }

    /// One turn. With `each`, records are given to it instead of being kept.
    func turn(_ each: ((Taken) throws -> Void)? = nil) throws {
        let batch = consumer.poll(limit: 2048, timeout: .milliseconds(20))
        for (run, entry) in batch.runs.enumerated() {
            let partition = consumer.partition(entry.index).partition
            for at in 0..<entry.count {
                let message = entry.messages[at]
                var headers: [String: String] = [:]
                if wantsHeaders {
                    for header in batch.headers(run: run, message: at) {
                        headers[header.name] = String(decoding: header.value ?? [], as: UTF8.self)
                    }
                }
                let taken = Taken(
                    partition: partition, offset: message.offset,
                    key: message.key == nil ? nil : message.keyView.string,
                    value: message.value == nil ? nil : message.valueView.string,
                    timestamp: message.timestampMilliseconds,
                    headers: headers)
                count += 1
                if let each { try each(taken) } else { records.append(taken) }
            }
        }
        _ = consumer.settle()
    }

    /// Turns until the condition holds; false when that takes too long.
    func turns(within seconds: Double = 60, each: ((Taken) throws -> Void)? = nil, until condition: () -> Bool) throws
        -> Bool
    {
        let end = ContinuousClock.now + .milliseconds(Int64(seconds * 1000))
        while ContinuousClock.now < end {
            try turn(each)
            if condition() { return true }
        }
        return condition()
    }
}
