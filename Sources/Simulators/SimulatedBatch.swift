public import Records

/// The families of events that are simulated; each has its topic.
public enum SimulatedFamily: Int, CaseIterable, Sendable {
    /// Tank temperature, level and pressure, and a weather mast. Key: sensor id.
    case portSensors
    /// Loop-detector aggregates in the shape of FIWARE TrafficFlowObserved. Key: station id.
    case roadTraffic
    /// Video metadata in DeepStream's minimal JSON. Key: camera id.
    case videoMetadata

    /// The Kafka topic.
    public var topic: String {
        switch self {
        case .portSensors: "port.sensor.readings"
        case .roadTraffic: "road.traffic.flow"
        case .videoMetadata: "port.video.metadata"
        }
    }

    /// The name by which settings and command lines call the family.
    public var name: String {
        switch self {
        case .portSensors: "sensors"
        case .roadTraffic: "traffic"
        case .videoMetadata: "video"
        }
    }
}

/// What is wrong with a record that was spoilt on purpose.
public enum SimulatedFault: UInt8, CaseIterable, Sendable {
    case none
    /// JSON cut in the middle.
    case truncated
    /// An error page in place of JSON.
    case notJSON
    /// A number or array field holds a text.
    case wrongType
    /// The measured field is left out.
    case missingField
    /// The asset's id holds the byte 0xFF.
    case invalidUTF8
    /// No value at all (a tombstone).
    case nullPayload
    /// The timestamp is not a date.
    case badTimestamp
    /// A key stands twice, with different values, both ordinary: JSON leaves open what that means.
    case duplicateKey
}

/// One event of a batch. Offsets are into the batch's bytes.
public struct SimulatedRecord: Sendable {
    /// The family, which names the topic.
    public var family: SimulatedFamily
    /// What was spoilt on purpose.
    public var fault: SimulatedFault
    /// Whether the event was held back by at least `SimulationSettings.lateBy`.
    public var isLate: Bool
    @usableFromInline var keyStart: Int
    @usableFromInline var keyCount: Int32
    @usableFromInline var valueCount: Int32
    /// When it happened, in whole milliseconds: the time that stands in the value (except with `badTimestamp`).
    public var eventTime: EventTime
    /// When it is to be sent, in simulated time: at or after `eventTime`. Records come in this order.
    public var dueTime: EventTime

    /// The key's place in `SimulatedBatch.bytes`.
    @inlinable public var keyRange: Range<Int> { keyStart..<keyStart + Int(keyCount) }
    /// The value's place in `SimulatedBatch.bytes`; nil for a null payload.
    @inlinable public var valueRange: Range<Int>? {
        valueCount < 0 ? nil : keyRange.upperBound..<keyRange.upperBound + Int(valueCount)
    }
}

/// Events over one buffer; reused from call to call, so that a steady state allocates nothing. Confined to one thread.
public struct SimulatedBatch: ~Copyable {
    /// The events in the order in which they are due.
    public internal(set) var records: [SimulatedRecord]
    var buffer: ByteBuffer

    /// `capacity`: the number of records for which room is made at once.
    public init(capacity: Int = 1024) {
        records = []
        records.reserveCapacity(capacity)
        buffer = ByteBuffer(capacity: capacity * 320 + TextWriter.room)
    }

    /// Keys and values; valid until the next `produce`.
    public var bytes: UnsafeBufferPointer<UInt8> { buffer.bytes }
    /// The number of events.
    public var count: Int { records.count }

    /// The key's bytes; valid until the next `produce`.
    public func key(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: buffer.bytes[records[index].keyRange])
    }

    /// The value's bytes, or nil for a null payload; valid until the next `produce`.
    public func value(_ index: Int) -> UnsafeBufferPointer<UInt8>? {
        records[index].valueRange.map { UnsafeBufferPointer(rebasing: buffer.bytes[$0]) }
    }

    mutating func removeAll() {
        records.removeAll(keepingCapacity: true)
        buffer.removeAll()
    }
}
