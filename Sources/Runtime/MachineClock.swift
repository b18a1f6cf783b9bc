import Glibc
public import Records

/// The clocks of the machine.
public struct MachineClock: NodeClock {
    public init() {}

    public var now: EventTime { EventTime(microseconds: Self.read(CLOCK_REALTIME)) }
    public var monotonicMicroseconds: Int64 { Self.read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
