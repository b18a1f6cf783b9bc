import Arguments

/// Why a command can't do what it was asked, in words for its user.
struct CommandProblem: Error {
    var code: ExitCode
    var message: String
    var hint: String?

    init(_ code: ExitCode, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// Prints it as all commands do.
    func report() -> ExitCode {
        Output.error("error: \(message)" + (hint.map { "\n  hint: \($0)" } ?? ""))
        return code
    }
}
