import Simulators

/// What the summary of a demo says, in one language.
struct SummaryWords: Sendable {
    var board: BoardWords
    var summaryOf, events, produced, read, perSecond, notDelivered, noReason: String
    var notUsed, late, deadLetters, alerts, none, planted, unexpected, latency, latencyIs, machine: String
    var memory, cpu, forNode, forAll: String
    var alertAfter, quiet, modelAfter, missed, falseAlarm, undecided: String
    /// Where the generator waited and how far it fell behind: text around the two spans.
    var held, heldAnd, heldEnd: String
    var transitions: [AlertNotice.Transition: String]
    var kinds: [SimulatedIncident.Kind: String]

    static let english = SummaryWords(
        board: .english, summaryOf: "Summary of", events: "events", produced: "produced", read: "read",
        perSecond: "a second", notDelivered: "not delivered", noReason: "no reason given", notUsed: "not used",
        late: "late", deadLetters: "dead letters", alerts: "alerts", none: "none", planted: "planted",
        unexpected: "unexpected", latency: "latency", latencyIs: "from detection until read from the alert topic",
        machine: "machine", memory: "of memory at most", cpu: "of CPU", forNode: "for generator and node",
        forAll: "for broker, generator and node", alertAfter: "alert after", quiet: "one wild sample, no alert: right",
        modelAfter: "noticed by the model after", missed: "MISSED",
        falseAlarm: "FALSE ALARM: one wild sample set off the rule",
        undecided: "began too late in this run to tell", held: "the generator waited",
        heldAnd: "for the readers and was up to", heldEnd: "behind: this machine can't do more",
        transitions: [.firing: "firing", .updated: "updated", .resolved: "resolved"],
        kinds: [.overheating: "overheating", .spike: "spike", .congestion: "congestion", .intrusion: "intrusion"])

    static let french = SummaryWords(
        board: .french, summaryOf: "Bilan de", events: "événements", produced: "produits", read: "lus",
        perSecond: "par seconde", notDelivered: "non remis", noReason: "sans raison donnée", notUsed: "écartés",
        late: "hors délai", deadLetters: "rebuts", alerts: "alertes", none: "aucune", planted: "provoqués",
        unexpected: "imprévu", latency: "latence", latencyIs: "de la détection à la lecture de l'alerte",
        machine: "machine", memory: "de mémoire au plus", cpu: "de processeur", forNode: "pour générateur et nœud",
        forAll: "pour broker, générateur et nœud", alertAfter: "alerte après",
        quiet: "une mesure folle, aucune alerte : c'est bien", modelAfter: "remarquée par le modèle après",
        missed: "MANQUÉ", falseAlarm: "FAUSSE ALERTE : une seule mesure folle",
        undecided: "trop près de la fin pour le dire", held: "le générateur a attendu",
        heldAnd: "les lecteurs et a eu jusqu'à", heldEnd: "de retard : cette machine ne peut pas plus",
        transitions: [.firing: "déclenchées", .updated: "modifiées", .resolved: "terminées"],
        kinds: [.overheating: "surchauffe", .spike: "mesure folle", .congestion: "bouchon", .intrusion: "intrusion"])

    static func of(_ board: BoardWords) -> SummaryWords { board.language == "fr" ? french : english }
}
