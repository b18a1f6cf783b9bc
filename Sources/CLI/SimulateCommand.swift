import Arguments

enum SimulateCommand: CommandType {
    static let declaration = Command("simulate", summary: "being written")

    static func run(_ arguments: ParsedArguments) -> ExitCode { .internal }
}
