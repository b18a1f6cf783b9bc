import Records
import Testing

@testable import CLI

@Suite struct BoardStateTests {
    @Test func sortsByTheWorstThenTheNewest() {
        var state = BoardState()
        for (name, severity, from) in [
            ("a", "warning", 3.0), ("b", "critical", 1), ("c", "critical", 2), ("d", "odd", 9), ("e", "notice", 5),
        ] {
            state.take(BoardFixtures.notice(.firing, name, severity, from: from), family: "x")
        }
        #expect(state.firingInOrder.map(\.notice.name) == ["c", "b", "a", "e", "d"])
    }

    @Test func anAlertLivesOnce() {
        var state = BoardState()
        state.take(BoardFixtures.notice(.firing, "a", "warning"), family: "x")
        state.take(BoardFixtures.notice(.firing, "a", "warning"), family: "x")
        state.take(BoardFixtures.notice(.updated, "a", "critical"), family: "x")
        #expect(state.firingInOrder.map(\.notice.severity) == ["critical"])
        state.take(BoardFixtures.notice(.resolved, "a", "critical", to: 9), family: "x")
        state.take(BoardFixtures.notice(.resolved, "a", "critical", to: 9), family: "x")
        #expect(state.firing.isEmpty)
        #expect(state.resolved.count == 1)
    }

    @Test func remembersTheLatestResolvedFirst() {
        var state = BoardState()
        for index in [3, 1, 2] + Array(4..<400) {
            state.take(BoardFixtures.notice(.resolved, subject: "T-\(index)", to: Double(index)), family: "x")
        }
        #expect(state.resolved.count == BoardState.rememberedResolved)
        #expect(state.resolved.first?.notice.subject == "T-399")
        #expect(
            state.resolved.map { BoardState.end($0.notice) }
                == state.resolved.map { BoardState.end($0.notice) }.sorted(by: >))
    }

    @Test func countsAlertsThatBegan() {
        let tally = BoardFixtures.state.tally
        #expect(tally.raised == 4)
        #expect(tally.raisedBySeverity.map { "\($0.name) \($0.count)" } == ["critical 2", "warning 1", "notice 1"])
        #expect(tally.raisedByFamily.map { "\($0.name) \($0.count)" } == ["sensors 2", "traffic 1", "video 1"])
    }
}
