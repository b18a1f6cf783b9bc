public import Records

/// Identity of an alert: a 64-bit hash of its identity labels (the alert's name and the fields it is keyed by), never
/// of the severity or of measured values, so that a change of severity is an update and not a second alert.
///
/// FNV-1a, as Prometheus and Alertmanager use for theirs, over the labels in bytewise order of their names, each name
/// and value preceded by its length (32 bits, little-endian): no two label sets have the same bytes. Stable across
/// processes, versions and machines.
public struct Fingerprint: Hashable, Comparable, Sendable {
    public var value: UInt64

    @inlinable public init(value: UInt64) { self.value = value }

    /// Of labels in any order. Names must differ.
    public init(labels: [(name: String, value: String)]) {
        var hasher = Hasher()
        for label in labels.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            var (name, value) = label
            name.withUTF8 { name in value.withUTF8 { hasher.combine(name: name, value: $0) } }
        }
        self = hasher.fingerprint
    }

    @inlinable public static func < (a: Fingerprint, b: Fingerprint) -> Bool { a.value < b.value }

    /// Takes the labels one by one, in ascending bytewise order of their names.
    public struct Hasher: Sendable {
        private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

        public init() {}

        public mutating func combine(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
            combine(name)
            combine(value)
        }

        public mutating func combine(name: String, value: ByteView) {
            var name = name
            name.withUTF8 { combine($0) }
            combine(value.buffer)
        }

        public var fingerprint: Fingerprint { Fingerprint(value: hash) }

        private mutating func combine(_ bytes: UnsafeBufferPointer<UInt8>) {
            let length = UInt32(truncatingIfNeeded: bytes.count)
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                combine(UInt8(truncatingIfNeeded: length >> shift))
            }
            for byte in bytes { combine(byte) }
        }

        private mutating func combine(_ byte: UInt8) {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
    }
}

extension Fingerprint: CustomStringConvertible {
    /// 16 lower-case hexadecimal digits.
    public var description: String {
        var bytes = ByteBuffer(capacity: 16)
        bytes.append(fingerprint: self)
        return bytes.string
    }
}

extension ByteBuffer {
    /// 16 lower-case hexadecimal digits.
    public mutating func append(fingerprint: Fingerprint) {
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
            append(hexDigit: UInt8(truncatingIfNeeded: fingerprint.value >> shift) & 15)
        }
    }

    /// Id of one incident: the fingerprint, which repeats at each recurrence, and the microsecond at which it fired.
    public mutating func append(incidentOf transition: AlertTransition) {
        append(fingerprint: transition.fingerprint)
        append(UInt8(ascii: "-"))
        append(transition.startsAt.microseconds)
    }
}

extension AlertTransition {
    /// Id of the incident: fingerprint and `startsAt` ("9c1f0b6a2d44e871-1777813328000000").
    public var incident: String {
        var bytes = ByteBuffer(capacity: 40)
        bytes.append(incidentOf: self)
        return bytes.string
    }
}
