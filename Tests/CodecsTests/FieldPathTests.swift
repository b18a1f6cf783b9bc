import Codecs
import Testing

struct FieldPathTests {
    @Test func text() throws {
        let table: [(String, [String]?)] = [
            ("id", ["id"]), ("sensor.id", ["sensor", "id"]), ("\"@iot.id\"", ["@iot.id"]),
            ("a.\"b.c\".d", ["a", "b.c", "d"]),
            ("@timestamp", ["@timestamp"]), (#""say \"x\" \\""#, [#"say "x" \"#]), ("\"\"", [""]),
            ("a b.c", ["a b", "c"]),
            ("", nil), (".", nil), ("a.", nil), (".a", nil), ("a..b", nil), ("\"a", nil), ("\"a\"b", nil),
            ("a\"b", nil),
            (#""\x""#, nil),
        ]
        for (text, components) in table {
            #expect(FieldPath(text)?.components == components, "\(text)")
            guard let components else { continue }
            let path = try #require(FieldPath(components: components))
            #expect(FieldPath(path.description) == path)
        }
        #expect(FieldPath(components: []) == nil)
        #expect(FieldPath("a.\"b.c\"")?.description == "a.\"b.c\"")
    }
}
