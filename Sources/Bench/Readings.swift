import Records

/// 150-byte readings in memory, as the peers' `load` makes them: 1 000 sensors, one reading per sensor and second, up
/// to 500 ms out of order. Held as one block, read in place.
final class Readings {
    private let block: UnsafeMutablePointer<UInt8>
    let messages: UnsafeMutablePointer<RawMessage>
    let texts: UnsafeMutablePointer<UnsafePointer<CChar>?>
    let lengths: UnsafeMutablePointer<UInt32>
    let count: Int
    let bytes: Int

    init(count: Int) {
        self.count = count
        block = .allocate(capacity: count * 192 + 64)
        block.initialize(repeating: 0, count: count * 192 + 64)
        messages = .allocate(capacity: count)
        texts = .allocate(capacity: count)
        lengths = .allocate(capacity: count)
        var random: UInt64 = 88_172_645_463_325_252
        func next() -> UInt64 {
            random ^= random << 13
            random ^= random >> 7
            random ^= random << 17
            return random >> 32
        }
        let kinds = ["temperature", "humidity", "temperature", "vibration"]
        let base: Int64 = 1_767_225_600_000
        var at = 0
        var buffer = ByteBuffer(capacity: 256)
        for index in 0..<count {
            let id = index % 1000
            // The last one comes ten minutes later, so that every window before it closes.
            let time = base + Int64(index) - Int64(next() % 500) + (index == count - 1 ? 600_000 : 500)
            let value = Double(next() % 6000) / 100
            let digits = String(id)
            let key = "s" + String(repeating: "0", count: 5 - digits.count) + digits
            let site = id % 37 == 0 ? "test" : "cotonou-" + (id % 40 < 10 ? "0" : "") + String(id % 40)
            buffer.removeAll()
            buffer.append(
                text: "{\"sensor_id\":\"\(key)\",\"site\":\"\(site)\",\"kind\":\"\(kinds[id % 4])\",\"value\":")
            buffer.append(shortest: value)
            buffer.append(
                text:
                    ",\"unit\":\"C\",\"ts\":\(time),\"seq\":\(index),\"quality\":\"good\",\"battery\":3.\(50 + Int(next() % 50))}"
            )
            let start = block + at
            if let bytes = buffer.bytes.baseAddress { start.update(from: bytes, count: buffer.count) }
            messages[index] = RawMessage(
                value: UnsafePointer(start), valueCount: buffer.count, key: UnsafePointer(start + 14), keyCount: 6,
                offset: Int64(index), timestampMilliseconds: time)
            texts[index] = UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)
            lengths[index] = UInt32(buffer.count)
            at += buffer.count
        }
        bytes = at
    }

    deinit {
        block.deallocate()
        messages.deallocate()
        texts.deallocate()
        lengths.deallocate()
    }
}
