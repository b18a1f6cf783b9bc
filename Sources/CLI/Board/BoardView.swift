import Records

/// Draws the board: state, size and time in, lines of text out. Nothing is remembered between two calls.
struct BoardView {
    var words: BoardWords
    /// Whether lines carry escape sequences for colour.
    var color: Bool

    struct Size: Equatable, Sendable {
        var columns: Int
        var rows: Int
    }

    /// Exactly `size.rows` lines, none wider than `size.columns`.
    func lines(_ state: BoardState, size: Size, now: EventTime) -> [String] {
        var lines: [StyledLine] = []
        guard size.columns >= 40, size.rows >= 10 else {
            lines.append(StyledLine(TextWidth.cut("\(words.tooSmall) (40×10)", to: size.columns)))
            return rendered(lines, size)
        }
        lines += header(state, size.columns)
        let firing = state.firingInOrder
        let room = size.rows - lines.count - 3
        let shownResolved = min(state.resolved.count, max(room / 3, room - max(firing.count, 1)))
        let layout = Layout(columns: size.columns, alerts: firing + state.resolved.prefix(shownResolved))
        lines.append(heading(words.firing, firing.count, size.columns))
        lines += firingRows(firing, room - shownResolved, layout, now)
        lines.append(heading(words.resolved, state.resolved.count, size.columns))
        lines += state.resolved.prefix(shownResolved).map { row($0, layout, now, isOver: true) }
        while lines.count < size.rows - 1 { lines.append(StyledLine()) }
        lines.append(footer(state.figures, size.columns))
        return rendered(lines, size)
    }

    private func rendered(_ lines: [StyledLine], _ size: Size) -> [String] {
        var texts = lines.prefix(size.rows).map { $0.text(color: color) }
        while texts.count < size.rows { texts.append("") }
        return texts
    }

    // MARK: Header

    private func header(_ state: BoardState, _ columns: Int) -> [StyledLine] {
        let figures = state.figures
        var title = StyledLine()
        let clock = BoardWords.clock(figures.elapsedMicroseconds)
        let left = " VIGIE  \(phase(figures.phase)) · \(figures.topologies) topologies · Kafka \(figures.broker)"
        let room = columns - clock.count - 2
        title.add(TextWidth.fit(left, room) + " " + clock + " ", .title)
        return [title, flow(figures, columns), dropped(figures, columns), counts(state.tally, columns)]
    }

    private func phase(_ phase: BoardFigures.Phase) -> String {
        switch phase {
        case .starting: words.starting
        case .waiting: words.waiting
        case .running: words.running
        case .stopping: words.stopping
        case .ended: words.ended
        case .failed: words.failed
        }
    }

    private func flow(_ figures: BoardFigures, _ columns: Int) -> StyledLine {
        var line = StyledLine(width: columns)
        line.add(" ")
        line.add(words.number(Int64(figures.recordsPerSecond.rounded())), .bold)
        line.add(" \(words.perSecond)   \(words.lag) ")
        let lag = figures.lag ?? 0
        line.add(
            figures.lag.map(words.number) ?? "–",
            lag > max(1000, Int64(figures.recordsPerSecond * 2)) ? .warning : .bold)
        line.add("   \(words.number(figures.records)) \(words.read)")
        line.add("   \(words.behind) ")
        line.add(figures.watermarkLagMicroseconds.map(words.seconds) ?? "–", .bold)
        return line
    }

    private func dropped(_ figures: BoardFigures, _ columns: Int) -> StyledLine {
        var line = StyledLine(width: columns)
        line.add(
            " \(words.late) \(words.number(figures.late))   \(words.deadLetters) \(words.number(figures.deadLettered))")
        let reasons = figures.deadLetters.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let list = reasons.map { "\($0.key) \(words.number($0.value))" }.joined(separator: ", ")
        if !list.isEmpty { line.add(" (\(list))", .dim) }
        return line
    }

    private func counts(_ tally: AlertTally, _ columns: Int) -> StyledLine {
        var line = StyledLine(width: columns)
        line.add(" \(words.alertsSoFar)\(words.colon)")
        if tally.raised == 0 {
            line.add(" \(words.noneYet)", .dim)
            return line
        }
        for (index, (name, count)) in tally.raisedBySeverity.enumerated() {
            line.add(index == 0 ? " " : ", ")
            line.add("\(count) \(words.severity(name))", StyledLine.Style(severity: name, isOver: false))
        }
        line.add(" · " + tally.raisedByFamily.map { "\($0.name) \($0.count)" }.joined(separator: ", "))
        return line
    }

    // MARK: Alerts

    /// Widths of the columns, in characters.
    private struct Layout {
        var severity = 9
        var age = 6
        var place: Int
        var subject: Int
        var summary: Int
        /// Whether there is room for the topology's name; else its family stands there.
        var showsTopology: Bool

        init(columns: Int, alerts: [BoardState.Alert]) {
            let isWide = columns >= 100
            let names = alerts.map { TextWidth.columns(isWide ? $0.notice.topology : $0.family) }
            showsTopology = isWide
            place = min(max(names.max() ?? 0, 8), isWide ? 24 : 9)
            subject = min(max(alerts.map { TextWidth.columns($0.notice.subject) }.max() ?? 0, 6), isWide ? 20 : 11)
            // A blank in front and one after each column.
            summary = max(0, columns - 1 - severity - 1 - age - 2 - place - 1 - subject - 1)
        }
    }

    private func heading(_ title: String, _ count: Int, _ columns: Int) -> StyledLine {
        var line = StyledLine(width: columns)
        line.add("── \(title) \(count) ", .bold)
        line.add(String(repeating: "─", count: max(0, columns - line.columns)), .bold)
        return line
    }

    private func firingRows(_ alerts: [BoardState.Alert], _ room: Int, _ layout: Layout, _ now: EventTime)
        -> [StyledLine]
    {
        if alerts.isEmpty { return room > 0 ? [StyledLine("  " + words.noneFiring, .dim)] : [] }
        if alerts.count <= room { return alerts.map { row($0, layout, now, isOver: false) } }
        let shown = max(0, room - 1)
        return alerts.prefix(shown).map { row($0, layout, now, isOver: false) }
            + [StyledLine("  … \(alerts.count - shown) \(words.more)", .dim)]
    }

    private func row(_ alert: BoardState.Alert, _ layout: Layout, _ now: EventTime, isOver: Bool) -> StyledLine {
        let notice = alert.notice
        let since = isOver ? BoardState.end(notice) : notice.startsAt
        let age = BoardWords.age(now.microseconds &- since.microseconds)
        let rest: StyledLine.Style = isOver ? .dim : .plain
        var line = StyledLine()
        line.add(" ")
        line.add(
            TextWidth.fit(words.severity(notice.severity), layout.severity),
            StyledLine.Style(severity: notice.severity, isOver: isOver))
        line.add(" " + TextWidth.fit(age, layout.age, right: true) + "  ", rest)
        line.add(TextWidth.fit(layout.showsTopology ? notice.topology : alert.family, layout.place) + " ", rest)
        line.add(TextWidth.fit(notice.subject, layout.subject) + " ", isOver ? .dim : .bold)
        line.add(TextWidth.cut(notice.summary(words.language), to: layout.summary), rest)
        return line
    }

    // MARK: Footer

    private func footer(_ figures: BoardFigures, _ columns: Int) -> StyledLine {
        var line = StyledLine(width: columns)
        line.add(" \(words.quit)", .bold)
        let trouble = !figures.isConnected ? words.disconnected : figures.isPaused ? words.paused : figures.note
        if let trouble {
            line.add(" · ")
            line.add(trouble, .warning)
        } else if let pages = figures.pages {
            line.add(" · \(words.pages)\(words.colon) \(pages) (/metrics, /status)", .dim)
        }
        return line
    }
}

/// A line made of pieces in different styles.
struct StyledLine {
    enum Style: Equatable {
        case plain, bold, dim, title, critical, major, warning, notice

        init(severity: String, isOver: Bool) {
            if isOver {
                self = .dim
                return
            }
            self =
                switch severity {
                case "critical": .critical
                case "major": .major
                case "warning": .warning
                default: .notice
                }
        }

        /// Parameters of the escape sequence SGR; nil for none.
        var code: String? {
            switch self {
            case .plain: nil
            case .bold: "1"
            case .dim: "2"
            case .title: "1;7"
            case .critical: "1;97;41"
            case .major: "1;31"
            case .warning: "1;33"
            case .notice: "36"
            }
        }
    }

    private var pieces: [(text: String, style: Style)] = []
    /// How wide it may become; what is beyond is cut off.
    private let width: Int
    private(set) var columns = 0

    init(width: Int = .max) { self.width = width }

    init(_ text: String, _ style: Style = .plain) {
        width = .max
        add(text, style)
    }

    mutating func add(_ text: String, _ style: Style = .plain) {
        let fitting = TextWidth.cut(text, to: width == .max ? .max : width - columns)
        if fitting.isEmpty { return }
        pieces.append((fitting, style))
        columns += TextWidth.columns(fitting)
    }

    func text(color: Bool) -> String {
        pieces.reduce(into: "") { line, piece in
            if color, let code = piece.style.code {
                line += "\u{1B}[\(code)m\(piece.text)\u{1B}[0m"
            } else {
                line += piece.text
            }
        }
    }
}
