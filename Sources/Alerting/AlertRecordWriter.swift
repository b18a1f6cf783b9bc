public import Records

/// Writes alert records: a JSON body that Alertmanager (v2), Grafana and PagerDuty bridges understand, with what is
/// ours under `x`, and the CloudEvents 1.0 headers of Kafka's binary content mode.
///
/// ```json
/// {"status":"firing","fingerprint":"9c1f0b6a2d44e871",
///  "labels":{"alertname":"overheating","severity":"critical","topology":"hydrocarbon-tanks","tank":"T-07"},
///  "annotations":{"summary":"Tank T-07 at 76.2 °C","summary_en":"…","summary_fr":"…","value":"76.2","threshold":"75"},
///  "startsAt":"2026-05-03T13:02:08Z","endsAt":null,"generatorURL":"vigie:hydrocarbon-tanks/overheating",
///  "x":{"incident":"9c1f0b6a2d44e871-1777813328000000","seq":3,"state":"firing","transition":"updated",
///       "previousSeverity":"warning","eventTime":"…","detectedAt":"…","publishedAt":"…","activeSince":"…",
///       "window":{"type":"tumbling","from":"…","to":"…"},
///       "evidence":[{"topic":"port.sensor.readings","partition":4,"offset":88123}]}}
/// ```
/// A resolved alert also says how it ended: `"resolution":"cleared"`, or `"expired"` when no rows came any more.
/// Measured values are annotations, never labels: a label that changes would be another alert (alertmanager#4567).
/// Event time, detection and publication are kept apart, so that a replay tells the same story (fink-broker#334).
public enum AlertRecordWriter {
    /// Appends the body. Times are RFC 3339 in UTC; a field that is not known is left out, `endsAt` is null while the
    /// alert goes on.
    public static func append(_ record: borrowing AlertRecord, to buffer: inout ByteBuffer) {
        let transition = record.transition
        let status: StaticString = transition.kind == .resolved ? "resolved" : "firing"
        buffer.append("{\"status\":\"")
        buffer.append(status)
        buffer.append("\",\"fingerprint\":\"")
        buffer.append(fingerprint: transition.fingerprint)
        buffer.append("\",\"labels\":{\"alertname\":")
        buffer.append(jsonString: record.alertName)
        buffer.append(",\"severity\":")
        buffer.append(jsonString: record.severity)
        buffer.append(",\"topology\":")
        buffer.append(jsonString: record.topology)
        for label in record.labels {
            buffer.append(UInt8(ascii: ","))
            buffer.append(jsonString: label.name)
            buffer.append(UInt8(ascii: ":"))
            buffer.append(jsonString: label.value)
        }
        buffer.append("},\"annotations\":{")
        appendAnnotations(record, to: &buffer)
        buffer.append("},\"startsAt\":")
        buffer.append(quoted: transition.startsAt)
        buffer.append(",\"endsAt\":")
        if let endsAt = transition.endsAt { buffer.append(quoted: endsAt) } else { buffer.append("null") }
        buffer.append(",\"generatorURL\":")
        buffer.append(jsonString: record.generatorURL)
        buffer.append(",\"x\":{")
        appendExtension(record, status, to: &buffer)
        buffer.append("}}")
    }

    private static func appendAnnotations(_ record: borrowing AlertRecord, to buffer: inout ByteBuffer) {
        var isFirst = true
        if let summary = record.summaries.first {
            buffer.append("\"summary\":")
            buffer.append(jsonString: summary.text)
            isFirst = false
        }
        for summary in record.summaries {
            buffer.append(",\"summary_")
            var language = summary.language
            language.withUTF8 { buffer.append(jsonCharacters: $0) }
            buffer.append("\":")
            buffer.append(jsonString: summary.text)
        }
        // Annotations are strings to Alertmanager, numbers too.
        func append(_ name: StaticString, _ number: Double?) {
            guard let number, number.isFinite else { return }
            buffer.append(isFirst ? "\"" : ",\"")
            buffer.append(name)
            buffer.append("\":\"")
            buffer.append(shortest: number)
            buffer.append(UInt8(ascii: "\""))
            isFirst = false
        }
        append("value", record.value)
        append("threshold", record.threshold)
    }

    private static func appendExtension(
        _ record: borrowing AlertRecord, _ state: StaticString, to buffer: inout ByteBuffer
    ) {
        let transition = record.transition
        buffer.append("\"incident\":\"")
        buffer.append(incidentOf: transition)
        buffer.append("\",\"seq\":")
        buffer.append(UInt64(transition.sequence))
        buffer.append(",\"state\":\"")
        buffer.append(state)
        buffer.append("\",\"transition\":\"")
        buffer.append(transition.kind.name)
        buffer.append(UInt8(ascii: "\""))
        if transition.kind == .resolved {
            buffer.append(transition.isExpired ? ",\"resolution\":\"expired\"" : ",\"resolution\":\"cleared\"")
        }
        if transition.kind == .updated, let previous = record.previousSeverity {
            buffer.append(",\"previousSeverity\":")
            buffer.append(jsonString: previous)
        }
        buffer.append(",\"eventTime\":")
        buffer.append(quoted: record.eventTime)
        buffer.append(",\"detectedAt\":")
        buffer.append(quoted: record.detectedAt)
        if let publishedAt = record.publishedAt {
            buffer.append(",\"publishedAt\":")
            buffer.append(quoted: publishedAt)
        }
        buffer.append(",\"activeSince\":")
        buffer.append(quoted: transition.activeSince)
        if let window = record.window {
            buffer.append(",\"window\":{\"type\":")
            buffer.append(jsonString: window.type)
            buffer.append(",\"from\":")
            buffer.append(quoted: window.from)
            buffer.append(",\"to\":")
            buffer.append(quoted: window.to)
            buffer.append(UInt8(ascii: "}"))
        }
        guard !record.evidence.isEmpty else { return }
        buffer.append(",\"evidence\":[")
        for (index, evidence) in record.evidence.enumerated() {
            buffer.append(index == 0 ? "{\"topic\":" : ",{\"topic\":")
            buffer.append(jsonString: evidence.topic)
            buffer.append(",\"partition\":")
            buffer.append(Int64(evidence.partition))
            buffer.append(",\"offset\":")
            buffer.append(evidence.offset)
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append(UInt8(ascii: "]"))
    }
}

extension AlertTransition.Kind {
    /// "firing", "updated" or "resolved".
    public var name: StaticString {
        switch self {
        case .firing: "firing"
        case .updated: "updated"
        case .resolved: "resolved"
        }
    }
}

extension ByteBuffer {
    mutating func append(quoted time: EventTime) {
        append(UInt8(ascii: "\""))
        append(rfc3339: time)
        append(UInt8(ascii: "\""))
    }
}
