public import Records

/// What is simulated. The same settings give the same bytes, on every machine.
public struct SimulationSettings: Sendable {
    /// Seeds everything that is random.
    public var seed: UInt64
    /// Simulated time at which the simulation begins; the daily rhythm follows it. Rounded down to a millisecond.
    public var start: EventTime
    /// How much event time is simulated; nil: without end.
    public var duration: Duration?
    /// Events per second of simulated time over all families; nil: every asset at its own pace (162 events/s).
    ///
    /// More than that comes from further ordinary assets, so that those with incidents keep their pace; less takes
    /// ordinary assets away first, then slows all down.
    public var rate: Double?
    /// Parts of the rate per family (any positive scale; 0 leaves a family out). With no rate they only say which
    /// families take part.
    public var shares: Shares
    /// The longest ordinary delay between an event and its sending: events arrive out of order by up to this.
    public var disorder: Duration
    /// Share (0…1) of the events that are delayed at all, by up to `disorder`.
    public var disorderShare: Double
    /// Share (0…1) of the events that come late: by `lateBy` to one and a half times that.
    public var lateShare: Double
    /// The delay of late events; take more than the grace of the windows.
    public var lateBy: Duration
    /// Share (0…1) of the events that are spoilt on purpose (`SimulatedFault`).
    public var malformedShare: Double
    /// Whether incidents are planted.
    public var incidents: Bool

    /// Parts of the rate per family.
    public struct Shares: Sendable, Equatable {
        /// Tanks and weather.
        public var portSensors: Double
        /// Road stations.
        public var roadTraffic: Double
        /// Cameras.
        public var videoMetadata: Double

        public init(portSensors: Double = 0.6, roadTraffic: Double = 0.2, videoMetadata: Double = 0.2) {
            self.portSensors = portSensors
            self.roadTraffic = roadTraffic
            self.videoMetadata = videoMetadata
        }

        /// The part of one family.
        public subscript(family: SimulatedFamily) -> Double {
            switch family {
            case .portSensors: portSensors
            case .roadTraffic: roadTraffic
            case .videoMetadata: videoMetadata
            }
        }
    }

    public init(
        seed: UInt64 = 1, start: EventTime, duration: Duration? = nil, rate: Double? = nil, shares: Shares = Shares(),
        disorder: Duration = .seconds(2), disorderShare: Double = 0.1, lateShare: Double = 0.002,
        lateBy: Duration = .seconds(20), malformedShare: Double = 0.002, incidents: Bool = true
    ) {
        self.seed = seed
        self.start = start
        self.duration = duration
        self.rate = rate
        self.shares = shares
        self.disorder = disorder
        self.disorderShare = disorderShare
        self.lateShare = lateShare
        self.lateBy = lateBy
        self.malformedShare = malformedShare
        self.incidents = incidents
    }

    /// Throws the first thing that is out of range.
    public func validate() throws(SimulationError) {
        if let rate, !(rate > 0 && rate <= 10_000_000) {
            throw SimulationError("rate must be above 0 and at most 10000000 events per second, not \(rate)")
        }
        if let duration, duration <= .zero || duration > Self.longest {
            throw SimulationError("duration must be above 0 and at most 10000 days, not \(duration)")
        }
        for (name, share) in [
            ("disorder share", disorderShare), ("late share", lateShare), ("malformed share", malformedShare),
        ] where !(share >= 0 && share <= 1) {
            throw SimulationError("\(name) must be between 0 and 1, not \(share)")
        }
        if disorderShare + lateShare > 1 {
            throw SimulationError("disorder share and late share together must not exceed 1")
        }
        let day = Duration.seconds(86_400)
        for (name, span) in [("disorder", disorder), ("late by", lateBy)] where span < .zero || span > day {
            throw SimulationError("\(name) must be between 0 and 24 hours, not \(span)")
        }
        if !SimulatedFamily.allCases.allSatisfy({ shares[$0] >= 0 && shares[$0].isFinite }) {
            throw SimulationError("the share of a family must be 0 or more")
        }
        if SimulatedFamily.allCases.allSatisfy({ shares[$0] == 0 }) {
            throw SimulationError("at least one family must have a share above 0")
        }
        let years = EventTime(milliseconds: 0)...EventTime(milliseconds: 253_000_000_000_000)
        if !years.contains(start) {
            throw SimulationError("start must lie between the years 1970 and 9987, not \(start)")
        }
    }

    static let longest: Duration = .seconds(86_400 * 10_000)
}

/// Settings with which nothing can be simulated; the message says which and what is allowed.
public struct SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Lower-case, without a period.
    public var message: String
    init(_ message: String) { self.message = message }
    /// The message.
    public var description: String { message }
}
