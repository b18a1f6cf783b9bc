import Arguments
import Records
import Simulators

/// The options of demo and simulate that say what is simulated.
enum SimulationOptions {
    private static let section = "What is simulated"
    static let seed = Option.value(
        "seed", .int(in: 0...Int.max), default: 1, "the same seed gives the same events", section: section)
    static let malformed = Option.value(
        "malformed", .number(in: 0...1).called("SHARE"), default: 0.002, "share of the records that are spoilt",
        section: section)
    static let late = Option.value(
        "late", .number(in: 0...1).called("SHARE"), default: 0.002, "share of the records that come some 20 s late",
        section: section)
    static let families = Option.optional(
        "families", .list(of: .choice(SimulatedFamily.allCases.map(\.name))),
        "families that take part: sensors, traffic, video; all of them unless set", section: section)
    static let noIncidents = Option.flag("no-incidents", "plant no incidents", section: section)

    /// The settings that the options ask for, checked.
    static func settings(
        _ arguments: ParsedArguments, start: EventTime, rate: Double?, duration: Duration? = nil
    ) throws(CommandFailure) -> SimulationSettings {
        var settings = SimulationSettings(seed: UInt64(arguments[seed]), start: start, duration: duration, rate: rate)
        settings.malformedShare = arguments[malformed]
        settings.lateShare = arguments[late]
        settings.disorderShare = min(settings.disorderShare, 1 - settings.lateShare)
        settings.incidents = !arguments[noIncidents]
        if let chosen = arguments[families] {
            let usual = settings.shares
            settings.shares = SimulationSettings.Shares(
                portSensors: chosen.contains("sensors") ? usual.portSensors : 0,
                roadTraffic: chosen.contains("traffic") ? usual.roadTraffic : 0,
                videoMetadata: chosen.contains("video") ? usual.videoMetadata : 0)
        }
        do throws(SimulationError) { try settings.validate() } catch {
            throw CommandFailure(.usage, error.message)
        }
        return settings
    }
}
