extension Selection {
    /// Takes some rows out. For the rare row that failed; allocates.
    public func remove(rows unwanted: [Int]) {
        let unwanted = Set(unwanted.map { UInt32(truncatingIfNeeded: $0) })
        var kept = 0
        for index in 0..<count where !unwanted.contains(rows[index]) {
            rows[kept] = rows[index]
            kept += 1
        }
        if kept != count { isDense = false }
        count = kept
    }
}
