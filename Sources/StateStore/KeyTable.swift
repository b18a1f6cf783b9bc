public import Records

/// Byte keys → dense ids 0, 1, 2 … in order of first appearance. Open addressing with linear probing; keys of up to
/// 16 bytes stand in the entry itself, so that a hit costs one cache line (HOTPATH.md 4, S7 to S10).
///
/// Pointer-backed and confined to one thread. Take it into a local (`inout`) for a batch.
public struct KeyTable: ~Copyable {
    /// 24 bytes. `low`/`high` hold a short key zero-padded; of a longer key the hash and its address.
    @usableFromInline struct Entry {
        @usableFromInline var low: UInt64
        @usableFromInline var high: UInt64
        /// Key length + 1; 0 marks a free entry.
        @usableFromInline var tag: UInt32
        @usableFromInline var id: UInt32

        @inlinable init(low: UInt64, high: UInt64, tag: UInt32, id: UInt32) {
            self.low = low
            self.high = high
            self.tag = tag
            self.id = id
        }
    }

    @usableFromInline var entries: UnsafeMutablePointer<Entry>
    @usableFromInline var mask: Int
    /// id → key bytes, in `arena`.
    @usableFromInline var keys: UnsafeMutablePointer<ByteView>
    @usableFromInline var keyCapacity: Int
    /// Number of keys; the next new key gets this id.
    public private(set) var count: Int
    private let arena: Arena

    public init(minimumCapacity: Int = 256) {
        var capacity = 64
        while capacity < minimumCapacity * 2 { capacity *= 2 }
        entries = .allocate(capacity: capacity)
        entries.initialize(repeating: Entry(low: 0, high: 0, tag: 0, id: 0), count: capacity)
        mask = capacity - 1
        keyCapacity = capacity / 2
        keys = .allocate(capacity: keyCapacity)
        count = 0
        arena = Arena(blockSize: 32 * 1024)
    }

    deinit {
        entries.deallocate()
        keys.deallocate()
    }

    /// The bytes of a key, valid until `removeAll`.
    @inlinable public func key(of id: UInt32) -> ByteView { keys[Int(id)] }

    /// Bytes held by the table itself.
    public var bytes: Int {
        (mask + 1) * MemoryLayout<Entry>.stride + keyCapacity * MemoryLayout<ByteView>.stride
    }

    /// Forgets all keys; the memory is reused.
    public mutating func removeAll() {
        entries.update(repeating: Entry(low: 0, high: 0, tag: 0, id: 0), count: mask + 1)
        count = 0
        arena.reset()
    }

    /// Where a key of this hash would stand, to be fetched ahead.
    @inlinable @inline(__always)
    public func address(of hash: UInt64) -> UnsafeRawPointer {
        UnsafeRawPointer(entries + (Int(truncatingIfNeeded: hash) & mask))
    }

    /// The two words by which a key is told from others, and its hash.
    @inlinable @inline(__always)
    static func words(_ key: ByteView, _ hash: UInt64) -> (UInt64, UInt64) {
        let count = key.count
        let p = UnsafeRawPointer(key.base)
        if count > 16 { return (hash, 0) }
        if count >= 8 {
            let low = p.loadUnaligned(as: UInt64.self)
            if count == 8 { return (low, 0) }
            let tail = p.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            return (low, tail >> UInt64((16 - count) * 8))
        }
        if count >= 4 {
            let low = UInt64(p.loadUnaligned(as: UInt32.self))
            let tail = UInt64(p.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return (low | (tail >> UInt64((8 - count) * 8)) << 32, 0)
        }
        return (UInt64(key.prefix), 0)
    }

    /// The id of a key if it is known.
    @inlinable @inline(__always)
    public func find(_ key: ByteView, hash: UInt64) -> UInt32? {
        let (low, high) = Self.words(key, hash)
        let tag = key.length &+ 1
        var at = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = entries[at]
            if entry.tag == 0 { return nil }
            if entry.tag == tag, entry.low == low, entry.high == high,
                tag <= 17 || equalBytes(keys[Int(entry.id)].base, key.base, key.count)
            {
                return entry.id
            }
            at = (at &+ 1) & mask
        }
    }

    /// The id of a key, which is added (its bytes copied) where it is new: then the id equals the former `count`.
    @inlinable @inline(__always)
    public mutating func insert(_ key: ByteView, hash: UInt64) -> UInt32 {
        if let id = find(key, hash: hash) { return id }
        return add(key, hash: hash)
    }

    @usableFromInline
    mutating func add(_ key: ByteView, hash: UInt64) -> UInt32 {
        if count >= keyCapacity { grow() }
        let id = UInt32(truncatingIfNeeded: count)
        let kept = arena.copy(key.buffer)
        (keys + count).initialize(to: kept.count == 0 ? key.withNoBytes : kept)
        let (low, high) = Self.words(key, hash)
        place(Entry(low: low, high: high, tag: key.length &+ 1, id: id), hash: hash)
        count += 1
        return id
    }

    private func place(_ entry: Entry, hash: UInt64) {
        var at = Int(truncatingIfNeeded: hash) & mask
        while entries[at].tag != 0 { at = (at &+ 1) & mask }
        entries[at] = entry
    }

    private mutating func grow() {
        let oldEntries = entries
        let oldCapacity = mask + 1
        let capacity = oldCapacity * 2
        entries = .allocate(capacity: capacity)
        entries.initialize(repeating: Entry(low: 0, high: 0, tag: 0, id: 0), count: capacity)
        mask = capacity - 1
        for index in 0..<oldCapacity where oldEntries[index].tag != 0 {
            let entry = oldEntries[index]
            let key = keys[Int(entry.id)]
            place(entry, hash: KeyHash.table(key.base, key.count))
        }
        oldEntries.deallocate()
        let largerKeys = UnsafeMutablePointer<ByteView>.allocate(capacity: capacity / 2)
        largerKeys.moveInitialize(from: keys, count: count)
        keys.deallocate()
        keys = largerKeys
        keyCapacity = capacity / 2
    }
}

extension ByteView {
    /// The same view for an empty key: its pointer must not dangle once the batch is gone.
    fileprivate var withNoBytes: ByteView { .empty }
}
