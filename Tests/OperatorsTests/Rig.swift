import Operators
import Records
import Settings
import Testing

/// One row as a test writes it: event time in microseconds and a boxed value per field.
struct Row: Hashable {
    var time: Int64
    var values: [Value]

    init(_ time: Int64, _ values: [Value]) {
        self.time = time
        self.values = values
    }
}

extension Value {
    static func text(_ value: String?) -> Value { value.map { .string($0) } ?? .null }
}

/// Takes everything that comes out, copied.
final class Collector: StreamOperator {
    private(set) var rows: [Row] = []
    private(set) var batchSizes: [Int] = []

    func process(_ batch: RecordBatch, _ selection: Selection, _ context: TaskContext) {
        batchSizes.append(selection.count)
        for index in 0..<selection.count {
            let row = Int(selection.rows[index])
            rows.append(Row(batch.eventTimes[row], batch.columns.map { $0.value(at: row) }))
        }
    }
}

final class Rejects: RejectSink {
    struct Item: Equatable {
        var row: Int
        var reason: RejectReason
        var step: String?
        var detail: String
    }
    private(set) var items: [Item] = []

    func reject(
        _ batch: RecordBatch, row: Int, reason: RejectReason, detail: String, step: String?, _ context: TaskContext
    ) {
        items.append(Item(row: row, reason: reason, step: step, detail: detail))
    }
}

/// One running step with what it needs: planned from YAML as in a topology file, fed with rows.
final class Rig {
    let spec: any StepSpec
    let running: any StreamOperator
    let collector = Collector()
    let rejects = Rejects()
    let context: TaskContext
    private let batch: RecordBatch
    private let selection: Selection
    private let watermarks: UnsafeMutablePointer<Int64>
    private let messages: UnsafeMutablePointer<RawMessage>
    private let delay: Int64
    private var latest = Int64.min
    private var nextOffset: Int64 = 0

    static func plan(
        _ yaml: String, _ schema: Schema, key: String?, groupedBy: [String] = [], _ diagnostics: Diagnostics
    ) -> (any StepSpec)? {
        guard let root = YAMLReader.read(text: yaml, file: "step.yaml", into: diagnostics) else { return nil }
        guard let kind = Catalog.kinds.first(where: { root[$0.key] != nil }) else { return nil }
        let shape = StreamShape(schema: schema, partitionKey: key, groupedBy: groupedBy, isUnchanged: true)
        let input = StepInput(topology: "t", name: "step", from: "rows", shape: shape, diagnostics: diagnostics)
        let reader = FieldReader(root, what: "step 'step'", diagnostics)
        let spec = kind.plan(reader, input)
        reader.finish()
        return spec
    }

    init(
        _ yaml: String, _ schema: Schema, key: String? = "id", groupedBy: [String] = [], capacity: Int = 64,
        delay: Int64 = 0
    ) throws {
        let diagnostics = Diagnostics()
        let spec = Self.plan(yaml, schema, key: key, groupedBy: groupedBy, diagnostics)
        self.spec = try #require(spec, "\(diagnostics.rendered())")
        try #require(!diagnostics.hasErrors, "\(diagnostics.rendered())")
        let outlet = Outlet()
        outlet.add(collector)
        running = self.spec.makeOperator(capacity: capacity, outlet: outlet)
        context = TaskContext(topology: "t", source: TopicPartition("in", 3), rejects: rejects)
        batch = RecordBatch(schema, capacity: capacity)
        selection = Selection(capacity: capacity)
        watermarks = .allocate(capacity: capacity)
        messages = .allocate(capacity: capacity)
        self.delay = delay
    }

    deinit {
        watermarks.deallocate()
        messages.deallocate()
    }

    /// Rows through the step in batches of `size`, each followed by the watermark it leads to.
    func feed(_ rows: [Row], size: Int? = nil, advancing: Bool = true) {
        let size = min(size ?? batch.capacity, batch.capacity)
        var from = 0
        while from < rows.count {
            let to = min(rows.count, from + size)
            fill(rows[from..<to])
            context.rowWatermarks = UnsafePointer(watermarks)
            running.process(batch, selection, context)
            if advancing, latest != .min { advance(to: latest - delay) }
            from = to
        }
    }

    func advance(to watermark: Int64) {
        let time = EventTime(microseconds: watermark)
        guard time > context.watermark else { return }
        running.advance(to: time, context)
        context.watermark = time
    }

    func end() { advance(to: .max) }

    private func fill(_ rows: ArraySlice<Row>) {
        batch.arena.reset()
        for (row, content) in rows.enumerated() {
            batch.eventTimes[row] = content.time
            watermarks[row] = latest == .min ? .min : latest - delay
            latest = max(latest, content.time)
            messages[row] = RawMessage(
                value: nil, valueCount: 0, key: nil, keyCount: 0, offset: nextOffset, timestampMilliseconds: -1)
            nextOffset += 1
            for (index, value) in content.values.enumerated() { set(batch.columns[index], row, value) }
        }
        batch.messages = UnsafePointer(messages)
        batch.count = rows.count
        selection.selectAll(rows.count)
    }

    /// An absent value leaves what stood there before: nobody may read it.
    private func set(_ column: Column, _ row: Int, _ value: Value) {
        column.validity[row] = value == .null ? 0 : 1
        switch value {
        case .null: break
        case .bool(let v): column.bools[row] = v ? 1 : 0
        case .int(let v): column.ints[row] = v
        case .uint(let v): column.uints[row] = v
        case .double(let v): column.doubles[row] = v
        case .string(let v): column.views[row] = batch.arena.copy(v)
        case .bytes(let v): column.views[row] = v.withUnsafeBufferPointer { batch.arena.copy($0) }
        case .timestamp(let v): column.ints[row] = v.microseconds
        case .duration(let v): column.ints[row] = v
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}
