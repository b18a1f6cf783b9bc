import Operators
import Records
import Topology

/// The operators that work on one source's records, wired as the file says.
final class Pipeline {
    let entry = Outlet()
    /// Steps in an order in which each stands after the one it reads.
    let steps: [(name: String, running: any StreamOperator)]
    let sinks: [SinkOperator]

    init(_ plan: TopologyPlan, source: SourcePlan, capacity: Int, emitter: Emitter) {
        var outlets = [source.name: entry]
        var steps: [(name: String, running: any StreamOperator)] = []
        for step in plan.steps {
            guard let upstream = outlets[step.from] else { continue }
            let outlet = Outlet()
            outlets[step.name] = outlet
            let running = step.spec.makeOperator(capacity: capacity, outlet: outlet)
            upstream.add(running)
            steps.append((step.name, running))
        }
        var sinks: [SinkOperator] = []
        for sink in plan.sinks {
            guard let upstream = outlets[sink.from] else { continue }
            let running = SinkOperator(sink, emitter: emitter)
            upstream.add(running)
            sinks.append(running)
        }
        self.steps = steps
        self.sinks = sinks
    }

    func advance(to watermark: EventTime, _ context: TaskContext) {
        for (_, running) in steps { running.advance(to: watermark, context) }
    }

    /// The earliest offset that any state depends on.
    var heldOffset: Int64? { steps.compactMap { $0.running.heldOffset }.min() }
}
