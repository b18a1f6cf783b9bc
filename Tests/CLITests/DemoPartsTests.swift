import Codecs
import Records
import Simulators
import Testing

@testable import CLI

@Suite struct DemoAlertNoticeTests {
    /// As AlertRecordWriter writes it.
    private let text = """
        {"status":"firing","fingerprint":"9c1f0b6a2d44e871","labels":{"alertname":"overheating","severity":"critical",\
        "topology":"hydrocarbon-tanks","tank":"T-07","site":"PAC"},"annotations":{"summary":"Tank T-07 at 76.2 °C",\
        "summary_en":"Tank T-07 at 76.2 °C","summary_fr":"Cuve T-07 à 76.2 °C","value":"76.2"},\
        "startsAt":"2026-05-03T13:02:08Z","endsAt":null,"generatorURL":"vigie:x",\
        "x":{"incident":"9c1f0b6a2d44e871-1777813328000000","seq":3,"state":"firing","transition":"updated",\
        "previousSeverity":"warning","eventTime":"2026-05-03T13:02:18Z","detectedAt":"2026-05-03T13:02:20.5Z"}}
        """

    private func parse(_ text: String) -> AlertNotice? {
        Array(text.utf8).withUnsafeBufferPointer { AlertNotice($0, seenAt: EventTime(milliseconds: 5)) }
    }

    @Test func readsARecord() throws {
        let notice = try #require(parse(text))
        #expect(notice.transition == .updated)
        #expect(notice.name == "overheating")
        #expect(notice.severity == "critical")
        #expect(notice.previousSeverity == "warning")
        #expect(notice.subject == "T-07")
        #expect(notice.labels.map(\.name) == ["tank", "site"])
        #expect(notice.summary("fr") == "Cuve T-07 à 76.2 °C")
        #expect(notice.summary("de") == "Tank T-07 at 76.2 °C")
        #expect(notice.startsAt.description == "2026-05-03T13:02:08Z")
        #expect(notice.endsAt == nil)
        #expect(notice.detectedAt.description == "2026-05-03T13:02:20.500Z")
    }

    @Test(arguments: ["", "{}", "[1,2]", "{\"labels\":{},\"x\":{}}", "not json"]) func anythingElseIsNoAlert(
        _ text: String
    ) {
        #expect(parse(text) == nil)
    }
}

@Suite struct DemoIncidentLedgerTests {
    private func incident(_ kind: SimulatedIncident.Kind, _ asset: String, from: Double, to: Double) throws
        -> SimulatedIncident
    {
        // SimulatedIncident has no public initializer: one of a simulation, moved.
        var settings = SimulationSettings(start: BoardFixtures.noon, duration: .seconds(60))
        settings.seed = 1
        let all = try Simulation(settings).incidents(until: BoardFixtures.at(60))
        var found = try #require(all.first { $0.kind == kind })
        found.asset = asset
        found.from = BoardFixtures.at(from)
        found.to = BoardFixtures.at(to)
        found.exceedsFrom = found.from
        found.exceedsTo = found.to
        return found
    }

    @Test func tellsDetectedMissedAndUndecided() throws {
        var ledger = IncidentLedger([
            try incident(.overheating, "T-07", from: 0, to: 90), try incident(.congestion, "S-1", from: 0, to: 70),
            try incident(.intrusion, "cam", from: 55, to: 70),
        ])
        ledger.take(BoardFixtures.notice(.firing, "overheating", from: 14, seen: 17.5))
        ledger.take(BoardFixtures.notice(.firing, "overheating", from: 60, seen: 61))
        ledger.take(BoardFixtures.notice(.firing, "congestion", subject: "S-2", from: 14, seen: 17.5))
        let verdicts = ledger.verdicts(at: BoardFixtures.at(60))
        #expect(verdicts.map(\.verdict) == [.detected(afterMicroseconds: 17_500_000), .missed, .undecided])
        #expect(ledger.unexpected.map(\.subject) == ["S-2"])
        #expect(ledger.verdicts(at: BoardFixtures.at(50)).count == 2)
    }

    @Test func aWildSampleIsToRaiseNoAlert() throws {
        let spikes = [try incident(.spike, "T-12", from: 10, to: 11), try incident(.spike, "T-13", from: 10, to: 11)]
        var ledger = IncidentLedger(spikes)
        ledger.take(BoardFixtures.notice(.firing, "suspect", "notice", subject: "T-12", from: 10, seen: 12))
        ledger.take(BoardFixtures.notice(.firing, "overheating", subject: "T-13", from: 15, seen: 18))
        let verdicts = ledger.verdicts(at: BoardFixtures.at(60)).map(\.verdict)
        #expect(verdicts == [.passedOver(noticedAfterMicroseconds: 2_000_000), .falseAlarm])
        #expect(ledger.verdicts(at: BoardFixtures.at(12)).map(\.verdict).last == .falseAlarm)
    }

    @Test func aWildSampleOnAHotTankIsNotToBlame() throws {
        var ledger = IncidentLedger([
            try incident(.overheating, "T-07", from: 0, to: 90), try incident(.spike, "T-07", from: 12, to: 13),
        ])
        ledger.take(BoardFixtures.notice(.firing, "overheating", from: 14, seen: 17))
        #expect(
            ledger.verdicts(at: BoardFixtures.at(60)).map(\.verdict) == [
                .detected(afterMicroseconds: 17_000_000), .passedOver(noticedAfterMicroseconds: nil),
            ])
    }
}

@Suite struct DemoSummaryTests {
    @Test func percentilesAreByNearestRank() {
        var summary = DemoSummary()
        #expect(summary.latency(percentile: 50) == nil)
        summary.latencies = [5, 1, 4, 2, 3]
        #expect(summary.latency(percentile: 50) == 3)
        #expect(summary.latency(percentile: 99) == 5)
        summary.latencies = Array(1...200)
        #expect(summary.latency(percentile: 50) == 100)
        #expect(summary.latency(percentile: 99) == 198)
        summary.latencies = [7]
        #expect(summary.latency(percentile: 99) == 7)
    }

    @Test func rowsAreBrokenBetweenWords() {
        let text = SummaryText(summary: DemoSummary(), words: .english, width: 30)
        let expected = """
              events      one two three
                          four five six
            """
        #expect(text.wrapped("events", "one two three four five six") == expected)
        #expect(text.wrapped("", "averyveryverylongword").hasSuffix("averyveryverylongword"))
    }

    @Test(arguments: [SummaryWords.english, .french]) func saysWhatCameOut(_ words: SummaryWords) {
        var summary = DemoSummary()
        summary.tally = BoardFixtures.state.tally
        summary.figures = BoardFixtures.state.figures
        summary.latencies = [1_500]
        let text = SummaryText(summary: summary, words: words).text
        let expected =
            words.board.language == "fr"
            ? ["62\u{202F}011 lus", "sensors  déclenchées 1 critique, 1 avis; terminées 1 avis", "1,5 ms (p50)"]
            : ["62,011 read", "sensors  firing 1 critical, 1 notice; resolved 1 notice", "1.5 ms (p50)"]
        for part in expected { #expect(text.contains(part), "\(part) in \(text)") }
    }

    @Test func jsonIsOneLine() throws {
        var summary = DemoSummary()
        summary.tally = BoardFixtures.state.tally
        let text = JSONText.write(summary.json)
        #expect(!text.contains("\n"))
        #expect(try JSONText.parse(text)["alerts"]?[0]?["count"]?.int == 1)
    }
}

@Suite struct DemoTopologyFolderTests {
    @Test func looksBesideTheBinaryAndUpFromABuildFolder() {
        let places = TopologyFolder.candidates(binary: "/opt/vigie/.build/x86_64-unknown-linux-gnu/release")
        #expect(places.first == "Topologies")
        #expect(places.contains("/opt/vigie/.build/x86_64-unknown-linux-gnu/release/../../../Topologies"))
        #expect(places.last == "/usr/share/vigie/Topologies")
    }
}
