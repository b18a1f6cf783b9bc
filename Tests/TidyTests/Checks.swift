/// The rules as functions from files to findings, so that each is itself tested on a few lines of text.
enum Checks {
    static func bans(in file: SourceFile) -> [Finding] {
        guard let target = file.target else { return [] }
        let text = CodeText(file.text)
        return Rules.bans.filter { $0.holds(for: target) }.flatMap { ban in
            text.lines(matching: ban.pattern).map { Finding(path: file.path, line: $0, message: ban.advice) }
        }
    }

    /// A text in quotes is not counted: one that a person meets is kept whole, so that it can be searched for. Nor is
    /// a row of a table in a comment.
    static func lineLengths(in file: SourceFile) -> [Finding] {
        guard file.lines.contains(where: { $0.utf8.count > Rules.lineLength }) else { return [] }
        let isSwift = file.path.hasSuffix(".swift")
        let texts = isSwift ? CodeText(file.text).texts.split(separator: "\n", omittingEmptySubsequences: false) : []
        return file.lines.enumerated().compactMap { index, line in
            guard line.utf8.count > Rules.lineLength, !(isSwift && line.drop { $0 == " " }.hasPrefix("/// |")) else {
                return nil
            }
            let count = line.count - (isSwift ? texts[index].utf8.count { $0 == UInt8(ascii: "x") } : 0)
            guard count > Rules.lineLength else { return nil }
            return Finding(
                path: file.path, line: index + 1,
                message: "\(count) characters: break the line, \(Rules.lineLength) are the most")
        }
    }

    static func fileLength(of file: SourceFile) -> [Finding] {
        let count = file.lines.count
        guard count > Rules.fileLength else { return [] }
        let message = "\(count) lines: split it by concern, \(Rules.fileLength) are the most"
        return [Finding(path: file.path, line: 0, message: message)]
    }

    static func leftovers(in file: SourceFile) -> [Finding] {
        let pattern = #"\b(?:"# + Rules.leftovers.joined(separator: "|") + #")\b"#
        return CodeText.lines(matching: pattern, in: file.text).map {
            Finding(path: file.path, line: $0, message: "work left over: do it now, or file it as an issue")
        }
    }

    /// `@unchecked Sendable` and its like are promises: the comment beside each says what keeps them.
    static func unexplainedPromises(in file: SourceFile) -> [Finding] {
        let text = CodeText(file.text)
        let comments = text.comments.split(separator: "\n", omittingEmptySubsequences: false)
        return text.lines(matching: #"@unchecked Sendable|nonisolated\(unsafe\)"#).compactMap { line in
            let near = comments[max(0, line - 5)..<min(comments.count, line + 1)]
            guard near.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) else { return nil }
            return Finding(path: file.path, line: line, message: "say in a comment what protects it from two threads")
        }
    }

    /// Functions by their braces: from a line that declares one to where its body closes.
    static func functionLengths(in file: SourceFile) -> [Finding] {
        let text = CodeText(file.text)
        let lines = text.code.split(separator: "\n", omittingEmptySubsequences: false)
        let starts = text.lines(matching: #"^[ \t]*(?:[@\w()]+[ \t]+)*(?:func\s|init[?<(]|deinit\b|subscript\()"#)
        return starts.compactMap { start in
            guard let length = bodyLength(lines[(start - 1)...]), length > Rules.functionLength else { return nil }
            return Finding(
                path: file.path, line: start,
                message: "a function of \(length) lines: give its parts names, \(Rules.functionLength) are the most")
        }
    }

    private static func bodyLength(_ lines: ArraySlice<Substring>) -> Int? {
        var depth = 0
        var parentheses = 0
        for (index, line) in zip(1..., lines) {
            for byte in line.utf8 {
                switch byte {
                case UInt8(ascii: "("): parentheses += 1
                case UInt8(ascii: ")"): parentheses -= 1
                case UInt8(ascii: "{"): depth += 1
                case UInt8(ascii: "}"):
                    depth -= 1
                    // A closure among the arguments' defaults is not the body.
                    if depth == 0 && parentheses <= 0 { return index }
                    if depth < 0 { return nil }  // A requirement of a protocol: the protocol itself ended.
                default: break
                }
            }
        }
        return nil
    }

    /// Imports that neither the target's line in Package.swift nor the table of system modules allows.
    static func imports(in file: SourceFile, graph: PackageGraph) -> [Finding] {
        guard let target = file.target, let uses = graph.uses[target] else { return [] }
        var allowed = uses.union(Rules.modulesForAll)
        if !Rules.hot.contains(target) { allowed.formUnion(Rules.modulesOutsideHot) }
        return importedModules(in: file).compactMap { line, module in
            guard !allowed.contains(module) else { return nil }
            let advice =
                if Rules.modulesOutsideHot.contains(module) {
                    "a target on the path of records does without \(module): use what Records offers"
                } else if graph.uses[module] != nil {
                    "\(target) may not use \(module): its line in Package.swift lists what it may"
                } else {
                    "\(module) is not ours and not in the table of Rules.swift: do without it"
                }
            return Finding(path: file.path, line: line, message: advice)
        }
    }

    static func importedModules(in file: SourceFile) -> [(line: Int, module: String)] {
        let lines = CodeText(file.text).code.split(separator: "\n", omittingEmptySubsequences: false)
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return lines.enumerated().compactMap { index, line in
            let words = line.split { $0.isWhitespace || $0 == ";" }
            guard let keyword = words.firstIndex(of: "import") else { return nil }
            let isDeclaration = words[..<keyword].allSatisfy { word in
                word.hasPrefix("@") || ["public", "package", "internal", "fileprivate", "private"].contains(word)
            }
            guard isDeclaration, let name = words[(keyword + 1)...].first(where: { !kinds.contains($0) }) else {
                return nil
            }
            return (index + 1, String(name.prefix { $0 != "." }))
        }
    }
}
