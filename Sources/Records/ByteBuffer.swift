/// Bytes that are appended to and read out whole: where output records are written. Grows by doubling and is reused, so
/// that a steady state allocates nothing. Confined to one thread.
public struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    public private(set) var count: Int

    public init(capacity: Int = 1024) {
        self.capacity = max(capacity, 64)
        base = .allocate(capacity: self.capacity)
        count = 0
    }

    deinit { base.deallocate() }

    /// The bytes so far; valid until the next change.
    public var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }
    /// A copy as text.
    public var string: String { String(decoding: bytes, as: UTF8.self) }

    public mutating func removeAll() { count = 0 }

    /// Room for `extra` more bytes; returns where to write them. `commit` says how many were written.
    @inline(__always)
    public mutating func reserve(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
        if count + extra > capacity { grow(count + extra) }
        return base + count
    }

    @inline(__always)
    public mutating func commit(_ written: Int) { count += written }

    private mutating func grow(_ needed: Int) {
        var wanted = capacity * 2
        while wanted < needed { wanted *= 2 }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
        larger.update(from: base, count: count)
        base.deallocate()
        base = larger
        capacity = wanted
    }

    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1).pointee = byte
        count += 1
    }

    public mutating func append(_ source: UnsafeBufferPointer<UInt8>) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        reserve(source.count).update(from: start, count: source.count)
        count += source.count
    }

    public mutating func append(_ view: ByteView) { append(view.buffer) }

    public mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    public mutating func append(text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// A decimal integer.
    public mutating func append(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(value.magnitude)
    }

    public mutating func append(_ value: UInt64) {
        let target = reserve(20)
        var digits = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        rest = value
        var at = digits
        repeat {
            at -= 1
            target[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while at > 0
        count += digits
    }

    /// An instant as RFC 3339 in UTC, with no, three or six fractional digits as needed. Years outside 0…9999 are
    /// written with their sign and as many digits as they have, as ISO 8601 allows.
    public mutating func append(rfc3339 time: EventTime) {
        let day: Int64 = 86_400_000_000
        var days = time.microseconds / day
        var rest = time.microseconds % day
        if rest < 0 {
            rest += day
            days -= 1
        }
        let date = CivilDate.date(daysFromEpoch: Int(days))
        if date.year < 0 || date.year > 9999 {
            append(UInt8(ascii: date.year < 0 ? "-" : "+"))
        }
        append(padded: date.year.magnitude, 4)
        append(UInt8(ascii: "-"))
        append(padded: UInt(date.month), 2)
        append(UInt8(ascii: "-"))
        append(padded: UInt(date.day), 2)
        append(UInt8(ascii: "T"))
        let seconds = rest / 1_000_000
        append(padded: UInt(seconds / 3600), 2)
        append(UInt8(ascii: ":"))
        append(padded: UInt(seconds / 60 % 60), 2)
        append(UInt8(ascii: ":"))
        append(padded: UInt(seconds % 60), 2)
        let micros = UInt(rest % 1_000_000)
        if micros != 0 {
            append(UInt8(ascii: "."))
            if micros % 1000 == 0 { append(padded: micros / 1000, 3) } else { append(padded: micros, 6) }
        }
        append(UInt8(ascii: "Z"))
    }

    /// A decimal integer with leading zeros up to `width` digits.
    private mutating func append(padded value: UInt, _ width: Int) {
        var digits = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        while digits < width {
            append(UInt8(ascii: "0"))
            digits += 1
        }
        append(UInt64(value))
    }
}
