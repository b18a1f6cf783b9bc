/// A view of bytes that somebody else keeps alive: a message's payload, an arena or an interner. 16 bytes.
///
/// The first four bytes are held beside the pointer (zero-padded, little-endian), so that most comparisons for equality
/// are decided without touching the memory behind it.
public struct ByteView: @unchecked Sendable {
    public var base: UnsafePointer<UInt8>
    public var length: UInt32
    public var prefix: UInt32

    @inlinable public init(base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.length = UInt32(truncatingIfNeeded: count)
        self.prefix = Self.prefix(of: base, count: count)
    }

    /// A view of nothing. Its pointer is valid but must not be read.
    public static let empty = ByteView(base: UnsafePointer(Self.nothing), count: 0)
    @usableFromInline nonisolated(unsafe) static let nothing: UnsafeMutablePointer<UInt8> = {
        let byte = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
        byte.initialize(repeating: 0, count: 16)
        return byte
    }()

    @inlinable public var count: Int { Int(length) }
    @inlinable public var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    /// A copy as text; invalid UTF-8 is replaced. For edges only, never in loops.
    public var string: String { String(decoding: buffer, as: UTF8.self) }

    @inlinable @inline(__always)
    static func prefix(of base: UnsafePointer<UInt8>, count: Int) -> UInt32 {
        if count >= 4 { return UnsafeRawPointer(base).loadUnaligned(as: UInt32.self) }
        var value: UInt32 = 0
        var index = 0
        while index < count {
            value |= UInt32(base[index]) << UInt32(index * 8)
            index += 1
        }
        return value
    }

    @inlinable @inline(__always)
    public static func == (a: ByteView, b: ByteView) -> Bool {
        if a.length != b.length || a.prefix != b.prefix { return false }
        if a.length <= 4 || a.base == b.base { return true }
        return equalBytes(a.base, b.base, a.count)
    }

    /// Bytewise order, which for UTF-8 is the order of code points.
    @inlinable public static func < (a: ByteView, b: ByteView) -> Bool {
        let shared = min(a.count, b.count)
        var index = 0
        while index < shared {
            if a.base[index] != b.base[index] { return a.base[index] < b.base[index] }
            index += 1
        }
        return a.count < b.count
    }
}

extension ByteView: Equatable {}

/// Whether two runs of `count` bytes are equal, eight bytes at a time.
@inlinable
public func equalBytes(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let x = UnsafeRawPointer(a), y = UnsafeRawPointer(b)
    if count >= 8 {
        var at = 0
        while at + 8 <= count {
            if x.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                != y.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            {
                return false
            }
            at += 8
        }
        // The last, overlapping word.
        return x.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            == y.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    }
    var index = 0
    while index < count {
        if a[index] != b[index] { return false }
        index += 1
    }
    return true
}
