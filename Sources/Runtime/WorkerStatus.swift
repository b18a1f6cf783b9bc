import Glibc
import Operators
public import Records
import Telemetry
import Topology

/// What a worker is doing.
///
///     created → running ⇄ (rebalancing, inline) → stopped
///                    ↘ failed
public enum WorkerState: String, Sendable { case created, running, stopped, failed }

/// A snapshot of one worker, made on its thread a few times a second and read by the console.
public struct WorkerStatus: Sendable {
    public var worker: Int
    public var state: WorkerState
    public var at: EventTime
    public var counters: WorkerCounters
    public var isConnected = true
    public var isPaused = false
    /// Records handed to the producer, dead letters included.
    public var sent: Int64 = 0
    /// Rows that could not be used.
    public var rejected: [RejectKey: Int64] = [:]
    public var tasks: [TaskStatus] = []
}

/// Under what a row that can't be used is counted.
public struct RejectKey: Hashable, Sendable {
    public var topology: String
    public var topic: String
    /// Empty for the source itself.
    public var step: String
    public var reason: String

    public var isLate: Bool { reason == RejectReason.late.rawValue }
}

/// Counts since the worker began.
public struct WorkerCounters: Sendable {
    public var records: Int64 = 0
    public var commits: Int64 = 0
    public var commitFailures: Int64 = 0
    public var rebalances: Int64 = 0
    public var assignments: Int64 = 0
    public var pollErrors: Int64 = 0
    public var pauses: Int64 = 0
    public var deliveryFailures: Int64 = 0
    public var batches = TimeHistogram()
    /// Records and bytes read, by topology and topic.
    public var read: [String: ReadCount] = [:]
    /// Records written, by topology and sink; of tasks that run and of those that have been given up.
    public var written: [String: Int64] = [:]
    /// Alert transitions, by topology, step and state.
    public var alerts: [String: Int64] = [:]

    public struct ReadCount: Sendable, Equatable {
        public var records: Int64 = 0
        public var bytes: Int64 = 0
    }

    mutating func absorb(_ task: PartitionTask) {
        read[task.topology.name + "/" + task.partition.topic, default: ReadCount()].records += task.counters.records
        read[task.topology.name + "/" + task.partition.topic, default: ReadCount()].bytes += task.counters.bytes
        for sink in task.pipeline.sinks { written[task.topology.name + "/" + sink.name, default: 0] += sink.written }
        for (name, step) in task.pipeline.steps {
            guard let alert = step as? any AlertCounting else { continue }
            for (state, count) in alert.transitionCounts {
                alerts[task.topology.name + "/" + name + "/" + state, default: 0] += count
            }
        }
    }
}

/// Times in the buckets of the metric `vigie_batch_seconds`.
public struct TimeHistogram: Sendable, Equatable {
    public static let boundsMicroseconds = Metric.batchSeconds.buckets.map { Int64($0 * 1_000_000) }
    public private(set) var counts = [Int64](repeating: 0, count: Self.boundsMicroseconds.count + 1)
    public private(set) var sumMicroseconds: Int64 = 0
    public private(set) var count: Int64 = 0

    public init() {}

    mutating func add(_ microseconds: Int64) {
        var bucket = 0
        while bucket < Self.boundsMicroseconds.count, microseconds > Self.boundsMicroseconds[bucket] { bucket += 1 }
        counts[bucket] += 1
        sumMicroseconds += microseconds
        count += 1
    }
}

/// A snapshot of one task.
public struct TaskStatus: Sendable {
    public var topology: String
    public var source: String
    public var partition: TopicPartition
    public var position: Int64
    /// Records still to read; nil while the end is not known.
    public var lag: Int64?
    public var watermark: EventTime
    public var isIdle: Bool
    public var records: Int64
    public var steps: [StepStatus] = []

    public struct StepStatus: Sendable {
        public var name: String
        public var keys: Int
        public var bytes: Int
        /// Alerts firing and pending now; nil for other steps.
        public var firing: Int?
        public var pending: Int?
    }

    init(_ task: PartitionTask, endOffset: Int64?) {
        topology = task.topology.name
        source = task.source.name
        partition = task.partition
        position = task.position
        lag = endOffset.map { max(0, $0 - task.position) }
        watermark = task.watermark.current
        isIdle = task.watermark.isIdle
        records = task.counters.records
        for (name, step) in task.pipeline.steps {
            let size = step.stateSize
            let alert = step as? any AlertCounting
            steps.append(
                StepStatus(
                    name: name, keys: size.keys, bytes: size.bytes, firing: alert?.firing, pending: alert?.pending))
        }
    }
}

/// Where workers leave their status for others to read. A pthread lock, held for the copy of one value, off the record
/// path (ThreadSanitizer does not understand `Synchronization.Mutex`: STYLE.md 9.3).
public final class StatusBoard: @unchecked Sendable {
    private var statuses: [Int: WorkerStatus] = [:]
    private let lock: UnsafeMutablePointer<pthread_mutex_t>

    public init() {
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    public func publish(_ status: WorkerStatus) {
        pthread_mutex_lock(lock)
        statuses[status.worker] = status
        pthread_mutex_unlock(lock)
    }

    /// The latest of each worker, by number.
    public var all: [WorkerStatus] {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return statuses.values.sorted { $0.worker < $1.worker }
    }
}
