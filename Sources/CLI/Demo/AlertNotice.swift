import Codecs
import Records

/// One alert record, as far as the board and scripts need it.
struct AlertNotice: Sendable, Equatable {
    enum Transition: String, Sendable, CaseIterable { case firing, updated, resolved }

    var transition: Transition
    /// Names one life of the alert: its fingerprint and beginning.
    var incident: String
    var name: String
    var topology: String
    var severity: String
    /// Labels besides name, severity and topology, as they came: those of the key first.
    var labels: [(name: String, value: String)]
    /// By language.
    var summaries: [String: String]
    var startsAt: EventTime
    var endsAt: EventTime?
    var eventTime: EventTime
    var detectedAt: EventTime
    /// When it was read back from Kafka.
    var seenAt: EventTime
    /// The previous severity of an update.
    var previousSeverity: String?

    /// What it is about: the first label.
    var subject: String { labels.first?.value ?? "" }

    func summary(_ language: String) -> String { summaries[language] ?? summaries["en"] ?? summaries[""] ?? name }

    static func == (a: AlertNotice, b: AlertNotice) -> Bool {
        a.incident == b.incident && a.transition == b.transition && a.severity == b.severity && a.seenAt == b.seenAt
    }
}

extension AlertNotice {
    /// Reads an alert record (AlertRecordWriter writes them); nil when it is something else.
    init?(_ value: UnsafeBufferPointer<UInt8>, seenAt: EventTime) {
        guard let node = try? JSONText.parse(value), let labels = node["labels"], let extra = node["x"],
            let name = labels["alertname"]?.string, let topology = labels["topology"]?.string,
            let severity = labels["severity"]?.string, let incident = extra["incident"]?.string,
            let transition = extra["transition"]?.string.flatMap(Transition.init(rawValue:)),
            let startsAt = Self.time(node["startsAt"])
        else { return nil }
        self.transition = transition
        self.incident = incident
        self.name = name
        self.topology = topology
        self.severity = severity
        self.startsAt = startsAt
        self.seenAt = seenAt
        endsAt = Self.time(node["endsAt"])
        eventTime = Self.time(extra["eventTime"]) ?? startsAt
        detectedAt = Self.time(extra["detectedAt"]) ?? seenAt
        previousSeverity = extra["previousSeverity"]?.string
        self.labels = Self.members(labels).filter { !["alertname", "topology", "severity"].contains($0.name) }
        summaries = [:]
        for (name, text) in node["annotations"].map(Self.members) ?? [] {
            if name == "summary" { summaries[""] = text }
            if name.hasPrefix("summary_") { summaries[String(name.dropFirst(8))] = text }
        }
    }

    private static func time(_ node: JSONNode?) -> EventTime? { node?.string.flatMap { RFC3339.parse($0) } }

    private static func members(_ node: JSONNode) -> [(name: String, value: String)] {
        guard case .object(let members) = node.content else { return [] }
        return members.compactMap { member in member.value.string.map { (member.key, $0) } }
    }
}
