/// Names as UTF-8 in one block, reachable without a String. Built once; read-only afterwards.
final class NameTable {
    private let block: UnsafeMutablePointer<UInt8>
    private let ends: UnsafeMutablePointer<Int>
    let count: Int

    init(_ names: [String]) {
        count = names.count
        block = .allocate(capacity: max(1, names.reduce(0) { $0 + $1.utf8.count }))
        ends = .allocate(capacity: names.count + 1)
        ends[0] = 0
        var end = 0
        for (index, name) in names.enumerated() {
            for byte in name.utf8 {
                block[end] = byte
                end += 1
            }
            ends[index + 1] = end
        }
    }

    deinit {
        block.deallocate()
        ends.deallocate()
    }

    /// The name's bytes; valid as long as the table.
    @inline(__always)
    subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: block + ends[index], count: ends[index + 1] - ends[index])
    }

    func string(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}
