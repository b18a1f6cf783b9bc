import CRdKafka

/// The properties that the linked librdkafka knows.
enum PropertyNames {
    /// The known property nearest to a misspelt one; nil when none is near.
    static func nearest(to name: String) -> String? {
        let bound = max(2, name.utf8.count / 4)
        var best: (name: String, distance: Int)?
        for known in all() {
            let distance = editDistance(Array(name.utf8), Array(known.utf8))
            if distance <= bound && distance < best?.distance ?? .max { best = (known, distance) }
        }
        return best?.name
    }

    private static func all() -> [String] {
        guard let configuration = rd_kafka_conf_new(), let topic = rd_kafka_topic_conf_new() else { return [] }
        defer {
            rd_kafka_conf_destroy(configuration)
            rd_kafka_topic_conf_destroy(topic)
        }
        var count = 0
        var names: [String] = []
        func take(_ dump: UnsafeMutablePointer<UnsafePointer<CChar>?>?) {
            guard let dump else { return }
            for at in stride(from: 0, to: count, by: 2) {
                if let entry = dump[at] { names.append(String(cString: entry)) }
            }
            rd_kafka_conf_dump_free(dump, count)
        }
        take(rd_kafka_conf_dump(configuration, &count))
        take(rd_kafka_topic_conf_dump(topic, &count))
        return names
    }

    /// Levenshtein's distance.
    static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(min(above, row[j]) + 1, diagonal + (x == y ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}
