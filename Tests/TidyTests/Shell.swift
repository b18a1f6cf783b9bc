import Foundation

/// Runs programs for tests of scripts.
enum Shell {
    struct Result {
        var code: Int32
        /// Standard output and standard error together.
        var output: String
    }

    /// Runs a program to its end; nothing is read from a terminal.
    static func run(_ program: String..., in folder: URL) throws -> Result { try run(program, in: folder) }

    static func run(_ program: [String], in folder: URL) throws -> Result {
        // Into a file: the end of a pipe that a process left running had inherited would never be seen.
        let log = FileManager.default.temporaryDirectory.appending(path: "vigie-shell-\(UUID().uuidString)")
        try Data().write(to: log)
        defer { try? FileManager.default.removeItem(at: log) }
        let output = try FileHandle(forWritingTo: log)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = program
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        process.waitUntilExit()
        try output.close()
        return Result(code: process.terminationStatus, output: try String(contentsOf: log, encoding: .utf8))
    }
}
