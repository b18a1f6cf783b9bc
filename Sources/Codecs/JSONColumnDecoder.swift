public import Records

/// JSON objects into columns: one row of each message, only the planned fields, in one pass over the bytes.
///
/// The order of keys is learnt from the messages themselves and costs least when it stays the same; any order is read.
/// What values are accepted stands at `PlannedField`, how much of a payload is checked at `Validation`. Beside that:
/// - The root must be an object. A UTF-8 byte order mark before it is skipped, whitespace may stand where JSON allows
///   it.
/// - Of a key that an object holds twice, the first counts; later ones are checked, not read.
/// - Escaped keys are recognised (`"\u0069d"` is `id`), escapes in values resolved.
/// - A string that is not UTF-8, or escapes half of a surrogate pair, rejects its record; so does a control character.
/// - At most `Limits.jsonDepth` objects and arrays may be nested.
///
/// A record that can't be used is parsed a second time by a slower parser that says precisely what is wrong.
public final class JSONColumnDecoder: RecordDecoder {
    public let schema: Schema
    let plan: DecodePlan
    private let table: KeyTable
    private let fieldActions: UnsafeMutablePointer<ValueAction>
    private let targets: UnsafeMutablePointer<FieldTarget>
    private let memory: UnsafeMutablePointer<ScanMemory>
    /// Fields, and the event time where it is a target of its own.
    private let targetCount: Int
    private let requiredFields: UInt64
    /// Where the event time comes from.
    private enum TimeSource {
        case record
        /// A column of the schema.
        case column(Int)
        /// A target behind the columns.
        case hidden
    }
    private let timeSource: TimeSource

    /// Nil when the plan has problems (`DecodePlan.problems`), which its author should have been told.
    public init?(_ plan: DecodePlan) {
        guard plan.problems.isEmpty else { return nil }
        self.plan = plan
        schema = plan.schema
        var paths = plan.fields.map(\.path)
        var actions = plan.fields.map { ValueAction($0.type, $0.timestampFormat) }
        var required: UInt64 = 0
        for (index, field) in plan.fields.enumerated() where !field.isOptional { required |= 1 << UInt64(index) }
        switch plan.timestamp {
        case .record: timeSource = .record
        case .field(let path, let format):
            if let column = plan.timestampColumn {
                timeSource = .column(column)
                required |= 1 << UInt64(column)
            } else {
                timeSource = .hidden
                required |= 1 << UInt64(paths.count)
                paths.append(path)
                actions.append(ValueAction(.timestamp, format))
            }
        }
        requiredFields = required
        targetCount = paths.count
        table = KeyTable(paths, actions)
        fieldActions = .allocate(capacity: targetCount + 1)
        fieldActions.initialize(repeating: .skip, count: targetCount + 1)
        for (index, action) in actions.enumerated() { fieldActions[index] = action }
        targets = .allocate(capacity: targetCount + 1)
        memory = .allocate(capacity: 1)
        memory.initialize(to: ScanMemory())
    }

    deinit {
        fieldActions.deallocate()
        targets.deallocate()
        memory.deallocate()
    }

    /// Decodes all messages: row i stands for message i. The batch must have room for `count` rows and memory of its
    /// own for every column.
    public func decode(
        _ messages: UnsafePointer<RawMessage>, _ count: Int, into batch: RecordBatch, selection: Selection,
        rejections: inout [Rejection]
    ) -> DecodeResult {
        precondition(count <= batch.capacity && count <= selection.capacity && batch.schema.count == schema.count)
        prepare(batch, messages, count)
        let kept = decodeRows(messages, count, batch, selection.rows)
        selection.count = kept
        selection.isDense = kept == count
        if kept < count { reject(messages, count, selection, batch, &rejections) }
        return DecodeResult(consumed: count, maxEventTime: latest(batch.eventTimes, selection))
    }

    /// Binds the batch's memory for this run.
    private func prepare(_ batch: RecordBatch, _ messages: UnsafePointer<RawMessage>, _ count: Int) {
        batch.arena.reset()
        batch.count = count
        batch.messages = messages
        batch.messageIndex = nil
        for index in 0..<schema.count {
            let column = batch.columns[index]
            targets[index] = FieldTarget(data: column.data, validity: column.validity)
            column.validity.update(repeating: 1, count: count)
        }
        if case .hidden = timeSource {
            let times = UnsafeMutableRawPointer(batch.eventTimes)
            // A required field: its validity is never written.
            targets[schema.count] = FieldTarget(data: times, validity: times.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// The loop over the messages; writes the numbers of the usable rows and returns how many there are.
    private func decodeRows(
        _ messages: UnsafePointer<RawMessage>, _ count: Int, _ batch: RecordBatch, _ rows: UnsafeMutablePointer<UInt32>
    ) -> Int {
        let allFields: UInt64 = targetCount == 64 ? ~0 : (1 << UInt64(targetCount)) - 1
        let scanner = RowScanner(
            slots: table.slots, texts: table.texts, entries: table.entries, entryMask: table.entryMask,
            parents: table.parents, depths: table.depths, groups: table.groups, fieldActions: fieldActions,
            targets: targets,
            memory: memory, powers: NumberScan.exactPowers, arena: .passUnretained(batch.arena), allFields: allFields,
            stopsEarly: plan.validation == .fields, expectsOrder: memory.pointee.beginRun())
        let required = requiredFields
        let maximum = plan.maximumBytes
        var kept = 0
        var row = 0
        while row < count {
            var size = messages[row].valueCount
            if var payload = messages[row].value, size <= maximum, size > 0 {
                if size < ScanWindow.minimumBytes {
                    payload = ScanWindow.padded(payload, size, batch.arena)
                    size = ScanWindow.minimumBytes
                }
                if let absent = scanner.scan(payload, size, row: row), absent & required == 0 {
                    if absent != 0 { scanner.markAbsent(absent, row) }
                    rows[kept] = UInt32(truncatingIfNeeded: row)
                    kept += 1
                }
            }
            row += 1
        }
        memory.pointee.endRun(of: count)
        switch timeSource {
        case .hidden: break
        case .column(let index): batch.eventTimes.update(from: batch.columns[index].ints, count: count)
        case .record: kept = takeRecordTimes(messages, batch.eventTimes, rows, kept)
        }
        withExtendedLifetime(batch) {}
        return kept
    }

    /// Event times from the broker; rows without one are taken out.
    private func takeRecordTimes(
        _ messages: UnsafePointer<RawMessage>, _ times: UnsafeMutablePointer<Int64>,
        _ rows: UnsafeMutablePointer<UInt32>,
        _ count: Int
    ) -> Int {
        var kept = 0
        var index = 0
        while index < count {
            let row = Int(rows[index])
            let milliseconds = messages[row].timestampMilliseconds
            times[row] = EventTime(milliseconds: milliseconds).microseconds
            rows[kept] = UInt32(truncatingIfNeeded: row)
            kept += Int(unsafeBitCast(milliseconds >= 0, to: UInt8.self))
            index += 1
        }
        return kept
    }

    private func latest(_ times: UnsafeMutablePointer<Int64>, _ selection: Selection) -> EventTime {
        let rows = selection.rows, count = selection.count
        var latest = Int64.min
        var index = 0
        while index < count {
            latest = max(latest, times[Int(rows[index])])
            index += 1
        }
        return EventTime(microseconds: latest)
    }

    /// Finds out why each row that is not selected can't be used, and clears what its columns hold.
    private func reject(
        _ messages: UnsafePointer<RawMessage>, _ count: Int, _ selection: Selection, _ batch: RecordBatch,
        _ rejections: inout [Rejection]
    ) {
        var next = 0
        for row in 0..<count {
            if next < selection.count, Int(selection.rows[next]) == row {
                next += 1
                continue
            }
            for column in batch.columns { column.clear(row) }
            batch.eventTimes[row] = 0
            let (reason, detail) = JSONDiagnosis.explain(messages[row], plan)
            rejections.append(Rejection(message: row, reason: reason, detail: detail))
        }
    }
}

extension DecodePlan {
    /// The column that holds the event time already: a field of type timestamp at the same path, read in the same
    /// format.
    var timestampColumn: Int? {
        guard case .field(let path, let format) = timestamp else { return nil }
        return fields.firstIndex { field in
            field.type == .timestamp && field.timestampFormat == format && field.path.hasSameKeys(as: path)
        }
    }
}

extension FieldPath {
    /// Whether both name the same keys, byte by byte (`==` of texts takes composed and decomposed accents for equal).
    func hasSameKeys(as other: FieldPath) -> Bool {
        components.count == other.components.count
            && zip(components, other.components).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }
}

extension Column {
    /// Makes a row absent, with a value that is safe to read.
    func clear(_ row: Int) {
        validity[row] = 0
        switch type {
        case .bool: bools[row] = 0
        case .string, .bytes: views[row] = .empty
        case .int, .uint, .double, .timestamp, .duration: ints[row] = 0
        }
    }
}
