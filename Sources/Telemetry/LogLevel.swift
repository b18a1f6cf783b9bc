/// How urgent a log line is, by who has to act.
public enum LogLevel: Int, Sendable, Comparable, CaseIterable, CustomStringConvertible {
    /// Nobody; for those who work on Vigie.
    case debug
    /// Nobody: the normal course, such as a start, a stop, partitions that come and go.
    case info
    /// Somebody, when there is time: the node goes on, but not all is as it should be.
    case warning
    /// Somebody, now: the node can't do its work.
    case error

    public init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.description == name }) else { return nil }
        self = level
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }

    public var description: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }
}

/// How a log line is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `time=… level=info msg="partition assigned" topic=port.readings`
    case logfmt
    /// One JSON object per line with the same keys.
    case json
}

/// A value beside a log line's text.
public enum LogValue: Sendable, Hashable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
}

/// What can stand beside a log line's text.
public protocol LogField: Sendable {
    var logValue: LogValue { get }
}

extension String: LogField { public var logValue: LogValue { .text(self) } }
extension Substring: LogField { public var logValue: LogValue { .text(String(self)) } }
extension Int: LogField { public var logValue: LogValue { .integer(Int64(self)) } }
extension Int32: LogField { public var logValue: LogValue { .integer(Int64(self)) } }
extension Int64: LogField { public var logValue: LogValue { .integer(self) } }
extension UInt16: LogField { public var logValue: LogValue { .integer(Int64(self)) } }
extension Double: LogField { public var logValue: LogValue { .number(self) } }
extension Bool: LogField { public var logValue: LogValue { .boolean(self) } }
extension LogValue: LogField { public var logValue: LogValue { self } }
extension Duration: LogField {
    /// In seconds.
    public var logValue: LogValue {
        .number(Double(components.seconds) + Double(components.attoseconds) * 1e-18)
    }
}
