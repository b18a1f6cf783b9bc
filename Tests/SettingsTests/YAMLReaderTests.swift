import Settings
import Testing

/// Reads a text and shows the diagnostics as `line:col: message | hint`.
func problems(_ text: String) -> [String] {
    let diagnostics = Diagnostics()
    _ = YAMLReader.read(text: text, file: "t.yaml", into: diagnostics)
    return brief(diagnostics)
}

func brief(_ diagnostics: Diagnostics) -> [String] {
    diagnostics.items.map { item in
        "\(item.place.line):\(item.place.column): \(item.message)" + (item.hint.map { " | \($0)" } ?? "")
    }
}

@Suite struct YAMLReaderTests {
    @Test func readsMappingsListsAndScalarStyles() throws {
        let text = """
            # a comment
            name: tanks
            list: [a, 'b', "c"]
            block:
              - 1
              - x: y
            quoted: 'it''s'
            """
        let diagnostics = Diagnostics()
        let root = try #require(YAMLReader.read(text: text, file: "t.yaml", into: diagnostics))
        #expect(diagnostics.isEmpty)
        #expect(root.entries?.map(\.key) == ["name", "list", "block", "quoted"])
        #expect(root["name"]?.text == "tanks")
        #expect(root["name"]?.place == Place(file: "t.yaml", line: 2, column: 7))
        #expect(root.entries?[1].keyPlace == Place(file: "t.yaml", line: 3, column: 1))
        #expect(root["list"]?.elements?.map(\.text) == ["a", "b", "c"])
        #expect(root["list"]?.elements?[2].place.column == 16)
        #expect(root["block"]?.elements?[1]["x"]?.text == "y")
        #expect(root["quoted"]?.text == "it's")
        guard case .scalar(_, isPlain: false) = root["quoted"]?.content else {
            Issue.record("a quoted scalar is not plain")
            return
        }
    }

    @Test(
        arguments: [
            (
                "",
                "1:1: the file is empty",
                "it has to hold a mapping, `key: value`"
            ),
            (
                "# only a comment\n",
                "1:1: the file is empty",
                "it has to hold a mapping, `key: value`"
            ),
            (
                "a: 1\nb: 2\na: 3\n",
                "3:1: the key 'a' is there twice",
                "it stands first in line 1, column 1; keep one of them"
            ),
            (
                "{é: 1, é: 2}",
                "1:8: the key 'é' is there twice",
                "it stands first in line 1, column 2; keep one of them"
            ),
            (
                "a: !!int 5",
                "1:4: YAML tags are not supported, found '!!int'",
                "a text or expression that starts with '!' has to be quoted: '!…'"
            ),
            (
                "when: !has(x)",
                "1:7: YAML tags are not supported, found '!has(x)'",
                "a text or expression that starts with '!' has to be quoted: '!…'"
            ),
            (
                "a: 1\n---\nb: 2\n",
                "2:1: a second document starts here",
                "one file holds one document: remove `---`, or split it"
            ),
            (
                "a: *b",
                "1:4: no anchor '&b' stands before this alias",
                "a text that starts with '*' has to be quoted"
            ),
            ("a: &b [*b]", "1:8: the alias '*b' stands inside the value it names", nil),
            (
                "a: &b {x: 1}\nc:\n  <<: *b\n",
                "3:3: merge keys (`<<`) are not supported",
                "write the keys out, or use an alias for a value"
            ),
            ("[a, b]: c", "1:1: a key has to be text, found a list", nil),
            ("~: c", "1:1: a key has to be text, found nothing", nil),
            (
                "a:\n\tb: 1",
                "2:1: not valid YAML: a tab can't stand here",
                "indent with blanks, not with tabs"
            ),
            (
                "a: @b",
                "1:4: not valid YAML: a value can't start with '@'",
                "a text that starts with '@' has to be quoted"
            ),
            (
                "a: b: c",
                "1:5: not valid YAML: mapping values are not allowed in this context",
                "a text that contains ': ' has to be quoted; otherwise check the indentation"
            ),
            (
                "a: \"b",
                "1:6: not valid YAML: found unexpected end of stream, while scanning a quoted scalar",
                "a quote that was opened is not closed"
            ),
            (
                "a: b\u{7}",
                "1:5: not valid YAML: control characters are not allowed",
                "write it as an escape in double quotes, such as \"\\x07\""
            ),
            (
                "a: °\u{2028}b",
                "1:5: a Unicode line separator (U+0085, U+2028 or U+2029) can't stand here",
                "replace it by an ordinary line end, or write \"\\N\", \"\\L\" or \"\\P\" in double quotes"
            ),
            (
                "a: [1, 2\nb: 3",
                "2:2: not valid YAML: did not find expected ',' or ']', while parsing a flow sequence "
                    + "that starts in line 1",
                "the elements of [ … ] are separated by ', '"
            ),
        ] as [(String, String, String?)])
    func refuses(_ text: String, _ expected: String, _ hint: String?) {
        #expect(problems(text) == [expected + (hint.map { " | \($0)" } ?? "")])
    }

    @Test func tellsInvalidUTF8AndSizeAndDepth() {
        let diagnostics = Diagnostics()
        #expect(YAMLReader.read(bytes: Array("a: é".utf8) + [0xC3, 0x28], file: "t", into: diagnostics) == nil)
        #expect(brief(diagnostics) == ["1:5: byte 0xC3 is not valid UTF-8 | save the file in UTF-8"])
        let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
        #expect(problems(deep) == ["1:65: nested deeper than 64 levels"])
        #expect(
            problems(String(repeating: "a", count: YAMLReader.maxBytes + 1)).first?.contains("larger than 4MiB") == true
        )
        let missing = Diagnostics()
        #expect(YAMLReader.read(path: "/nowhere/x.yaml", into: missing) == nil)
        #expect(missing.items.first?.message == "can't read the file: there is no such file")
    }

    @Test func aliasesGiveTheSameNodeAndAreCounted() throws {
        let diagnostics = Diagnostics()
        let root = try #require(YAMLReader.read(text: "a: &x {k: 1}\nb: *x\n", file: "t", into: diagnostics))
        #expect(diagnostics.isEmpty)
        #expect(root["b"] === root["a"])
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...8 {
            let many = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(many)]\n"
        }
        #expect(problems(bomb).first?.contains("more than 200000 values") == true)
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func lineEndsAndByteOrderMark(_ end: String) throws {
        let text = "\u{FEFF}a: 1\(end)\(end)été: { °C: x, b: yes }\(end)"
        let diagnostics = Diagnostics()
        let root = try #require(YAMLReader.read(text: text, file: "t", into: diagnostics))
        #expect(root["a"]?.place == Place(file: "t", line: 1, column: 4))
        #expect(root["été"]?["b"]?.place == Place(file: "t", line: 3, column: 18))
    }

    /// Places are counted along the line, not from its start for each value: this would take hours otherwise.
    @Test func aLongLine() throws {
        let count = 30_000
        let text = "[" + (0..<count).map { "é\($0)" }.joined(separator: ", ") + "]"
        let diagnostics = Diagnostics()
        let elements = try #require(YAMLReader.read(text: text, file: "t", into: diagnostics)?.elements)
        #expect(elements.count == count)
        var column = 2
        var wrong = 0
        for (index, element) in elements.enumerated() {
            if element.place.column != column { wrong += 1 }
            column += 3 + String(index).count
        }
        #expect(wrong == 0)
    }

    @Test func duplicateKeysKeepTheRest() throws {
        let diagnostics = Diagnostics()
        let root = try #require(YAMLReader.read(text: "a: 1\na: 2\nb: 3\nb: 4", file: "t", into: diagnostics))
        #expect(diagnostics.items.count == 2)
        #expect(root["a"]?.text == "1")
        #expect(root["b"]?.text == "3")
    }

    @Test func nullsAndFoundTexts() throws {
        let root = try #require(
            YAMLReader.read(text: "[~, null, '', \"null\", 5, true, {}, [], abc]", file: "t", into: Diagnostics()))
        let found = try #require(root.elements).map(\.found)
        #expect(
            found == [
                "nothing", "nothing", "the text \"\"", "the text \"null\"", "the number 5", "true", "a mapping",
                "a list",
                "\"abc\"",
            ])
    }
}
