import Foundation

/// One place in the repository that breaks a rule, and what to do about it.
struct Finding: CustomStringConvertible, Equatable {
    /// Path from the top of the repository.
    var path: String
    /// From 1; 0 where the finding is about the whole file.
    var line: Int
    var message: String

    var description: String { line == 0 ? "\(path): \(message)" : "\(path):\(line): \(message)" }
}

/// A file of the repository as text.
struct SourceFile: Sendable {
    /// Path from the top of the repository.
    let path: String
    let text: String

    /// The target a path `Sources/<target>/…` belongs to.
    var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
}

/// The repository this test was compiled from.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let package = read("Package.swift")
    static let swiftSources = files(under: "Sources", withExtension: "swift")
    static let swiftTests = files(under: "Tests", withExtension: "swift")
    static let scripts = ["Deploy", "Tests", ".ci"].flatMap { files(under: $0, withExtension: "") }

    /// The file's text, empty where there is none.
    static func read(_ path: String) -> SourceFile {
        let text = try? String(contentsOf: root.appending(path: path), encoding: .utf8)
        return SourceFile(path: path, text: text ?? "")
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path(percentEncoded: false))
    }

    /// The names in a folder, sorted; none where there is no such folder.
    static func entries(of folder: String) -> [String] {
        let path = root.appending(path: folder).path(percentEncoded: false)
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        let full = root.appending(path: path).path(percentEncoded: false)
        return FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    /// All files below a folder whose name ends so, in a fixed order.
    static func files(under folder: String, withExtension wanted: String) -> [SourceFile] {
        entries(of: folder).flatMap { name -> [SourceFile] in
            let path = "\(folder)/\(name)"
            if isFolder(path) { return files(under: path, withExtension: wanted) }
            return URL(filePath: name).pathExtension == wanted ? [read(path)] : []
        }
    }
}
