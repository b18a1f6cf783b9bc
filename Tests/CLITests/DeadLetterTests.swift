import KafkaClient
import Records
import Testing

@testable import CLI

@Suite struct DeadLetterTests {
    private func letter(
        _ offset: Int64, reason: String = "wrong-type", topology: String = "tanks", topic: String = "in",
        partition: Int32? = 0,
        record: Int64? = 7, at: String = "2026-01-01T00:00:00Z", omitted: String? = nil, detail: String = "",
        value: String? = "{}"
    ) -> DeadLetter {
        var headers = [
            ("vigie-reason", reason), ("vigie-detail", detail), ("vigie-topology", topology), ("vigie-topic", topic),
            ("vigie-rejected-at", at),
        ]
        if let partition { headers.append(("vigie-partition", "\(partition)")) }
        if let record { headers.append(("vigie-offset", "\(record)")) }
        if let omitted { headers.append(("vigie-omitted", omitted)) }
        return DeadLetter(
            place: Position(topic: "app.dead-letters", partition: 0, offset: offset), timestampMilliseconds: 5,
            key: nil,
            value: value.map { Array($0.utf8) }, headers: headers.map { MessageHeader($0.0, Array($0.1.utf8)) })
    }

    @Test func eachRecordGoesOnce() {
        var found = DeadLetterScan.Result()
        found.letters = [
            letter(0, record: 9), letter(1, record: 8), letter(2, topology: "other", record: 9), letter(3, record: nil),
            letter(4, record: 5, omitted: "too large"), letter(5, record: 4), letter(6, topology: "other", record: 4),
        ]
        found.replayed = [LetterID(partition: 0, offset: 5)]
        let plan = DeadLetterReplay.plan(found, again: false, limit: nil)
        #expect(plan.sends.map(\.place.offset) == [1, 0])
        #expect(plan.doubles.map(\.place.offset) == [2])
        #expect(plan.impossible.map(\.place.offset) == [3, 4])
        #expect(plan.alreadyReplayed == 2)
        #expect(DeadLetterReplay.plan(found, again: true, limit: nil).sends.map(\.place.offset) == [5, 1, 0])
        #expect(DeadLetterReplay.plan(found, again: false, limit: 1).sends.map(\.place.offset) == [1])
    }

    @Test func filtersNarrowDown() {
        let all = [
            letter(0), letter(1, reason: "late", at: "2026-01-02T00:00:00Z"),
            letter(2, topology: "roads", topic: "flow"),
        ]
        func taken(_ change: (inout DeadLetterFilter) -> Void) -> [Int64] {
            var filter = DeadLetterFilter()
            change(&filter)
            return all.filter(filter.takes).map(\.place.offset)
        }
        #expect(taken { _ in } == [0, 1, 2])
        #expect(taken { $0.reasons = ["late", "other"] } == [1])
        #expect(taken { $0.topologies = ["roads"] } == [2])
        #expect(taken { $0.sources = ["in"] } == [0, 1])
        #expect(taken { $0.since = EventTime(microseconds: 1_767_312_000_000_000) } == [1])
        #expect(taken { $0.until = EventTime(microseconds: 1_767_312_000_000_000) } == [0, 2])
    }

    @Test func lettersAreCounted() {
        var found = DeadLetterScan.Result()
        found.letters = [
            letter(0), letter(1, at: "2026-01-03T00:00:00Z", detail: "x\u{1b}[2J"), letter(2, reason: "late"),
        ]
        found.replayed = [LetterID(partition: 0, offset: 0)]
        let text = DeadLetterTable(found).text("app.dead-letters")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines[1]
                == "    2         1  wrong-type  tanks     -     in      2026-01-01T00:00:00Z  2026-01-03T00:00:00Z")
        #expect(text.contains(#"wrong-type, latest app.dead-letters-0-1: x\u{1b}[2J"#))
        #expect(!text.unicodeScalars.contains("\u{1b}"))
        #expect(text.contains("3 dead letters in app.dead-letters"))
    }

    @Test func lettersOfNobodyAreTold() {
        let other = DeadLetter(
            place: Position(topic: "t", partition: 0, offset: 0), timestampMilliseconds: 0, key: nil, value: nil,
            headers: [])
        #expect(!other.isLetter && letter(0).isLetter)
    }

    @Test func notesNameLetters() {
        let ids = [LetterID(partition: 0, offset: 5), LetterID(partition: 12, offset: 1 << 40)]
        #expect(ReplayNote.read(ReplayNote.write(ids)) == ids)
        #expect(ReplayNote.read(Array("junk\n1-2-3\n-1-2\n4-x".utf8)) == [])
        #expect(ReplayNote.read(nil) == [])
    }

    @Test(
        arguments: [
            ("expected ':' at byte 5", 5), ("no byte at all", nil), ("found \"byte 1\" at byte 4", 4),
            ("at byte 99", nil), ("byte x", nil),
        ] as [(String, Int?)])
    func theByteIsFound(_ detail: String, _ wanted: Int?) {
        #expect(letter(0, detail: detail, value: #"{"a":é}"#).markedByte == wanted)
    }

    @Test func payloadsArePrintedSafely() {
        #expect(PayloadText.lines(Array(#"{"é":x}"#.utf8), marked: 6) == [#"{"é":x}"#, "     ^ byte 6"])
        #expect(PayloadText.lines([], marked: nil) == ["(empty)"])
        #expect(
            PayloadText.lines(
                Array("a\u{202e}b\u{7f}\n\t\u{1b}[2J, with enough other text behind it".utf8), marked: nil)
                == [#"a\u{202e}b\u{7f}\n\t\u{1b}[2J, with enough other text behind it"#])
        let dump = PayloadText.lines([0xff, 0x00, 0x41], marked: 2)
        #expect(dump == ["000000  ff 00 41                                         ..A", "              ^ byte 2"])
        let long =
            Array(repeating: UInt8(ascii: "x"), count: 5000) + Array("Y".utf8)
            + Array(repeating: UInt8(ascii: "z"), count: 5000)
        let lines = PayloadText.lines(long, marked: 5000)
        #expect(lines[0].count < 500 && lines[0].hasPrefix("… x") && lines[0].hasSuffix("z …"))
        #expect(Array(lines[0])[lines[1].count - "^ byte 5000".count] == "Y")
        #expect(PayloadText.lines(long, marked: nil, whole: true)[0].count == 10001)
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>) func nothingActsOnTheTerminal(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        let bytes = (0..<Int.random(in: 0...600, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = (0..<Int.random(in: 0...600, using: &random)).map { _ in
            Unicode.Scalar(UInt32.random(in: 0...0x2fff, using: &random)).map { String(Character($0)) } ?? ""
        }.joined()
        for payload in [bytes, Array(text.utf8)] {
            let marked = payload.isEmpty ? nil : Int.random(in: 0...payload.count, using: &random)
            let lines = PayloadText.lines(payload, marked: marked)
            let isSafe = lines.allSatisfy {
                $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f && $0.value != 0x202e }
            }
            #expect(isSafe, "seed \(seed)")
            if let marked {
                #expect(lines.contains { $0.hasSuffix("^ byte \(marked)") } || marked == payload.count, "seed \(seed)")
            }
        }
    }

    @Test(
        arguments: [
            ("app.dead-letters-0-17", "app.dead-letters", 0, 17), ("0-17", nil, 0, 17), ("a-1-2-3", "a-1", 2, 3),
        ] as [(String, String?, Int32, Int64)])
    func lettersAreNamed(_ text: String, _ topic: String?, _ partition: Int32, _ offset: Int64) throws {
        let name = try #require(DeadLettersCommand.LetterName(text))
        #expect(name.topic == topic && name.partition == partition && name.offset == offset)
    }

    @Test(arguments: ["", "17", "app-0", "app-0-x", "app-0--1"]) func whatIsNoNameIsRefused(_ text: String) {
        #expect(DeadLettersCommand.LetterName(text) == nil)
    }
}
