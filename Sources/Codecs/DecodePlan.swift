public import Records

/// How an instant is written in a record.
public enum TimestampFormat: String, Sendable, Hashable, CaseIterable {
    /// Text by RFC 3339: `2018-04-11T04:59:59.828Z`. See `RFC3339` for what is accepted.
    case rfc3339 = "rfc3339"
    /// A number of milliseconds since 1970-01-01T00:00:00Z; a fraction is kept down to the microsecond.
    case unixMilliseconds = "unix-ms"
    /// A number of seconds since 1970-01-01T00:00:00Z; a fraction is kept down to the microsecond.
    case unixSeconds = "unix-s"
}

/// One column that a decoder fills, and where its value stands.
///
/// What a JSON value must be, by `type`:
///
/// | type | JSON |
/// |---|---|
/// | bool | `true` or `false` |
/// | int, uint | a number without a fractional part, however written (`3`, `3.0`, `3e2`), within 64 bits |
/// | double | a number; the nearest double; beyond the largest double is out of range, too small a value becomes ±0 |
/// | string | a string; escapes are resolved |
/// | bytes | any value: its JSON text as it stands in the message |
/// | timestamp | as `timestampFormat` says; from the year 0 to the year 9999; finer than a microsecond is cut off (rounded down) |
/// | duration | a number of seconds; finer than a microsecond is cut off (rounded down) |
///
/// `null` is the same as no value. No value in an optional field makes it absent; in any other, the record is rejected.
/// A value of another kind than the type's rejects the record in either case. Of a key that an object holds twice, the
/// first counts.
public struct PlannedField: Sendable, Hashable {
    /// The column's name in the batch.
    public var name: String
    public var path: FieldPath
    public var type: ValueType
    /// Whether a record may lack the value.
    public var isOptional: Bool
    /// Read by fields of type timestamp only.
    public var timestampFormat: TimestampFormat
    /// The unit as declared, for people.
    public var unit: String?

    public init(
        _ name: String, path: FieldPath, type: ValueType, optional: Bool = false,
        timestampFormat: TimestampFormat = .rfc3339, unit: String? = nil
    ) {
        self.name = name
        self.path = path
        self.type = type
        self.isOptional = optional
        self.timestampFormat = timestampFormat
        self.unit = unit
    }
}

/// Where a record's event time comes from.
public enum TimestampRule: Sendable, Hashable {
    /// The broker's timestamp of the record.
    case record
    /// A field of the record, which must be there.
    case field(FieldPath, format: TimestampFormat)
}

/// How much of a payload is checked.
public enum Validation: String, Sendable, Hashable {
    /// The whole payload is well-formed JSON by RFC 8259 in valid UTF-8: what a strict parser accepts, is accepted.
    case strict
    /// The payload is checked up to the last field that is needed, and that it ends in `}`. What stands between is not
    /// looked at. Cheaper by the share of the payload that follows the last needed field.
    case fields
}

/// What a decoder takes out of each record. Checked by `problems` before it is used.
public struct DecodePlan: Sendable, Hashable {
    public var fields: [PlannedField]
    public var timestamp: TimestampRule
    public var validation: Validation
    /// A payload of more bytes is rejected (`too-large`).
    public var maximumBytes: Int

    /// The bound on payloads unless the plan says otherwise: Kafka's own default for a record batch
    /// (`message.max.bytes`).
    public static let defaultMaximumBytes = 1_048_588

    public init(
        fields: [PlannedField], timestamp: TimestampRule = .record, validation: Validation = .strict,
        maximumBytes: Int = DecodePlan.defaultMaximumBytes
    ) {
        self.fields = fields
        self.timestamp = timestamp
        self.validation = validation
        self.maximumBytes = maximumBytes
    }

    /// The batch that the plan fills: one column a field, in the plan's order.
    public var schema: Schema {
        Schema(fields.map { Field($0.name, $0.type, optional: $0.isOptional, unit: $0.unit) })
    }

    /// What is wrong with the plan, for the author of a topology; empty when a decoder can be built from it.
    public var problems: [String] {
        var problems: [String] = []
        var names: Set<String> = []
        for field in fields where !names.insert(field.name).inserted {
            problems.append("field \"\(field.name)\" is declared twice")
        }
        if fields.count > Limits.sourceFields {
            problems.append("a source may declare at most \(Limits.sourceFields) fields, here are \(fields.count)")
        } else if fields.count == Limits.sourceFields, allPaths.count > fields.count, timestampColumn == nil {
            problems.append("with \(Limits.sourceFields) fields, the event time must be one of them, of type timestamp")
        }
        var objects: Set<[String]> = [[]]
        for path in allPaths {
            if path.components.count > Limits.jsonDepth {
                problems.append("the path \"\(path)\" goes through more than \(Limits.jsonDepth) objects")
            }
            for end in path.components.indices { objects.insert(Array(path.components[..<end])) }
        }
        if objects.count > Limits.sourceFields {
            problems.append("the fields stand in more than \(Limits.sourceFields) different objects")
        }
        return problems
    }

    /// The paths of all fields and of the event time.
    var allPaths: [FieldPath] {
        var paths = fields.map(\.path)
        if case .field(let path, _) = timestamp { paths.append(path) }
        return paths
    }
}
