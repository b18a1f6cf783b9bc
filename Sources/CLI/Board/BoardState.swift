import Records

/// What the board shows: the alerts that go on, those that ended, counts, and the figures of the node.
struct BoardState: Sendable {
    /// One life of an alert.
    struct Alert: Sendable {
        var notice: AlertNotice
        /// Where its topology belongs, as the board calls it.
        var family: String
    }

    /// The alerts that go on, by incident.
    private(set) var firing: [String: Alert] = [:]
    /// Those that ended, the latest first; the oldest are forgotten.
    private(set) var resolved: [Alert] = []
    private(set) var tally = AlertTally()
    var figures = BoardFigures()

    static let rememberedResolved = 200
    /// From worst to mildest; a severity that is not among them comes last.
    static let severities = ["critical", "major", "warning", "notice", "info"]

    static func rank(_ severity: String) -> Int { severities.firstIndex(of: severity) ?? severities.count }

    /// Takes what an alert topic said. The same record twice (at least once) changes nothing but the counts.
    mutating func take(_ notice: AlertNotice, family: String) {
        tally.add(notice, family: family)
        switch notice.transition {
        case .firing, .updated: firing[notice.incident] = Alert(notice: notice, family: family)
        case .resolved:
            firing[notice.incident] = nil
            resolved.removeAll { $0.notice.incident == notice.incident }
            let end = Self.end(notice)
            let place = resolved.firstIndex { Self.end($0.notice) <= end } ?? resolved.count
            resolved.insert(Alert(notice: notice, family: family), at: place)
            if resolved.count > Self.rememberedResolved { resolved.removeLast() }
        }
    }

    static func end(_ notice: AlertNotice) -> EventTime { notice.endsAt ?? notice.eventTime }

    /// The worst first, among equals the newest.
    var firingInOrder: [Alert] {
        firing.values.sorted { a, b in
            let ranks = (Self.rank(a.notice.severity), Self.rank(b.notice.severity))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            if a.notice.startsAt != b.notice.startsAt { return a.notice.startsAt > b.notice.startsAt }
            return a.notice.incident < b.notice.incident
        }
    }
}

/// Alert transitions counted.
struct AlertTally: Sendable, Equatable {
    struct Key: Hashable, Sendable {
        var family: String
        var severity: String
        var transition: AlertNotice.Transition
    }

    private(set) var counts: [Key: Int] = [:]

    mutating func add(_ notice: AlertNotice, family: String) {
        counts[Key(family: family, severity: notice.severity, transition: notice.transition), default: 0] += 1
    }

    /// Alerts that began, by severity, the worst first.
    var raisedBySeverity: [(name: String, count: Int)] {
        sums { $0.severity }.sorted { (BoardState.rank($0.name), $0.name) < (BoardState.rank($1.name), $1.name) }
    }

    /// Alerts that began, by family.
    var raisedByFamily: [(name: String, count: Int)] { sums { $0.family }.sorted { $0.name < $1.name } }

    var raised: Int { counts.reduce(0) { $0 + ($1.key.transition == .firing ? $1.value : 0) } }

    private func sums(_ name: (Key) -> String) -> [(name: String, count: Int)] {
        var sums: [String: Int] = [:]
        for (key, count) in counts where key.transition == .firing { sums[name(key), default: 0] += count }
        return sums.map { ($0.key, $0.value) }
    }
}

/// Numbers of the node and the generator at one moment.
struct BoardFigures: Sendable, Equatable {
    enum Phase: Sendable { case starting, waiting, running, stopping, ended, failed }

    var phase = Phase.starting
    /// Since events began to flow.
    var elapsedMicroseconds: Int64 = 0
    var produced: Int64 = 0
    var records: Int64 = 0
    var recordsPerSecond: Double = 0
    /// Records still to be read; nil while unknown.
    var lag: Int64?
    /// How far the slowest partition's event time is behind the clock; nil while unknown.
    var watermarkLagMicroseconds: Int64?
    var late: Int64 = 0
    /// By reason, late ones left out.
    var deadLetters: [String: Int64] = [:]
    var isConnected = true
    var isPaused = false
    /// The latest warning, while it is fresh.
    var note: String?
    var broker = ""
    var pages: String?
    var topologies = 0

    var deadLettered: Int64 { deadLetters.values.reduce(0, +) }
}
