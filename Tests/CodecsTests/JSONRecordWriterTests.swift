import Codecs
import Foundation
import Records
import Testing

struct JSONRecordWriterTests {
    private func batch(_ schema: Schema, _ rows: [[Value]]) -> RecordBatch {
        let batch = RecordBatch(schema, capacity: max(rows.count, 1))
        batch.count = rows.count
        for (row, values) in rows.enumerated() {
            for (column, value) in zip(batch.columns, values) { column.set(value, at: row, batch.arena) }
        }
        return batch
    }

    private func write(_ schema: Schema, _ rows: [[Value]], _ writer: JSONRecordWriter? = nil) -> [String] {
        let writer = writer ?? JSONRecordWriter(schema)
        let batch = batch(schema, rows)
        return rows.indices.map { row in
            var buffer = ByteBuffer()
            writer.append(row: row, of: batch, to: &buffer)
            return buffer.string
        }
    }

    @Test func values() throws {
        let texts: [(Value, ValueType, String)] = [
            (.bool(true), .bool, "true"), (.bool(false), .bool, "false"), (.int(0), .int, "0"),
            (.int(-42), .int, "-42"),
            (.int(.max), .int, "9223372036854775807"), (.int(.min), .int, "-9223372036854775808"),
            (.uint(.max), .uint, "18446744073709551615"), (.uint(10), .uint, "10"), (.double(42), .double, "42"),
            (.double(0), .double, "0"), (.double(-0.0), .double, "-0"), (.double(0.1), .double, "0.1"),
            (.double(-21.37), .double, "-21.37"),
            (.double(0.1 + 0.2), .double, "0.30000000000000004"), (.double(1e22), .double, "1e+22"),
            (.double(1.005), .double, "1.005"),
            (.double(123456789.125), .double, "123456789.125"), (.double(.leastNonzeroMagnitude), .double, "5e-324"),
            (.double(.nan), .double, "null"),
            (.double(.infinity), .double, "null"), (.double(-.infinity), .double, "null"),
            (.double(100), .double, "100"),
            (.double(0.001), .double, "0.001"), (.double(-0.5), .double, "-0.5"),
            (.double(999999999999.999), .double, "999999999999.999"),
            (.string(""), .string, #""""#), (.string("a"), .string, #""a""#),
            (.string("a\"b\\c/\n\r\t\u{1}\u{7f}"), .string, #""a\"b\\c/\n\r\t\u0001\#u{7f}""#),
            (.string("Porto-Novo é ✓ 🚢"), .string, #""Porto-Novo é ✓ 🚢""#),
            (
                .string("sixteen bytes and more, and a \" at the end: \""), .string,
                #""sixteen bytes and more, and a \" at the end: \"""#
            ),
            (.bytes(bytes("[1, 2]")), .bytes, "[1, 2]"), (.bytes(bytes("no json")), .bytes, #""no json""#),
            (.bytes([0xff, 0x41, 0xc3]), .bytes, "\"\u{fffd}A\u{fffd}\""),
            (.duration(microseconds: 1_500_000), .duration, "1.5"),
            (.duration(microseconds: -1), .duration, "-0.000001"),
            (.duration(microseconds: 60_000_000), .duration, "60"),
            (.timestamp(EventTime(microseconds: 0)), .timestamp, #""1970-01-01T00:00:00Z""#),
            (.timestamp(EventTime(microseconds: -1)), .timestamp, #""1969-12-31T23:59:59.999999Z""#),
            (.timestamp(EventTime(milliseconds: 1_523_422_799_828)), .timestamp, #""2018-04-11T04:59:59.828Z""#),
            (.timestamp(.distantPast), .timestamp, "null"), (.timestamp(.distantFuture), .timestamp, "null"),
        ]
        for (value, type, text) in texts {
            #expect(write(Schema([Field("v", type)]), [[value]]) == ["{\"v\":\(text)}"])
        }
    }

    @Test func membersAndOptions() throws {
        let schema = Schema([
            Field("a", .int, optional: true), Field("b", .string, optional: true), Field("t", .timestamp),
        ])
        let time = EventTime(microseconds: 1_523_422_799_828_500)
        let rows: [[Value]] = [
            [.int(1), .string("x"), .timestamp(time)], [.null, .string("y"), .timestamp(time)],
            [.null, .null, .timestamp(time)],
        ]
        #expect(
            write(schema, rows) == [
                #"{"a":1,"b":"x","t":"2018-04-11T04:59:59.828500Z"}"#, #"{"b":"y","t":"2018-04-11T04:59:59.828500Z"}"#,
                #"{"t":"2018-04-11T04:59:59.828500Z"}"#,
            ])
        #expect(
            write(schema, rows, JSONRecordWriter(schema, timestamps: .unixMilliseconds))[2] == #"{"t":1523422799828}"#)
        #expect(write(schema, rows, JSONRecordWriter(schema, timestamps: .unixSeconds))[2] == #"{"t":1523422799.8285}"#)
        let renamed = JSONRecordWriter(
            schema,
            fields: [
                WrittenField(
                    column: 2, key: "quote \" and a key that is longer than sixteen bytes",
                    timestampFormat: .unixMilliseconds),
                WrittenField(column: 0, key: "é"), WrittenField(column: 1, key: ""),
            ])
        #expect(
            write(schema, rows, renamed) == [
                #"{"quote \" and a key that is longer than sixteen bytes":1523422799828,"é":1,"":"x"}"#,
                #"{"quote \" and a key that is longer than sixteen bytes":1523422799828,"":"y"}"#,
                #"{"quote \" and a key that is longer than sixteen bytes":1523422799828}"#,
            ])
        let optional = Schema([Field("a", .int, optional: true)])
        #expect(write(optional, [[.null]]) == ["{}"])
    }

    @Test func selectedRows() throws {
        let schema = Schema([Field("v", .int), Field("s", .string)])
        let batch = batch(schema, (0..<100).map { [.int(Int64($0)), .string(String(repeating: "\"é", count: $0))] })
        let selection = Selection(capacity: 100)
        selection.count = 3
        for (index, row) in [3, 50, 99].enumerated() { selection.rows[index] = UInt32(row) }
        var buffer = ByteBuffer(capacity: 64)
        let ends = UnsafeMutablePointer<Int>.allocate(capacity: 3)
        defer { ends.deallocate() }
        JSONRecordWriter(schema).append(selection, of: batch, to: &buffer, ends: ends)
        let texts = (0..<3).map { index in
            String(decoding: buffer.bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]], as: UTF8.self)
        }
        #expect(texts == [3, 50, 99].map { "{\"v\":\($0),\"s\":\"\(String(repeating: "\\\"é", count: $0))\"}" })
    }

    /// Every double comes back the same, in no more characters than Swift's own shortest text.
    @Test func doublesRoundTrip() throws {
        var generator = SeededGenerator(seed: 3)
        let schema = Schema([Field("v", .double)])
        let plan = DecodePlan(fields: [try planned("v", .double)])
        let count = isDebug ? 3000 : 100_000
        var values: [Double] = (0..<count).compactMap { index in
            switch index % 4 {
            case 0: return Double(bitPattern: generator.next())
            case 1: return Double(Int64.random(in: -1_000_000...1_000_000, using: &generator)) / 100
            case 2:
                return Double(Int64.random(in: -9_007_199_254_740_992...9_007_199_254_740_992, using: &generator))
                    / 1000
            default: return Double.random(in: -100...100, using: &generator)
            }
        }
        values =
            values.filter(\.isFinite) + [
                0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .leastNormalMagnitude, 1e15, 1e12,
            ]
        let batch = RecordBatch(schema, capacity: values.count)
        for (row, value) in values.enumerated() { batch.columns[0].doubles[row] = value }
        let writer = JSONRecordWriter(schema)
        var payloads: [[UInt8]] = []
        for (row, value) in values.enumerated() {
            var buffer = ByteBuffer()
            writer.append(row: row, of: batch, to: &buffer)
            payloads.append(Array(buffer.bytes))
            let text = buffer.string.dropFirst(5).dropLast()
            #expect(strtod(String(text), nil).bitPattern == value.bitPattern, "\(text)")
            #expect(text.utf8.count <= value.description.utf8.count, "\(text) for \(value)")
        }
        // One decoder, many small mappings: in runs.
        for start in stride(from: 0, to: payloads.count, by: 10_000) {
            let end = min(start + 10_000, payloads.count)
            for (value, outcome) in zip(values[start..<end], try decode(Array(payloads[start..<end]), plan)) {
                guard case .double(let found)? = outcome.values?.first, found.bitPattern == value.bitPattern else {
                    Issue.record("\(value) came back as \(outcome)")
                    continue
                }
            }
        }
    }

    /// Random texts, valid or not, are read by Foundation as what they are with invalid bytes replaced.
    @Test func stringsAgainstFoundation() throws {
        var generator = SeededGenerator(seed: 5)
        let schema = Schema([Field("v", .string)])
        let alphabet: [[UInt8]] = [
            [0x22], [0x5c], [0x0a], [0x00], [0x1f], [0x7f], [0xff], [0xc3], [0xc3, 0xa9], [0xf0, 0x9f, 0x9a, 0xa2],
            [0x41], [0x20],
        ]
        for _ in 0..<(isDebug ? 500 : 5000) {
            let length = Int.random(in: 0...40, using: &generator)
            let plain = Bool.random(using: &generator)
            var text: [UInt8] = []
            for _ in 0..<length {
                text +=
                    plain
                    ? [UInt8.random(in: 0x20...0x7e, using: &generator)]
                    : alphabet.randomElement(using: &generator) ?? []
            }
            let batch = RecordBatch(schema, capacity: 1)
            batch.columns[0].views[0] = text.withUnsafeBufferPointer { batch.arena.copy($0) }
            var buffer = ByteBuffer()
            JSONRecordWriter(schema).append(row: 0, of: batch, to: &buffer)
            let object = try JSONSerialization.jsonObject(with: Data(Array(buffer.bytes)))
            let found = (object as? [String: String])?["v"]
            let isValid = String(validating: text, as: UTF8.self) != nil
            if isValid {
                #expect(found.map { Array($0.utf8) } == text)
            } else {
                #expect(found?.contains("\u{fffd}") == true)
            }
        }
    }
}

extension Column {
    /// Sets a value, boxed.
    func set(_ value: Value, at row: Int, _ arena: Arena) {
        validity[row] = 1
        switch value {
        case .null: validity[row] = 0
        case .bool(let v): bools[row] = v ? 1 : 0
        case .int(let v): ints[row] = v
        case .uint(let v): uints[row] = v
        case .double(let v): doubles[row] = v
        case .string(let v): views[row] = arena.copy(v)
        case .bytes(let v): views[row] = v.withUnsafeBufferPointer { arena.copy($0) }
        case .timestamp(let v): ints[row] = v.microseconds
        case .duration(let v): ints[row] = v
        }
    }
}
