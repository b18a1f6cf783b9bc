import Arguments
import Records
import Testing

@testable import CLI

/// What files are taken for, and what is said of rows that can't be used.
@Suite struct ReplayReadingTests {
    @Test(
        arguments: [
            ("a,b\n1,x\n", [#"{"a":1,"b":"x"}"#]),
            ("\u{feff}a,b\r\n1,x\r\n", [#"{"a":1,"b":"x"}"#]),
            ("a,b\n1,x", [#"{"a":1,"b":"x"}"#]),
            ("a,b\r\n1,x\r", [#"{"a":1,"b":"x"}"#]),
            ("a,b\n\n1,x\n\r\n2,y\n\n", [#"{"a":1,"b":"x"}"#, #"{"a":2,"b":"y"}"#]),
            ("a,b\n\"1\",\"x, \"\"y\"\"\"\n", [#"{"a":1,"b":"x, \"y\""}"#]),
            ("a,b\n\"two\nlines\",\"\r\n\"\n", [#"{"a":"two\nlines","b":"\r\n"}"#]),
            ("a,b\n,x\n\"\",y\n", [#"{"b":"x"}"#, #"{"b":"y"}"#]),
            (
                "a\n007\n-0.5e3\n+5\n.5\n1.\n0\n-\n1e\n",
                [
                    #"{"a":"007"}"#, #"{"a":-0.5e3}"#, #"{"a":"+5"}"#, #"{"a":".5"}"#, #"{"a":"1."}"#, #"{"a":0}"#,
                    #"{"a":"-"}"#, #"{"a":"1e"}"#,
                ]
            ),
            ("naïve,\"q\"\"q\"\n1,2\n", [#"{"naïve":1,"q\"q":2}"#]),
            ("a,b\n", []),
        ] as [(String, [String])])
    func rowsBecomeEvents(_ text: String, _ wanted: [String]) throws {
        let rehearsal = try Rehearsal(text)
        #expect(rehearsal.failure == nil)
        #expect(rehearsal.bodies == wanted)
    }

    @Test(arguments: [
        ("a,b\n1,2\n3\n", "FILE:3:1: error: expected 2 columns as in the header, found 1"),
        ("a,b\n1,2,3\n", "FILE:2:5: error: expected 2 columns as in the header, found 3"),
        ("a,b\n1,é\"x\n", "FILE:2:4: error: a quote inside a field that does not start with one"),
        ("a,b\n\"1\"x,2\n", "FILE:2:4: error: text after a closing quote"),
        ("a,b\n1,\"2\n3,4\n", "FILE:2:3: error: the quote that opens here is never closed"),
        ("a,b\n\"x\ny\",\"z\"q\n", "FILE:3:7: error: text after a closing quote"),
    ])
    func badRowsAreToldWithTheirPlace(_ text: String, _ wanted: String) throws {
        let rehearsal = try Rehearsal(text)
        #expect(rehearsal.reports.count == 1)
        #expect(rehearsal.reports.first?.split(separator: "\n").first.map(String.init) == wanted)
        #expect(rehearsal.failure?.code == .data)
        #expect(rehearsal.badRows == 1)
    }

    @Test func textThatIsNotUTF8IsABadRow() throws {
        let file = try ScratchFile(Array("a,b\n1,".utf8) + [0xe9, 0x0a] + Array("2,x\n".utf8))
        var settings = ReplaySettings(file: file.path, format: .csv)
        settings.skipsBadRows = true
        var reports: [String] = []
        let target = CapturingTarget()
        let replay = try Replay(settings, clock: target.clock) { reports.append($0) }
        try replay.run(into: target)
        #expect(reports.first?.contains(":2:3: error: the text is not UTF-8") == true)
        #expect(target.sent.map(\.body) == [#"{"a":2,"b":"x"}"#])
        #expect(replay.badRows == 1 && replay.rows == 2)
    }

    @Test func badRowsCanBeLeftOutAndAreCounted() throws {
        let rehearsal = try Rehearsal("a\n1\n2,2\n3\n\"4\"4\n5\n") { $0.skipsBadRows = true }
        #expect(rehearsal.failure == nil)
        #expect(rehearsal.bodies == [#"{"a":1}"#, #"{"a":3}"#, #"{"a":5}"#])
        #expect(rehearsal.badRows == 2)
        #expect(rehearsal.reports.map { $0.prefix(9) } == ["FILE:3:3:", "FILE:5:4:"])
        // What can't be told apart ends it in either case.
        let endless = try Rehearsal("a\n1\n\"2\n3\n") { $0.skipsBadRows = true }
        #expect(endless.failure?.code == .data)
        #expect(endless.bodies == [#"{"a":1}"#])
    }

    @Test func manyBadRowsAreNotAllPrinted() throws {
        let rehearsal = try Rehearsal("a\n" + String(repeating: "1,1\n", count: 50)) { $0.skipsBadRows = true }
        #expect(rehearsal.badRows == 50)
        #expect(rehearsal.reports.count == 21)
        #expect(rehearsal.reports.last == "more such rows are only counted")
    }

    @Test func headersAreChecked() throws {
        #expect(try Rehearsal("").failure?.message.contains("the file is empty") == true)
        #expect(
            try Rehearsal("a,a\n1,2\n").failure?.message.contains("the column 'a' stands in the header twice") == true)
        let unknown = try Rehearsal("speed,when\n1,2\n") { $0.key = "sped" }
        #expect(unknown.failure?.message == "the file has no column 'sped'")
        #expect(unknown.failure?.hint == "did you mean 'speed'? columns: speed, when")
        let named = try Rehearsal("1;NA\n") {
            $0.columns = ["x", "y"]
            $0.delimiter = UInt8(ascii: ";")
            $0.nulls = ["NA"]
        }
        #expect(named.bodies == [#"{"x":1}"#])
    }

    /// Any table, written by the rules with quotes where they must be and where they may be, reads back as it was.
    @Test(arguments: 1...40 as ClosedRange<UInt64>) func anyTableReadsBack(_ seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let pieces = ["a", "é", "漢", "\"", ",", "\n", "\r\n", "\r", " ", "x\"y", "7", "'", "\t", "\u{1f6a2}"]
        let columns = Int.random(in: 1...5, using: &random)
        var wanted: [[String]] = []
        var text = (0..<columns).map { "c\($0)" }.joined(separator: ",") + "\n"
        for _ in 0..<Int.random(in: 0...30, using: &random) {
            let row = (0..<columns).map { _ in
                // A letter in front keeps numbers and empty cells out of it.
                "t"
                    + (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random) ?? ""
                    }.joined()
            }
            let ending = Bool.random(using: &random) ? "\r\n" : "\n"
            wanted.append(row)
            text +=
                row.map { cell in
                    let mustQuote = cell.contains { "\",\n\r".contains($0) || $0 == "\r\n" }
                    let doubled = cell.split(separator: "\"", omittingEmptySubsequences: false).joined(
                        separator: "\"\"")
                    return mustQuote || Bool.random(using: &random) ? "\"\(doubled)\"" : cell
                }.joined(separator: ",") + ending
        }
        let file = try ScratchFile(text)
        let reader = try CSVReader(try ByteInput(path: file.path), delimiter: UInt8(ascii: ","), names: nil, nulls: [])
        var found: [[String]] = []
        while try reader.next() { found.append((0..<columns).map { reader.cell($0).value.plain ?? "" }) }
        #expect(found == wanted, "seed \(seed)")
    }

    @Test func jsonLinesPassAsTheyAre() throws {
        let text = "{\"a\": 1.50, \"b\":{\"c\":\"x\"}}\r\n\n{ }\n"
        let rehearsal = try Rehearsal(text, suffix: ".jsonl") { $0.key = nil }
        #expect(rehearsal.bodies == ["{\"a\": 1.50, \"b\":{\"c\":\"x\"}}", "{ }"])
    }

    @Test(arguments: [
        ("{\"a\":1}\n{\"é\":1,}\n", "FILE:2:8: error: expected a key in double quotes, found '}' at byte 8"),
        ("[1]\n", "FILE:1:1: error: expected an object, found an array"),
        ("{\"a\":1\n", "FILE:1:7: error: truncated after byte 6 inside an object, where ',' or '}' should stand"),
    ])
    func badLinesAreToldWithTheirPlace(_ text: String, _ wanted: String) throws {
        #expect(try Rehearsal(text, suffix: ".jsonl").reports == [wanted])
    }

    @Test func wideTablesBecomeAnEventPerCell() throws {
        let rehearsal = try Rehearsal("773869,767541\n64.375,67.625\n62.5,\n1\n60,61\n") {
            $0.unpivot = ("station", "speed")
            $0.clock = .init(start: .init(microseconds: 1_330_560_000_000_000), stepMicroseconds: 300_000_000)
            $0.time = "time"
            $0.key = "station"
            $0.skipsBadRows = true
        }
        #expect(
            rehearsal.bodies == [
                #"{"station":"773869","speed":64.375,"time":"2012-03-01T00:00:00Z"}"#,
                #"{"station":"767541","speed":67.625,"time":"2012-03-01T00:00:00Z"}"#,
                #"{"station":"773869","speed":62.5,"time":"2012-03-01T00:05:00Z"}"#,
                #"{"station":"767541","time":"2012-03-01T00:05:00Z"}"#,
                #"{"station":"773869","speed":60,"time":"2012-03-01T00:15:00Z"}"#,
                #"{"station":"767541","speed":61,"time":"2012-03-01T00:15:00Z"}"#,
            ])
        #expect(rehearsal.target.sent.first?.key == "773869")
        #expect(rehearsal.badRows == 1)
        let kept = try Rehearsal("when,A,B\n2026-01-01T00:00:00Z,1,2\n") {
            $0.unpivot = ("s", "v")
            $0.keeping = ["when"]
            $0.time = "when"
        }
        #expect(
            kept.bodies == [
                #"{"s":"A","v":1,"when":"2026-01-01T00:00:00Z"}"#, #"{"s":"B","v":2,"when":"2026-01-01T00:00:00Z"}"#,
            ])
    }
}
