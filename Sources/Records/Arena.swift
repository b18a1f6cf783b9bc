/// Memory handed out piece by piece and given back all at once. Blocks are kept across `reset`, so that a steady state
/// allocates nothing. Confined to one thread.
public final class Arena {
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private var block = 0
    private var used = 0
    private let blockSize: Int

    public init(blockSize: Int = 16 * 1024) { self.blockSize = blockSize }

    deinit { blocks.forEach { $0.deallocate() } }

    /// Room for `count` bytes, valid until `reset`. Not initialised.
    public func allocate(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        while true {
            if block < blocks.count, used + count <= blocks[block].count, let start = blocks[block].baseAddress {
                defer { used += count }
                return (start + used).assumingMemoryBound(to: UInt8.self)
            }
            if block < blocks.count {
                block += 1
                used = 0
            }
            if block == blocks.count {
                blocks.append(.allocate(byteCount: max(blockSize, count), alignment: 16))
            }
        }
    }

    /// A copy of some bytes.
    public func copy(_ bytes: UnsafeBufferPointer<UInt8>) -> ByteView {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return .empty }
        let target = allocate(bytes.count)
        target.update(from: source, count: bytes.count)
        return ByteView(base: UnsafePointer(target), count: bytes.count)
    }

    /// A copy of a text's UTF-8.
    public func copy(_ text: String) -> ByteView {
        var text = text
        return text.withUTF8 { copy($0) }
    }

    /// Gives everything back; the memory is reused.
    public func reset() {
        block = 0
        used = 0
    }
}
