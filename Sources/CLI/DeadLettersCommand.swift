import Arguments

enum DeadLettersCommand: CommandType {
    static let declaration = Command("dlq", summary: "being written")

    static func run(_ arguments: ParsedArguments) -> ExitCode { .internal }
}
