import Simulators

/// The board's own words in one language.
struct BoardWords: Sendable {
    var language: String
    var firing, resolved, noneFiring, starting, waiting, running, stopping, ended, failed: String
    var perSecond, lag, read, produced, behind, late, deadLetters, none, alertsSoFar, noneYet: String
    var more, quit, pages, paused, disconnected, tooSmall: String
    var severities: [String: String]
    var families: [SimulatedFamily: String]
    /// Between the groups of a number's digits.
    var groups: String
    var decimal: String
    /// Before a colon.
    var colon: String

    static let english = BoardWords(
        language: "en", firing: "Firing", resolved: "Resolved", noneFiring: "nothing is firing", starting: "starting",
        waiting: "waiting for a broker", running: "running", stopping: "stopping", ended: "ended", failed: "failed",
        perSecond: "events/s", lag: "lag", read: "read", produced: "produced", behind: "event time behind by",
        late: "late",
        deadLetters: "dead letters", none: "none", alertsSoFar: "alerts so far",
        noneYet: "none yet: the first takes half a minute or less",
        more: "more", quit: "q or Ctrl-C quits", pages: "pages", paused: "reading pauses: output is slower than input",
        disconnected: "no broker answers", tooSmall: "the window is too small",
        severities: [:],
        families: [.portSensors: "sensors", .roadTraffic: "traffic", .videoMetadata: "video"], groups: ",",
        decimal: ".",
        colon: ":")

    static let french = BoardWords(
        language: "fr", firing: "En cours", resolved: "Terminées", noneFiring: "aucune alerte en cours",
        starting: "démarrage", waiting: "attend un broker", running: "en marche", stopping: "arrêt en cours",
        ended: "arrêté",
        failed: "en panne", perSecond: "événements/s", lag: "à lire", read: "lus", produced: "produits",
        behind: "temps des événements en retrait de", late: "hors délai", deadLetters: "rebuts", none: "aucun",
        alertsSoFar: "alertes", noneYet: "aucune encore : la première vient en moins d'une demi-minute",
        more: "de plus",
        quit: "q ou Ctrl-C pour quitter", pages: "pages",
        paused: "lecture en pause : la sortie est plus lente que l'entrée",
        disconnected: "aucun broker ne répond", tooSmall: "la fenêtre est trop petite",
        severities: [
            "critical": "critique", "major": "majeure", "warning": "attention", "notice": "avis", "info": "info",
        ],
        families: [.portSensors: "capteurs", .roadTraffic: "trafic", .videoMetadata: "vidéo"], groups: "\u{202F}",
        decimal: ",", colon: " :")

    /// By the option, else by the environment as POSIX orders its variables.
    static func choose(_ option: String?, environment: [String: String]) -> BoardWords {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty }
        let language = option ?? locale ?? "en"
        return language.lowercased().hasPrefix("fr") ? french : english
    }

    func severity(_ name: String) -> String { severities[name] ?? name }
}

extension BoardWords {
    /// A whole number in groups of three digits.
    func number(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += groups }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }

    /// Seconds with one decimal.
    func seconds(_ microseconds: Int64) -> String {
        let tenths = (microseconds.magnitude + 50_000) / 100_000
        return (microseconds < 0 && tenths > 0 ? "-" : "") + number(Int64(tenths / 10)) + decimal + String(tenths % 10)
            + " s"
    }

    /// A span as short as it can be told: 42s, 3m12s, 1h05m.
    static func age(_ microseconds: Int64) -> String {
        let seconds = max(0, microseconds) / 1_000_000
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : String(value) }
        if seconds < 60 { return "\(seconds)s" }
        if seconds < 3600 { return "\(seconds / 60)m\(two(seconds % 60))s" }
        return seconds < 360_000 ? "\(seconds / 3600)h\(two(seconds / 60 % 60))m" : "\(seconds / 86_400)d"
    }

    /// A running clock: 00:42, 1:00:07.
    static func clock(_ microseconds: Int64) -> String {
        let seconds = max(0, microseconds) / 1_000_000
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : String(value) }
        let tail = "\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return seconds < 3600 ? tail : "\(seconds / 3600):\(tail)"
    }
}
