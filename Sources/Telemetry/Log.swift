/// Writes log lines: a constant text, and key and value pairs for all that varies. A value to pass around; copies write
/// to the same place.
///
///     let log = Log(level: .info, format: .logfmt).with(["node": "vigie-1"])
///     log.info("partition assigned", ["topic": topic, "partition": 3])
///     log.error("broker unreachable", ["broker": address, "error": text], every: .seconds(30))
///
/// The lines of a target stand together in its `Events.swift`, as functions in an extension of `Log`.
public struct Log: Sendable {
    public typealias Fields = KeyValuePairs<String, any LogField>

    /// Lines below it are not written.
    public let level: LogLevel
    private let format: LogFormat
    private let sink: LogSink
    private let context: [(key: String, value: LogValue)]

    /// A log that writes to the sink, standard error by default.
    public init(level: LogLevel = .info, format: LogFormat = .logfmt, sink: LogSink = .standardError) {
        self.level = level
        self.format = format
        self.sink = sink
        context = []
    }

    private init(_ log: Log, context: [(key: String, value: LogValue)]) {
        level = log.level
        format = log.format
        sink = log.sink
        self.context = context
    }

    /// A log that drops everything.
    public static let silent = Log(level: .error, sink: LogSink(discarding: ()))

    /// The same log with pairs that stand on every line.
    public func with(_ fields: Fields) -> Log {
        Log(self, context: Self.merged(context, fields))
    }

    public func debug(_ text: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        write(.debug, text, fields(), nil)
    }

    public func info(_ text: StaticString, _ fields: @autoclosure () -> Fields = [:], every interval: Duration? = nil) {
        write(.info, text, fields(), interval)
    }

    public func warning(
        _ text: StaticString, _ fields: @autoclosure () -> Fields = [:], every interval: Duration? = nil
    ) {
        write(.warning, text, fields(), interval)
    }

    public func error(
        _ text: StaticString, _ fields: @autoclosure () -> Fields = [:], every interval: Duration? = nil
    ) {
        write(.error, text, fields(), interval)
    }

    /// A line of a level known only at run time. With `every`, at most one line of this text and context per interval;
    /// the next that is written says how many were suppressed.
    public func write(
        _ level: LogLevel, _ text: StaticString, _ fields: @autoclosure () -> Fields, _ interval: Duration? = nil
    ) {
        guard level >= self.level else { return }
        var suppressed = 0
        if let interval {
            guard let count = sink.limiter.admit(limitKey(text), every: interval) else {
                sink.count(level)
                return
            }
            suppressed = count
        }
        var pairs = Self.merged(context, fields())
        if suppressed > 0 { pairs.append(("suppressed", .integer(Int64(suppressed)))) }
        sink.count(level)
        let line = LogLine(time: sink.now(), level: level, text: text.description, pairs: pairs)
        sink.write(format == .json ? line.json() : line.logfmt())
    }

    private func limitKey(_ text: StaticString) -> String {
        context.reduce(into: text.description) { key, pair in key += "\u{0}\(pair.key)=\(pair.value)" }
    }

    /// A key that is there already gets the new value.
    private static func merged(
        _ context: [(key: String, value: LogValue)], _ fields: Fields
    ) -> [(key: String, value: LogValue)] {
        var pairs = context
        for (key, field) in fields {
            let value = Redaction.isSecret(key) ? LogValue.text(Redaction.mark) : field.logValue
            if let index = pairs.firstIndex(where: { $0.key == key }) {
                pairs[index].value = value
            } else {
                pairs.append((key, value))
            }
        }
        return pairs
    }
}

/// Keys whose values are never written.
public enum Redaction {
    /// What stands in place of a secret.
    public static let mark = "[redacted]"

    private static let words = [
        "password", "passwd", "passphrase", "secret", "token", "credential", "apikey", "authorization",
    ]

    /// Whether a key is named like a secret: `sasl.password`, `SSL_KEY_PASSWORD`, `api-key`.
    public static func isSecret(_ key: String) -> Bool {
        let plain = key.lowercased().filter { $0 != "-" && $0 != "_" && $0 != "." }
        return words.contains { plain.contains($0) }
    }
}
