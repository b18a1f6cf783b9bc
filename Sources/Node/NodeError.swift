/// Why a node can't run, in words for its operator.
public struct NodeError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// The settings or topologies ask for something that can't be: exit code 78.
        case configuration
        /// Something outside is not there: exit code 69.
        case unavailable
        /// It ran and had to give up: exit code 70.
        case runtime
    }

    public var kind: Kind
    /// Each problem with what to do about it.
    public var problems: [String]

    public init(_ kind: Kind, _ problems: [String]) {
        self.kind = kind
        self.problems = problems
    }

    public init(_ kind: Kind, _ problem: String) { self.init(kind, [problem]) }

    public var description: String { problems.joined(separator: "\n") }
}
