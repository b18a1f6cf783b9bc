public import Records

/// The Kafka headers of an alert record: CloudEvents 1.0, Kafka protocol binding, binary content mode. The values stand
/// one after the other in a buffer that is reused, so that a steady state allocates nothing.
public struct AlertHeaders: ~Copyable {
    /// A header's name, and where its value stands in `values`.
    public struct Entry: Sendable, Hashable {
        public var name: String
        public var start: Int
        public var count: Int
    }

    public private(set) var entries: [Entry] = []
    public private(set) var values = ByteBuffer(capacity: 512)

    public init() {}

    /// Fills in the headers of a transition, in place of those before.
    ///
    /// `source` names who says so (a URI reference: "/vigie/APPLICATION/TOPOLOGY"); the key of the record is the
    /// fingerprint, as `ce_subject`.
    public mutating func fill(_ transition: AlertTransition, source: String) {
        entries.removeAll(keepingCapacity: true)
        values.removeAll()
        add("ce_specversion") { $0.append("1.0") }
        add("ce_id") {
            $0.append(incidentOf: transition)
            $0.append(UInt8(ascii: "-"))
            $0.append(UInt64(transition.sequence))
        }
        add("ce_source") { $0.append(text: source) }
        add("ce_type") {
            $0.append("vigie.alert.")
            $0.append(transition.kind.name)
        }
        add("ce_time") { $0.append(rfc3339: transition.at) }
        add("ce_subject") { $0.append(fingerprint: transition.fingerprint) }
        add("content-type") { $0.append("application/json") }
    }

    /// A header's value as text; nil when there is no such header. For tests and messages.
    public func value(of name: String) -> String? {
        guard let entry = entries.first(where: { $0.name == name }) else { return nil }
        let bytes = values.bytes
        return String(decoding: bytes[entry.start..<entry.start + entry.count], as: UTF8.self)
    }

    private mutating func add(_ name: String, _ write: (inout ByteBuffer) -> Void) {
        let start = values.count
        write(&values)
        entries.append(Entry(name: name, start: start, count: values.count - start))
    }
}
