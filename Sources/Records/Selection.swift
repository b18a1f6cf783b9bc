/// The rows of a batch that are still wanted, ascending: what a filter keeps, instead of a copy.
///
/// Memory for `capacity` row numbers is allocated once. `isDense` says that exactly the rows 0 ..< count are selected,
/// so that kernels may run straight over the columns.
public final class Selection {
    public let rows: UnsafeMutablePointer<UInt32>
    public let capacity: Int
    public var count: Int
    public var isDense: Bool

    public init(capacity: Int) {
        self.capacity = capacity
        rows = .allocate(capacity: max(capacity, 1))
        rows.initialize(repeating: 0, count: max(capacity, 1))
        count = 0
        isDense = true
    }

    deinit { rows.deallocate() }

    /// Selects the rows 0 ..< count.
    public func selectAll(_ count: Int) {
        precondition(count <= capacity)
        var row = 0
        while row < count {
            rows[row] = UInt32(truncatingIfNeeded: row)
            row += 1
        }
        self.count = count
        isDense = true
    }

    /// Takes over another selection's rows.
    public func copy(_ other: Selection) {
        precondition(other.count <= capacity)
        rows.update(from: other.rows, count: other.count)
        count = other.count
        isDense = other.isDense
    }
}
