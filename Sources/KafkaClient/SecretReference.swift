import Glibc

/// A value kept elsewhere: `env:NAME` or `file:/path`.
enum SecretReference: Equatable {
    case environment(String)
    case file(String)

    init?(_ value: String) {
        if value.hasPrefix("env:") {
            self = .environment(String(value.dropFirst(4)))
        } else if value.hasPrefix("file:") {
            self = .file(String(value.dropFirst(5)))
        } else {
            return nil
        }
    }

    /// The value itself; of a file without the line end at its end. The error names the place, never the value.
    func resolve(for property: String) throws(KafkaError) -> String {
        switch self {
        case .environment(let name):
            guard let value = getenv(name) else {
                throw KafkaError(
                    invalid: "property \(property): the environment has no \(name)",
                    hint: "set \(name) where the node is started")
            }
            return String(cString: value)
        case .file(let path):
            guard let text = Self.read(path) else {
                throw KafkaError(
                    invalid: "property \(property): \(path) cannot be read: \(String(cString: strerror(errno)))",
                    hint: "the file must exist and be readable by the user who runs the node")
            }
            return text
        }
    }

    private static let largestFile = 1 << 20

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while bytes.count < largestFile {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 { return nil }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
