import Foundation

/// The targets of `Package.swift` and what each uses, read from its text.
struct PackageGraph {
    private(set) var uses: [String: Set<String>] = [:]
    /// Names in the order of the file: a target may use only what stands above it.
    private(set) var order: [String] = []
    private(set) var libraries: Set<String> = []

    init(_ text: String) {
        let code = CodeText(text)
        // Comments go, names in quotes stay.
        let plain = String(
            decoding: zip(text.utf8, code.comments.utf8).map { $1 == 32 || $1 == 10 ? $0 : 32 }, as: UTF8.self)
        let entry =
            #"^\s*(layer|library)\("(\w+)"(?:, \[([^\]]*)\])?"#
            + #"|\.(?:executableT|t)arget\(\s*name: "(\w+)"(?:,\s*dependencies: \[([^\]]*)\])?"#
        for groups in Self.matches(entry, in: plain) {
            // Either form leaves the groups of the other empty.
            add(groups[1] + groups[3], uses: groups[2] + groups[4])
            if groups[0] == "library" { libraries.insert(groups[1]) }
        }
    }

    private mutating func add(_ name: String, uses list: String) {
        order.append(name)
        uses[name] = Set(Self.matches(#""(\w+)""#, in: list).map { $0[0] })
    }

    /// Everything a target uses, directly or by way of another.
    func reach(of target: String) -> Set<String> {
        var seen: Set<String> = []
        var open = [target]
        while let next = open.popLast() {
            for name in uses[next] ?? [] where seen.insert(name).inserted { open.append(name) }
        }
        return seen
    }

    /// The groups of each match, an empty text for one that took no part.
    private static func matches(_ pattern: String, in text: String) -> [[String]] {
        guard let expression = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else {
            return []
        }
        let whole = text as NSString
        return expression.matches(in: text, range: NSRange(location: 0, length: whole.length)).map { match in
            (1..<match.numberOfRanges).map { group in
                let range = match.range(at: group)
                return range.location == NSNotFound ? "" : whole.substring(with: range)
            }
        }
    }
}
