import Foundation
import Records
import Simulators

/// An event taken out of its batch.
struct Captured: Equatable {
    var family: SimulatedFamily
    var fault: SimulatedFault
    var isLate: Bool
    var key: String
    var value: Data?
    var eventTime: EventTime
    var dueTime: EventTime

    /// The value as Foundation's parser sees it; nil when it is no JSON object.
    var json: [String: Any]? {
        value.flatMap { try? JSONSerialization.jsonObject(with: $0) } as? [String: Any]
    }

    static func == (a: Captured, b: Captured) -> Bool {
        a.family == b.family && a.fault == b.fault && a.isLate == b.isLate && a.key == b.key && a.value == b.value
            && a.eventTime == b.eventTime && a.dueTime == b.dueTime
    }
}

/// 2026-11-25T10:00:00Z: eleven in the morning in Cotonou.
let morning = EventTime(milliseconds: 1_795_600_800_000)

/// Runs a simulation to its end (or to `most` events) in batches of `limit`.
func capture(
    _ settings: SimulationSettings, limit: Int = 1024, most: Int = .max, until: EventTime = .distantFuture
) throws -> [Captured] {
    let simulation = try Simulation(settings)
    var batch = SimulatedBatch(capacity: limit)
    var events: [Captured] = []
    while events.count < most {
        let isFull = simulation.produce(until: until, into: &batch, limit: limit)
        for index in 0..<batch.count {
            let record = batch.records[index]
            events.append(
                Captured(
                    family: record.family, fault: record.fault, isLate: record.isLate,
                    key: String(decoding: batch.key(index), as: UTF8.self), value: batch.value(index).map { Data($0) },
                    eventTime: record.eventTime, dueTime: record.dueTime))
        }
        if !isFull { break }
    }
    return events
}

extension EventTime {
    func plus(_ seconds: Double) -> EventTime { advanced(by: Int64(seconds * 1_000_000)) }
    func seconds(since other: EventTime) -> Double { Double(microseconds - other.microseconds) / 1_000_000 }
}
