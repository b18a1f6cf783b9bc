import Codecs
import KafkaClient
import Records

/// A record that a node could not use, as it stands in a dead-letter topic (Sources/Runtime/DeadLetters.swift writes
/// them).
struct DeadLetter {
    /// Where the letter stands.
    let place: Position
    /// When Kafka had it, in Unix milliseconds.
    let timestampMilliseconds: Int64
    let key: [UInt8]?
    var value: [UInt8]?
    let headers: [MessageHeader]

    let reason: String
    let detail: String
    let topology: String
    let step: String
    let rejectedAt: EventTime
    /// Where the record stood that could not be used; no offset for a row that a step had made.
    let sourceTopic: String
    let sourcePartition: Int32?
    let sourceOffset: Int64?
    let sourceTimestamp: Int64?
    /// Why the payload is missing; nil where it is there.
    let omitted: String?

    init(place: Position, timestampMilliseconds: Int64, key: [UInt8]?, value: [UInt8]?, headers: [MessageHeader]) {
        self.place = place
        self.timestampMilliseconds = timestampMilliseconds
        self.key = key
        self.value = value
        self.headers = headers
        func text(_ name: String) -> String? {
            headers.last { $0.name == name }.flatMap { $0.value }.map { String(decoding: $0, as: UTF8.self) }
        }
        reason = text("vigie-reason") ?? ""
        detail = text("vigie-detail") ?? ""
        topology = text("vigie-topology") ?? ""
        step = text("vigie-step") ?? ""
        rejectedAt =
            text("vigie-rejected-at").flatMap { RFC3339.parse($0) } ?? EventTime(milliseconds: timestampMilliseconds)
        sourceTopic = text("vigie-topic") ?? ""
        sourcePartition = text("vigie-partition").flatMap { Int32($0) }
        sourceOffset = text("vigie-offset").flatMap { Int64($0) }
        sourceTimestamp = text("vigie-timestamp").flatMap { Int64($0) }
        omitted = text("vigie-omitted")
    }

    /// Written by a node; anything else in the topic is somebody else's.
    var isLetter: Bool { !reason.isEmpty && !sourceTopic.isEmpty }

    /// TOPIC-PARTITION-OFFSET, as `dlq show` takes it.
    var name: String { "\(place.topic)-\(place.partition)-\(place.offset)" }

    var source: String {
        guard let sourcePartition else { return sourceTopic }
        return "\(sourceTopic)[\(sourcePartition)]" + (sourceOffset.map { "@\($0)" } ?? "")
    }

    /// Why it can't be sent to where it came from; nil when it can.
    var obstacle: String? {
        if let omitted { return "its payload was left out (\(omitted))" }
        if sourceOffset == nil { return "it is a result that a step made, not a record of a topic" }
        return nil
    }

    /// The byte of the payload that the detail names, if it names one.
    var markedByte: Int? {
        guard let value, let found = detail.ranges(of: "byte ").last else { return nil }
        let digits = detail[found.upperBound...].prefix { $0.isASCII && $0.isNumber }
        return Int(digits).flatMap { (0...value.count).contains($0) ? $0 : nil }
    }
}

/// A note in the dead-letter topic that letters have been replayed, so that nothing is sent twice unawares. Its value
/// is a line PARTITION-OFFSET for each.
enum ReplayNote {
    static let header = "vigie-note"
    static let content = "replayed"

    static func isNote(_ headers: [MessageHeader]) -> Bool {
        headers.contains { $0.name == header && $0.value == Array(content.utf8) }
    }

    static func read(_ value: [UInt8]?) -> [LetterID] {
        String(decoding: value ?? [], as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 2, let partition = Int32(parts[0]), let offset = Int64(parts[1]) else { return nil }
            return LetterID(partition: partition, offset: offset)
        }
    }

    static func write(_ letters: [LetterID]) -> [UInt8] {
        Array(letters.map { "\($0.partition)-\($0.offset)" }.joined(separator: "\n").utf8)
    }
}

/// A letter within its topic.
struct LetterID: Hashable {
    let partition: Int32
    let offset: Int64
}
