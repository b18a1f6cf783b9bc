public import Settings

/// A test that stands in a topology file: what arrives, and what must come out. Run under a virtual clock by the engine
/// that runs the topology.
public struct InlineTest: Sendable {
    public enum Step: Sendable {
        /// A record arrives at a source. Its payload is JSON text (or whatever `raw` said); nil for a tombstone.
        case record(source: String, key: String?, payload: [UInt8]?, at: Int64?, place: Place)
        /// The wall clock moves on by this much, in microseconds.
        case clock(microseconds: Int64)
    }
    /// What one output must hold, in order.
    public struct Expectation: Sendable {
        /// A sink's name, or "dead-letters".
        public let output: String
        public let place: Place
        /// Each names only the fields to compare.
        public let records: [ConfigNode]
    }

    public let name: String
    public let place: Place
    public let steps: [Step]
    public let expectations: [Expectation]
}
