import Codecs
import Operators
import Records
import Settings

/// Reads one entry of `sources`.
enum SourceReader {
    static func plan(_ entry: ConfigNode.Entry, _ diagnostics: Diagnostics) -> SourcePlan? {
        let reader = FieldReader(entry.value, what: "source '\(entry.key)'", diagnostics)
        let topic = reader.string("topic")
        let format = reader.choice("format", ["json", "deepstream"], default: "json")
        let watermark = watermark(reader)
        let onError = SourcePlan.ErrorPolicy(
            rawValue: reader.choice("on-error", SourcePlan.ErrorPolicy.allCases.map(\.rawValue), default: "dead-letter")
        )
        let decoded = format == "deepstream" ? deepStream(reader) : json(reader)
        let key = reader.optionalLocatedText("key")
        reader.finish()
        if let topic, !isTopicName(topic) {
            reader.error(at: "topic", "is no topic name", hint: "1 to 249 letters, digits, '.', '_' or '-'")
        }
        guard let (plan, schema) = decoded else { return nil }
        var partitionKey = key?.text ?? (format == "deepstream" ? "camera" : nil)
        if let key, schema.index(of: key.text) == nil {
            let names = schema.fields.map(\.name)
            let nearest = Suggestion.nearest(to: key.text, in: names)
            // What was meant stands in, so that a slip here is not a mistake of every step that groups.
            partitionKey = nearest ?? key.text
            diagnostics.error(
                key.place(atUTF8Offset: 0), "no field '\(key.text)' in source '\(entry.key)'",
                hint: (nearest.map { "did you mean '\($0)'? " } ?? "")
                    + "key names the field that the topic's key holds: " + names.joined(separator: ", "))
        }
        guard let topic, let onError else { return nil }
        return SourcePlan(
            name: entry.key, place: entry.keyPlace, topic: topic, topicPlace: reader.place(of: "topic"), format: plan,
            shape: StreamShape(schema: schema, partitionKey: partitionKey, isUnchanged: true), watermark: watermark,
            onError: onError)
    }

    static func isTopicName(_ text: String) -> Bool {
        (1...249).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { byte in
                (byte | 32 >= 97 && byte | 32 <= 122) || (48...57).contains(byte) || byte == 46 || byte == 95
                    || byte == 45
            }
    }

    private static func watermark(_ reader: FieldReader) -> WatermarkRule {
        var rule = WatermarkRule(delayMicroseconds: 0, idleMicroseconds: 60_000_000, aheadMicroseconds: 600_000_000)
        guard let fields = reader.optionalObject("watermark", what: "'watermark' of \(reader.what)") else {
            return rule
        }
        rule.delayMicroseconds = fields.duration("delay", default: .zero).wholeMicroseconds
        rule.idleMicroseconds = fields.duration("idle", default: .seconds(60)).wholeMicroseconds
        rule.aheadMicroseconds = fields.duration("ahead", default: .seconds(600)).wholeMicroseconds
        fields.finish()
        if rule.idleMicroseconds == 0 {
            fields.error(at: "idle", "must be longer than nothing", hint: "idle: 1m")
        }
        return rule
    }

    private static func deepStream(_ reader: FieldReader) -> (SourcePlan.Format, Schema)? {
        var isComplete = true
        for key in ["fields", "timestamp"] where reader.has(key) {
            // Somebody who lists fields means others than these: the steps are not checked against them.
            isComplete = isComplete && key != "fields"
            reader.error(
                at: key, "can't be set for the format deepstream, which brings its own",
                hint: "fields: " + DeepStreamDecoder.schema.fields.map(\.name).joined(separator: ", "))
        }
        return isComplete ? (.deepStream, DeepStreamDecoder.schema) : nil
    }

    private static func json(_ reader: FieldReader) -> (SourcePlan.Format, Schema)? {
        let entries = reader.requiredEntries("fields")
        let fields = entries.compactMap { field($0, reader) }
        let timestamp = timestamp(reader)
        let validation: Validation = reader.bool("whole", default: true) ? .strict : .fields
        let limit = reader.size("max-size", default: DecodePlan.defaultMaximumBytes)
        guard fields.count == entries.count, !fields.isEmpty, let timestamp else { return nil }
        let plan = DecodePlan(fields: fields, timestamp: timestamp, validation: validation, maximumBytes: limit)
        for problem in plan.problems { reader.error(at: "fields", "can't be read: " + problem) }
        return plan.problems.isEmpty ? (.json(plan), plan.schema) : nil
    }

    /// `name: type` or `name: { type: …, at: …, optional: …, unit: …, format: … }`.
    private static func field(_ entry: ConfigNode.Entry, _ source: FieldReader) -> PlannedField? {
        let what = "field '\(entry.key)' of \(source.what)"
        let types = ValueType.allCases.map(\.name)
        guard entry.value.entries != nil else {
            guard let name = entry.value.text, let type = ValueType(name: name) else {
                let nearest = entry.value.text.flatMap { Suggestion.nearest(to: $0, in: types) }.map {
                    "did you mean '\($0)'? "
                }
                source.diagnostics.error(
                    entry.value.place, "\(what) has no such type: \(entry.value.found)",
                    hint: (nearest ?? "") + "types: " + types.joined(separator: ", "))
                return nil
            }
            return path(entry.key, at: entry.keyPlace, source.diagnostics)
                .map { PlannedField(entry.key, path: $0, type: type) }
        }
        let reader = FieldReader(entry.value, what: what, source.diagnostics)
        let type = reader.choice("type", types).flatMap { ValueType(name: $0) }
        let at = reader.optionalString("at") ?? entry.key
        let isOptional = reader.bool("optional", default: false)
        let unit = reader.optionalString("unit")
        let format = reader.optionalChoice("format", TimestampFormat.allCases.map(\.rawValue))
        reader.finish()
        if format != nil, let type, type != .timestamp {
            reader.error(
                at: "format", "is for timestamps, the type is \(type.name)", hint: "leave it out, or type: timestamp")
        }
        guard let path = path(at, at: reader.place(of: "at"), source.diagnostics), let type else { return nil }
        return PlannedField(
            entry.key, path: path, type: type, optional: isOptional,
            timestampFormat: format.flatMap(TimestampFormat.init(rawValue:)) ?? .rfc3339, unit: unit)
    }

    private static func path(_ text: String, at place: Place, _ diagnostics: Diagnostics) -> FieldPath? {
        if let path = FieldPath(text) { return path }
        diagnostics.error(
            place, "'\(text)' is no path into a record",
            hint: #"keys joined by dots, as in sensor.id; a key with a dot in quotes: '"@iot.id"'"#)
        return nil
    }

    /// `timestamp: record`, or `timestamp: { field: path, format: rfc3339 | unix-ms | unix-s }`.
    private static func timestamp(_ reader: FieldReader) -> TimestampRule? {
        guard let node = reader.node("timestamp") else { return nil }
        if node.entries == nil {
            if node.text == "record" { return .record }
            reader.error(
                at: "timestamp", "has to be 'record' or a field with its format, found \(node.found)",
                hint: "timestamp: { field: observed_at, format: rfc3339 }")
            return nil
        }
        let fields = FieldReader(node, what: "'timestamp' of \(reader.what)", reader.diagnostics)
        let at = fields.string("field")
        let format = fields.choice("format", TimestampFormat.allCases.map(\.rawValue))
        fields.finish()
        guard let at, let format = format.flatMap(TimestampFormat.init(rawValue:)) else { return nil }
        return path(at, at: fields.place(of: "field"), reader.diagnostics).map { .field($0, format: format) }
    }
}
