/// Why the server could not be started: who must act and how.
public struct WebServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, for programs.
    public enum Reason: String, Hashable, Sendable {
        case invalidAddress = "invalid-address"
        case portTaken = "port-taken"
        case notPermitted = "not-permitted"
        case addressNotAvailable = "address-not-available"
        case socket
        case tls
        case routes
        case library
    }

    /// What went wrong, for programs.
    public var reason: Reason
    /// What went wrong, for people: lower-case, without a period.
    public var message: String
    /// What to do.
    public var hint: String

    init(_ reason: Reason, _ message: String, hint: String) {
        self.reason = reason
        self.message = message
        self.hint = hint
    }

    /// Message and hint.
    public var description: String { "\(message) (\(hint))" }
}
