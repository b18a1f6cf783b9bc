import Arguments
import Codecs
import Records

/// Which letters a command is about.
struct DeadLetterFilter {
    var reasons: [String] = []
    var topologies: [String] = []
    var steps: [String] = []
    var sources: [String] = []
    var since: EventTime?
    var until: EventTime?

    static let reason = Option.repeated(
        "reason", ArgumentType<String>.text, "only letters with this reason, such as malformed-json",
        section: "Which letters")
    static let topology = Option.repeated(
        "topology", ArgumentType<String>.text.called("NAME"), "only those of this topology", section: "Which letters")
    static let step = Option.repeated(
        "step", ArgumentType<String>.text.called("NAME"), "only those of this step", section: "Which letters")
    static let source = Option.repeated(
        "source", ArgumentType<String>.text.called("TOPIC"), "only records of this topic", section: "Which letters")
    static let since = Option.optional(
        "since", instant, "only those rejected at this time or later", section: "Which letters")
    static let until = Option.optional(
        "until", instant, "only those rejected before this time", section: "Which letters")

    static let options: [any OptionDeclaration] = [reason, topology, step, source, since, until]

    private static let instant = ArgumentType<EventTime>(
        placeholder: "TIME", expected: "a time such as 2026-01-31T08:00:00Z", format: { $0.description }
    ) { text in RFC3339.parse(text).map { .success($0) } ?? .failure(.mismatch) }

    init() {}

    init(_ arguments: ParsedArguments) {
        reasons = arguments[Self.reason]
        topologies = arguments[Self.topology]
        steps = arguments[Self.step]
        sources = arguments[Self.source]
        since = arguments[Self.since]
        until = arguments[Self.until]
    }

    func takes(_ letter: DeadLetter) -> Bool {
        func matches(_ wanted: [String], _ value: String) -> Bool { wanted.isEmpty || wanted.contains(value) }
        return matches(reasons, letter.reason) && matches(topologies, letter.topology) && matches(steps, letter.step)
            && matches(sources, letter.sourceTopic) && since.map { letter.rejectedAt >= $0 } ?? true
            && until.map { letter.rejectedAt < $0 } ?? true
    }
}
