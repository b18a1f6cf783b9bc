import Arguments
import Codecs
import Records
import Testing

@testable import CLI

/// Fields, keys and times of replayed events.
@Suite struct ReplayEventTests {
    private func maps(_ texts: String...) throws -> [FieldMap] { try texts.map { try FieldMap($0) } }

    @Test func columnsAreMappedToFields() throws {
        let row = "id,lat,lon,on,at\n007,1.5,-2,yes,2026-01-01T00:00:00+01:00\n8,,,0,2026-01-01T00:00:01Z\n"
        let rehearsal = try Rehearsal(row) {
            $0.maps = try maps(
                "sensor.id=id", "sensor.kind='buoy'", "place.lat=lat:double", "place.lon=lon:double", "on=on:bool",
                "n='3':int",
                "at=at", "plain=at:string")
            $0.time = "at"
            $0.key = "{id}/{on}"
        }
        #expect(
            rehearsal.bodies == [
                #"{"sensor":{"id":"007","kind":"buoy"},"place":{"lat":1.5,"lon":-2},"on":true,"n":3,"at":"2025-12-31T23:00:00Z","plain":"2026-01-01T00:00:00+01:00"}"#,
                #"{"sensor":{"id":8,"kind":"buoy"},"on":false,"n":3,"at":"2026-01-01T00:00:01Z","plain":"2026-01-01T00:00:01Z"}"#,
            ])
        #expect(rehearsal.target.sent.map(\.key) == ["007/yes", "8/0"])
        #expect(rehearsal.target.sent.first?.time == RFC3339.parse("2025-12-31T23:00:00Z"))
    }

    @Test(
        arguments: [
            ("int", "12", "12"), ("int", "+12", "12"), ("int", "12.0", "12"), ("int", "12.5", nil),
            ("int", "9223372036854775808", nil),
            ("double", "1e400", nil), ("double", "0x10", "16"), ("double", ".5", "0.5"), ("double", "12", "12"),
            ("double", "NaN", nil),
            ("bool", "TRUE", "true"), ("bool", "n", "false"), ("bool", "2", nil), ("string", "12", "\"12\""),
            ("timestamp", "2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\""), ("timestamp", "yesterday", nil),
        ] as [(String, String, String?)])
    func typesConvertOrRefuse(_ type: String, _ text: String, _ wanted: String?) throws {
        let rehearsal = try Rehearsal("v\n\(text)\n") { $0.maps = try maps("v=v:\(type)") }
        #expect(rehearsal.bodies == (wanted.map { ["{\"v\":\($0)}"] } ?? []))
        #expect((rehearsal.failure?.code == .data) == (wanted == nil))
        if wanted == nil { #expect(rehearsal.reports.first?.hasPrefix("FILE:2:1: error: '\(text)'") == true) }
    }

    @Test func fieldsOfJSONLinesAreMapped() throws {
        let rehearsal = try Rehearsal(#"{"s":{"id":"a","v":"1.5"},"x":[1],"t":1767225600000}"# + "\n", suffix: ".jsonl")
        {
            $0.maps = try maps("id=s.id", "value=s.v:double", "all=x", "none=y", "at=t")
            $0.time = "t"
            $0.timeFormat = .unixMilliseconds
            $0.key = "s.id"
        }
        #expect(rehearsal.bodies == [#"{"id":"a","value":1.5,"all":[1],"at":"2026-01-01T00:00:00Z"}"#])
        #expect(rehearsal.target.sent.first?.key == "a")
    }

    @Test(arguments: [
        ["a"], ["=b"], ["a="], ["a='x"], ["a..b=c"], ["a=v", "a=v"], ["a=v", "a.b=v"], ["a.b=v", "a=v"], ["n='x':int"],
        ["a=w"],
    ])
    func wrongMapsAreUsageErrors(_ texts: [String]) throws {
        let rehearsal = try? Rehearsal("v\n1\n") { $0.maps = try texts.map { try FieldMap($0) } }
        #expect(rehearsal == nil || rehearsal?.failure?.code == .usage)
    }

    @Test func aMissingKeyIsABadRow() throws {
        let rehearsal = try Rehearsal("k,v\n,1\n") { $0.key = "k" }
        #expect(rehearsal.reports.first?.hasPrefix("FILE:2:1: error: the key's column 'k' has nothing") == true)
        #expect(try Rehearsal("v\n1\n") { $0.key = "'all'" }.target.sent.map(\.key) == ["all"])
    }

    // MARK: Time

    private let rows = """
        t,v
        2026-01-01T00:00:00Z,1
        2026-01-01T00:00:10Z,2
        2026-01-01T00:00:05Z,3
        2026-01-01T00:01:00Z,4

        """

    @Test(arguments: [(nil, [0, 0, 0, 0]), (1, [0, 10, 10, 60]), (10, [0, 1, 1, 6])] as [(Double?, [Int64])])
    func eventsComeAtTheirTime(_ speed: Double?, _ wanted: [Int64]) throws {
        let rehearsal = try Rehearsal(rows) {
            $0.time = "t"
            $0.speed = speed
        }
        #expect(rehearsal.target.sent.map { ($0.at - 1_000_000) / 1_000_000 } == wanted)
    }

    @Test(arguments: [nil, 1, 10] as [Double?]) func shiftedEventsAreNeverAheadOfTheClock(_ speed: Double?) throws {
        let rehearsal = try Rehearsal(rows) {
            $0.time = "t"
            $0.speed = speed
            $0.shiftsToNow = true
        }
        let offset: Int64 = 1_700_000_000_000_000
        let sent = rehearsal.target.sent
        #expect(sent.allSatisfy { ($0.time?.microseconds ?? .max) <= offset + $0.at })
        // The newest happens when it is sent, and the distances stay.
        #expect(sent.last.map { ($0.time?.microseconds ?? 0) - offset - $0.at } == 0)
        #expect(
            zip(sent, sent.dropFirst()).map { ($1.time?.microseconds ?? 0) - ($0.time?.microseconds ?? 0) } == [
                10_000_000, -5_000_000, 55_000_000,
            ])
        #expect(sent.allSatisfy { $0.body.contains("\"t\":\"\($0.time?.description ?? "")\"") })
    }

    @Test func shiftedLinesKeepTheirForm() throws {
        let text = #"{"v": 1, "t":1767225600000, "w":2}"# + "\n"
        let rehearsal = try Rehearsal(text, suffix: ".jsonl") {
            $0.time = "t"
            $0.timeFormat = .unixMilliseconds
            $0.shiftsToNow = true
        }
        #expect(rehearsal.bodies == [#"{"v": 1, "t":1700000001000, "w":2}"#])
    }

    @Test(arguments: [
        ("dd/MM/yyyy H:mm", "29/02/2016 23:45", "2016-02-29T23:45:00Z"),
        ("MM/dd/yyyy H:mm", "04/01/2016 0:05", "2016-04-01T00:05:00Z"),
        ("yyyy-MM-dd'T'HH:mm:ss", "2022-01-03T00:23:06", "2022-01-03T00:23:06Z"),
        ("yyyy-MM-dd HH:mm:ss.SSS", "2022-01-03 00:00:00.250", "2022-01-03T00:00:00.250Z"),
        ("d MMM yy h:mm a", "3 Jan 22 12:05 am", "2022-01-03T00:05:00Z"),
        ("d MMM yy h:mm a", "13 dec 22 1:05 PM", "2022-12-13T13:05:00Z"),
        ("yyyyMMddHHmmssX", "20220103002306+0130", "2022-01-02T22:53:06Z"),
        ("yyyyMMdd'''x'''", "20220103'x'", "2022-01-03T00:00:00Z"),
    ])
    func patternsAreRead(_ pattern: String, _ text: String, _ wanted: String) throws {
        #expect(try TimePattern(pattern).parse(text, zone: .utc) == .success(#require(RFC3339.parse(wanted))))
    }

    @Test(arguments: [
        ("MM/dd/yyyy H:mm", "13/01/2016 0:05", "there is no month 13"),
        ("dd/MM/yyyy", "30/02/2016", "month 2 of 2016 has no day 30"),
        ("dd/MM/yyyy", "3/02/2016", "expected a day of 2 digits at character 1"),
        ("dd/MM/yyyy", "03-02-2016", "expected '/' at character 3"),
        ("dd/MM/yyyy HH", "03/02/2016", "expected ' ' at character 11, where the text ends"),
        ("dd/MM/yyyy", "03/02/2016 x", "more text than the pattern has, from character 11"),
        ("dd/MM/yyyy HH:mm", "03/02/2016 24:00", "there is no hour 24"),
    ])
    func whatDoesNotFitIsExplained(_ pattern: String, _ text: String, _ wanted: String) throws {
        #expect(try TimePattern(pattern).parse(text, zone: .utc) == .failure(.init(wanted)))
    }

    @Test(arguments: ["", "HH:mm", "dd/MM/yyyy Q", "dd/MM/yyyy 'x", "dd/MM/yyyy h:mm", "dddd/MM/yyyy"])
    func wrongPatternsAreRefused(_ pattern: String) {
        #expect(throws: TimePattern.Flaw.self) { try TimePattern(pattern) }
    }

    @Test func zonesOfOffsets() throws {
        let zone = try #require(ZoneRule("-03:30"))
        #expect(
            try TimePattern("yyyy-MM-dd HH").parse("2022-01-03 00", zone: zone)
                == .success(#require(RFC3339.parse("2022-01-03T03:30:00Z"))))
        for text in ["+25:00", "+1", "Mars/Phobos", "../etc", "", "+0100x"] {
            #expect(ZoneRule(text) == nil, "\(text)")
        }
    }
}
