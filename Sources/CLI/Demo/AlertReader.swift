import KafkaClient
import Records
import Telemetry

/// Reads alerts back from their topics, as any consumer would. Confined to one thread.
final class AlertReader {
    private let consumer: Consumer
    private let expectedPartitions: Int
    /// Records of alert topics that are no alerts.
    private(set) var unreadable: Int64 = 0

    /// `expectedPartitions`: of all the topics together; reading from their ends.
    init(
        _ settings: ClientSettings, group: String, topics: [String], expectedPartitions: Int, log: Log
    ) throws(KafkaError) {
        self.expectedPartitions = expectedPartitions
        var settings = settings
        settings.properties["queued.max.messages.kbytes"] = "4096"
        consumer = try Consumer(settings, group: group, startPolicy: .latest, log: log.forClients)
        try consumer.subscribe(topics)
    }

    /// Whether every partition is being read, so that no alert from now on is missed.
    var isReady: Bool { consumer.running.count >= expectedPartitions }

    /// Waits for alerts, at most so long.
    func poll(milliseconds: Int) -> [AlertNotice] {
        var found: [AlertNotice] = []
        let batch = consumer.poll(limit: 256, timeout: .milliseconds(milliseconds))
        let now = EventTime(microseconds: SystemClock.wallMicroseconds())
        for run in batch.runs {
            for index in 0..<run.count {
                let message = run.messages[index]
                guard let value = message.value else { continue }
                let bytes = UnsafeBufferPointer(start: value, count: message.valueCount)
                if let notice = AlertNotice(bytes, seenAt: now) { found.append(notice) } else { unreadable += 1 }
            }
        }
        _ = consumer.settle()
        return found
    }

    func close() { consumer.close(timeout: .seconds(3)) }
}
