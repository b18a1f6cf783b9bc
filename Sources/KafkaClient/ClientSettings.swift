/// How to reach Kafka, and any librdkafka property on top (security.protocol, sasl.*, ssl.*, fetch.* …).
///
/// A value may be `env:NAME` or `file:/path`: it is looked up when a client is made, and never printed.
public struct ClientSettings: Sendable, Equatable {
    /// `host:port` list, separated by commas.
    public var brokers: String
    /// Properties by librdkafka's names, as its CONFIGURATION.md lists them.
    public var properties: [String: String]
    /// What the brokers' logs and quotas call this client.
    public var clientID: String

    public init(brokers: String, properties: [String: String] = [:], clientID: String = "vigie") {
        self.brokers = brokers
        self.properties = properties
        self.clientID = clientID
    }

    /// Whether a property's value must not be shown.
    public static func isSecret(_ name: String) -> Bool {
        let lower = name.lowercased()
        return ["password", "secret", "token", "key.pem", "jaas", "oauthbearer.config", "credential", "passphrase"]
            .contains { lower.contains($0) && !lower.hasSuffix("url") }
    }
}

extension ClientSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// All of it with what is secret left out; references (`env:`, `file:`) are shown, since they are not the secret.
    public var description: String {
        let shown = properties.sorted { $0.key < $1.key }.map { name, value in
            "\(name)=\(Self.isSecret(name) && SecretReference(value) == nil ? "<redacted>" : value)"
        }
        return (["brokers=\(brokers)", "client.id=\(clientID)"] + shown).joined(separator: " ")
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["settings": description]) }
}

/// How urgent a line of librdkafka's log is (syslog's numbers).
public enum ClientLogLevel: Int32, Comparable, Sendable {
    case emergency = 0, alert, critical, error, warning, notice, info, debug
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// Takes librdkafka's log lines: level, facility (a short code such as `FAIL`), text. Called on any thread, at times
/// with locks of the library held: return quickly, and don't call the client. Secrets are taken out before.
public typealias ClientLog = @Sendable (_ level: ClientLogLevel, _ facility: String, _ text: String) -> Void
