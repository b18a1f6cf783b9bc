/// What a node is doing as a whole.
public enum NodePhase: String, Sendable {
    case starting
    /// No broker could be reached so far.
    case waiting
    case running
    /// Finishing what has been read.
    case draining
    case ended, failed
}

/// Who a node is, for its pages.
public struct NodeDescription: Sendable {
    public var application: String
    public var node: String
    public var topologies: [String]

    public init(application: String, node: String, topologies: [String]) {
        self.application = application
        self.node = node
        self.topologies = topologies
    }
}
