#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where log lines go: a file descriptor, or a function in tests. One write per line; thread-safe.
public final class LogSink: @unchecked Sendable {
    // Sendable: the counts are only touched under the lock; all else never changes.
    private let lock = ThreadLock()
    private let output: @Sendable ([UInt8]) -> Void
    private let wallClock: @Sendable () -> Int64
    private var counts = [Int](repeating: 0, count: LogLevel.allCases.count)
    let limiter: RateLimiter

    /// Standard error of the process.
    public static let standardError = LogSink(fileDescriptor: STDERR_FILENO)

    /// Writes to a descriptor, which stays the caller's. What can't be written is dropped: a log that is full or gone
    /// must not stop the node.
    public convenience init(fileDescriptor: Int32) {
        self.init(output: { line in Self.write(line, to: fileDescriptor) })
    }

    /// Hands each line, with its newline, to a function. The clocks are given in tests: microseconds since 1970, and
    /// nanoseconds that only grow.
    public init(
        output: @escaping @Sendable ([UInt8]) -> Void,
        wallClock: @escaping @Sendable () -> Int64 = SystemClock.wallMicroseconds,
        steadyClock: @escaping @Sendable () -> Int64 = SystemClock.steadyNanoseconds
    ) {
        self.output = output
        self.wallClock = wallClock
        limiter = RateLimiter(clock: steadyClock)
    }

    /// Drops every line.
    convenience init(discarding: Void) {
        self.init(output: { _ in })
    }

    /// Lines per level so far, those that were suppressed included; to hand to `MetricRegistry.collect`.
    public func samples() -> [MetricSample] {
        let counts = lock.withLock { self.counts }
        return LogLevel.allCases.map { level in
            MetricSample(
                metric: .logLines, labels: [level.description], value: .counter(Double(counts[level.rawValue])))
        }
    }

    func now() -> Int64 { wallClock() }

    func count(_ level: LogLevel) {
        lock.withLock { counts[level.rawValue] += 1 }
    }

    func write(_ line: [UInt8]) {
        // Under the lock, as a line may be longer than what the system writes in one piece.
        lock.withLock { output(line) }
    }

    private static func write(_ line: [UInt8], to descriptor: Int32) {
        line.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            var done = 0
            while done < bytes.count {
                #if canImport(Darwin)
                    let count = Darwin.write(descriptor, base + done, bytes.count - done)
                #else
                    let count = Glibc.write(descriptor, base + done, bytes.count - done)
                #endif
                if count < 0, errno == EINTR { continue }
                if count <= 0 { return }
                done += count
            }
        }
    }
}

/// The clocks of the system.
public enum SystemClock {
    /// Microseconds since 1970, UTC.
    @Sendable
    public static func wallMicroseconds() -> Int64 { read(CLOCK_REALTIME) / 1_000 }

    /// Nanoseconds since some moment; only grows.
    @Sendable
    public static func steadyNanoseconds() -> Int64 { read(CLOCK_MONOTONIC) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
