public import Records

/// Video metadata in DeepStream's minimal schema (a frame with all its objects in one message) into one row per object.
///
///     {"version":"4.0","id":"1440","@timestamp":"2018-04-11T04:59:59.828Z","sensorId":"sensor-0",
///      "objects":["957|1834|150|1918|215|Vehicle|#|sedan|Bugatti|M|blue|CA 444|California|0.8"]}
///
/// | column | |
/// |---|---|
/// | camera | `sensorId` |
/// | frame | `id`, a string or a number; absent when there is none |
/// | track | tracking id; absent when the tracker has none (−1, 18446744073709551615) |
/// | left, top, right, bottom | the box, in pixels |
/// | class | what the object is |
/// | confidence | 0…1; absent when unknown (−0.1) |
/// | x, y | the middle of the box's lower edge, where the object stands: the point that Gst-nvdsanalytics uses, too |
///
/// The event time is `@timestamp` (RFC 3339). A frame without objects makes no row but advances event time. A frame of
/// which one object can't be read is rejected as a whole. A frame that does not fit into the rest of a batch waits for
/// the next one; one that fits into no batch is continued in the next call, and counts as consumed with its last
/// object. Well-formedness, duplicate keys and limits are as in `JSONColumnDecoder` with strict validation.
public final class DeepStreamDecoder: RecordDecoder {
    /// The columns, in order.
    public static let schema = Schema([
        Field("camera", .string), Field("frame", .string, optional: true), Field("track", .string, optional: true),
        Field("left", .double, unit: "px"), Field("top", .double, unit: "px"), Field("right", .double, unit: "px"),
        Field("bottom", .double, unit: "px"), Field("class", .string), Field("confidence", .double, optional: true),
        Field("x", .double, unit: "px"), Field("y", .double, unit: "px"),
    ])

    private let maximumBytes: Int
    private let memory: UnsafeMutablePointer<ScanMemory>
    /// A frame of which the last call took only the first objects.
    private var partial: (payload: UnsafePointer<UInt8>, offset: Int64, done: Int)?

    public init(maximumBytes: Int = DecodePlan.defaultMaximumBytes) {
        self.maximumBytes = maximumBytes
        memory = .allocate(capacity: 1)
        memory.initialize(to: ScanMemory())
    }

    deinit { memory.deallocate() }

    public var schema: Schema { Self.schema }

    public func decode(
        _ messages: UnsafePointer<RawMessage>, _ count: Int, into batch: RecordBatch, selection: Selection,
        rejections: inout [Rejection]
    ) -> DecodeResult {
        precondition(batch.schema.count == Self.schema.count && batch.capacity <= selection.capacity)
        batch.arena.reset()
        batch.messages = messages
        var rows = DeepStreamRows(batch)
        var latest = Int64.min
        var index = 0
        frames: while index < count {
            guard let frame = frame(messages[index], batch.arena) else {
                rejections.append(explain(messages[index], index))
                index += 1
                continue
            }
            let done = partial.flatMap { part in
                part.payload == messages[index].value && part.offset == messages[index].offset ? part.done : nil
            }
            partial = nil
            switch rows.append(frame, from: done ?? 0, message: index) {
            case .all: break
            case .none: break frames
            case .some(let upTo):
                messages[index].value.map { partial = ($0, messages[index].offset, upTo) }
                latest = max(latest, frame.time)
                break frames
            case .badObject:
                rejections.append(explain(messages[index], index))
                index += 1
                continue
            }
            latest = max(latest, frame.time)
            index += 1
        }
        batch.count = rows.count
        selection.selectAll(rows.count)
        return DecodeResult(consumed: index, maxEventTime: EventTime(microseconds: latest))
    }

    /// A frame's head, and where its objects begin; the whole payload is checked.
    private func frame(_ message: RawMessage, _ arena: Arena) -> DeepStreamFrame? {
        guard var payload = message.value, message.valueCount > 0, message.valueCount <= maximumBytes else {
            return nil
        }
        var count = message.valueCount
        if count < ScanWindow.minimumBytes {
            payload = ScanWindow.padded(payload, count, arena)
            count = ScanWindow.minimumBytes
        }
        guard let window = ScanWindow(payload: payload, count: count) else { return nil }
        let values = ValueScan(
            window, powers: NumberScan.exactPowers, memory: memory, arena: .passUnretained(arena))
        return DeepStreamFrame(values)
    }

    private static let plan: DecodePlan = {
        func field(_ key: String, _ type: ValueType, optional: Bool = false) -> PlannedField? {
            FieldPath(components: [key]).map { PlannedField(key, path: $0, type: type, optional: optional) }
        }
        var plan = DecodePlan(fields: [field("sensorId", .string), field("objects", .bytes)].compactMap { $0 })
        if let path = FieldPath(components: ["@timestamp"]) { plan.timestamp = .field(path, format: .rfc3339) }
        return plan
    }()

    /// Why a frame can't be used.
    private func explain(_ message: RawMessage, _ index: Int) -> Rejection {
        var plan = Self.plan
        plan.maximumBytes = maximumBytes
        if let (reason, detail) = JSONDiagnosis.problem(of: message, plan) {
            return Rejection(message: index, reason: reason, detail: detail)
        }
        let (reason, detail) = Self.problemInside(UnsafeBufferPointer(start: message.value, count: message.valueCount))
        return Rejection(message: index, reason: reason, detail: detail)
    }

    /// What is wrong in a frame whose members are there: the frame's id, the list of objects, or one of them.
    private static func problemInside(_ bytes: UnsafeBufferPointer<UInt8>) -> (RejectionReason, String) {
        guard let root = try? JSONText.parse(bytes) else { return (.malformedJSON, "not a JSON object") }
        if let id = root["id"], !id.isNull, id.string == nil, id.double == nil {
            let found = id.kind + JSONDiagnosis.excerpt(id, bytes)
            return (.wrongType, "field \"id\": expected a string or a number, found \(found)")
        }
        guard let objects = root["objects"], case .array(let elements) = objects.content else {
            let found = root["objects"].map { $0.kind + JSONDiagnosis.excerpt($0, bytes) } ?? "nothing"
            return (.wrongType, "field \"objects\": expected an array of strings, found \(found)")
        }
        for (index, element) in elements.enumerated() {
            if element.string == nil {
                let found = element.kind + JSONDiagnosis.excerpt(element, bytes)
                return (.wrongType, "object \(index): expected a string, found \(found)")
            }
            if !DeepStreamFrame.isReadable(element) {
                let excerpt = JSONDiagnosis.excerpt(element, bytes)
                return (.badObject, "object \(index): expected trackingId|left|top|right|bottom|class, found\(excerpt)")
            }
        }
        return (.malformedJSON, "the frame could not be read")
    }
}
