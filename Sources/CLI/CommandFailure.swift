import Arguments

/// Why a command can't do its work, or can't go on with it, in words for whoever called it.
struct CommandFailure: Error {
    let code: ExitCode
    let message: String
    let hint: String?

    init(_ code: ExitCode, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    var text: String { "error: \(message)" + (hint.map { "\n  hint: \($0)" } ?? "") }
}
