public import Records

/// The state of one window: its keys and a cell of accumulators for each. Window-major: closing a window is one linear
/// scan, and giving it back frees every key that only it knew.
public final class WindowSlice {
    public internal(set) var start: Int64
    public internal(set) var end: Int64
    /// Behind pointers so that a batch works on them without the exclusivity checks of a class's properties
    /// (HOTPATH.md 9: 12 ns become 38).
    public let keys: UnsafeMutablePointer<KeyTable>
    public let cells: UnsafeMutablePointer<CellStore>
    /// Text that cells point to (first, last, min and max of a string).
    public let text: Arena
    /// Offset of the earliest record that counts in this window: a restart must read from there to rebuild it.
    public internal(set) var firstOffset: Int64

    init(template: CellTemplate) {
        start = 0
        end = 0
        keys = .allocate(capacity: 1)
        keys.initialize(to: KeyTable())
        cells = .allocate(capacity: 1)
        cells.initialize(to: CellStore(template: template))
        text = Arena()
        firstOffset = .max
    }

    deinit {
        keys.deinitialize(count: 1)
        keys.deallocate()
        cells.deinitialize(count: 1)
        cells.deallocate()
    }

    public var keyCount: Int { keys.pointee.count }
    /// Bytes of memory held, text of cells left out.
    public var bytes: Int { keys.pointee.bytes + cells.pointee.bytes }

    func reuse(start: Int64, end: Int64, offset: Int64) {
        self.start = start
        self.end = end
        firstOffset = offset
        keys.pointee.removeAll()
        cells.pointee.removeAll()
        text.reset()
    }

    public func note(offset: Int64) {
        if offset < firstOffset { firstOffset = offset }
    }
}

/// The open windows of one step in one task, by start. Closed slices are kept for reuse, so that a steady state
/// allocates nothing.
public final class WindowStore {
    private let template: CellTemplate
    /// Open windows, ascending by start.
    public private(set) var open: [WindowSlice] = []
    private var spare: [WindowSlice] = []

    public init(template: CellTemplate) {
        self.template = template
    }

    /// The slice that starts at `start`, opened where there is none.
    public func slice(start: Int64, end: Int64, offset: Int64) -> WindowSlice {
        var at = open.count
        while at > 0, open[at - 1].start >= start {
            if open[at - 1].start == start { return open[at - 1] }
            at -= 1
        }
        let slice = spare.popLast() ?? WindowSlice(template: template)
        slice.reuse(start: start, end: end, offset: offset)
        open.insert(slice, at: at)
        return slice
    }

    /// The earliest open window, if it has ended at or before `time`.
    public func due(at time: EventTime) -> WindowSlice? {
        guard let first = open.first, first.end <= time.microseconds else { return nil }
        return first
    }

    /// Gives the earliest window back.
    public func closeFirst() {
        guard !open.isEmpty else { return }
        let slice = open.removeFirst()
        if spare.count < 4 { spare.append(slice) }
    }

    /// The earliest offset that any open window depends on; nil when none is open.
    public var firstOffset: Int64? { open.map(\.firstOffset).min() }
    public var keyCount: Int { open.reduce(0) { $0 + $1.keyCount } }
    public var bytes: Int { open.reduce(0) { $0 + $1.bytes } + spare.reduce(0) { $0 + $1.bytes } }
}
