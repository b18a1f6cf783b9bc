import Arguments
import KafkaClient
import Records
import Runtime

/// Sends a replay's events to a topic, and accounts for every delivery.
final class ReplaySender: ReplayTarget {
    let topic: String
    private let settings: ClientSettings
    private let producer: Producer
    private let handle: TopicHandle
    private let report: (String) -> Void
    private var reported = 0
    /// Whether records bear the events' times, or that of their sending.
    private let stampsEventTime: Bool

    init(
        _ settings: ClientSettings, topic: String, stampsEventTime: Bool, report: @escaping (String) -> Void
    ) throws(CommandFailure) {
        self.settings = settings
        self.topic = topic
        self.stampsEventTime = stampsEventTime
        self.report = report
        do throws(KafkaError) {
            producer = try Producer(settings, lingerMilliseconds: 5, log: KafkaAccess.silence)
            handle = try producer.topic(topic)
        } catch { throw KafkaAccess.failure(error, settings) }
    }

    var delivered: Int { producer.deliveredTotal }
    /// Failed or still under way.
    var undelivered: Int { producer.failedTotal + producer.outstandingTotal }

    func send(_ event: EventBuilder) throws(CommandFailure) {
        let time = stampsEventTime ? event.eventTime?.milliseconds ?? 0 : 0
        try send(key: event.keyBytes, value: event.body.bytes, time: time)
    }

    private func send(key: [UInt8]?, value: UnsafeBufferPointer<UInt8>, time: Int64) throws(CommandFailure) {
        while true {
            let outcome: SendOutcome
            if let key {
                outcome = key.withUnsafeBufferPointer {
                    producer.send(to: handle, key: $0, value: value, timestampMilliseconds: time, epoch: 0)
                }
            } else {
                outcome = producer.send(to: handle, key: nil, value: value, timestampMilliseconds: time, epoch: 0)
            }
            switch outcome {
            case .queued:
                producer.poll()
                try check()
                return
            case .queueFull: try wait(microseconds: 100_000)
            case .refused(let error):
                throw CommandFailure(
                    .data, "an event of \(value.count) bytes can't be sent: \(error)", hint: error.hint)
            }
        }
    }

    func wait(microseconds: Int64) throws(CommandFailure) {
        producer.poll(timeout: .microseconds(max(microseconds, 1000)))
        try check()
    }

    private func check() throws(CommandFailure) {
        for failure in producer.takeFailures() {
            reported += 1
            if reported <= 5 { report("error: not delivered to \(failure.topic): \(failure.error)") }
        }
        if let error = producer.fatalError { throw KafkaAccess.failure(error, settings) }
    }

    /// Waits for what is under way; false when it was not all delivered. `isStopped` ends the wait.
    func finish(isStopped: () -> Bool) throws(CommandFailure) -> Bool {
        let clock = MachineClock()
        // Events time out by themselves (message.timeout.ms); once stopped, ten seconds are what they get.
        var end: Int64?
        while producer.outstandingTotal > 0 {
            _ = producer.flush(timeout: .milliseconds(200))
            try check()
            if isStopped(), end == nil { end = clock.monotonicMicroseconds + 10_000_000 }
            if let end, clock.monotonicMicroseconds > end { break }
        }
        try check()
        return undelivered == 0
    }
}

/// Prints events instead of sending them.
final class ReplayPrinter: ReplayTarget {
    func send(_ event: EventBuilder) throws(CommandFailure) {
        var line = ""
        if let key = event.keyBytes { line += "key=\(String(decoding: key, as: UTF8.self))  " }
        if let time = event.eventTime { line += "time=\(time)  " }
        Output.line(line + event.body.string)
    }

    func wait(microseconds: Int64) throws(CommandFailure) {}
}
