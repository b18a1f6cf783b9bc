/// Every metric there is. A new one is declared here and added to `all`, which is also the order of the metrics page.
extension Metric {
    // MARK: Records

    public static let recordsIn = Metric(
        "vigie_records_in_total", .counter, unit: "records", labels: ["topology", "topic"],
        help: "Records read from a source topic")
    public static let bytesIn = Metric(
        "vigie_bytes_in_total", .counter, unit: "bytes", labels: ["topology", "topic"],
        help: "Bytes of the records read from a source topic, keys and values")
    public static let recordsOut = Metric(
        "vigie_records_out_total", .counter, unit: "records", labels: ["topology", "sink"],
        help: "Records written to a sink topic and delivered")
    public static let bytesOut = Metric(
        "vigie_bytes_out_total", .counter, unit: "bytes", labels: ["topology", "topic"],
        help: "Bytes of the records written to a sink topic and delivered, keys and values")
    public static let recordsLate = Metric(
        "vigie_records_late_total", .counter, unit: "records", labels: ["topology", "step"],
        help: "Records behind the watermark by more than the grace of the window they belong to")
    public static let recordsDeadLettered = Metric(
        "vigie_records_dead_lettered_total", .counter, unit: "records", labels: ["topology", "topic", "reason"],
        help: "Records that could not be used and went to the dead-letter topic")
    public static let recordsSkipped = Metric(
        "vigie_records_skipped_total", .counter, unit: "records", labels: ["topology", "topic", "reason"],
        help: "Records that could not be used and were left out, as the topology asks for")

    // MARK: Progress

    public static let consumerLag = Metric(
        "vigie_consumer_lag_records", .gauge, unit: "records", labels: ["topology", "topic", "partition"],
        help: "Records of a partition that are not read yet", merge: .maximum)
    public static let watermarkLag = Metric(
        "vigie_watermark_lag_seconds", .gauge, unit: "seconds", labels: ["topology", "task"],
        help: "How far the watermark of a task is behind the clock", merge: .maximum)
    public static let partitionsAssigned = Metric(
        "vigie_partitions_assigned", .gauge, labels: ["topology"], help: "Partitions this node works on")
    public static let partitionsPaused = Metric(
        "vigie_partitions_paused", .gauge, labels: ["topology"],
        help: "Partitions that are not read because too much output is in flight")

    // MARK: The worker's loop

    public static let batchSeconds = Metric(
        "vigie_batch_seconds", .histogram, unit: "seconds", labels: ["worker"],
        help: "Time a worker takes for a batch, from the poll to the outputs handed over", buckets: shortTimes)
    public static let batchRecords = Metric(
        "vigie_batch_records", .histogram, unit: "records", labels: ["worker"],
        help: "Records in a batch", buckets: [1, 4, 16, 64, 256, 512, 1_024, 2_048])
    public static let commits = Metric(
        "vigie_commits_total", .counter, labels: ["worker"], help: "Commits of offsets that went through")
    public static let commitFailures = Metric(
        "vigie_commit_failures_total", .counter, labels: ["worker"],
        help: "Commits of offsets that failed; what they covered is committed again later or read again")
    public static let commitSeconds = Metric(
        "vigie_commit_seconds", .histogram, unit: "seconds", labels: ["worker"],
        help: "Time a commit takes, the wait for deliveries included", buckets: longTimes)
    public static let rebalances = Metric(
        "vigie_rebalances_total", .counter, labels: ["worker"], help: "Rebalances a worker took part in")
    public static let pollErrors = Metric(
        "vigie_poll_errors_total", .counter, labels: ["worker"], help: "Errors the Kafka consumer reported")
    public static let deliveryFailures = Metric(
        "vigie_delivery_failures_total", .counter, labels: ["worker"],
        help: "Output records the broker did not take after all retries")
    public static let backpressurePauses = Metric(
        "vigie_backpressure_pauses_total", .counter, labels: ["worker"],
        help: "Times a worker stopped reading because too much output was in flight")
    public static let outputInFlight = Metric(
        "vigie_output_in_flight_bytes", .gauge, unit: "bytes", labels: ["worker"],
        help: "Output handed to the Kafka producer and not delivered yet")

    // MARK: Alerts and state

    public static let alerts = Metric(
        "vigie_alerts_total", .counter, labels: ["topology", "step", "state", "severity"],
        help: "Alerts that came into a state")
    public static let alertsFiring = Metric(
        "vigie_alerts_firing", .gauge, labels: ["topology", "step"], help: "Alerts that fire now")
    public static let stateKeys = Metric(
        "vigie_state_keys", .gauge, labels: ["topology", "step"],
        help: "Keys, or keys and windows, a step holds state for")
    public static let stateBytes = Metric(
        "vigie_state_bytes", .gauge, unit: "bytes", labels: ["topology", "step"], help: "Memory a step's state takes")

    // MARK: The process

    public static let buildInfo = Metric(
        "vigie_build_info", .gauge, labels: ["version"], help: "Always 1; the version is in the label", merge: .maximum)
    public static let logLines = Metric(
        "vigie_log_lines_total", .counter, labels: ["level"], help: "Log lines written, suppressed repetitions included"
    )
    public static let seriesRefused = Metric(
        "vigie_metric_series_refused_total", .counter,
        help: "Label combinations that were not counted on their own because a worker had too many")
    public static let residentMemory = Metric(
        "process_resident_memory_bytes", .gauge, unit: "bytes", help: "Memory of the process that is in RAM")
    public static let virtualMemory = Metric(
        "process_virtual_memory_bytes", .gauge, unit: "bytes", help: "Address space of the process")
    public static let cpuSeconds = Metric(
        "process_cpu_seconds_total", .counter, unit: "seconds", help: "User and system CPU time of the process")
    public static let threads = Metric("process_threads", .gauge, help: "Threads of the process")
    public static let openFiles = Metric("process_open_fds", .gauge, help: "Open file descriptors of the process")
    public static let startTime = Metric(
        "process_start_time_seconds", .gauge, unit: "seconds", help: "When the process started, in Unix time")

    /// All of them, in the order they are shown.
    public static let all: [Metric] = [
        .recordsIn, .bytesIn, .recordsOut, .bytesOut, .recordsLate, .recordsDeadLettered, .recordsSkipped,
        .consumerLag, .watermarkLag, .partitionsAssigned, .partitionsPaused,
        .batchSeconds, .batchRecords, .commits, .commitFailures, .commitSeconds, .rebalances, .pollErrors,
        .deliveryFailures, .backpressurePauses, .outputInFlight,
        .alerts, .alertsFiring, .stateKeys, .stateBytes,
        .buildInfo, .logLines, .seriesRefused, .residentMemory, .virtualMemory, .cpuSeconds, .threads, .openFiles,
        .startTime,
    ]

    /// Seconds, for what takes microseconds to a second.
    private static let shortTimes: [Double] = [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1,
    ]
    /// Seconds, for what waits for a broker.
    private static let longTimes: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
}
