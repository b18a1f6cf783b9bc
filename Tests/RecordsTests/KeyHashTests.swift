import Testing

@testable import Records

struct KeyHashTests {
    /// The vectors of Kafka's own UtilsTest.testMurmur2.
    static let vectors: [(text: String, hash: Int32)] = [
        ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
    ]

    static func murmur2(_ text: String) -> Int32 {
        Array(text.utf8).withUnsafeBufferPointer { KeyHash.murmur2($0) }
    }

    @Test(arguments: vectors)
    func murmur2IsKafkas(text: String, hash: Int32) {
        #expect(Self.murmur2(text) == hash)
    }

    @Test(arguments: vectors)
    func thePartitionIsOfTheAbsoluteHash(text: String, hash: Int32) {
        for count: Int32 in [1, 2, 3, 7, 12, 100] {
            let found = Array(text.utf8).withUnsafeBufferPointer { KeyHash.partition($0, of: count) }
            #expect(found == Int32((Int64(hash) & 0x7fff_ffff) % Int64(count)))
        }
    }

    static func table(_ bytes: [UInt8]) -> UInt64 {
        // In exactly sized memory, so that a sanitizer sees a read beyond it.
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        defer { memory.deallocate() }
        memory.initialize(repeating: 0, count: max(bytes.count, 1))
        for (index, byte) in bytes.enumerated() { memory[index] = byte }
        return KeyHash.table(memory, bytes.count)
    }

    /// Every length and every byte of a key counts.
    @Test func theTableHashSeesEveryByte() {
        for length in 0...70 {
            let base = (0..<length).map { UInt8($0 &* 37 & 255) }
            var seen: Set<UInt64> = [Self.table(base)]
            #expect(Self.table(base) == Self.table(base))
            for index in 0..<length {
                for flip: UInt8 in [1, 128] {
                    var other = base
                    other[index] ^= flip
                    seen.insert(Self.table(other))
                }
            }
            #expect(seen.count == 1 + 2 * length, "length \(length)")
        }
    }

    /// Short keys of the kinds that occur do not pile up in the low bits, which pick the slot.
    @Test func lowBitsSpread() {
        for prefix in ["", "T-", "station-"] {
            var slots: [UInt64: Int] = [:]
            for number in 0..<4096 { slots[Self.table(Array("\(prefix)\(number)".utf8)) & 4095, default: 0] += 1 }
            #expect(slots.count > 2300, "\(prefix): 4096 balls fall into about 2589 of 4096 urns, found \(slots.count)")
            #expect((slots.values.max() ?? 0) < 12)
        }
    }
}
