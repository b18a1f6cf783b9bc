import Arguments

enum DemoCommand: CommandType {
    static let declaration = Command("demo", summary: "being written")

    static func run(_ arguments: ParsedArguments) -> ExitCode { .internal }
}
