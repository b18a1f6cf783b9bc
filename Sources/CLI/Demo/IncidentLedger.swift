import Records
import Simulators

/// Compares alerts with the incidents that were planted: which were seen, how soon, and what was raised without one.
struct IncidentLedger: Sendable {
    enum Verdict: Equatable, Sendable {
        /// An alert came this long after the incident had begun.
        case detected(afterMicroseconds: Int64)
        /// A single wild sample that raised no alert, as it should be; the model may have noticed it.
        case passedOver(noticedAfterMicroseconds: Int64?)
        case missed
        /// A single wild sample that raised an alert.
        case falseAlarm
        /// It began too late in the run to tell.
        case undecided
    }

    private var incidents: [SimulatedIncident]
    private var alerts: [SimulatedIncident: AlertNotice] = [:]
    private var notices: [SimulatedIncident: AlertNotice] = [:]
    /// Alerts of the rules for planted incidents that fit none.
    private(set) var unexpected: [AlertNotice] = []

    /// An alert needs two windows of five seconds, the delay of the watermark and some time on its way.
    static let decisionMicroseconds: Int64 = 20_000_000
    /// An alert about an incident may come this long after its end: the last window that it is seen in.
    private static let slackMicroseconds: Int64 = 20_000_000

    init(_ incidents: [SimulatedIncident]) { self.incidents = incidents }

    /// The rule that is there for a kind of incident is named like it; wild samples would set off that for overheating.
    private static func rule(_ kind: SimulatedIncident.Kind) -> String {
        kind == .spike ? SimulatedIncident.Kind.overheating.rawValue : kind.rawValue
    }

    mutating func take(_ notice: AlertNotice) {
        guard notice.transition == .firing else { return }
        let subjects = Set(notice.labels.map(\.value))
        let near = incidents.filter { incident in
            subjects.contains(incident.asset) && notice.eventTime >= incident.from.advanced(by: -5_000_000)
                && notice.eventTime <= incident.to.advanced(by: Self.slackMicroseconds)
        }
        let rules = Set(SimulatedIncident.Kind.allCases.map(Self.rule))
        guard rules.contains(notice.name) else {
            for incident in near where notices[incident] == nil { notices[incident] = notice }
            return
        }
        let fitting = near.filter { Self.rule($0.kind) == notice.name }
        let real = fitting.filter { $0.kind != .spike }
        // A wild sample on a tank that overheats at the same time is not to blame for the alert.
        for incident in real.isEmpty ? fitting : real where alerts[incident] == nil { alerts[incident] = notice }
        if fitting.isEmpty { unexpected.append(notice) }
    }

    /// What became of every incident that had begun by `end`.
    func verdicts(at end: EventTime) -> [(incident: SimulatedIncident, verdict: Verdict)] {
        incidents.filter { $0.from < end }.map { ($0, verdict($0, end)) }
    }

    private func verdict(_ incident: SimulatedIncident, _ end: EventTime) -> Verdict {
        func delay(_ notice: AlertNotice) -> Int64 { notice.seenAt.microseconds - incident.from.microseconds }
        let isDue = incident.exceedsFrom.advanced(by: Self.decisionMicroseconds) <= end
        if incident.kind == .spike {
            if alerts[incident] != nil { return .falseAlarm }
            return isDue ? .passedOver(noticedAfterMicroseconds: notices[incident].map(delay)) : .undecided
        }
        if let alert = alerts[incident] { return .detected(afterMicroseconds: delay(alert)) }
        return isDue ? .missed : .undecided
    }
}
