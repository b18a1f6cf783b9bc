import Settings
import Testing

/// `place(atUTF8Offset:)` for each way to write a scalar: the needle `@` in the value has to be found where `@` stands
/// in the text.
@Suite struct ScalarPlaceTests {
    static let texts: [String] = [
        "a: plain @ text",
        "a: °C é @ text",
        "a: one\n  two\n  three @ four",
        "a: one\n\n\n  three @",
        "a: 'it''s a ''quoted'' @ text'",
        "a: 'two\n\n   lines @'",
        "a: \"tab\\t nl\\n u\\u00e9 x\\x41 U\\U0001F600 q\\\" @ b\"",
        "a: \"folded\n   line @\"",
        "a: \"escaped \\\n   line\\\n\n\n   more @\"",
        "a: \"blank   \n  \n   line @\"",
        "a: \"\\N\\_\\L\\P @\"",
        "a: |\n  one\n  two @ three\n",
        "a: |-\n  one\n\n\n  two @ three",
        "a: |+ # comment\n\n\n    one\n      two @ three\n\n",
        "a: |2\n    one\n  two @",
        "a: >\n  one\n  two\n  three @ four\n",
        "a: >-\n  one\n\n  two\n\n\n    more\n    more\n  last @ x\n",
        "a: >2\n     one @\n   two\n",
        "a: >\n\n\n  one\n  @\n",
        "a: |\n  x\n     \n  @\n",
        "a: {b: [x, plain @ text]}",
        "a: {b: 'x ''y'' @'}",
        "a: &anchor 'x @'",
        "a: &anchor   # note\n  x @",
        "- |\n one\n @\n- b",
        "a: |\r\n  one\r\n  two @ three\r\n",
        "a: one\r\n  two @",
        "? |\n  x\n: b @",
    ]

    @Test(arguments: texts)
    func needle(_ text: String) throws {
        let diagnostics = Diagnostics()
        let root = try #require(YAMLReader.read(text: text, file: "t", into: diagnostics))
        #expect(diagnostics.isEmpty)
        let node = try #require(scalars(root).first { $0.text?.contains("@") == true })
        let value = try #require(node.text)
        let offset = value.utf8.distance(from: value.startIndex, to: try #require(value.firstIndex(of: "@")))
        #expect(node.place(atUTF8Offset: offset) == needlePlace(text, "@"), "value \(value.debugDescription)")
    }

    @Test func behindTheEnd() throws {
        for (text, line, column) in [
            ("a: abc", 1, 7), ("a: 'abc'", 1, 8), ("a: \"abc\"", 1, 8), ("a: |\n  abc\n", 2, 6),
        ] {
            let root = try #require(YAMLReader.read(text: text, file: "t", into: Diagnostics()))
            let node = try #require(root["a"])
            #expect(node.place(atUTF8Offset: 3) == Place(file: "t", line: line, column: column))
            #expect(node.place(atUTF8Offset: 99) == Place(file: "t", line: text.contains("|") ? 2 : 1, column: column))
        }
        let built = ConfigNode(place: Place(file: "t", line: 3, column: 4), content: .scalar("x", isPlain: true))
        #expect(built.place(atUTF8Offset: 2).column == 6)
    }

    @Test func damagedOffsetsNeverCrash() throws {
        for text in Self.texts {
            let root = try #require(YAMLReader.read(text: text, file: "t", into: Diagnostics()))
            for node in scalars(root) {
                for offset in -2...80 { #expect(node.place(atUTF8Offset: offset).line >= 1) }
            }
        }
    }
}

/// All scalars of a tree in the order of the file.
func scalars(_ node: ConfigNode) -> [ConfigNode] {
    switch node.content {
    case .scalar: [node]
    case .sequence(let elements): elements.flatMap(scalars)
    case .mapping(let entries): entries.flatMap { scalars($0.value) }
    }
}

/// Line and column of the first occurrence of a character, counted from the text itself.
func needlePlace(_ text: String, _ needle: Character) -> Place {
    var line = 1
    var column = 1
    for character in text {
        if character == needle { break }
        if character.isNewline {
            line += 1
            column = 1
        } else {
            column += 1
        }
    }
    return Place(file: "t", line: line, column: column)
}
