import Arguments

enum ReplayCommand: CommandType {
    static let declaration = Command("replay", summary: "being written")

    static func run(_ arguments: ParsedArguments) -> ExitCode { .internal }
}
