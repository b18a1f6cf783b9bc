import Records
import Runtime
import Telemetry

/// The workers' status as metrics.
enum StatusMetrics {
    static func samples(_ workers: [WorkerStatus]) -> [MetricSample] {
        var samples: [MetricSample] = []
        for worker in workers { add(worker, to: &samples) }
        addTasks(workers.flatMap(\.tasks), now: workers.map(\.at).max() ?? .distantPast, to: &samples)
        addTotals(workers, to: &samples)
        return inOrder(samples)
    }

    /// In the catalogue's order and by labels: Prometheus wants the samples of a metric in one group (exposition format
    /// 0.0.4).
    static func inOrder(_ samples: [MetricSample]) -> [MetricSample] {
        let places = Dictionary(uniqueKeysWithValues: Metric.all.enumerated().map { ($1, $0) })
        return samples.sorted { a, b in
            let (x, y) = (places[a.metric] ?? .max, places[b.metric] ?? .max)
            return x != y ? x < y : a.labels.lexicographicallyPrecedes(b.labels)
        }
    }

    private static func add(_ worker: WorkerStatus, to samples: inout [MetricSample]) {
        let label = [String(worker.worker)]
        func counter(_ metric: Metric, _ value: Int64) {
            samples.append(MetricSample(metric: metric, labels: label, value: .counter(Double(value))))
        }
        counter(.commits, worker.counters.commits)
        counter(.commitFailures, worker.counters.commitFailures)
        counter(.rebalances, worker.counters.rebalances)
        counter(.pollErrors, worker.counters.pollErrors)
        counter(.deliveryFailures, worker.counters.deliveryFailures)
        counter(.backpressurePauses, worker.counters.pauses)
        samples.append(histogram(worker.counters.batches, label))
    }

    private static func histogram(_ times: TimeHistogram, _ labels: [String]) -> MetricSample {
        MetricSample(
            metric: .batchSeconds, labels: labels,
            value: .histogram(
                counts: times.counts.map { Int($0) }, sum: Double(times.sumMicroseconds) / 1e6))
    }

    private static func addTasks(_ tasks: [TaskStatus], now: EventTime, to samples: inout [MetricSample]) {
        var keys: [[String]: (keys: Int, bytes: Int)] = [:]
        var firing: [[String]: (firing: Int, pending: Int)] = [:]
        var assigned: [String: Set<TopicPartition>] = [:]
        for task in tasks {
            let place = [task.topology, task.partition.topic, String(task.partition.partition)]
            if let lag = task.lag {
                samples.append(MetricSample(metric: .consumerLag, labels: place, value: .gauge(Double(lag))))
            }
            if task.watermark != .distantPast {
                let behind = Double(now.microseconds &- task.watermark.microseconds) / 1e6
                samples.append(
                    MetricSample(
                        metric: .watermarkLag, labels: [task.topology, "\(task.source)-\(task.partition.partition)"],
                        value: .gauge(behind)))
            }
            assigned[task.topology, default: []].insert(task.partition)
            for step in task.steps {
                let name = [task.topology, step.name]
                let sum = keys[name] ?? (0, 0)
                keys[name] = (sum.keys + step.keys, sum.bytes + step.bytes)
                if let count = step.firing {
                    let sum = firing[name] ?? (0, 0)
                    firing[name] = (sum.firing + count, sum.pending + (step.pending ?? 0))
                }
            }
        }
        for (topology, partitions) in assigned {
            samples.append(
                MetricSample(metric: .partitionsAssigned, labels: [topology], value: .gauge(Double(partitions.count))))
        }
        for (name, sum) in keys where sum.bytes > 0 {
            samples.append(MetricSample(metric: .stateKeys, labels: name, value: .gauge(Double(sum.keys))))
            samples.append(MetricSample(metric: .stateBytes, labels: name, value: .gauge(Double(sum.bytes))))
        }
        for (name, sum) in firing {
            samples.append(MetricSample(metric: .alertsFiring, labels: name, value: .gauge(Double(sum.firing))))
        }
    }

    private static func addTotals(_ workers: [WorkerStatus], to samples: inout [MetricSample]) {
        var totals: [Metric: [[String]: Int64]] = [:]
        for worker in workers {
            for (place, count) in worker.counters.read {
                totals[.recordsIn, default: [:]][split(place, 2), default: 0] += count.records
                totals[.bytesIn, default: [:]][split(place, 2), default: 0] += count.bytes
            }
            for (place, count) in worker.counters.written {
                totals[.recordsOut, default: [:]][split(place, 2), default: 0] += count
            }
            for (reason, count) in worker.rejected {
                let metric: Metric = reason.isLate ? .recordsLate : .recordsDeadLettered
                let labels =
                    reason.isLate ? [reason.topology, reason.step] : [reason.topology, reason.topic, reason.reason]
                totals[metric, default: [:]][labels, default: 0] += count
            }
            for (place, count) in worker.counters.alerts {
                // The last part is the state, a space and the severity.
                let parts = split(place, 3)
                let state = parts[2].split(separator: " ", maxSplits: 1).map(String.init) + ["", ""]
                totals[.alerts, default: [:]][[parts[0], parts[1], state[0], state[1]], default: 0] += count
            }
        }
        for (metric, series) in totals {
            for (labels, value) in series {
                samples.append(MetricSample(metric: metric, labels: labels, value: .counter(Double(value))))
            }
        }
    }

    /// Parts of a name joined by slashes; a missing part is empty.
    private static func split(_ place: String, _ count: Int) -> [String] {
        var parts = place.split(separator: "/", maxSplits: count - 1, omittingEmptySubsequences: false).map(String.init)
        while parts.count < count { parts.append("") }
        return parts
    }
}
