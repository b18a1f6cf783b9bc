import Codecs
import Foundation
import Records
import Testing

struct TimestampTests {
    /// Texts and what they mean in microseconds since 1970; nil for what is refused.
    static let texts: [(String, Int64?)] = [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.000001Z", 1), ("1969-12-31T23:59:59.999999Z", -1),
        ("2018-04-11T04:59:59.828Z", 1_523_422_799_828_000), ("2018-04-11t04:59:59.828z", 1_523_422_799_828_000),
        ("2018-04-11 04:59:59.828Z", 1_523_422_799_828_000), ("2019-11-12T07:41:00+08:30", 1_573_513_860_000_000),
        ("2019-11-12T07:41:00-00:00", 1_573_544_460_000_000), ("2019-11-12T07:41:00-23:59", 1_573_630_800_000_000),
        ("2016-11-30T07:00:00.00Z", 1_480_489_200_000_000), ("1970-01-01T00:00:00.1Z", 100_000),
        ("1970-01-01T00:00:00.1234567Z", 123_456), ("1970-01-01T00:00:00.123456999Z", 123_456),
        ("1970-01-01T00:00:00.1234567890123456789+00:00", 123_456), ("1970-01-01T00:00:00.5+01:00", -3_599_500_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000), ("2016-12-31T23:59:60.5Z", 1_483_228_800_500_000),
        ("2017-01-01T08:59:60+09:00", 1_483_228_800_000_000), ("2016-12-31T15:59:60-08:00", 1_483_228_800_000_000),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000_000), ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000), ("2024-02-29T12:00:00Z", 1_709_208_000_000_000),
        ("0000-01-01T00:00:00+00:01", nil), ("9999-12-31T23:59:59-00:01", nil), ("2016-12-31T22:59:60Z", nil),
        ("2016-12-31T23:59:61Z", nil), ("2016-12-31T23:58:60Z", nil), ("2023-02-29T00:00:00Z", nil),
        ("1900-02-29T00:00:00Z", nil),
        ("2023-13-01T00:00:00Z", nil), ("2023-00-01T00:00:00Z", nil), ("2023-04-31T00:00:00Z", nil),
        ("2023-04-00T00:00:00Z", nil),
        ("2023-04-01T24:00:00Z", nil), ("2023-04-01T00:60:00Z", nil), ("2023-04-01T00:00:00", nil),
        ("2023-04-01T00:00:00.Z", nil),
        ("2023-04-01T00:00:00.5", nil), ("2023-04-01T00:00:00+0100", nil), ("2023-04-01T00:00:00+01", nil),
        ("2023-04-01T00:00:00+24:00", nil),
        ("2023-04-01T00:00:00+01:60", nil), ("2023-04-01T00:00Z", nil), ("2023-04-01", nil), ("", nil), ("now", nil),
        ("2023-04-01T00:00:00Zx", nil), ("2023-04-01T00:00:00Z ", nil), (" 2023-04-01T00:00:00Z", nil),
        ("23-04-01T00:00:00.000Z", nil),
        ("2023/04/01T00:00:00Z", nil), ("2023-04-01T00.00.00Z", nil), ("2023-04-01T0:00:000Z", nil),
        ("+2023-04-01T00:00:00Z", nil),
        ("2016-12-07T11:10:00Z/2016-12-07T11:15:00Z", nil), ("2023-04-01T00:00:00,5Z", nil),
        ("２023-04-01T00:00:00Z", nil),
    ]

    @Test func rfc3339() throws {
        for (text, micros) in Self.texts {
            #expect(RFC3339.parse(text)?.microseconds == micros, "\(text)")
        }
    }

    /// In a record: as a column, as the event time, as both, escaped.
    @Test func columns() throws {
        let path = try #require(FieldPath("at"))
        let column = try planned("at", .timestamp)
        let plans = [
            DecodePlan(fields: [column], timestamp: .field(path, format: .rfc3339)),
            DecodePlan(fields: [column]), DecodePlan(fields: [], timestamp: .field(path, format: .rfc3339)),
        ]
        for (text, micros) in Self.texts {
            let first =
                text.first.map { $0.isASCII ? "\\u00" + String($0.asciiValue ?? 0, radix: 16) : String($0) } ?? ""
            for json in ["{\"at\":\"\(text)\"}", "{\"at\":\"\(first)\(text.dropFirst())\",\"x\":1}"] {
                for (index, plan) in plans.enumerated() {
                    let outcome = try decodeOne(json, plan)
                    if let micros {
                        let time = EventTime(microseconds: micros)
                        let at = index == 1 ? EventTime(milliseconds: 1_700_000_000_000) : time
                        #expect(outcome == .row(index == 2 ? [] : [.timestamp(time)], at: at), "\(json)")
                    } else {
                        #expect(outcome.reason == .badTimestamp, "\(json)")
                    }
                }
            }
        }
    }

    @Test func unixTimes() throws {
        let table: [(TimestampFormat, String, Int64?, RejectionReason?)] = [
            (.unixMilliseconds, "0", 0, nil), (.unixMilliseconds, "1700000000123", 1_700_000_000_123_000, nil),
            (.unixMilliseconds, "-1", -1000, nil),
            (.unixMilliseconds, "1700000000123.4567", 1_700_000_000_123_456, nil),
            (.unixMilliseconds, "-0.0001", -1, nil), (.unixMilliseconds, "1.7e12", 1_700_000_000_000_000, nil),
            (.unixSeconds, "1276020076.001", 1_276_020_076_001_000, nil),
            (.unixSeconds, "1276020076", 1_276_020_076_000_000, nil),
            (.unixSeconds, "1777908449.348", 1_777_908_449_348_000, nil), (.unixSeconds, "-1.5", -1_500_000, nil),
            (.unixSeconds, "0.9999999", 999_999, nil),
            (.unixSeconds, "253402300799.999999", 253_402_300_799_999_999, nil),
            (.unixSeconds, "253402300800", nil, .badTimestamp), (.unixSeconds, "1700000000123", nil, .badTimestamp),
            (.unixMilliseconds, "1e300", nil, .badTimestamp), (.unixMilliseconds, "-1e20", nil, .badTimestamp),
            (.unixMilliseconds, "99999999999999999999999", nil, .badTimestamp),
            (.unixSeconds, "\"1700000000\"", nil, .wrongType),
            (.unixMilliseconds, "true", nil, .wrongType), (.unixSeconds, "1.2.3", nil, .malformedJSON),
            (.rfc3339, "1700000000", nil, .wrongType),
            (.rfc3339, "null", nil, .missingField), (.unixSeconds, "null", nil, .missingField),
        ]
        let path = try #require(FieldPath("t"))
        for (format, json, micros, reason) in table {
            for fields in [[], [try planned("t", .timestamp, optional: true, format: format)]] {
                for text in ["{\"t\":\(json)}", "{\"pad\":\"pad\",\"t\":\(json),\"pad2\":\"pad pad\"}"] {
                    let outcome = try decodeOne(
                        text, DecodePlan(fields: fields, timestamp: .field(path, format: format)))
                    if let micros {
                        let time = EventTime(microseconds: micros)
                        #expect(outcome == .row(fields.map { _ in .timestamp(time) }, at: time), "\(text)")
                    } else {
                        #expect(outcome.reason == reason, "\(text) gave \(outcome)")
                    }
                }
            }
        }
    }

    @Test func recordTime() throws {
        let plan = DecodePlan(fields: [try planned("v", .int)])
        let payloads = [bytes("{\"v\":1}"), bytes("{\"v\":\"x\"}"), bytes("{\"v\":2}")]
        #expect(try decode(payloads, plan, timestamp: 5).first == .row([.int(1)], at: EventTime(milliseconds: 5)))
        #expect(try decode(payloads, plan, timestamp: -1).map(\.reason) == [.badTimestamp, .wrongType, .badTimestamp])
    }

    /// Random instants through the formatter of Records and through Foundation's.
    @Test func roundTrip() throws {
        var generator = SeededGenerator(seed: 7)
        let plan = DecodePlan(fields: [try planned("t", .timestamp)])
        let times = (0..<1000).map { _ in
            EventTime(
                microseconds: Int64.random(in: -62_167_219_200_000_000...253_402_300_799_999_999, using: &generator))
        }
        let outcomes = try decode(times.map { bytes("{\"t\":\"\($0)\"}") }, plan)
        for (time, outcome) in zip(times, outcomes) { #expect(outcome.values == [.timestamp(time)]) }
        let formatter = ISO8601DateFormatter()
        for _ in 0..<500 {
            let seconds = Int64.random(in: 0...4_000_000_000, using: &generator)
            let text = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            #expect(RFC3339.parse(text)?.microseconds == seconds * 1_000_000, "\(text)")
        }
    }
}
