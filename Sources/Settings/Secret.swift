#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A value that is never printed: read from the environment (`env:NAME`) or a file (`file:/path`), shown only as the
/// reference it came from.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Where the value comes from, `env:NAME` or `file:/path`. May be shown.
    public let reference: String
    private let value: String

    /// Why a reference couldn't be resolved. Never holds the value.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public let message: String
        public let hint: String?

        public var description: String { hint.map { "\(message) (\($0))" } ?? message }
    }

    /// Reads the value a reference points to. One line end at the end of a file is not part of the value.
    public static func resolve(_ reference: String) throws(Failure) -> Secret {
        try resolve(reference, environment: { name in getenv(name).map { String(cString: $0) } })
    }

    static func resolve(
        _ reference: String, environment: (String) -> String?
    ) throws(Failure) -> Secret {
        if reference.hasPrefix("env:") {
            let name = String(reference.dropFirst(4))
            guard !name.isEmpty else { throw Failure(message: "'env:' names no variable", hint: example) }
            guard let value = environment(name), !value.isEmpty else {
                throw Failure(
                    message: "the environment variable \(name) is not set", hint: "set it where vigie is started")
            }
            return Secret(reference: reference, value: value)
        }
        if reference.hasPrefix("file:") {
            return try read(String(reference.dropFirst(5)), reference)
        }
        // The text itself may be the secret: it is not repeated here.
        throw Failure(message: "a secret can't stand in the file itself", hint: example)
    }

    /// Whether a text has the form of a reference.
    public static func isReference(_ text: String) -> Bool {
        text.hasPrefix("env:") || text.hasPrefix("file:")
    }

    /// The value, to hand to the library that needs it.
    public func reveal() -> String { value }

    public var description: String { "<secret from \(reference)>" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    private static let example = "write env:NAME or file:/path and keep the value there"

    private static func read(_ path: String, _ reference: String) throws(Failure) -> Secret {
        switch FileText.read(path: path, limit: 64 << 10) {
        case .failure(let failure):
            throw Failure(message: "can't read the secret's file \(path): \(failure.reason)", hint: failure.hint)
        case .success(var bytes):
            if bytes.last == 0x0A { bytes.removeLast() }
            if bytes.last == 0x0D { bytes.removeLast() }
            guard !bytes.isEmpty else {
                throw Failure(message: "the secret's file \(path) is empty", hint: nil)
            }
            guard let value = String(validating: bytes, as: UTF8.self) else {
                throw Failure(message: "the secret's file \(path) is not UTF-8 text", hint: nil)
            }
            return Secret(reference: reference, value: value)
        }
    }

    private static let words = [
        "password", "passwd", "passphrase", "secret", "token", "credential", "private-key", "apikey", "api-key",
    ]

    /// Whether a line of a file should not be repeated in a message: it names a secret and gives a value that is no
    /// reference.
    static func mayHoldSecret(_ line: String) -> Bool {
        let line = line.lowercased()
        for word in words {
            guard let range = line.firstRange(of: word) else { continue }
            let rest = line[range.upperBound...].drop { $0 != ":" && $0 != "=" }.dropFirst()
                .drop { $0 == " " || $0 == "\"" || $0 == "'" }
            if !rest.isEmpty, !rest.hasPrefix("env:"), !rest.hasPrefix("file:") { return true }
        }
        return false
    }
}
