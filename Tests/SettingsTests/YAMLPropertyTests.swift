import Settings
import Testing

/// Random trees written in random styles have to read back with the same values, and with places that point at the
/// bytes they were written from. The writer below knows nothing of the reader.
@Suite struct YAMLPropertyTests {
    indirect enum Tree: Equatable {
        case text(String)
        case list([Tree])
        case map([(String, Tree)])

        static func == (left: Tree, right: Tree) -> Bool {
            switch (left, right) {
            case (.text(let a), .text(let b)): a == b
            case (.list(let a), .list(let b)): a == b
            case (.map(let a), .map(let b)): a.map(\.0) == b.map(\.0) && a.map(\.1) == b.map(\.1)
            default: false
            }
        }
    }

    @Test(arguments: 1...150)
    func readsBack(_ seed: UInt64) throws {
        var writer = Writer(seed)
        let tree = writer.tree(3)
        writer.write(tree)
        let diagnostics = Diagnostics()
        let root = try #require(
            YAMLReader.read(text: writer.text, file: "t", into: diagnostics), "seed \(seed)\n\(writer.text)")
        #expect(diagnostics.items.map(\.description) == [], "seed \(seed)\n\(writer.text)")
        #expect(Self.value(root) == tree, "seed \(seed)\n\(writer.text)")
        let nodes = scalars(root)
        guard nodes.count == writer.scalars.count else {
            Issue.record("seed \(seed): \(nodes.count) scalars, wrote \(writer.scalars.count)\n\(writer.text)")
            return
        }
        let places = Self.places(writer.text)
        for (node, written) in zip(nodes, writer.scalars) {
            for (offset, source) in written {
                #expect(
                    node.place(atUTF8Offset: offset) == places[source],
                    "seed \(seed), offset \(offset) of \(node.text.debugDescription)\n\(writer.text)")
            }
        }
    }

    private static func value(_ node: ConfigNode) -> Tree {
        switch node.content {
        case .scalar(let text, _): .text(text)
        case .sequence(let elements): .list(elements.map(value))
        case .mapping(let entries): .map(entries.map { ($0.key, value($0.value)) })
        }
    }

    /// The place of each UTF-8 offset of a text, counted from the text.
    private static func places(_ text: String) -> [Int: Place] {
        var places: [Int: Place] = [:]
        var line = 1
        var column = 1
        var offset = 0
        for character in text {
            places[offset] = Place(file: "t", line: line, column: column)
            offset += character.utf8.count
            column += 1
            if character.isNewline {
                line += 1
                column = 1
            }
        }
        places[offset] = Place(file: "t", line: line, column: column)
        return places
    }

    struct Writer {
        var random: Seeded
        var text = ""
        /// For each scalar in order: value offset → text offset of its characters.
        var scalars: [[(Int, Int)]] = []

        init(_ seed: UInt64) { random = Seeded(seed) }

        private mutating func pick<T>(_ choices: [T]) -> T {
            choices[Int.random(in: 0..<choices.count, using: &random)]
        }

        private static let letters = Array("abcxyz0189éß°€水😀 '\"\\#:,-{}[]%@!&*|>?`~\n\t")

        mutating func tree(_ depth: Int) -> Tree {
            let kind = depth == 0 ? 0 : Int.random(in: 0...2, using: &random)
            if kind == 0, depth < 3 { return .text(scalar()) }
            let count = Int.random(in: 1...4, using: &random)
            if kind == 1 { return .list((0..<count).map { _ in tree(depth - 1) }) }
            return .map((0..<count).map { ("k\($0)", tree(depth - 1)) })
        }

        private mutating func scalar() -> String {
            let isTame = Bool.random(using: &random)
            let letters = isTame ? Array("abc xyz é°水") : Self.letters
            return String(
                (0..<Int.random(in: 0...14, using: &random)).map { _ in
                    letters[Int.random(in: 0..<letters.count, using: &random)]
                })
        }

        mutating func write(_ tree: Tree) {
            block(tree, indent: 0)
        }

        private mutating func block(_ tree: Tree, indent: Int) {
            let pad = String(repeating: " ", count: indent)
            switch tree {
            case .text(let value): scalar(value, indent: indent, inFlow: false)
            case .list(let elements):
                for element in elements {
                    text += pad + "-"
                    child(element, indent: indent)
                }
            case .map(let entries):
                for (key, value) in entries {
                    text += pad + key + ":"
                    child(value, indent: indent)
                }
            }
        }

        private mutating func child(_ tree: Tree, indent: Int) {
            if case .text = tree {
                text += " "
                block(tree, indent: indent + 1)
                return
            }
            if Bool.random(using: &random) {
                text += "\n"
                block(tree, indent: indent + Int.random(in: 1...4, using: &random))
            } else {
                text += " "
                flow(tree)
                text += pick(["", "  # note", " "]) + "\n"
            }
        }

        private mutating func flow(_ tree: Tree) {
            switch tree {
            case .text(let value): scalar(value, indent: 0, inFlow: true)
            case .list(let elements):
                text += "["
                for (index, element) in elements.enumerated() {
                    if index > 0 { text += pick([", ", " , ", ","]) }
                    flow(element)
                }
                text += pick(["]", " ]"])
            case .map(let entries):
                text += "{ "
                for (index, (key, value)) in entries.enumerated() {
                    if index > 0 { text += pick([", ", " , "]) }
                    text += key + ": "
                    flow(value)
                }
                text += " }"
            }
        }

        // MARK: Scalars

        private mutating func scalar(_ value: String, indent: Int, inFlow: Bool) {
            var styles = ["double"]
            let isLiteral = !value.contains("\t") && value.contains { $0 != "\n" && $0 != " " }
            if !value.contains("\n") && !value.contains("\t") { styles += ["single"] }
            let isTame = value.allSatisfy { $0.isLetter || $0 == "°" || $0 == " " }
            if isTame, value.first?.isLetter == true, value.last != " " { styles += ["plain", "plain"] }
            if !inFlow, isLiteral { styles += ["literal"] }
            var places: [(Int, Int)] = []
            let style = pick(styles)
            switch style {
            case "literal": literal(value, indent: indent, &places)
            case "single":
                text += "'"
                each(value, &places) { $0 == "'" ? "''" : String($0) }
                text += "'"
            case "double":
                text += "\""
                let escapesAll = Bool.random(using: &random)
                each(value, &places) { Self.escaped($0, escapesAll) }
                text += "\""
            default: each(value, &places) { String($0) }
            }
            if !inFlow, style != "literal" { text += pick(["", " # note"]) + "\n" }
            scalars.append(places)
        }

        private mutating func each(
            _ value: String, _ places: inout [(Int, Int)], _ written: (Character) -> String
        ) {
            var offset = 0
            for character in value {
                places.append((offset, text.utf8.count))
                text += written(character)
                offset += character.utf8.count
            }
        }

        private static func escaped(_ character: Character, _ all: Bool) -> String {
            switch character {
            case "\n": return "\\n"
            case "\t": return all ? "\\x09" : "\\t"
            case "\"": return "\\\""
            case "\\": return "\\\\"
            default:
                guard all, let scalar = character.unicodeScalars.first, !character.isASCII else {
                    return String(character)
                }
                let hex = String(scalar.value, radix: 16)
                let isShort = hex.count <= 4
                return (isShort ? "\\u" : "\\U") + String(repeating: "0", count: (isShort ? 4 : 8) - hex.count) + hex
            }
        }

        private mutating func literal(_ value: String, indent: Int, _ places: inout [(Int, Int)]) {
            let step = Int.random(in: 1...3, using: &random)
            // Our indent is one more than the parent's, so the explicit indicator counts from there.
            let width = indent - 1 + step
            let trailing = value.reversed().prefix { $0 == "\n" }.count
            text += "|\(step)" + (trailing == 0 ? "-" : trailing == 1 ? "" : "+") + "\n"
            var offset = 0
            let pad = String(repeating: " ", count: width)
            var isLineStart = true
            for character in value {
                if isLineStart, character != "\n" { text += pad }
                if character != "\n" { places.append((offset, text.utf8.count)) }
                text += String(character)
                isLineStart = character == "\n"
                offset += character.utf8.count
            }
            if trailing == 0 { text += "\n" }
        }
    }
}
