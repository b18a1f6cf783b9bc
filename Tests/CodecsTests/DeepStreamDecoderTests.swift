import Codecs
import Records
import Testing

struct DeepStreamDecoderTests {
    private static let sample = """
        {"version":"4.0","id":"1440","@timestamp":"2018-04-11T04:59:59.828Z","sensorId":"sensor-0",\
        "objects":["957|1834|150|1918|215|Vehicle|#|sedan|Bugatti|M|blue|CA 444|California|0.8"]}
        """
    private static let sampleTime = EventTime(milliseconds: 1_523_422_799_828)

    /// One row: the message it came from, its event time and values.
    private struct Row: Equatable {
        var message: Int
        var time: EventTime
        var values: [Value]
    }

    private struct Run {
        var rows: [Row] = []
        var rejections: [Rejection] = []
        var latest = EventTime.distantPast
        var calls = 0
    }

    private func decode(_ payloads: [[UInt8]?], capacity: Int = 64) -> Run {
        let decoder = DeepStreamDecoder(maximumBytes: 100_000)
        let batch = RecordBatch(decoder.schema, capacity: capacity), selection = Selection(capacity: capacity)
        let guarded = GuardedPayloads(payloads)
        var run = Run()
        guarded.messages.withUnsafeBufferPointer { messages in
            guard let base = messages.baseAddress else { return }
            var start = 0
            while start < messages.count, run.calls < 10_000 {
                var rejected: [Rejection] = []
                let result = decoder.decode(
                    base + start, messages.count - start, into: batch, selection: selection, rejections: &rejected)
                run.calls += 1
                #expect(selection.count == batch.count && selection.isDense)
                #expect(result.consumed > 0 || batch.count > 0)
                for row in 0..<batch.count {
                    let message = batch.message(of: row).map { Int($0.pointee.offset) } ?? -1
                    run.rows.append(
                        Row(
                            message: message, time: EventTime(microseconds: batch.eventTimes[row]),
                            values: batch.columns.map { $0.value(at: row) }))
                }
                run.rejections += rejected.map {
                    Rejection(message: $0.message + start, reason: $0.reason, detail: $0.detail)
                }
                run.latest = max(run.latest, result.maxEventTime)
                start += result.consumed
            }
        }
        return run
    }

    private func decode(_ payloads: [String], capacity: Int = 64) -> Run {
        decode(payloads.map { bytes($0) }, capacity: capacity)
    }

    private func frame(
        _ objects: [String], id: String = "7", time: String = "1970-01-01T00:00:01Z", camera: String = "c"
    ) -> String {
        let list = objects.map { "\"\($0)\"" }.joined(separator: ",")
        return
            "{\"version\":\"4.0\",\"id\":\(id),\"@timestamp\":\"\(time)\",\"sensorId\":\"\(camera)\",\"objects\":[\(list)]}"
    }

    @Test func sampleOfTheDocumentation() {
        let run = decode([Self.sample])
        #expect(
            run.rows == [
                Row(
                    message: 0, time: Self.sampleTime,
                    values: [
                        .string("sensor-0"), .string("1440"), .string("957"), .double(1834), .double(150),
                        .double(1918), .double(215),
                        .string("Vehicle"), .double(0.8), .double(1876), .double(215),
                    ])
            ])
        #expect(run.rejections.isEmpty)
        #expect(run.latest == Self.sampleTime)
    }

    @Test func objects() {
        // Track, confidence; the box and class are as written.
        let table: [(String, Value, Value)] = [
            ("5|1|2|3|4|Person", .string("5"), .null), ("-1|1|2|3|4|Person", .null, .null),
            ("18446744073709551615|1|2|3|4|Person|#|a|0.5", .null, .double(0.5)), ("|1|2|3|4|Person", .null, .null),
            ("5|1.0|2.0e0|3|4.00|Person|#|||||-0.1", .string("5"), .null),
            ("5|1|2|3|4|Person|#|a|b|1", .string("5"), .double(1)),
            ("5|1|2|3|4|Person|#|0.25|#|pose|9", .string("5"), .double(0.25)),
            ("5|1|2|3|4|Person|#|a|", .string("5"), .null),
            ("5|1|2|3|4|Person|0.9", .string("5"), .null), ("5|1|2|3|4|Person|#", .string("5"), .null),
            ("5|1|2|3|4|Person|#|text", .string("5"), .null),
            (#"\u0035|1|2|3|4|P\u0065rson|#|a\/b|0.75"#, .string("5"), .double(0.75)),
        ]
        for (line, track, confidence) in table {
            let run = decode([frame([line])])
            let expected: [Value] = [
                .string("c"), .string("7"), track, .double(1), .double(2), .double(3), .double(4), .string("Person"),
                confidence, .double(2), .double(4),
            ]
            #expect(run.rows.map(\.values) == [expected], "\(line)")
        }
    }

    @Test func frameIds() {
        let table: [(String, Value)] = [
            ("\"a b\"", .string("a b")), ("1440", .string("1440")), ("-3", .string("-3")), ("null", .null),
        ]
        for (id, expected) in table {
            #expect(decode([frame(["5|1|2|3|4|P"], id: id)]).rows.map { $0.values[1] } == [expected])
        }
        let without = #"{"objects":["5|1|2|3|4|P"],"sensorId":"c","@timestamp":"1970-01-01T00:00:01Z"}"#
        #expect(decode([without]).rows.map { $0.values[1] } == [.null])
    }

    @Test func emptyFramesAdvanceTime() {
        let run = decode([frame([]), frame([], time: "1970-01-01T00:00:05Z"), "{\"x\":1}"])
        #expect(run.rows.isEmpty)
        #expect(run.latest == EventTime(microseconds: 5_000_000))
        #expect(run.rejections.map(\.message) == [2])
        let null = #"{"objects":null,"sensorId":"c","@timestamp":"1970-01-01T00:00:09Z"}"#
        #expect(decode([null]).latest == EventTime(microseconds: 9_000_000))
    }

    @Test func rejections() {
        let good = "5|1|2|3|4|P"
        let table: [(String, RejectionReason, String)] = [
            ("", .malformedJSON, "the payload is empty; expected a JSON object"),
            ("{}", .missingField, #"field "sensorId": no such key in the record: {} at byte 0"#),
            (
                #"{"sensorId":"c","objects":[]}"#, .missingField,
                #"event time "@timestamp": no such key in the record: {"sensorId":"c","objects":[]} at byte 0"#
            ),
            (
                frame([good, "5|1|2|3|4"]), .badObject,
                #"object 1: expected trackingId|left|top|right|bottom|class, found: "5|1|2|3|4" at byte 100"#
            ),
            (
                frame(["5|1|2|x|4|P"]), .badObject,
                #"object 0: expected trackingId|left|top|right|bottom|class, found: "5|1|2|x|4|P" at byte 86"#
            ),
            (
                frame(["5|1|2||4|P"]), .badObject,
                #"object 0: expected trackingId|left|top|right|bottom|class, found: "5|1|2||4|P" at byte 86"#
            ),
            (
                frame([""]), .badObject,
                #"object 0: expected trackingId|left|top|right|bottom|class, found: "" at byte 86"#
            ),
            (
                frame([good]).replacing("\"\(good)\"", with: "7"), .wrongType,
                "object 0: expected a string, found a number: 7 at byte 86"
            ),
            (
                frame([good], id: "[]"), .wrongType,
                #"field "id": expected a string or a number, found an array: [] at byte 22"#
            ),
            (
                frame([good], time: "yesterday"), .badTimestamp,
                #"event time "@timestamp": expected an instant by RFC 3339 with an offset, as 2018-04-11T04:59:59.828Z, found a string: "yesterday" at byte 37"#
            ),
            (
                #"{"sensorId":"c","@timestamp":"1970-01-01T00:00:01Z","objects":{}}"#, .wrongType,
                #"field "objects": expected an array of strings, found an object: {} at byte 62"#
            ),
            (
                String(frame([good]).dropLast()), .malformedJSON,
                "truncated after byte 100 inside an object, where ',' or '}' should stand"
            ),
        ]
        for (payload, reason, detail) in table {
            let run = decode([frame([good]), payload, frame([good])])
            #expect(run.rows.map(\.message) == [0, 2], "\(payload)")
            #expect(run.rejections == [Rejection(message: 1, reason: reason, detail: detail)])
        }
        let run = decode([nil, bytes(frame([good])), [UInt8](repeating: 0x20, count: 100_001)])
        #expect(run.rejections.map(\.reason) == [.nullPayload, .tooLarge])
    }

    /// Every object comes out once and in order, however small the batches are, and whatever frames lie between.
    @Test(arguments: [1, 2, 3, 5, 7, 64, 1000])
    func smallBatches(_ capacity: Int) {
        var generator = SeededGenerator(seed: 9)
        var payloads: [String] = []
        var expected: [(Int, Value)] = []
        var bad: [Int] = []
        for index in 0..<200 {
            var lines = (0..<Int.random(in: 0...9, using: &generator)).map { "\(index)-\($0)|1|2|3|4|P|#|0.5" }
            if Int.random(in: 0..<10, using: &generator) == 0 {
                lines.append("broken")
                bad.append(index)
            } else {
                for line in lines.indices { expected.append((index, .string("\(index)-\(line)"))) }
            }
            payloads.append(frame(lines, camera: "camera-\(index)"))
        }
        let run = decode(payloads, capacity: capacity)
        #expect(run.rows.map(\.message) == expected.map(\.0))
        #expect(run.rows.map { $0.values[2] } == expected.map(\.1))
        #expect(run.rows.allSatisfy { $0.values[0] == .string("camera-\($0.message)") })
        #expect(run.rejections.map(\.message) == bad)
    }

    /// A batch abandoned in the middle of a frame does not make the decoder skip objects of another one.
    @Test func abandonedFrame() {
        let decoder = DeepStreamDecoder()
        let batch = RecordBatch(decoder.schema, capacity: 2), selection = Selection(capacity: 2)
        let guarded = GuardedPayloads([
            bytes(frame(["1|1|2|3|4|P", "2|1|2|3|4|P", "3|1|2|3|4|P"])), bytes(frame(["4|1|2|3|4|P"])),
        ])
        guarded.messages.withUnsafeBufferPointer { messages in
            guard let base = messages.baseAddress else { return }
            var rejected: [Rejection] = []
            let first = decoder.decode(base, 1, into: batch, selection: selection, rejections: &rejected)
            #expect(first.consumed == 0 && batch.count == 2)
            let other = decoder.decode(base + 1, 1, into: batch, selection: selection, rejections: &rejected)
            #expect(other.consumed == 1 && batch.count == 1)
            let again = decoder.decode(base, 1, into: batch, selection: selection, rejections: &rejected)
            #expect(again.consumed == 0 && batch.count == 2)
            #expect(batch.columns[2].value(at: 0) == .string("1"))
        }
    }

    /// Damaged frames never crash and never read beyond their end; what is refused is explained.
    @Test func damagedFrames() {
        var random = RandomJSON(seed: 77)
        let lines = [
            "957|1834|150|1918|215|Vehicle|#|sedan|Bugatti|M|blue|CA 444|California|0.8", #"5|1.5|2|3e1|4|Per\u0073on"#,
        ]
        let payloads = (0..<(isDebug ? 2000 : 50_000)).map { _ in random.mutated(bytes(frame(lines))) }
        for start in stride(from: 0, to: payloads.count, by: 1000) {
            let run = decode(payloads[start..<min(start + 1000, payloads.count)].map { $0 })
            #expect(!run.rejections.contains { $0.detail.contains("could not be read") })
        }
    }
}
