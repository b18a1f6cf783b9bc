import Records

/// A message of DeepStream's minimal schema, its objects not yet read.
struct DeepStreamFrame {
    let values: ValueScan
    private(set) var camera = ByteView.empty
    private(set) var frame = ByteView.empty
    private(set) var hasFrame = false
    /// Microseconds since 1970.
    private(set) var time: Int64 = 0
    /// After the opening bracket of the objects; nil when they are null.
    private var objects: Bytes?

    private struct Members: OptionSet {
        let rawValue: UInt8
        static let camera = Members(rawValue: 1), frame = Members(rawValue: 2), time = Members(rawValue: 4)
        static let objects = Members(rawValue: 8)
        static let required: Members = [.camera, .time, .objects]
    }

    /// Scans the whole payload. Nil when it is malformed, lacks a member or has one of the wrong kind.
    init?(_ values: ValueScan) {
        self.values = values
        let window = values.window
        guard var p = window.enterRoot() else { return nil }
        var seen: Members = []
        var isEmpty = p.pointee == .closeBrace
        while !isEmpty {
            guard p.pointee == .quote, let (member, after) = key(p + 1) else { return nil }
            p = window.skipSpace(after)
            guard p.pointee == .colon else { return nil }
            p = window.skipSpace(p + 1)
            let isWanted = member.map { !seen.contains($0) } ?? false
            if let member { seen.insert(member) }
            guard let next = isWanted ? read(p, member) : values.skip(p, depth: 1) else { return nil }
            p = window.skipSpace(next)
            isEmpty = p.pointee == .closeBrace
            if isEmpty { break }
            guard p.pointee == .comma else { return nil }
            p = window.skipSpace(p + 1)
        }
        guard p + 1 == window.end, seen.isSuperset(of: .required) else { return nil }
    }

    /// A key of the root: which member it names, if any, and the place after it.
    private func key(_ p: Bytes) -> (Members?, Bytes)? {
        var notASCII = false
        guard let last = values.strings.stop(p, &notASCII) else { return nil }
        if last.pointee == .quote {
            if notASCII && !UTF8Check.isValid(p, last) { return nil }
            return (member(p, last - p), last + 1)
        }
        var view = ByteView.empty
        guard let after = values.strings.unescapedView(p, values.arena, into: &view) else { return nil }
        return (member(view.base, view.count), after)
    }

    private func member(_ p: Bytes, _ count: Int) -> Members? {
        switch count {
        case 2: Self.equal(p, "id", count) ? .frame : nil
        case 7: Self.equal(p, "objects", count) ? .objects : nil
        case 8: Self.equal(p, "sensorId", count) ? .camera : nil
        case 10: Self.equal(p, "@timestamp", count) ? .time : nil
        default: nil
        }
    }

    private static func equal(_ p: Bytes, _ text: StaticString, _ count: Int) -> Bool {
        count == text.utf8CodeUnitCount && equalBytes(p, text.utf8Start, count)
    }

    private mutating func read(_ p: Bytes, _ member: Members?) -> Bytes? {
        switch member {
        case .camera: return p.pointee == .quote ? values.strings.view(p + 1, values.arena, into: &camera) : nil
        case .time: return values.rfc3339(p, into: &time)
        case .objects:
            guard let next = values.skip(p, depth: 1) else { return nil }
            if p.pointee == .openBracket { objects = values.window.skipSpace(p + 1) }
            return p.pointee == .openBracket || p.pointee == UInt8(ascii: "n") ? next : nil
        default: return readFrame(p)
        }
    }

    private mutating func readFrame(_ p: Bytes) -> Bytes? {
        hasFrame = true
        if p.pointee == .quote { return values.strings.view(p + 1, values.arena, into: &frame) }
        guard let next = values.skip(p, depth: 1) else { return nil }
        if p.pointee == UInt8(ascii: "n") {
            hasFrame = false
            return next
        }
        frame = ByteView(base: p, count: next - p)
        return p.pointee == .minus || isDigit(p.pointee) ? next : nil
    }

    /// Hands out the objects in order, the first `skipping` left out, until `take` returns false. False when one can't
    /// be read. The list was checked before: it is well-formed.
    func forEachObject(from skipping: Int, _ take: (DeepStreamObject) -> Bool) -> Bool {
        guard var p = objects else { return true }
        let window = values.window
        var index = 0
        while p.pointee != .closeBracket {
            guard p.pointee == .quote, let next = values.strings.skip(p + 1) else { return false }
            if index >= skipping {
                guard let object = object(p + 1, next - 1) else { return false }
                if !take(object) { return true }
            }
            index += 1
            p = window.skipSpace(next)
            if p.pointee == .comma { p = window.skipSpace(p + 1) }
        }
        return true
    }

    private func object(_ first: Bytes, _ last: Bytes) -> DeepStreamObject? {
        var p = first
        while p < last, p.pointee != .backslash { p += 1 }
        if p == last { return DeepStreamObject(first, last, values.numbers) }
        // Escapes: read from a copy without them.
        guard let count = Escapes.length(first, last) else { return nil }
        let copy = values.arena.takeUnretainedValue().allocate(count + ScanWindow.minimumBytes)
        Escapes.resolve(first, last, into: copy)
        return Self.object(copied: copy, count, values)
    }

    /// Reads a line that stands in memory with `ScanWindow.minimumBytes` behind it.
    private static func object(
        copied: UnsafeMutablePointer<UInt8>, _ count: Int, _ values: ValueScan?
    ) -> DeepStreamObject? {
        (copied + count).update(repeating: .quote, count: ScanWindow.minimumBytes)
        let start = Bytes(copied)
        let window = ScanWindow(start: start, end: start + count, safe: start + count)
        return DeepStreamObject(start, start + count, NumberScan(window: window, powers: NumberScan.exactPowers))
    }

    /// Whether an object of a parsed frame can be read; for saying which one can't.
    static func isReadable(_ element: JSONNode) -> Bool {
        guard let text = element.string else { return false }
        let arena = Arena(blockSize: text.utf8.count + ScanWindow.minimumBytes)
        let copy = arena.allocate(text.utf8.count + ScanWindow.minimumBytes)
        for (index, byte) in text.utf8.enumerated() { copy[index] = byte }
        return withExtendedLifetime(arena) { object(copied: copy, text.utf8.count, nil) != nil }
    }
}

/// The rows that frames are exploded into.
struct DeepStreamRows {
    enum Outcome {
        /// All objects of the frame, which may be none, are rows.
        case all
        /// The frame does not fit behind the rows that are there.
        case none
        /// The frame alone fills the batch: its objects before `upTo` are rows.
        case some(upTo: Int)
        case badObject
    }

    private let batch: RecordBatch
    private let index: UnsafeMutablePointer<UInt32>
    private let times: UnsafeMutablePointer<Int64>
    private let columns: [Column]
    private(set) var count = 0

    init(_ batch: RecordBatch) {
        self.batch = batch
        index = batch.useOwnMessageIndex()
        times = batch.eventTimes
        columns = batch.columns
        for column in columns { column.validity.update(repeating: 1, count: batch.capacity) }
    }

    mutating func append(_ frame: DeepStreamFrame, from first: Int, message: Int) -> Outcome {
        let start = count
        var row = start
        var isFull = false
        let isReadable = frame.forEachObject(from: first) { object in
            if row == batch.capacity {
                isFull = true
                // A frame that is cut must be readable to its end, or its first objects would be rows of a rejected
                // frame.
                return start == 0
            }
            store(object, frame, row, message)
            row += 1
            return true
        }
        if !isReadable { return .badObject }
        if isFull && start > 0 { return .none }
        count = row
        return isFull ? .some(upTo: first + row) : .all
    }

    private func store(_ object: DeepStreamObject, _ frame: DeepStreamFrame, _ row: Int, _ message: Int) {
        columns[0].views[row] = frame.camera
        columns[1].views[row] = frame.frame
        columns[1].validity[row] = frame.hasFrame ? 1 : 0
        columns[2].views[row] = object.track
        columns[2].validity[row] = object.track.count > 0 ? 1 : 0
        columns[3].doubles[row] = object.left
        columns[4].doubles[row] = object.top
        columns[5].doubles[row] = object.right
        columns[6].doubles[row] = object.bottom
        columns[7].views[row] = object.label
        columns[8].doubles[row] = object.confidence ?? 0
        columns[8].validity[row] = object.confidence == nil ? 0 : 1
        columns[9].doubles[row] = (object.left + object.right) / 2
        columns[10].doubles[row] = object.bottom
        times[row] = frame.time
        index[row] = UInt32(truncatingIfNeeded: message)
    }
}
