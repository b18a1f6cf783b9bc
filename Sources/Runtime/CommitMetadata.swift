import Records

/// The text that is committed with an offset. A commit may stand before what has been processed, at the oldest record
/// that an open window still needs; the text says how far processing really was, and the watermark of each topology, so
/// that a restart rebuilds the windows from the records in between without sending or rejecting anything twice.
///
///     vigie1 POSITION NAME=WATERMARK NAME=WATERMARK …
struct CommitMetadata: Equatable {
    /// The next offset that had not been processed.
    var position: Int64
    /// Watermarks in microseconds, by topology and source.
    var watermarks: [String: Int64]

    /// What Kafka takes by default (`offset.metadata.max.bytes`).
    static let maximumBytes = 4096

    var text: String {
        var text = "vigie1 \(position)"
        for (name, watermark) in watermarks.sorted(by: { $0.key < $1.key }) where watermark != .min {
            let part = " \(name)=\(watermark)"
            if text.utf8.count + part.utf8.count > Self.maximumBytes { break }
            text += part
        }
        return text
    }

    init(position: Int64, watermarks: [String: Int64]) {
        self.position = position
        self.watermarks = watermarks
    }

    /// Nil for a text that is not ours: somebody else set the offset, and processing starts there afresh.
    init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count >= 2, parts[0] == "vigie1", let position = Int64(parts[1]) else { return nil }
        self.position = position
        watermarks = [:]
        for part in parts.dropFirst(2) {
            guard let equals = part.lastIndex(of: "="), let value = Int64(part[part.index(after: equals)...]) else {
                continue
            }
            watermarks[String(part[..<equals])] = value
        }
    }
}
