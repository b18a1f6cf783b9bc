import Codecs
import Glibc
import Records
import Testing

/// Payloads that end where the readable memory ends, so that a read beyond one of them is a crash.
final class GuardedPayloads {
    private(set) var messages: [RawMessage] = []
    private var mappings: [(UnsafeMutableRawPointer, Int)] = []

    init(_ payloads: [[UInt8]?], timestamp: Int64 = 1_700_000_000_000) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        for (offset, payload) in payloads.enumerated() {
            var value: UnsafeMutablePointer<UInt8>?
            if let payload {
                let size = (payload.count + page - 1) / page * page
                let length = size + page
                guard let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                    memory != MAP_FAILED, mprotect(memory + size, page, PROT_NONE) == 0
                else {
                    Issue.record("no memory for a payload")
                    return
                }
                mappings.append((memory, length))
                let start = (memory + size - payload.count).bindMemory(to: UInt8.self, capacity: payload.count)
                for (index, byte) in payload.enumerated() { start[index] = byte }
                value = start
            }
            messages.append(
                RawMessage(
                    value: value.map { UnsafePointer($0) }, valueCount: payload?.count ?? 0, key: nil, keyCount: 0,
                    offset: Int64(offset), timestampMilliseconds: timestamp))
        }
    }

    deinit { for (memory, length) in mappings { munmap(memory, length) } }
}

/// What became of one payload.
enum Outcome: Equatable, CustomStringConvertible {
    case row([Value], at: EventTime)
    case rejected(RejectionReason, String)

    var description: String {
        switch self {
        case .row(let values, let time): "row \(values) at \(time)"
        case .rejected(let reason, let detail): "\(reason.rawValue): \(detail)"
        }
    }

    var values: [Value]? { if case .row(let values, _) = self { values } else { nil } }
    var reason: RejectionReason? { if case .rejected(let reason, _) = self { reason } else { nil } }
    var detail: String? { if case .rejected(_, let detail) = self { detail } else { nil } }
}

/// Decodes payloads with one decoder, in batches of `capacity`, and says what became of each.
func decode(
    _ payloads: [[UInt8]?], _ plan: DecodePlan, capacity: Int = 1024, timestamp: Int64 = 1_700_000_000_000
) throws -> [Outcome] {
    let decoder = try #require(JSONColumnDecoder(plan))
    let batch = RecordBatch(decoder.schema, capacity: capacity), selection = Selection(capacity: capacity)
    let guarded = GuardedPayloads(payloads, timestamp: timestamp)
    var outcomes: [Outcome] = []
    var start = 0
    while start < guarded.messages.count {
        let count = min(capacity, guarded.messages.count - start)
        guarded.messages.withUnsafeBufferPointer { messages in
            guard let base = messages.baseAddress else { return }
            var rejections: [Rejection] = []
            let result = decoder.decode(base + start, count, into: batch, selection: selection, rejections: &rejections)
            #expect(result.consumed == count)
            #expect(batch.count == count)
            #expect(selection.count + rejections.count == count)
            #expect(selection.isDense == (selection.count == count))
            outcomes += gather(batch, selection, rejections, count)
            let times = (0..<selection.count).map { batch.eventTimes[Int(selection.rows[$0])] }
            #expect(result.maxEventTime.microseconds == times.max() ?? Int64.min)
        }
        start += count
    }
    return outcomes
}

private func gather(_ batch: RecordBatch, _ selection: Selection, _ rejections: [Rejection], _ count: Int) -> [Outcome]
{
    var byRow: [Int: Outcome] = [:]
    for index in 0..<selection.count {
        let row = Int(selection.rows[index])
        byRow[row] = .row(
            batch.columns.map { $0.value(at: row) }, at: EventTime(microseconds: batch.eventTimes[row]))
    }
    for rejection in rejections {
        #expect(byRow[rejection.message] == nil, "row \(rejection.message) is selected and rejected")
        byRow[rejection.message] = .rejected(rejection.reason, rejection.detail)
    }
    return (0..<count).map { byRow[$0] ?? .rejected(.malformedJSON, "row \($0) is neither selected nor rejected") }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Decodes one payload.
func decodeOne(_ payload: String, _ plan: DecodePlan) throws -> Outcome {
    try #require(decode([bytes(payload)], plan).first)
}

/// A field whose name is its path.
func planned(
    _ path: String, _ type: ValueType, optional: Bool = false, format: TimestampFormat = .rfc3339
) throws -> PlannedField {
    PlannedField(path, path: try #require(FieldPath(path)), type: type, optional: optional, timestampFormat: format)
}

/// A seeded source of randomness (SplitMix64): the same seed gives the same cases.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Whether the tests were built without optimisation: then fewer random cases are tried.
var isDebug: Bool {
    var result = false
    assert(
        {
            result = true; return true
        }())
    return result
}
