import Glibc
import Records
import Simulators
import Telemetry

/// Makes simulated events when they are due and hands them on, on the thread that calls `run`.
struct EventPump: Sendable {
    var simulation: SimulationSettings
    /// Simulated seconds per second; 0: as fast as the target takes them.
    var speed = 1.0
    /// Ends it, from any thread.
    var shouldStop: @Sendable () -> Bool
    /// Whether to wait because whoever reads the events can't keep up.
    var shouldHold: @Sendable () -> Bool = { false }
    /// Called some ten times a second and at the end.
    var report: @Sendable (PumpStatus) -> Void

    /// Runs until the end of the simulation or `shouldStop`. Throws before the first event when the settings are wrong.
    func run(into target: any EventTarget) throws(SimulationError) {
        let source = try Simulation(simulation)
        var batch = SimulatedBatch(capacity: 1024)
        let begin = SystemClock.steadyNanoseconds()
        var status = PumpStatus()
        var reportedAt = begin
        while !shouldStop() {
            let now = SystemClock.steadyNanoseconds()
            if now - reportedAt > 100_000_000 {
                reportedAt = now
                status.counts = target.counts
                report(status)
            }
            if shouldHold() {
                status.heldMicroseconds += 5_000
                usleep(5_000)
                continue
            }
            let due = min(moment(after: now - begin), end)
            source.produce(until: due, into: &batch, limit: 1024)
            if batch.count == 0 {
                // What is held back beyond the end is left out, at any speed.
                guard due < end, let next = source.nextDue else { break }
                usleep(pause(until: next, from: due))
                continue
            }
            if speed > 0 { status.note(behind: due.microseconds - batch.records[0].dueTime.microseconds, speed) }
            target.send(batch, shouldStop: shouldStop)
        }
        target.finish(timeout: .seconds(10))
        status.counts = target.counts
        status.hasEnded = true
        report(status)
    }

    /// When the simulation ends.
    private var end: EventTime {
        simulation.duration.map { simulation.start.advanced(by: $0.wholeMicroseconds) } ?? .distantFuture
    }

    /// Simulated time after so long.
    private func moment(after nanoseconds: Int64) -> EventTime {
        guard speed > 0 else { return .distantFuture }
        let micros = Double(nanoseconds) / 1000 * speed
        return simulation.start.advanced(by: micros < 9e18 ? Int64(micros) : .max)
    }

    /// Long enough for several events to be due, short enough not to be noticed.
    private func pause(until next: EventTime, from now: EventTime) -> UInt32 {
        let wait = Double(next.microseconds &- now.microseconds) / max(speed, 0.001)
        return UInt32(min(max(wait, 2_000), 20_000))
    }
}

/// How the making of events goes.
struct PumpStatus: Sendable, Equatable {
    var counts = EventCounts()
    /// How long it waited for the readers.
    var heldMicroseconds: Int64 = 0
    /// How late the latest event was made, and the latest of all, in real time: a second says the machine is too slow.
    var behindMicroseconds: Int64 = 0
    var worstBehindMicroseconds: Int64 = 0
    var hasEnded = false

    mutating func note(behind simulated: Int64, _ speed: Double) {
        behindMicroseconds = Int64(Double(simulated) / speed)
        worstBehindMicroseconds = max(worstBehindMicroseconds, behindMicroseconds)
    }
}
