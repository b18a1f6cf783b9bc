import Records
import Topology

/// The watermark of one source partition, as a plain value: event times, the end of the partition and the clock go in.
///
///     records   → latest event time − delay
///     idle      → at the partition's end with no record for `idle`: time moves on with the clock, from where it stood
///
/// It never goes back.
struct InputWatermark {
    let rule: WatermarkRule
    private(set) var current: EventTime = .distantPast
    /// Latest event time seen.
    private(set) var latest: EventTime = .distantPast
    private var lastRecordAt: Int64 = 0
    private var isAtEnd = false
    /// Where event time and the clock stood when the partition last had a record.
    private(set) var isIdle = false

    init(rule: WatermarkRule, restored: EventTime = .distantPast, monotonic: Int64) {
        self.rule = rule
        current = restored
        // The latest event time that the restored watermark stands for.
        latest = restored == .distantPast ? .distantPast : restored.advanced(by: rule.delayMicroseconds)
        lastRecordAt = monotonic
    }

    /// Records came, the latest at `time`; `.distantPast` when none of them could be used.
    mutating func observe(latest time: EventTime, monotonic: Int64) {
        lastRecordAt = monotonic
        isAtEnd = false
        isIdle = false
        if time > latest {
            latest = time
            current = max(current, time.advanced(by: -rule.delayMicroseconds))
        }
    }

    /// All records of the partition have been read.
    mutating func reachedEnd() { isAtEnd = true }

    /// The clock has moved on. `isConnected` is false while no broker answers: then nobody knows whether records wait.
    mutating func tick(monotonic: Int64, isConnected: Bool) {
        guard isConnected else {
            // The silence that counts starts anew once the broker is back.
            lastRecordAt = max(lastRecordAt, monotonic - (isIdle ? rule.idleMicroseconds : 0))
            return
        }
        guard isAtEnd, latest != .distantPast else { return }
        let silent = monotonic - lastRecordAt
        guard silent >= rule.idleMicroseconds else { return }
        isIdle = true
        current = max(current, latest.advanced(by: silent - rule.delayMicroseconds))
    }
}
