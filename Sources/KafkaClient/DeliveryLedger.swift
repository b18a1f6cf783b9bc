/// Counts of records sent, delivered and failed, by epoch. Confined to the producer's thread; no allocation while the
/// number of epochs with records under way stays within what it has seen.
final class DeliveryLedger {
    private struct Entry {
        var epoch: Int
        var outstanding: Int
    }

    /// A ring by the epoch's low bits.
    private var entries: UnsafeMutablePointer<Entry>
    private var mask: Int
    private(set) var outstandingTotal = 0
    private(set) var deliveredTotal = 0
    private(set) var failedTotal = 0

    init() {
        mask = 63
        entries = .allocate(capacity: 64)
        entries.initialize(repeating: Entry(epoch: 0, outstanding: 0), count: 64)
    }

    deinit { entries.deallocate() }

    @inline(__always)
    func sent(_ epoch: Int) {
        var at = epoch & mask
        if entries[at].epoch != epoch {
            while entries[at].epoch != epoch && entries[at].outstanding > 0 {
                grow()
                at = epoch & mask
            }
            entries[at].epoch = epoch
        }
        entries[at].outstanding += 1
        outstandingTotal += 1
    }

    @inline(__always)
    func delivered(_ epoch: Int) {
        close(epoch)
        deliveredTotal += 1
    }

    func failed(_ epoch: Int) {
        close(epoch)
        failedTotal += 1
    }

    @inline(__always)
    private func close(_ epoch: Int) {
        let at = epoch & mask
        if entries[at].epoch == epoch { entries[at].outstanding -= 1 }
        outstandingTotal -= 1
    }

    func outstanding(_ epoch: Int) -> Int {
        let entry = entries[epoch & mask]
        return entry.epoch == epoch ? entry.outstanding : 0
    }

    /// Twice the room; entries with different low bits stay apart.
    private func grow() {
        let size = (mask + 1) * 2
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: size)
        larger.initialize(repeating: Entry(epoch: 0, outstanding: 0), count: size)
        for at in 0...mask where entries[at].outstanding > 0 {
            larger[entries[at].epoch & (size - 1)] = entries[at]
        }
        entries.deallocate()
        entries = larger
        mask = size - 1
    }
}
