import Records
import Testing

@testable import CLI

@Suite struct BoardViewTests {
    private let now = BoardFixtures.at(62)

    private func draw(
        _ state: BoardState, _ words: BoardWords = .english, columns: Int = 80, rows: Int = 24, color: Bool = false
    ) -> [String] {
        BoardView(words: words, color: color).lines(state, size: .init(columns: columns, rows: rows), now: now)
    }

    /// Trailing blanks don't matter to the eye.
    private func trimmed(_ lines: [String]) -> [String] {
        lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
    }

    @Test func showsAlertsAtEightyColumns() {
        let expected = """
             VIGIE  running · 3 topologies · Kafka 127.0.0.1:41234 (embedded)         01:02
             1,003 events/s   lag 12   62,011 read   event time behind by 2.1 s
             late 118   dead letters 44 (malformed-json 21, wrong-type 14, missing-field 9)
             alerts so far: 2 critical, 1 warning, 1 notice · sensors 2, traffic 1, video 1
            ── Firing 3 ────────────────────────────────────────────────────────────────────
             critical      7s  video    cam-quai-03 Person in the restricted zone of cam-qu…
             critical     22s  sensors  T-07        Tank T-07 at 74.0 °C
             warning      42s  traffic  RNIE1-03-E  Congestion on RNIE1 at RNIE1-03-E: 17 k…
            ── Resolved 1 ──────────────────────────────────────────────────────────────────
             notice       27s  sensors  T-12        Unusual reading on tank T-12: 95.2 °C

             q or Ctrl-C quits · pages: http://127.0.0.1:8080 (/metrics, /status)
            """
        #expect(trimmed(draw(BoardFixtures.state, rows: 12)).joined(separator: "\n") == expected)
    }

    @Test func showsTopologiesAndFrenchWhereThereIsRoom() {
        let lines = trimmed(draw(BoardFixtures.state, .french, columns: 104, rows: 13))
        let expected = """
             VIGIE  en marche · 3 topologies · Kafka 127.0.0.1:41234 (embedded)                               01:02
             1\u{202F}003 événements/s   à lire 12   62\u{202F}011 lus   temps des événements en retrait de 2,1 s
             hors délai 118   rebuts 44 (malformed-json 21, wrong-type 14, missing-field 9)
             alertes : 2 critique, 1 attention, 1 avis · sensors 2, traffic 1, video 1
            ── En cours 3 ──────────────────────────────────────────────────────────────────────────────────────────
             critique      7s  restricted-zone   cam-quai-03 Personne en zone interdite, caméra cam-quai-03
             critique     22s  hydrocarbon-tanks T-07        Cuve T-07 à 74.0 °C
             attention    42s  road-congestion   RNIE1-03-E  Bouchon sur RNIE1, station RNIE1-03-E : 17 km/h au lie…
            ── Terminées 1 ─────────────────────────────────────────────────────────────────────────────────────────
             avis         27s  hydrocarbon-tanks T-12        Mesure inhabituelle sur la cuve T-12 : 95.2 °C


             q ou Ctrl-C pour quitter · pages : http://127.0.0.1:8080 (/metrics, /status)
            """
        #expect(lines.joined(separator: "\n") == expected)
    }

    @Test func fitsEverySize() {
        var state = BoardFixtures.state
        for index in 0..<60 {
            state.take(
                BoardFixtures.notice(
                    .firing, severityName(index), severityName(index), subject: "港口-\(index)",
                    summary: "a very long summary about a tank that has been hot for a long time, number \(index)",
                    from: Double(-index)),
                family: "sensors")
            state.take(
                BoardFixtures.notice(.resolved, subject: "R-\(index)", from: -300, to: Double(-index)),
                family: "sensors")
        }
        for columns in [1, 39, 40, 63, 80, 99, 100, 132, 300] {
            for rows in [1, 5, 10, 11, 24, 50, 90] {
                let lines = draw(state, columns: columns, rows: rows)
                #expect(lines.count == rows)
                for line in lines { #expect(TextWidth.columns(line) <= columns, "\(columns)×\(rows): \(line)") }
            }
        }
    }

    private func severityName(_ index: Int) -> String { BoardState.severities[index % 5] }

    @Test func saysHowManyAlertsHaveNoRoom() {
        var state = BoardState()
        for index in 0..<30 {
            state.take(BoardFixtures.notice(subject: "T-\(index)", from: Double(index)), family: "sensors")
        }
        let lines = trimmed(draw(state, rows: 12))
        #expect(lines[4].hasPrefix("── Firing 30 "))
        #expect(lines[5].contains("T-29"))
        #expect(lines[9] == "  … 26 more")
        #expect(lines[10].hasPrefix("── Resolved 0 "))
    }

    @Test func colourAddsNothingButEscapeSequences() {
        let plain = draw(BoardFixtures.state)
        let coloured = draw(BoardFixtures.state, color: true)
        #expect(coloured.map(withoutEscapes) == plain)
        #expect(coloured[5].contains("\u{1B}[1;97;41mcritical \u{1B}[0m"))
        #expect(coloured[7].contains("\u{1B}[1;33mwarning  \u{1B}[0m"))
        #expect(!plain.joined().contains("\u{1B}"))
    }

    private func withoutEscapes(_ line: String) -> String {
        var result = ""
        var isInside = false
        for character in line {
            if character == "\u{1B}" { isInside = true }
            if !isInside { result.append(character) }
            if isInside, character == "m" { isInside = false }
        }
        return result
    }

    @Test func recordsCannotSteerTheTerminal() {
        var state = BoardState()
        state.take(
            BoardFixtures.notice(subject: "\u{1B}]0;owned\u{7}", summary: "\u{1B}[2J\u{1B}[31mred\nnext line"),
            family: "\u{1B}c")
        #expect(!draw(state).joined().contains { $0 == "\u{1B}" || $0 == "\u{7}" || $0.isNewline })
    }

    @Test func saysWhatIsWrongAtTheBottom() {
        var state = BoardFixtures.state
        state.figures.note = "\"no broker answers, trying again\""
        #expect(draw(state).last?.contains("trying again") == true)
        state.figures.isConnected = false
        #expect(draw(state).last?.contains("no broker answers") == true)
    }
}

@Suite struct BoardWordsTests {
    @Test(
        arguments: [
            (0, "0s"), (999_999, "0s"), (59_999_999, "59s"), (60_000_000, "1m00s"), (3_599_000_000, "59m59s"),
            (3_600_000_000, "1h00m"),
            (359_000_000_000, "99h43m"), (864_000_000_000, "10d"), (-5_000_000, "0s"),
        ] as [(Int64, String)]) func tellsAges(_ microseconds: Int64, _ text: String)
    {
        #expect(BoardWords.age(microseconds) == text)
    }

    @Test(
        arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-1234, "-1,234")]
            as [(Int64, String)])
    func groupsDigits(_ number: Int64, _ text: String) {
        #expect(BoardWords.english.number(number) == text)
    }

    @Test func tellsSeconds() {
        #expect(BoardWords.english.seconds(2_149_999) == "2.1 s")
        #expect(BoardWords.french.seconds(1_234_950_000) == "1\u{202F}235,0 s")
        #expect(BoardWords.english.seconds(-2_100_000) == "-2.1 s")
    }

    @Test(
        arguments: [
            (nil, [:], "en"), (nil, ["LANG": "fr_FR.UTF-8"], "fr"), ("en", ["LANG": "fr_FR.UTF-8"], "en"),
            ("fr", [:], "fr"),
            (nil, ["LANG": "fr_BJ", "LC_ALL": "C.UTF-8"], "en"), (nil, ["LANG": "fr_BJ", "LC_ALL": ""], "fr"),
            (nil, ["LANG": "en_GB", "LC_MESSAGES": "fr_BJ"], "fr"),
        ] as [(String?, [String: String], String)]) func choosesALanguage(
            _ option: String?, _ environment: [String: String], _ expected: String
        )
    {
        #expect(BoardWords.choose(option, environment: environment).language == expected)
    }
}
