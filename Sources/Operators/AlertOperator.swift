import Alerting
import Expressions
import Records
import StateStore

/// The running half of an alert step. Conditions are evaluated a column at a time; a row that changes nothing costs a
/// look-up of its key and two comparisons.
final class AlertOperator: StreamOperator, AlertCounting {
    private let spec: AlertSpec
    private let outlet: Outlet
    private let when: Evaluator
    private let clear: Evaluator?
    private let severity: Evaluator?
    private let working: Selection
    private var keys = KeyTable()
    private var table: AlertTable
    private let keyArena = Arena()
    private let writer: AlertWriter
    /// Severities seen, by code.
    private var severities: [String]
    /// What to tell of a key whose alert a deadline may fire or end: from its last row.
    private var remembered: [UInt32: AlertDetails] = [:]
    private(set) var transitionCounts: [String: Int64] = [:]

    init(_ spec: AlertSpec, capacity: Int, outlet: Outlet) {
        self.spec = spec
        self.outlet = outlet
        when = spec.when.makeEvaluator(capacity: capacity)
        clear = spec.clear?.makeEvaluator(capacity: capacity)
        if case .computed(let expression) = spec.severity {
            severity = expression.makeEvaluator(capacity: capacity)
            severities = []
        } else {
            severity = nil
            severities = []
        }
        if case .constant(let text) = spec.severity { severities = [text] }
        working = Selection(capacity: capacity)
        table = AlertTable(rule: spec.rule)
        writer = AlertWriter(spec)
    }

    var firing: Int { table.firing }
    var pending: Int { table.pending }
    var stateSize: StateSize { StateSize(keys: keys.count, bytes: keys.bytes + table.count * 72) }

    func process(_ batch: RecordBatch, _ selection: Selection, _ context: TaskContext) {
        working.copy(selection)
        let whens = evaluate(when, batch, context).bools
        let clears = clear.map { evaluate($0, batch, context).bools }
        let texts = severity.map { evaluate($0, batch, context).views }
        let ends = spec.windowEnd.map { batch.columns[$0].ints }
        keyArena.reset()
        for index in 0..<working.count {
            let row = Int(working.rows[index])
            let key =
                spec.key.isPlain
                ? batch.columns[spec.key.columns[0]].views[row] : spec.key.encode(batch, row, into: keyArena)
            let id = keys.insert(key, hash: KeyHash.table(key.base, key.count))
            if Int(id) >= table.count { table.start(id, fingerprint: writer.fingerprint(batch, row)) }
            let time = EventTime(microseconds: ends.map { $0[row] } ?? batch.eventTimes[row])
            let holds = whens[row] != 0
            let code = holds ? texts.map { self.code($0[row]) } ?? 0 : 0
            let transitions = table.observe(
                id, when: holds, clear: clears.map { $0[row] != 0 }, severity: code, at: time)
            if transitions.isEmpty, table[id].phase == .inactive { continue }
            tell(transitions, id: id, batch, row, at: time, context)
        }
        flush(context)
    }

    /// What a row brought about; and for a key with a deadline running, what to tell when it passes.
    private func tell(
        _ transitions: AlertTransitions, id: UInt32, _ batch: RecordBatch, _ row: Int, at time: EventTime,
        _ context: TaskContext
    ) {
        // A row out of order counts for nothing, so there is nothing to tell of it either.
        if transitions.isEmpty, let last = table[id].lastSeen, time < last { return }
        let waits = table[id].nextDeadline(spec.rule) != nil
        if !transitions.isEmpty || waits {
            let details = writer.details(batch, row, at: time, context)
            let before = remembered[id] ?? details
            // A deadline before this row took effect without it: told as a watermark in between would have.
            transitions.forEach { emit($0, $0.at < time ? before : details, id: id, context) }
            remembered[id] = waits ? details : nil
        } else {
            remembered[id] = nil
        }
    }

    func advance(to watermark: EventTime, _ context: TaskContext) {
        guard let deadline = table.nextDeadline, deadline <= watermark else { return }
        var due: [(UInt32, AlertTransition)] = []
        table.advance(to: watermark) { due.append(($0, $1)) }
        for (id, transition) in due {
            guard let details = remembered[id] else { continue }
            emit(transition, details, id: id, context)
            if table[id].nextDeadline(spec.rule) == nil { remembered[id] = nil }
        }
        flush(context)
    }

    private func evaluate(_ evaluator: Evaluator, _ batch: RecordBatch, _ context: TaskContext) -> Column {
        let column = evaluator.evaluate(batch, working)
        if !evaluator.failures.isEmpty {
            context.reject(evaluator.failures, batch, step: spec.name)
            working.remove(rows: evaluator.failures.map(\.row))
        }
        return column
    }

    private func code(_ view: ByteView) -> UInt8 {
        let text = view.string
        if let index = severities.firstIndex(of: text) { return UInt8(truncatingIfNeeded: index) }
        // An expression yields a handful of words; should it make up ever new ones, the last code stands for the rest.
        if severities.count == 255 { return 254 }
        severities.append(text)
        return UInt8(truncatingIfNeeded: severities.count - 1)
    }

    private func emit(_ transition: AlertTransition, _ details: AlertDetails, id: UInt32, _ context: TaskContext) {
        if context.isRebuilding { return }
        let severity = severities[Int(transition.severity)]
        let state = transition.kind == .resolved ? "resolved" : transition.kind == .updated ? "updated" : "firing"
        transitionCounts[state + " " + severity, default: 0] += 1
        if writer.isFull { flush(context) }
        writer.append(
            transition, details, key: keys.key(of: id), severity: severity,
            previous: transition.kind == .updated ? severities[Int(transition.previousSeverity)] : nil, context)
    }

    private func flush(_ context: TaskContext) {
        guard let (batch, selection) = writer.take() else { return }
        outlet.emit(batch, selection, context)
        writer.reset()
    }
}
