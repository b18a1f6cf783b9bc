import Foundation
import Testing

@testable import Settings

@Suite struct SecretTests {
    @Test func fromTheEnvironment() throws {
        let secret = try Secret.resolve("env:KAFKA_PASSWORD") { $0 == "KAFKA_PASSWORD" ? "hunter2" : nil }
        #expect(secret.reveal() == "hunter2")
        for shown in [
            "\(secret)", String(reflecting: secret), dumped(secret), "\([secret])", "\(Optional(secret) as Any)",
        ] {
            #expect(!shown.contains("hunter2"), "\(shown)")
        }
        #expect("\(secret)" == "<secret from env:KAFKA_PASSWORD>")
    }

    @Test func fromAFile() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "vigie-secret-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        for (text, expected) in [("abc\n", "abc"), ("abc\r\n", "abc"), ("abc", "abc"), ("a\nb\n\n", "a\nb\n")] {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try Secret.resolve("file:\(path)").reveal() == expected)
        }
        try "".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(failure("file:\(path)")?.message == "the secret's file \(path) is empty")
        try Data([0xFF, 0xFE]).write(to: URL(filePath: path))
        #expect(failure("file:\(path)")?.message == "the secret's file \(path) is not UTF-8 text")
        try Data(count: 70_000).write(to: URL(filePath: path))
        #expect(failure("file:\(path)")?.message == "can't read the secret's file \(path): larger than 64KiB")
    }

    @Test(arguments: [
        ("hunter2", "a secret can't stand in the file itself"),
        ("env:", "'env:' names no variable"),
        ("env:NOT_SET", "the environment variable NOT_SET is not set"),
        ("file:/nowhere/at/all", "can't read the secret's file /nowhere/at/all: there is no such file"),
    ])
    func failures(_ reference: String, _ message: String) {
        #expect(failure(reference)?.message == message)
    }

    @Test func aSecretInTheFileIsNotRepeated() throws {
        let diagnostics = Diagnostics()
        let root = try #require(YAMLReader.read(text: "sasl.password: hunter2\nx: 1", file: "t", into: diagnostics))
        let reader = FieldReader(root, what: "kafka", diagnostics)
        #expect(reader.optionalSecret("sasl.password") == nil)
        reader.finish()
        let text = diagnostics.rendered()
        #expect(text.contains("t:1:16: error: 'sasl.password' in kafka: a secret can't stand in the file itself"))
        #expect(text.contains("2 | x: 1"))
        #expect(!text.contains("hunter2"))
    }

    private func failure(_ reference: String) -> Secret.Failure? {
        do {
            _ = try Secret.resolve(reference) { _ in nil }
            return nil
        } catch {
            return error
        }
    }

    private func dumped(_ secret: Secret) -> String {
        var text = ""
        dump(secret, to: &text)
        return text
    }
}
