/// What a new cell holds: the words that the accumulators of a step start from.
public struct CellTemplate: Sendable {
    public var words: [UInt64]

    public init(words: [UInt64]) { self.words = words }
}

/// Fixed-size cells of 8-byte words, one per dense id, in chunks that never move: a pointer to a cell stays valid while
/// others are added. A cell holds the template's words when handed out.
public struct CellStore: ~Copyable {
    public static let chunkCells = 1024

    public let wordsPerCell: Int
    private let template: UnsafeMutablePointer<UInt64>
    @usableFromInline var chunks: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>
    private var chunkCapacity: Int
    private var chunkCount: Int
    /// Cells handed out.
    public private(set) var count: Int

    public init(template: CellTemplate) {
        wordsPerCell = max(template.words.count, 1)
        self.template = .allocate(capacity: wordsPerCell)
        self.template.initialize(repeating: 0, count: wordsPerCell)
        for (index, word) in template.words.enumerated() { self.template[index] = word }
        chunkCapacity = 16
        chunks = .allocate(capacity: chunkCapacity)
        chunkCount = 0
        count = 0
    }

    deinit {
        for index in 0..<chunkCount { chunks[index].deallocate() }
        chunks.deallocate()
        template.deallocate()
    }

    public var bytes: Int { chunkCount * Self.chunkCells * wordsPerCell * 8 }

    /// The cell of an id that has been handed out.
    @inlinable @inline(__always)
    public func cell(_ id: UInt32) -> UnsafeMutablePointer<UInt64> {
        chunks[Int(id >> 10)] + Int(id & 1023) &* wordsPerCell
    }

    /// Hands out cells up to and including `id`.
    public mutating func extend(to id: UInt32) {
        while count <= Int(id) {
            if count == chunkCount * Self.chunkCells { addChunk() }
            (chunks[count >> 10] + (count & 1023) * wordsPerCell).update(from: template, count: wordsPerCell)
            count += 1
        }
    }

    /// Takes all cells back; the memory is reused.
    public mutating func removeAll() { count = 0 }

    private mutating func addChunk() {
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>.allocate(capacity: chunkCapacity * 2)
            larger.moveInitialize(from: chunks, count: chunkCount)
            chunks.deallocate()
            chunks = larger
            chunkCapacity *= 2
        }
        let chunk = UnsafeMutablePointer<UInt64>.allocate(capacity: Self.chunkCells * wordsPerCell)
        chunk.initialize(repeating: 0, count: Self.chunkCells * wordsPerCell)
        (chunks + chunkCount).initialize(to: chunk)
        chunkCount += 1
    }
}
