import Arguments
import KafkaClient
import Records

/// `vigie dlq`: what nodes could not use, and what to do with it.
enum DeadLettersCommand: CommandType {
    static let application = Option.optional(
        "application", short: "a", ArgumentType<String>.text.called("ID"),
        "of the cluster whose dead letters these are: their topic is ID.dead-letters", environment: "VIGIE_APPLICATION")
    static let topic = Option.optional(
        "topic", short: "t", ArgumentType<String>.text.called("TOPIC"), "the dead-letter topic, where it is another",
        environment: "VIGIE_DEAD_LETTERS")
    static let json = Option.flag("json", "print JSON lines")
    static let letter = Positional.optional(
        "LETTER", ArgumentType<String>.text, "a letter, TOPIC-PARTITION-OFFSET or PARTITION-OFFSET, as list prints it")
    static let last = Option.optional("last", .int(in: 1...10_000), "show the last so many letters instead")
    static let full = Option.flag("full", "print the whole payload, however long")
    static let raw = Option.flag("raw", "print nothing but the payload's bytes, as they are")
    static let yes = Option.flag("yes", "send; without it, what would be sent is only told")
    static let again = Option.flag("again", "also letters that were replayed before")
    static let limit = Option.optional("limit", .int(in: 1...Int.max), "send at most so many records")

    static let declaration = Command(
        "dlq", summary: "look at dead letters, and replay them",
        discussion: """
            A record that a node can't use goes to a dead-letter topic as it came, with the reason and the place it came \
            from. Nothing here takes a letter away: the topic keeps them for as long as it is set to.
            """,
        options: [RunCommand.brokers, application, topic, RunCommand.properties, RunCommand.propertyFile]
            + DeadLetterFilter.options,
        exitCodes: [.ok, .usage, .unavailable],
        subcommands: [
            Command(
                "list", summary: "count dead letters by reason, topology, step and source", options: [json],
                examples: [
                    .init("vigie dlq list --brokers localhost:9092 --application port", "what is in port.dead-letters")
                ],
                exitCodes: [.ok, .usage, .unavailable]),
            Command(
                "show", summary: "show letters in full", options: [last, full, raw], arguments: [letter],
                examples: [
                    .init("vigie dlq show -b localhost:9092 -a port port.dead-letters-0-17", "one letter"),
                    .init(
                        "vigie dlq show -b localhost:9092 -a port --last 3 --reason malformed-json",
                        "the last three of a kind"),
                ],
                exitCodes: [.ok, .usage, .unavailable]),
            Command(
                "replay", summary: "send the records of letters to their topics again",
                discussion: """
                    To be done once the cause is mended: a corrected topology, a sensor's clock set right. Each record goes to \
                    its old topic and partition with its key, its bytes as they were, and the header vigie-replayed-from. \
                    Every topology that reads the topic reads it again, also those that could use it the first time. What was \
                    delivered is noted in the dead-letter topic and not sent again, unless --again is given.
                    """,
                options: [yes, again, limit],
                examples: [
                    .init("vigie dlq replay -b localhost:9092 -a port --reason late", "see what would be sent"),
                    .init(
                        "vigie dlq replay -b localhost:9092 -a port --reason late --since 2026-01-31T08:00:00Z --yes",
                        "send it"),
                ],
                exitCodes: [.ok, .usage, .unavailable]),
        ])

    static func run(_ arguments: ParsedArguments) -> ExitCode {
        do throws(CommandFailure) {
            let isStopped = StopFlag()
            Signals.onStop { _ in isStopped.set() }
            let settings = try KafkaAccess.settings(arguments[RunCommand.brokers], arguments, client: "vigie-dlq")
            let one = arguments.command.last == "show" ? arguments[letter] : nil
            let topic = try topic(arguments, one)
            let admin = try KafkaAccess.admin(settings)
            let scan = try DeadLetterScan(settings, topic: topic, admin)
            switch arguments.command.last {
            case "show": return try show(scan, arguments, one, isStopped)
            case "replay": return try replay(scan, arguments, admin, isStopped)
            default: return try list(scan, arguments, isStopped)
            }
        } catch {
            Output.error(error.text)
            return error.code
        }
    }

    private static func topic(_ arguments: ParsedArguments, _ letter: String?) throws(CommandFailure) -> String {
        if let name = letter.flatMap(LetterName.init), let topic = name.topic { return topic }
        if let topic = arguments[topic] { return topic }
        if let application = arguments[application] { return application + ".dead-letters" }
        throw CommandFailure(
            .usage, "no dead-letter topic is named",
            hint: "--application ID stands for ID.dead-letters; --topic names another")
    }

    /// `TOPIC-PARTITION-OFFSET` or `PARTITION-OFFSET`.
    struct LetterName {
        let topic: String?
        let partition: Int32
        let offset: Int64

        init?(_ text: String) {
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count >= 2, let offset = Int64(parts[parts.count - 1]),
                let partition = Int32(parts[parts.count - 2]),
                offset >= 0, partition >= 0
            else { return nil }
            self.offset = offset
            self.partition = partition
            let rest = parts.dropLast(2).joined(separator: "-")
            topic = rest.isEmpty ? nil : rest
        }
    }

    // MARK: list

    private static func list(_ scan: DeadLetterScan, _ arguments: ParsedArguments, _ stop: StopFlag)
        throws(CommandFailure) -> ExitCode
    {
        let filter = DeadLetterFilter(arguments)
        let found = try scan.run(isStopped: { stop.isSet }, wanted: filter.takes)
        let table = DeadLetterTable(found)
        if arguments[json] {
            if table.total > 0 { Output.line(table.json()) }
        } else {
            Output.line(table.total == 0 ? "no dead letters in \(scan.topic)" : table.text(scan.topic))
        }
        tellForeign(found, scan)
        return .ok
    }

    private static func tellForeign(_ found: DeadLetterScan.Result, _ scan: DeadLetterScan) {
        if found.foreign > 0 {
            Output.error("\(grouped(found.foreign)) records of \(scan.topic) are no dead letters and were left out")
        }
    }

    // MARK: show

    private static func show(
        _ scan: DeadLetterScan, _ arguments: ParsedArguments, _ letter: String?, _ stop: StopFlag
    ) throws(CommandFailure) -> ExitCode {
        let filter = DeadLetterFilter(arguments)
        var found: DeadLetterScan.Result
        if let letter {
            guard let name = LetterName(letter) else {
                throw CommandFailure(
                    .usage, "'\(letter)' names no letter", hint: "TOPIC-PARTITION-OFFSET, as 'vigie dlq list' prints it"
                )
            }
            let range = Int(name.partition) < scan.ranges.count ? scan.ranges[Int(name.partition)] : (low: 0, high: 0)
            guard name.offset >= range.low, name.offset < range.high else {
                throw CommandFailure(
                    .usage, "there is no letter \(letter)",
                    hint: range.high > range.low
                        ? "partition \(name.partition) of \(scan.topic) holds offsets \(range.low) to \(range.high - 1)"
                        : "partition \(name.partition) of \(scan.topic) holds nothing")
            }
            // Notes may stand in any partition behind it; they are small.
            found = try scan.run(from: { $0 == name.partition ? name.offset : $1.low }, isStopped: { stop.isSet }) {
                $0.place.partition == name.partition && $0.place.offset == name.offset
            }
        } else {
            found = try scan.run(isStopped: { stop.isSet }, wanted: filter.takes)
            found.letters = Array(found.letters.sorted { $0.rejectedAt < $1.rejectedAt }.suffix(arguments[last] ?? 1))
        }
        if found.letters.isEmpty { Output.error("no such letters in \(scan.topic)") }
        for letter in found.letters {
            if arguments[raw] {
                Output.bytes(letter.value ?? [])
            } else {
                Output.line(
                    DeadLetterView.text(letter, isReplayed: found.replayed.contains(letter.id), whole: arguments[full]))
            }
        }
        return .ok
    }

    // MARK: replay

    private static func replay(
        _ scan: DeadLetterScan, _ arguments: ParsedArguments, _ admin: Admin, _ stop: StopFlag
    ) throws(CommandFailure) -> ExitCode {
        let filter = DeadLetterFilter(arguments)
        let found = try scan.run(isStopped: { stop.isSet }, wanted: filter.takes)
        let plan = DeadLetterReplay.plan(found, again: arguments[again], limit: arguments[limit])
        for letter in plan.impossible.prefix(5) {
            Output.error("\(letter.name) can't be replayed: \(letter.obstacle ?? "")")
        }
        tellForeign(found, scan)
        var counts =
            "\(grouped(plan.alreadyReplayed)) replayed before, \(grouped(plan.doubles.count)) other letters of the same records, \(grouped(plan.impossible.count)) that can't be replayed"
        if !arguments[yes] {
            for letter in plan.sends.prefix(10) {
                Output.line(
                    "would send \(letter.name) to \(letter.sourceTopic) (\(PayloadText.escaped(letter.reason)), record \(letter.source))"
                )
            }
            if plan.sends.count > 10 { Output.line("would send \(grouped(plan.sends.count - 10)) more") }
            Output.line("\(grouped(plan.sends.count)) records to send; \(counts)")
            if !plan.sends.isEmpty { Output.line("nothing was sent: add --yes") }
            return .ok
        }
        let sender = DeadLetterReplay(settings: scan.settings, topic: scan.topic)
        let arrived = try sender.send(plan, admin, isStopped: { stop.isSet }, report: Output.error)
        if arrived < plan.sends.count { counts += ", \(grouped(plan.sends.count - arrived)) not delivered" }
        Output.line("\(grouped(arrived)) records sent; \(counts)")
        return arrived == plan.sends.count || stop.isSet ? .ok : .unavailable
    }
}
