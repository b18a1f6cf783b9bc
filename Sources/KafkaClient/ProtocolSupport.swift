import CRdKafka

/// What the linked librdkafka can be trusted with.
public enum ProtocolSupport {
    /// The version of the library that runs, such as `2.14.2`.
    public static var version: String { String(cString: rd_kafka_version_str()) }

    /// The same as a number, 0xMMmmrrxx.
    public static var versionNumber: Int32 { rd_kafka_version() }

    /// From 2.10.1 on: partitions move one by one while the others are read on. Older versions lose or double records
    /// in cooperative rebalances (measured; their changelogs say why).
    public static var supportsCooperative: Bool { supportsCooperative(versionNumber) }

    static func supportsCooperative(_ number: Int32) -> Bool { number >= 0x020a_01ff }

    /// The assignment strategy that nodes use with this library.
    public static var assignmentStrategy: String { supportsCooperative ? "cooperative-sticky" : "range" }

    /// What to tell the operator at start; nil when all is well.
    public static var warning: String? { warning(versionNumber, version) }

    static func warning(_ number: Int32, _ version: String) -> String? {
        if supportsCooperative(number) { return nil }
        return """
            librdkafka \(version) is older than 2.10.1: partitions are assigned by the eager protocol, so that every \
            rebalance stops all nodes of the group for a moment. Build with librdkafka 2.14.2 (./Deploy/demo does) to avoid it
            """
    }
}
