import Records

/// Which event it is, before it is written.
struct EventPlace {
    /// Index of the asset's stream within its lane.
    var source: Int
    /// Whether the stream is one of those added for load, which have no incidents.
    var isExtra: Bool
    /// How many events of the stream came before.
    var round: Int
    /// In whole milliseconds.
    var time: EventTime
    /// Seconds from one event of the stream to the next.
    var interval: Double
    var fault: SimulatedFault
}
