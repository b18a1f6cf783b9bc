public import Records

/// What an alert record says, in pieces. The operator keeps one and refills it: arrays are emptied with their capacity,
/// and text is views of memory that outlives the call to the writer.
public struct AlertRecord: Sendable {
    /// A label besides name, severity and topology. Values that are absent are left out by not adding the label.
    public struct Label: Sendable {
        public var name: String
        public var value: ByteView

        public init(_ name: String, _ value: ByteView) {
            self.name = name
            self.value = value
        }
    }

    /// The summary in one language.
    public struct Summary: Sendable {
        /// Language tag ("en", "fr").
        public var language: String
        public var text: ByteView

        public init(_ language: String, _ text: ByteView) {
            self.language = language
            self.text = text
        }
    }

    /// A record that led to the transition, for whoever wants to look at it.
    public struct Evidence: Sendable, Equatable {
        public var topic: ByteView
        public var partition: Int32
        public var offset: Int64

        public init(topic: ByteView, partition: Int32, offset: Int64) {
            self.topic = topic
            self.partition = partition
            self.offset = offset
        }
    }

    /// The window whose row led to the transition. `to` is exclusive.
    public struct Window: Sendable, Hashable {
        /// "tumbling", "hopping", "sliding" or "session".
        public var type: String
        public var from: EventTime
        public var to: EventTime

        public init(type: String, from: EventTime, to: EventTime) {
            self.type = type
            self.from = from
            self.to = to
        }
    }

    public var transition: AlertTransition
    /// Label `alertname`: the name of the alert step.
    public var alertName: String
    /// Label `topology`.
    public var topology: String
    /// Label `severity`: the text of the transition's code.
    public var severity: String
    /// Text of the code before, for `updated`.
    public var previousSeverity: String?
    /// The key fields, then the extra labels. Names differ from each other and from the three above.
    public var labels: [Label] = []
    /// The first is also `annotations.summary`.
    public var summaries: [Summary] = []
    /// The measurement and the threshold it is compared with, when the rule names them.
    public var value: Double?
    public var threshold: Double?
    /// Where the rule can be looked at.
    public var generatorURL: String
    /// Event time of the row that led to the transition; of one that a watermark brought about, of the last row before.
    public var eventTime: EventTime
    /// Wall clock when the operator saw it.
    public var detectedAt: EventTime
    /// Wall clock when the record was handed to the producer, when that is known.
    public var publishedAt: EventTime?
    public var window: Window?
    public var evidence: [Evidence] = []

    public init(
        transition: AlertTransition, alertName: String, topology: String, severity: String, generatorURL: String,
        eventTime: EventTime, detectedAt: EventTime
    ) {
        self.transition = transition
        self.alertName = alertName
        self.topology = topology
        self.severity = severity
        self.generatorURL = generatorURL
        self.eventTime = eventTime
        self.detectedAt = detectedAt
    }
}
