import Foundation
import Testing
import WebServer

@Suite struct TLSTests {
    private static let openssl = "/usr/bin/openssl"
    private static let curl = "/usr/bin/curl"
    private static let hasTools = [openssl, curl].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }

    private func run(_ tool: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vigie-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test(.enabled(if: hasTools, "openssl and curl make the certificate and ask"))
    func answersOverTLS() throws {
        try withFolder { folder in
            let made = try run(
                Self.openssl,
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(folder)/key.pem",
                    "-out", "\(folder)/certificate.pem",
                ])
            #expect(made.status == 0)
            var settings = WebServerSettings()
            settings.tls = .init(certificate: "\(folder)/certificate.pem", key: "\(folder)/key.pem")
            let server = try WebServer(settings, routes: [Route(.get, "/") { _ in .text("secret") }])
            #expect(server.url.hasPrefix("https://127.0.0.1:"))
            let asked = try run(
                Self.curl,
                ["-s", "--noproxy", "*", "--max-time", "20", "--cacert", "\(folder)/certificate.pem", server.url + "/"])
            #expect(asked.status == 0)
            #expect(asked.output == "secret")
            #expect(server.stop())
        }
    }

    @Test func badFiles() throws {
        try withFolder { folder in
            let garbage = "\(folder)/garbage.pem"
            try Data("not a certificate".utf8).write(to: URL(fileURLWithPath: garbage))
            for (certificate, key, words) in [
                ("\(folder)/none.pem", garbage, "none.pem"), (garbage, "\(folder)/none.pem", "private key"),
                (garbage, garbage, "HTTPS"),
            ] {
                var settings = WebServerSettings()
                settings.tls = .init(certificate: certificate, key: key)
                let error = #expect(throws: WebServerError.self) { try WebServer(settings, routes: []) }
                #expect(error?.reason == .tls)
                #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            }
        }
    }
}
