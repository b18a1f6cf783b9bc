/// Hashes of key bytes that are the same in every process and version.
public enum KeyHash {
    /// Murmur2 as Kafka's default partitioner computes it (org.apache.kafka.common.utils.Utils.murmur2).
    public static func murmur2(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
        let length = bytes.count
        let m: UInt32 = 0x5bd1_e995
        var h: UInt32 = 0x9747_b28c ^ UInt32(truncatingIfNeeded: length)
        var at = 0
        while at + 4 <= length {
            var k =
                UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3])
                << 24
            k &*= m
            k ^= k >> 24
            k &*= m
            h &*= m
            h ^= k
            at += 4
        }
        switch length - at {
        case 3:
            h ^= UInt32(bytes[at + 2]) << 16
            fallthrough
        case 2:
            h ^= UInt32(bytes[at + 1]) << 8
            fallthrough
        case 1:
            h ^= UInt32(bytes[at])
            h &*= m
        default: break
        }
        h ^= h >> 13
        h &*= m
        h ^= h >> 15
        return Int32(bitPattern: h)
    }

    /// The partition that Kafka's default partitioner gives a key.
    public static func partition(_ key: UnsafeBufferPointer<UInt8>, of partitions: Int32) -> Int32 {
        (murmur2(key) & 0x7fff_ffff) % partitions
    }

    /// 64-bit multiply-fold hash over overlapping words (after wyhash). For tables in memory, never for partitioning.
    @inlinable
    public static func table(_ base: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        let p = UnsafeRawPointer(base)
        var h = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        if count >= 8 {
            var at = 0
            while at + 16 <= count {
                h = fold(
                    p.loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ 0xA076_1D64_78BD_642F ^ h,
                    p.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self) ^ 0xE703_7ED1_A0B4_28DB)
                at += 16
            }
            let a = p.loadUnaligned(fromByteOffset: min(at, count - 8), as: UInt64.self)
            let b = p.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            return fold(a ^ 0xA076_1D64_78BD_642F ^ h, b ^ 0xE703_7ED1_A0B4_28DB)
        }
        var word: UInt64 = 0
        if count >= 4 {
            word =
                UInt64(p.loadUnaligned(as: UInt32.self)) << 32
                | UInt64(p.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        } else if count > 0 {
            word = UInt64(base[0]) << 16 | UInt64(base[count >> 1]) << 8 | UInt64(base[count - 1])
        }
        return fold(word ^ 0xA076_1D64_78BD_642F ^ h, 0xE703_7ED1_A0B4_28DB)
    }

    @inlinable @inline(__always)
    static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let (high, low) = a.multipliedFullWidth(by: b)
        return high ^ low
    }
}
