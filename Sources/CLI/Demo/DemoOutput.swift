import Codecs
import Glibc
import Records

/// Where a demo shows what happens.
protocol DemoOutput: AnyObject {
    /// Takes note that something began; before that, `close` does nothing.
    func open()
    func alert(_ notice: AlertNotice, family: String)
    /// Called some four times a second. True when the user wants it to end.
    func show(_ state: BoardState, now: EventTime) -> Bool
    /// Gives the terminal back.
    func close()
    func end(_ summary: DemoSummary)
}

/// The live board.
final class BoardOutput: DemoOutput {
    private let view: BoardView
    private let screen = BoardScreen()

    init(_ view: BoardView) { self.view = view }

    func open() { screen.open() }
    func alert(_ notice: AlertNotice, family: String) {}

    func show(_ state: BoardState, now: EventTime) -> Bool {
        let keys = screen.keys()
        if keys.contains(0x0C) { screen.forget() }
        let terminal = Terminal.size
        let size = BoardView.Size(columns: terminal.columns, rows: terminal.rows)
        screen.draw(view.lines(state, size: size, now: now), size: size)
        return keys.contains { $0 == UInt8(ascii: "q") || $0 == UInt8(ascii: "Q") }
    }

    func close() { screen.close() }

    func end(_ summary: DemoSummary) {
        Output.line(SummaryText(summary: summary, words: .of(view.words), width: Terminal.width).text)
    }
}

/// A line per alert and one of figures every ten seconds, for pipes and logs.
final class LineOutput: DemoOutput {
    private let words: BoardWords
    private var shownAt: Int64 = 0
    private var hasSaidWhere = false

    init(_ words: BoardWords) { self.words = words }

    func open() {}

    func alert(_ notice: AlertNotice, family: String) {
        let state = notice.transition.rawValue
        let seconds = EventTime(microseconds: notice.seenAt.microseconds / 1_000_000 * 1_000_000)
        Output.line(
            "\(seconds) \(TextWidth.fit(state, 8)) \(TextWidth.fit(words.severity(notice.severity), 9)) "
                + "\(TextWidth.harmless(notice.topology))/\(TextWidth.harmless(notice.name)) "
                + "\(TextWidth.harmless(notice.subject)): \(TextWidth.harmless(notice.summary(words.language)))")
    }

    func show(_ state: BoardState, now: EventTime) -> Bool {
        let figures = state.figures
        if !hasSaidWhere, figures.phase == .running {
            hasSaidWhere = true
            let pages = figures.pages.map { ", \(words.pages)\(words.colon) \($0) (/metrics, /status)" } ?? ""
            Output.line("-- Kafka \(figures.broker)\(pages)")
        }
        if figures.elapsedMicroseconds - shownAt < 10_000_000 { return false }
        shownAt = figures.elapsedMicroseconds
        Output.line(
            "-- \(BoardWords.clock(figures.elapsedMicroseconds)) \(words.number(figures.records)) \(words.read), "
                + "\(words.number(Int64(figures.recordsPerSecond.rounded()))) \(words.perSecond), "
                + "\(words.lag) \(figures.lag.map(words.number) ?? "–"), "
                + "\(words.firing.lowercased()) \(state.firing.count), \(words.late) \(words.number(figures.late)), "
                + "\(words.deadLetters) \(words.number(figures.deadLettered))"
        )
        return false
    }

    func close() {}

    func end(_ summary: DemoSummary) {
        let width = Terminal.isInteractive ? Terminal.width : .max
        Output.line(SummaryText(summary: summary, words: .of(words), width: width).text)
    }
}

/// One JSON object per alert transition, and a last one with the summary.
final class JSONOutput: DemoOutput {
    func open() {}

    func alert(_ notice: AlertNotice, family: String) {
        var members: [(String, JSONNode)] = [
            ("kind", .string("alert")), ("family", .string(family)),
            ("transition", .string(notice.transition.rawValue)),
            ("severity", .string(notice.severity)),
        ]
        if let previous = notice.previousSeverity { members.append(("previousSeverity", .string(previous))) }
        members += [
            ("topology", .string(notice.topology)), ("alertname", .string(notice.name)),
            ("labels", .object(notice.labels.map { Self.member(key: $0.name, value: $0.value) })),
            ("summary", .object(notice.summaries.filter { $0.key != "" }.sorted { $0.key < $1.key }.map(Self.member))),
            ("incident", .string(notice.incident)), ("startsAt", .string(notice.startsAt.description)),
            ("endsAt", notice.endsAt.map { .string($0.description) } ?? .null),
            ("eventTime", .string(notice.eventTime.description)),
            ("detectedAt", .string(notice.detectedAt.description)),
            ("seenAt", .string(notice.seenAt.description)),
        ]
        Output.line(JSONText.write(.object(members)))
    }

    private static func member(key: String, value: String) -> (String, JSONNode) { (key, .string(value)) }

    func show(_ state: BoardState, now: EventTime) -> Bool { false }
    func close() {}
    func end(_ summary: DemoSummary) { Output.line(JSONText.write(summary.json)) }
}
