import Settings
import Testing

/// Reads the mapping in a text with the given reads, finishes, and gives the problems.
func fieldProblems(_ text: String, _ body: (FieldReader) -> Void) throws -> [String] {
    let diagnostics = Diagnostics()
    let root = try #require(YAMLReader.read(text: text, file: "t.yaml", into: diagnostics))
    let reader = FieldReader(root, what: "source 'r'", diagnostics)
    body(reader)
    reader.finish()
    return brief(diagnostics)
}

@Suite struct FieldReaderTests {
    @Test func readsEveryType() throws {
        let text = """
            s: text
            q: "12"
            n: 12
            id: tank-level_2
            i: 1_000
            d: -1.5e3
            b: true
            t: 1h30m
            z: 64KiB
            c: fast
            l: [a, 'b']
            one: a
            o: { x: 1 }
            m: { tank: 1, berth: 2 }
            title: { en: Tank, fr: Cuve }
            """
        let found = try fieldProblems(text) { reader in
            #expect(reader.string("s") == "text")
            #expect(reader.string("q") == "12")
            #expect(reader.string("n") == "12")
            #expect(reader.identifier("id") == "tank-level_2")
            #expect(reader.int("i") == 1000)
            #expect(reader.double("d") == -1500)
            #expect(reader.bool("b") == true)
            #expect(reader.duration("t") == .seconds(5400))
            #expect(reader.size("z") == 65536)
            #expect(reader.choice("c", ["slow", "fast"]) == "fast")
            #expect(reader.strings("l") == ["a", "b"])
            #expect(reader.strings("one") == ["a"])
            let object = reader.object("o")
            #expect(object?.int("x", range: 0...3) == 1)
            object?.finish()
            #expect(reader.entries("m").map(\.key) == ["tank", "berth"])
            #expect(reader.localized("title")?["fr"]?.text == "Cuve")
            // Absent ones
            #expect(reader.optionalString("a1") == nil)
            #expect(reader.int("a2", default: 7) == 7)
            #expect(reader.double("a3", default: 0.5) == 0.5)
            #expect(reader.bool("a4", default: true))
            #expect(reader.duration("a5", default: .seconds(1)) == .seconds(1))
            #expect(reader.size("a6", default: 9) == 9)
            #expect(reader.choice("a7", ["x"], default: "x") == "x")
            #expect(reader.optionalStrings("a8") == [])
            #expect(!reader.has("a9"))
            #expect(reader.optionalObject("b1") == nil)
        }
        #expect(found == [])
    }

    @Test(arguments: [
        (
            "x: [1]",
            "1:4: 'x' in source 'r' has to be text, found a list | a text that starts with '{' or '[' has to be quoted"
        ),
        ("x:", "1:3: 'x' in source 'r' has to be text, found nothing | an empty text is written as \"\""),
        ("y: 1", "1:1: missing key 'x' in source 'r' | add `x: some text`"),
    ])
    func strings(_ text: String, _ expected: String) throws {
        let found = try fieldProblems(text) {
            _ = $0.string("x")
            $0.ignore("y")
        }
        #expect(found == [expected])
    }

    @Test(arguments: [
        ("abc", "a whole number from 1 to 9, found \"abc\""),
        ("'5'", "a whole number from 1 to 9, found the text \"5\" | write the number without quotes"),
        ("1.5", "a whole number from 1 to 9, found the number 1.5"),
        ("10", "a whole number from 1 to 9, found the number 10"),
        ("010", "a whole number from 1 to 9, found the number 010 | numbers have up to 18 digits and no leading zero"),
        (
            "99999999999999999999",
            "a whole number from 1 to 9, found the number 99999999999999999999"
                + " | numbers have up to 18 digits and no leading zero"
        ),
        ("{}", "a whole number from 1 to 9, found a mapping"),
        ("~", "a whole number from 1 to 9, found nothing"),
        ("0x10", "a whole number from 1 to 9, found the number 0x10"),
    ])
    func integers(_ value: String, _ expected: String) throws {
        let found = try fieldProblems("x: \(value)") { #expect($0.int("x", range: 1...9) == nil) }
        #expect(found == ["1:4: 'x' in source 'r' has to be " + expected])
    }

    @Test(arguments: [".inf", ".nan", "1e999", "0x1p3", "abc", "1.", "'1.0'", "[]", "nan"])
    func notNumbers(_ value: String) throws {
        let found = try fieldProblems("x: \(value)") { #expect($0.optionalDouble("x") == nil) }
        #expect(found.count == 1 && found[0].contains("has to be a number"))
    }

    @Test(arguments: [
        ("yes", " | write true"), ("On", " | write true"), ("no", " | write false"), ("off", " | write false"),
        ("TRUE", " | write true"), ("maybe", ""),
    ])
    func booleans(_ value: String, _ hint: String) throws {
        let found = try fieldProblems("x: \(value)") { #expect($0.bool("x", default: true)) }
        #expect(
            found == ["1:4: 'x' in source 'r' has to be true or false, found \"\(value)\"\(hint)"])
    }

    @Test func unitsInFields() throws {
        let found = try fieldProblems("a: 10\nb: 2d\nc: 5x\nd: 4MiB\ne: []") {
            _ = $0.duration("a")
            _ = $0.duration("b", range: .seconds(1)...(.seconds(3600)))
            _ = $0.duration("c")
            _ = $0.size("d", range: 1024...65536)
            _ = $0.size("e")
        }
        #expect(
            found == [
                "1:4: 'a' in source 'r' has no unit: \"10\" | write it like 250ms, 10s, 5m, 1h30m or 2d",
                "2:4: 'b' in source 'r' has to be from 1s to 1h, found \"2d\"",
                "3:4: 'c' in source 'r' has the unknown unit 'x' | units are w, d, h, m, s, ms, us and ns",
                "4:4: 'd' in source 'r' has to be at least 1KiB and at most 64KiB, found \"4MiB\"",
                "5:4: 'e' in source 'r' has to be a size, found a list | write it like 512B, 64KiB, 10MB or 2GiB",
            ])
    }

    @Test func namesChoicesAndLanguages() throws {
        let found = try fieldProblems("a: Tank 1\nb: fsat\nc: { english: x }\nd: { 'É': 1, ok: 2 }") {
            _ = $0.identifier("a")
            _ = $0.choice("b", ["slow", "fast"])
            _ = $0.localized("c")
            #expect($0.entries("d").map(\.key) == ["ok"])
        }
        #expect(
            found == [
                "1:4: 'a' in source 'r' has to be a name, found \"Tank 1\" | \(FieldReader.identifierRule)",
                "2:4: 'b' in source 'r' has to be 'slow' or 'fast', found \"fsat\" | did you mean 'fast'?",
                "3:6: 'english' in 'c' of source 'r' is no language | write en, fr, …",
                "4:6: 'É' in 'd' of source 'r' is no name | \(FieldReader.identifierRule)",
            ])
    }

    @Test func unknownKeysAndSlips() throws {
        let found = try fieldProblems("topic: a\nwatermrk: 1\nzzz: 2") {
            _ = $0.string("topic")
            _ = $0.node("watermark")
            _ = $0.optionalNode("format")
        }
        // The slip explains the missing key: told once.
        #expect(
            found == [
                "2:1: unknown key 'watermrk' in source 'r'"
                    + " | did you mean 'watermark'? known here: topic, watermark, format",
                "3:1: unknown key 'zzz' in source 'r' | known here: topic, watermark, format",
            ])
        #expect(
            try fieldProblems("tpoic: a") { _ = $0.string("name") } == [
                "1:1: missing key 'name' in source 'r' | add `name: some text`",
                "1:1: unknown key 'tpoic' in source 'r' | known here: name",
            ])
    }

    @Test func notAMappingIsToldOnce() throws {
        let found = try fieldProblems("[a]") {
            _ = $0.string("x")
            _ = $0.object("y")
            _ = $0.requiredEntries("z")
        }
        #expect(
            found == ["1:1: source 'r' has to be a mapping, found a list | write it as `key: value` lines"])
    }

    @Test func emptyRequiredOnes() throws {
        let found = try fieldProblems("a: []\nb: {}\nc: x") {
            #expect($0.strings("a") == nil)
            #expect($0.requiredEntries("b").isEmpty)
            #expect($0.nodes("c") == nil)
        }
        #expect(
            found == [
                "1:4: 'a' in source 'r' has to be at least one text, found a list",
                "2:4: 'b' in source 'r' is empty",
                "3:4: 'c' in source 'r' has to be a list, found \"x\""
                    + " | write it as [a, b] or as lines that start with '- '",
            ])
    }
}
