public import Records

/// An incident that was planted: what alerts can be compared with.
public struct SimulatedIncident: Sendable, Hashable {
    /// What happens.
    public enum Kind: String, CaseIterable, Sendable {
        /// A tank's temperature rises from its ordinary 27–38 °C to 74 °C in 30 s, stays for 20 s, is cooled in 45 s.
        case overheating
        /// One single temperature sample of 95 °C: a rule with `for` must not alert.
        case spike
        /// Speed below 40 % of free flow and occupancy above 0.4 on three neighbouring stations (one incident each).
        case congestion
        /// A person walks through the restricted zone of a quay camera.
        case intrusion
    }

    /// The family of the events that show it.
    public var family: SimulatedFamily
    /// What happens.
    public var kind: Kind
    /// The key of the events that show it: sensor id, station id or camera id.
    public var asset: String
    /// The first instant at which the asset is out of its ordinary state.
    public var from: EventTime
    /// The first instant at which it is back in it.
    public var to: EventTime
    /// From here on every sample is beyond `SimulatedThresholds` …
    public var exceedsFrom: EventTime
    /// … until here.
    public var exceedsTo: EventTime
}

/// The limits that ordinary assets never cross and planted incidents always do.
public enum SimulatedThresholds {
    /// Tank temperature in °C.
    public static let tankTemperature = 65.0
    /// Average speed as a share of the free-flow speed (below: congested).
    public static let speedShare = 0.4
    /// Occupancy as a fraction (above: congested).
    public static let occupancy = 0.4
    /// The restricted zone, in pixels of a 1920×1080 frame, of the bottom centre of a person's box: x.
    public static let zoneX: ClosedRange<Double> = 600...1400
    /// The restricted zone: y.
    public static let zoneY: ClosedRange<Double> = 500...900
}

/// A kind of incident that repeats: occurrence k begins at `start + first + k · period` (microseconds).
struct IncidentClock {
    var start: Int64
    var first: Int64
    var period: Int64
    /// How long one lasts at most; less than the period.
    var length: Int64
    /// How long before its beginning something of it is seen.
    var lead: Int64 = 0

    /// The occurrence at an instant and how far in it is (microseconds, from -lead); nil between two of them.
    @inline(__always)
    func occurrence(at time: EventTime) -> (ordinal: Int, offset: Int64)? {
        let since = time.microseconds - start - first + lead
        guard since >= 0 else { return nil }
        let offset = since % period - lead
        return offset < length ? (Int(since / period), offset) : nil
    }

    func beginning(_ ordinal: Int) -> Int64 { start + first + Int64(ordinal) * period }
}

let second: Int64 = 1_000_000
