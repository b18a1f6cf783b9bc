import Records
import Runtime

/// What `/status` says: the node, its workers and tasks.
enum StatusJSON {
    static func render(_ node: NodeDescription, _ phase: NodePhase, _ workers: [WorkerStatus]) -> [UInt8] {
        let json = Writer()
        let tasks = workers.flatMap(\.tasks)
        json.object {
            json.field("application", node.application)
            json.field("node", node.node)
            json.field("state", phase.rawValue)
            json.array("topologies", node.topologies) { json.value($0) }
            json.array("partitions", Set(tasks.map(\.partition.description)).sorted()) { json.value($0) }
            json.field("records", workers.reduce(0) { $0 + $1.counters.records })
            json.field("sent", workers.reduce(0) { $0 + $1.sent })
            json.field("lag", tasks.compactMap(\.lag).reduce(0, +))
            json.field("firing", Int64(tasks.flatMap(\.steps).compactMap(\.firing).reduce(0, +)))
            json.array("workers", workers) { worker in add(worker, to: json) }
            json.array("tasks", tasks) { task in add(task, to: json) }
            json.array("rejected", rejected(workers)) { entry in
                json.object {
                    json.field("topology", entry.key.topology)
                    json.field("topic", entry.key.topic)
                    json.field("step", entry.key.step)
                    json.field("reason", entry.key.reason)
                    json.field("count", entry.value)
                }
            }
        }
        return json.bytes
    }

    private static func rejected(_ workers: [WorkerStatus]) -> [(key: RejectKey, value: Int64)] {
        var sums: [RejectKey: Int64] = [:]
        for worker in workers { sums.merge(worker.rejected, uniquingKeysWith: +) }
        return sums.sorted {
            ($0.key.topology, $0.key.reason, $0.key.step) < ($1.key.topology, $1.key.reason, $1.key.step)
        }
    }

    private static func add(_ worker: WorkerStatus, to json: Writer) {
        json.object {
            json.field("worker", Int64(worker.worker))
            json.field("state", worker.state.rawValue)
            json.field("at", worker.at.description)
            json.field("connected", worker.isConnected)
            json.field("paused", worker.isPaused)
            json.field("records", worker.counters.records)
            json.field("commits", worker.counters.commits)
            json.field("commit_failures", worker.counters.commitFailures)
            json.field("rebalances", worker.counters.rebalances)
        }
    }

    private static func add(_ task: TaskStatus, to json: Writer) {
        json.object {
            json.field("topology", task.topology)
            json.field("source", task.source)
            json.field("topic", task.partition.topic)
            json.field("partition", Int64(task.partition.partition))
            json.field("position", task.position)
            if let lag = task.lag { json.field("lag", lag) }
            if task.watermark != .distantPast { json.field("watermark", task.watermark.description) }
            json.field("idle", task.isIdle)
            json.field("records", task.records)
            json.array("steps", task.steps) { step in
                json.object {
                    json.field("name", step.name)
                    json.field("keys", Int64(step.keys))
                    json.field("bytes", Int64(step.bytes))
                    if let firing = step.firing { json.field("firing", Int64(firing)) }
                    if let pending = step.pending { json.field("pending", Int64(pending)) }
                }
            }
        }
    }

    /// Writes JSON by calls in order. A class, so that nested closures write to the same buffer.
    final class Writer {
        private var buffer = ByteBuffer(capacity: 4096)
        private var needsComma = false

        var bytes: [UInt8] { Array(buffer.bytes) }

        private func separate() {
            if needsComma { buffer.append(UInt8(ascii: ",")) }
            needsComma = true
        }

        func object(_ body: () -> Void) {
            separate()
            buffer.append(UInt8(ascii: "{"))
            needsComma = false
            body()
            buffer.append(UInt8(ascii: "}"))
            needsComma = true
        }

        func array<Element>(_ name: String, _ elements: some Sequence<Element>, _ body: (Element) -> Void) {
            key(name)
            buffer.append(UInt8(ascii: "["))
            needsComma = false
            for element in elements { body(element) }
            buffer.append(UInt8(ascii: "]"))
            needsComma = true
        }

        private func key(_ name: String) {
            separate()
            buffer.append(jsonString: name)
            buffer.append(UInt8(ascii: ":"))
        }

        func value(_ text: String) {
            separate()
            buffer.append(jsonString: text)
        }

        func field(_ name: String, _ text: String) {
            key(name)
            buffer.append(jsonString: text)
        }

        func field(_ name: String, _ number: Int64) {
            key(name)
            buffer.append(number)
        }

        func field(_ name: String, _ flag: Bool) {
            key(name)
            flag ? buffer.append("true") : buffer.append("false")
        }
    }
}
