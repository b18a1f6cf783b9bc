import CScan
import Expressions
import Records
import StateStore

/// The running half of a windowed aggregation. A batch goes through four straight passes: keys and their hashes;
/// windows and lateness; cells (probe, with the table's lines fetched ahead); one kernel per distinct argument.
final class AggregateOperator: StreamOperator {
    private let spec: AggregateSpec
    private let window: WindowRule
    private let plainKey: Int?
    private let store: WindowStore
    private let evaluators: [Evaluator?]
    /// The argument of each slot in the batch at hand; nil for `count()`.
    private var arguments: [Column?]
    private let outlet: Outlet

    // Scratch for one batch.
    private let keys: UnsafeMutablePointer<ByteView>
    private let hashes: UnsafeMutablePointer<UInt64>
    private let starts: UnsafeMutablePointer<Int64>
    private let cells: UnsafeMutablePointer<Cell>
    private let rows: Selection
    private let keyArena = Arena()

    private let results: RecordBatch
    private let resultRows: Selection

    init(_ spec: AggregateSpec, capacity: Int, outlet: Outlet) {
        self.spec = spec
        window = spec.window
        plainKey = spec.key.isPlain ? spec.key.columns.first : nil
        store = WindowStore(template: spec.template)
        evaluators = spec.slots.map { $0.argument?.makeEvaluator(capacity: capacity) }
        arguments = Array(repeating: nil, count: spec.slots.count)
        self.outlet = outlet
        keys = .allocate(capacity: capacity)
        hashes = .allocate(capacity: capacity)
        starts = .allocate(capacity: capacity)
        cells = .allocate(capacity: capacity)
        rows = Selection(capacity: capacity)
        results = RecordBatch(spec.output.schema, capacity: capacity)
        resultRows = Selection(capacity: capacity)
    }

    deinit {
        keys.deallocate()
        hashes.deallocate()
        starts.deallocate()
        cells.deallocate()
    }

    var heldOffset: Int64? { store.firstOffset }
    var stateSize: StateSize { StateSize(keys: store.keyCount, bytes: store.bytes) }

    func process(_ batch: RecordBatch, _ selection: Selection, _ context: TaskContext) {
        rows.copy(selection)
        // Arguments first: a row on which one fails must not count in any of the aggregates.
        for index in evaluators.indices {
            guard let evaluator = evaluators[index] else { continue }
            arguments[index] = evaluator.evaluate(batch, rows)
            if !evaluator.failures.isEmpty {
                context.reject(evaluator.failures, batch, step: spec.name)
                rows.remove(rows: evaluator.failures.map(\.row))
            }
        }
        findWindows(batch, context)
        if rows.count == 0 { return }
        readKeys(batch)
        findCells(batch)
        for (index, slot) in spec.slots.enumerated() { accumulate(slot, arguments[index], batch) }
    }

    /// Start of each row's window; rows that come too late for it are taken out and rejected.
    private func findWindows(_ batch: RecordBatch, _ context: TaskContext) {
        let times = batch.eventTimes
        let selected = rows.rows
        let count = rows.count
        let size = window.sizeMicroseconds
        var start: Int64 = 0
        var end: Int64 = 0
        var index = 0
        while index < count {
            let time = times[Int(selected[index])]
            if time < start || time >= end {
                start = window.start(of: time)
                end = start &+ size
            }
            starts[index] = start
            index += 1
        }
        if let watermarks = context.rowWatermarks { removeLate(batch, watermarks, context) }
    }

    /// The rule of lateness: a row is late when its window's end plus grace lies at or before the watermark that held
    /// just before the row.
    private func removeLate(_ batch: RecordBatch, _ watermarks: UnsafePointer<Int64>, _ context: TaskContext) {
        var kept = 0
        for index in 0..<rows.count {
            let row = Int(rows.rows[index])
            let closes = EventTime(microseconds: starts[index] &+ window.sizeMicroseconds)
                .advanced(by: window.graceMicroseconds)
            if closes.microseconds <= watermarks[row] {
                if context.isRebuilding { continue }
                let behind = EventTime(microseconds: watermarks[row])
                context.reject(
                    batch, row: row, reason: .late,
                    detail:
                        "event time \(EventTime(microseconds: batch.eventTimes[row])): its window closed at \(closes), the watermark is \(behind)",
                    step: spec.name)
                continue
            }
            rows.rows[kept] = rows.rows[index]
            starts[kept] = starts[index]
            kept += 1
        }
        if kept != rows.count { rows.isDense = false }
        rows.count = kept
    }

    private func readKeys(_ batch: RecordBatch) {
        let selected = rows.rows
        let count = rows.count
        let keys = self.keys
        let hashes = self.hashes
        if let plainKey {
            let views = batch.columns[plainKey].views
            var index = 0
            while index < count {
                let view = views[Int(selected[index])]
                keys[index] = view
                hashes[index] = KeyHash.table(view.base, view.count)
                index += 1
            }
            return
        }
        keyArena.reset()
        for index in 0..<count {
            let key = spec.key.encode(batch, Int(selected[index]), into: keyArena)
            keys[index] = key
            hashes[index] = KeyHash.table(key.base, key.count)
        }
    }

    /// The cell of each row, window by window: neighbours mostly share one.
    private func findCells(_ batch: RecordBatch) {
        let count = rows.count
        var from = 0
        while from < count {
            let start = starts[from]
            var to = from + 1
            while to < count, starts[to] == start { to += 1 }
            let message = batch.message(of: Int(rows.rows[from]))
            let offset = message?.pointee.offset ?? .max
            let slice = store.slice(start: start, end: start &+ window.sizeMicroseconds, offset: offset)
            slice.note(offset: offset)
            Self.probe(slice.keys, slice.cells, keys + from, hashes + from, cells + from, to - from)
            from = to
        }
    }

    private static func probe(
        _ table: UnsafeMutablePointer<KeyTable>, _ store: UnsafeMutablePointer<CellStore>,
        _ keys: UnsafePointer<ByteView>, _ hashes: UnsafePointer<UInt64>, _ cells: UnsafeMutablePointer<Cell>,
        _ count: Int
    ) {
        var index = 0
        while index < count {
            vigie_prefetch(table.pointee.address(of: hashes[index]))
            index += 1
        }
        index = 0
        while index < count {
            let id = table.pointee.insert(keys[index], hash: hashes[index])
            if Int(id) >= store.pointee.count { store.pointee.extend(to: id) }
            let cell = store.pointee.cell(id)
            vigie_prefetch(cell)
            cells[index] = cell
            index += 1
        }
    }

    private func accumulate(_ slot: AggregateSpec.Slot, _ column: Column?, _ batch: RecordBatch) {
        let count = rows.count
        guard let column, let argument = slot.argument else {
            AccumulateKernels.countAll(cells, count, word: slot.word)
            return
        }
        let selected = UnsafePointer(rows.rows)
        switch slot.accumulator {
        case .count:
            AccumulateKernels.count(cells, selected, count, word: slot.word, column)
        case .doubles:
            AccumulateKernels.doubles(cells, selected, count, word: slot.word, column, isOptional: argument.isOptional)
        case .integers:
            AccumulateKernels.integers(cells, selected, count, word: slot.word, column, isOptional: argument.isOptional)
        case .first, .last:
            AccumulateKernels.edge(
                cells, selected, count, word: slot.word, column, times: batch.eventTimes,
                isFirst: slot.accumulator == .first)
        case .firstText, .lastText:
            accumulateText(slot, column, batch)
        }
    }

    /// Text goes into the arena of the row's own slice, so window by window.
    private func accumulateText(_ slot: AggregateSpec.Slot, _ column: Column, _ batch: RecordBatch) {
        var from = 0
        while from < rows.count {
            let start = starts[from]
            var to = from + 1
            while to < rows.count, starts[to] == start { to += 1 }
            let slice = store.slice(start: start, end: start &+ window.sizeMicroseconds, offset: .max)
            AccumulateKernels.edgeText(
                cells + from, UnsafePointer(rows.rows + from), to - from, word: slot.word, column,
                times: batch.eventTimes,
                isFirst: slot.accumulator == .firstText, text: slice.text)
            from = to
        }
    }

    // MARK: Closing

    /// Closes every window whose end plus grace the watermark has reached, earliest first.
    func advance(to watermark: EventTime, _ context: TaskContext) {
        let closes = watermark == .distantFuture ? watermark : watermark.advanced(by: -window.graceMicroseconds)
        while let slice = store.due(at: closes) {
            emit(slice, context)
            store.closeFirst()
        }
    }

    private func emit(_ slice: WindowSlice, _ context: TaskContext) {
        let keyCount = slice.keyCount
        var from = 0
        while from < keyCount {
            let count = min(results.capacity, keyCount - from)
            fill(slice, from, count)
            resultRows.selectAll(count)
            outlet.emit(results, resultRows, context)
            from += count
        }
    }

    private func fill(_ slice: WindowSlice, _ from: Int, _ count: Int) {
        let keyColumns = spec.by.count
        let starts = results.columns[keyColumns].ints
        let ends = results.columns[keyColumns + 1].ints
        for row in 0..<count {
            let id = UInt32(truncatingIfNeeded: from + row)
            spec.key.decode(slice.keys.pointee.key(of: id), into: results, row: row)
            starts[row] = slice.start
            ends[row] = slice.end
            // The last instant that belongs to the window, so that a window over windows puts it where it belongs.
            results.eventTimes[row] = slice.end - 1
            cells[row] = slice.cells.pointee.cell(id)
        }
        results.count = count
        for (index, output) in spec.outputs.enumerated() {
            AggregateResults.write(
                output.function, of: output.argument?.type, cells, count, word: spec.outputWords[index],
                into: results.columns[keyColumns + 2 + index])
        }
    }
}
