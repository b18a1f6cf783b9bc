/// What the runtime says to operators, through whatever the node logs with. Called on the worker's thread, never per
/// record: repeated events go through `seldom`.
public struct RuntimeLog {
    public enum Level: Sendable { case info, warning, error }
    private let write: (Level, String, [String: String]) -> Void
    private let limit: Limit

    /// At most one line per key in ten seconds, with the number of those left out.
    private final class Limit {
        var next: [String: Int64] = [:]
        var suppressed: [String: Int] = [:]
    }
    private let clock: any NodeClock

    public init(clock: any NodeClock, write: @escaping (Level, String, [String: String]) -> Void) {
        self.clock = clock
        self.write = write
        limit = Limit()
    }

    public func info(_ text: String, _ fields: [String: String] = [:]) { write(.info, text, fields) }
    public func warning(_ text: String, _ fields: [String: String] = [:]) { write(.warning, text, fields) }
    public func error(_ text: String, _ fields: [String: String] = [:]) { write(.error, text, fields) }

    public func seldom(_ text: String, key: String, _ fields: @autoclosure () -> [String: String]) {
        let now = clock.monotonicMicroseconds
        if let next = limit.next[key], now < next {
            limit.suppressed[key, default: 0] += 1
            return
        }
        limit.next[key] = now + 10_000_000
        var fields = fields()
        if let count = limit.suppressed.removeValue(forKey: key) { fields["suppressed"] = String(count) }
        write(.warning, text, fields)
    }
}
