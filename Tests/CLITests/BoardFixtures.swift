import Records

@testable import CLI

/// Alerts and states for tests of the board.
enum BoardFixtures {
    /// 2026-01-01T10:00:00Z
    static let noon = EventTime(milliseconds: 1_767_261_600_000)

    static func at(_ seconds: Double) -> EventTime { noon.advanced(by: Int64(seconds * 1_000_000)) }

    static func notice(
        _ transition: AlertNotice.Transition = .firing, _ name: String = "overheating", _ severity: String = "critical",
        topology: String = "hydrocarbon-tanks", subject: String = "T-07", label: String = "tank",
        summary: String = "Tank T-07 at 74.0 °C",
        french: String = "Cuve T-07 à 74.0 °C", from: Double = 0, to: Double? = nil, seen: Double? = nil
    ) -> AlertNotice {
        var notice = AlertNotice(
            transition: transition, incident: "\(subject)-\(name)-\(from)", name: name, topology: topology,
            severity: severity,
            labels: [(label, subject)], summaries: ["": summary, "en": summary, "fr": french], startsAt: at(from),
            endsAt: to.map(at), eventTime: at(to ?? from), detectedAt: at(to ?? from), seenAt: at(seen ?? to ?? from))
        notice.previousSeverity = nil
        return notice
    }

    /// A demo after three minutes.
    static var state: BoardState {
        var state = BoardState()
        state.take(
            notice(
                .firing, "congestion", "warning", topology: "road-congestion", subject: "RNIE1-03-E", label: "station",
                summary: "Congestion on RNIE1 at RNIE1-03-E: 17 km/h where 70 km/h is usual",
                french: "Bouchon sur RNIE1, station RNIE1-03-E : 17 km/h au lieu de 70 km/h", from: 20),
            family: "traffic")
        state.take(notice(.firing, from: 40), family: "sensors")
        state.take(
            notice(
                .firing, "intrusion", topology: "restricted-zone", subject: "cam-quai-03", label: "camera",
                summary: "Person in the restricted zone of cam-quai-03",
                french: "Personne en zone interdite, caméra cam-quai-03", from: 55), family: "video")
        state.take(
            notice(
                .firing, "suspect", "notice", subject: "T-12", summary: "Unusual reading on tank T-12: 95.2 °C",
                french: "Mesure inhabituelle sur la cuve T-12 : 95.2 °C", from: 10), family: "sensors")
        state.take(
            notice(
                .resolved, "suspect", "notice", subject: "T-12", summary: "Unusual reading on tank T-12: 95.2 °C",
                french: "Mesure inhabituelle sur la cuve T-12 : 95.2 °C", from: 10, to: 35), family: "sensors")
        state.figures = BoardFigures(
            phase: .running, elapsedMicroseconds: 62_000_000, produced: 62_100, records: 62_011,
            recordsPerSecond: 1003.4, lag: 12,
            watermarkLagMicroseconds: 2_140_000, late: 118,
            deadLetters: ["malformed-json": 21, "wrong-type": 14, "missing-field": 9],
            isConnected: true, isPaused: false, note: nil, broker: "127.0.0.1:41234 (embedded)",
            pages: "http://127.0.0.1:8080", topologies: 3)
        return state
    }
}
