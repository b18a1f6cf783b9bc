public import Records

/// One member of the objects that `JSONRecordWriter` writes.
public struct WrittenField: Sendable, Hashable {
    /// The column, by its index in the schema.
    public var column: Int
    /// The key.
    public var key: String
    /// How a column of type timestamp is written.
    public var timestampFormat: TimestampFormat

    public init(column: Int, key: String, timestampFormat: TimestampFormat = .rfc3339) {
        self.column = column
        self.key = key
        self.timestampFormat = timestampFormat
    }
}

/// Rows as JSON objects without whitespace, members in the order given.
///
/// | type | JSON |
/// |---|---|
/// | bool | `true`, `false` |
/// | int, uint | a decimal integer |
/// | double | the shortest number that reads back as the same double (42, 0.1, 1e+22); `null` for NaN and infinity |
/// | string | a string; only `"`, `\` and control characters are escaped; what is not UTF-8 becomes U+FFFD |
/// | bytes | the JSON text that it holds, as `JSONColumnDecoder` reads it; a string when it is not JSON |
/// | timestamp | RFC 3339 in UTC (`null` beyond the years 0 to 9999), or a number of milliseconds (rounded down) or seconds |
/// | duration | a number of seconds |
///
/// A value that is absent is left out. The memory that a writer needs is allocated when it is made. Confined to one
/// thread.
public final class JSONRecordWriter {
    private struct Member {
        var type: ValueType
        var format: TimestampFormat
        var column: Int32
        /// The key's text with the comma before it and the colon after it: `,"key":`. Sixteen more bytes are readable.
        var text: UnsafePointer<UInt8>
        var textCount: Int
        /// The column's memory in the batch at hand.
        var data: UnsafeMutableRawPointer
        var validity: UnsafeMutablePointer<UInt8>
    }

    private let members: UnsafeMutablePointer<Member>
    private let memberCount: Int
    /// The members whose values have no bound on their length.
    private let textMembers: UnsafeMutablePointer<Int32>
    private let textCount: Int
    /// Bytes that a row takes at most, texts left out.
    private let fixedBytes: Int
    private let keys = Arena(blockSize: 1024)

    /// A writer of all columns under their names, timestamps as given.
    public convenience init(_ schema: Schema, timestamps: TimestampFormat = .rfc3339) {
        self.init(
            schema,
            fields: schema.fields.enumerated().map {
                WrittenField(column: $0.offset, key: $0.element.name, timestampFormat: timestamps)
            })
    }

    /// A writer of the members given. Each must name a column of the schema.
    public init(_ schema: Schema, fields: [WrittenField]) {
        memberCount = fields.count
        members = .allocate(capacity: fields.count + 1)
        textMembers = .allocate(capacity: fields.count + 1)
        var texts = 0
        // Braces, and what copying by sixteen bytes may write too much.
        var bytes = 2 + 16
        let unbound = UnsafeMutablePointer(mutating: ByteView.empty.base)
        for (index, field) in fields.enumerated() {
            precondition(field.column >= 0 && field.column < schema.count, "a written field names a column")
            var text = ByteBuffer(capacity: 64)
            text.append(.comma)
            JSONText.appendString(field.key, to: &text)
            text.append(.colon)
            bytes += text.count + JSONWrite.scalarBytes
            let type = schema[field.column].type
            let key = keys.allocate(text.count + 16)
            key.initialize(repeating: 0, count: text.count + 16)
            if let source = text.bytes.baseAddress { key.update(from: source, count: text.count) }
            (members + index).initialize(
                to: Member(
                    type: type, format: field.timestampFormat, column: Int32(field.column), text: UnsafePointer(key),
                    textCount: text.count, data: UnsafeMutableRawPointer(unbound), validity: unbound))
            if type == .string || type == .bytes {
                textMembers[texts] = Int32(index)
                texts += 1
            }
        }
        fixedBytes = bytes
        textCount = texts
    }

    deinit {
        members.deallocate()
        textMembers.deallocate()
    }

    /// Appends one row of a batch of the schema.
    public func append(row: Int, of batch: RecordBatch, to buffer: inout ByteBuffer) {
        bind(batch)
        append(row, to: &buffer)
    }

    /// Appends the selected rows, without anything between them. `ends[i]` becomes the length of `buffer` after the
    /// i-th of them; it must have room for as many as are selected.
    public func append(
        _ selection: Selection, of batch: RecordBatch, to buffer: inout ByteBuffer, ends: UnsafeMutablePointer<Int>
    ) {
        bind(batch)
        let rows = selection.rows, count = selection.count
        var index = 0
        while index < count {
            append(Int(rows[index]), to: &buffer)
            ends[index] = buffer.count
            index += 1
        }
    }

    private func bind(_ batch: RecordBatch) {
        var index = 0
        while index < memberCount {
            let column = batch.columns[Int(members[index].column)]
            members[index].data = column.data
            members[index].validity = column.validity
            index += 1
        }
    }

    private func append(_ row: Int, to buffer: inout ByteBuffer) {
        let members = self.members, memberCount = self.memberCount
        let room = self.room(row)
        // Text written since the buffer's last commit stands between `base` and `target`.
        var base = buffer.reserve(room)
        var target = base
        target.pointee = .openBrace
        target += 1
        var isFirst = true
        var index = 0
        while index < memberCount {
            let member = members + index
            index += 1
            if member.pointee.validity[row] == 0 { continue }
            // The first member has no comma before it.
            let comma = isFirst ? 1 : 0
            isFirst = false
            target = JSONWrite.copy(member.pointee.text + comma, member.pointee.textCount - comma, target)
            switch member.pointee.type {
            case .string:
                let view = member.pointee.data.assumingMemoryBound(to: ByteView.self)[row]
                if let after = JSONWrite.string(view.base, view.count, target) {
                    target = after
                } else {
                    buffer.commit(target - base)
                    JSONWrite.escaped(view.base, view.count, to: &buffer)
                    base = buffer.reserve(room)
                    target = base
                }
            case .bytes:
                buffer.commit(target - base)
                Self.appendJSON(member.pointee.data.assumingMemoryBound(to: ByteView.self)[row], to: &buffer)
                base = buffer.reserve(room)
                target = base
            default:
                target = Self.scalar(member, row, target)
            }
        }
        target.pointee = .closeBrace
        buffer.commit(target + 1 - base)
    }

    /// Bytes that a row takes at most if no text must be escaped.
    @inline(__always)
    private func room(_ row: Int) -> Int {
        var bytes = fixedBytes
        var index = 0
        while index < textCount {
            let member = members + Int(textMembers[index])
            if member.pointee.validity[row] != 0 {
                bytes += member.pointee.data.assumingMemoryBound(to: ByteView.self)[row].count + 2
            }
            index += 1
        }
        return bytes
    }

    /// A value of fixed width.
    @inline(__always)
    private static func scalar(_ member: UnsafeMutablePointer<Member>, _ row: Int, _ target: JSONWrite.Target)
        -> JSONWrite.Target
    {
        let data = member.pointee.data
        switch member.pointee.type {
        case .double: return JSONWrite.double(data.assumingMemoryBound(to: Double.self)[row], target)
        case .int: return JSONWrite.integer(data.assumingMemoryBound(to: Int64.self)[row], target)
        case .uint: return JSONWrite.integer(data.assumingMemoryBound(to: UInt64.self)[row], target)
        case .duration: return JSONWrite.seconds(data.assumingMemoryBound(to: Int64.self)[row], target)
        case .bool:
            return JSONWrite.text(data.assumingMemoryBound(to: UInt8.self)[row] != 0 ? "true" : "false", target)
        case .timestamp:
            let micros = data.assumingMemoryBound(to: Int64.self)[row]
            switch member.pointee.format {
            case .rfc3339: return JSONWrite.rfc3339(micros, target)
            case .unixMilliseconds: return JSONWrite.integer(EventTime(microseconds: micros).milliseconds, target)
            case .unixSeconds: return JSONWrite.seconds(micros, target)
            }
        case .string, .bytes: return target
        }
    }

    /// Bytes that should be JSON: as they stand if they are, as a string if not.
    @inline(never)
    private static func appendJSON(_ view: ByteView, to buffer: inout ByteBuffer) {
        do throws(JSONError) {
            _ = try JSONText.parse(view.buffer)
            buffer.append(view)
        } catch {
            JSONWrite.escaped(view.base, view.count, to: &buffer)
        }
    }
}
