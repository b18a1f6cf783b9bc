public import Codecs
public import Operators
public import Records
public import Settings

/// A validated topology: everything a node needs to run it, with the place in the file of everything it names.
public struct TopologyPlan: Sendable {
    /// The id: names metrics, state and dead letters; stable across releases.
    public let name: String
    /// Title by language code; "" for a text without one.
    public let title: [String: String]
    public let file: String
    public private(set) var sources: [SourcePlan]
    /// In an order in which every step stands after the one it reads.
    public let steps: [StepPlan]
    public private(set) var sinks: [SinkPlan]
    public let tests: [InlineTest]

    /// The same topology on other topics: by the name of a source or sink, the topic to use in place of the file's.
    public func onTopics(_ topics: [String: String]) -> TopologyPlan {
        var copy = self
        for index in sources.indices { copy.sources[index].topic = topics[sources[index].name] ?? sources[index].topic }
        for index in sinks.indices { copy.sinks[index].topic = topics[sinks[index].name] ?? sinks[index].topic }
        return copy
    }

    /// The source whose records a step or sink works on.
    public func root(of name: String) -> SourcePlan? {
        if let source = sources.first(where: { $0.name == name }) { return source }
        return steps.first { $0.name == name }.flatMap { root(of: $0.from) }
    }
}

/// A topic that is read, and how its records become rows.
public struct SourcePlan: Sendable {
    public enum Format: Sendable {
        case json(DecodePlan)
        case deepStream
    }
    /// What happens to a record that can't be decoded.
    public enum ErrorPolicy: String, Sendable, CaseIterable {
        /// It goes to the dead-letter topic; the default.
        case deadLetter = "dead-letter"
        /// It is counted and passed over.
        case skip
        /// The node stops, so that nothing is passed over until somebody has looked.
        case stop
    }

    public let name: String
    public let place: Place
    public internal(set) var topic: String
    public let topicPlace: Place
    public let format: Format
    public let shape: StreamShape
    public let watermark: WatermarkRule
    public let onError: ErrorPolicy

    /// A decoder for one task's records.
    public func makeDecoder() -> any RecordDecoder {
        switch format {
        case .json(let plan):
            guard let decoder = JSONColumnDecoder(plan) else {
                preconditionFailure("the loader has checked the plan: \(plan.problems)")
            }
            return decoder
        case .deepStream: return DeepStreamDecoder()
        }
    }
}

/// How far behind the latest record a source's time is.
public struct WatermarkRule: Sendable, Equatable {
    /// Records may come this much out of order: the watermark is the latest event time less this.
    public var delayMicroseconds: Int64
    /// A partition that is read to its end and had no record for this long moves on with the clock.
    public var idleMicroseconds: Int64
    /// A record this far ahead of the clock is not believed: one sensor with a wrong clock would close everybody's
    /// windows.
    public var aheadMicroseconds: Int64

    public init(delayMicroseconds: Int64, idleMicroseconds: Int64, aheadMicroseconds: Int64) {
        self.delayMicroseconds = delayMicroseconds
        self.idleMicroseconds = idleMicroseconds
        self.aheadMicroseconds = aheadMicroseconds
    }
}

/// One step: where it reads, and what it does.
public struct StepPlan: Sendable {
    public let name: String
    public let place: Place
    public let from: String
    public let kind: String
    public let spec: any StepSpec
}

/// A topic that is written.
public struct SinkPlan: Sendable {
    public enum Content: Sendable {
        /// The source's payload, byte for byte: nothing changed on the way.
        case passThrough
        /// A JSON object of all fields.
        case json
        /// Alerts in the alert format, keyed by fingerprint, with CloudEvents headers.
        case alerts
    }
    public enum Key: Sendable {
        /// The key of the message that the row came from.
        case source
        /// The text of these fields; of several, a JSON array.
        case fields([Int])
    }

    public let name: String
    public let place: Place
    public let from: String
    public internal(set) var topic: String
    public let content: Content
    public let key: Key
    public let schema: Schema
}
