import Codecs
import Foundation
import Records
import Testing

struct JSONTextTests {
    @Test func tree() throws {
        let text = #" {"a": [1, -2.50, 1e3, true, null], "b": {"ü\n": "\u00e9"}, "a": {} } "#
        let node = try JSONText.parse(text)
        #expect(JSONText.write(node) == #"{"a":[1,-2.50,1e3,true,null],"b":{"ü\n":"é"},"a":{}}"#)
        #expect(node["a"]?[1]?.double == -2.5)
        #expect(node["a"]?[2]?.int == 1000)
        #expect(node["a"]?[1]?.int == nil)
        #expect(node["a"]?[3]?.bool == true)
        #expect(node["a"]?[4]?.isNull == true)
        #expect(node["a"]?[5] == nil)
        #expect(node["b"]?["ü\n"]?.string == "é")
        #expect(node["c"] == nil)
        #expect(node["a"]?.range == 7..<34)
        let made = JSONNode.object([
            ("n", .number(Int64(3))), ("d", .number(0.1)), ("x", .number(.nan)), ("s", .string("\"")),
            ("l", .array([.bool(false), .null])),
        ])
        #expect(JSONText.write(made) == #"{"n":3,"d":0.1,"x":null,"s":"\"","l":[false,null]}"#)
    }

    @Test func errors() throws {
        let table: [(String, RejectionReason, String)] = [
            ("", .malformedJSON, "truncated after byte 0 where a value should stand"),
            ("[1,]", .malformedJSON, "expected an element, found ']' at byte 3"),
            ("[1 2]", .malformedJSON, "expected ',' or ']' after an element, found '2' at byte 3"),
            ("[01]", .malformedJSON, "a number may not start with 0 at byte 2"),
            ("[1.]", .malformedJSON, "expected a digit, found ']' at byte 3"),
            ("[1.", .malformedJSON, "truncated after byte 3 inside a number"),
            ("[truth]", .malformedJSON, "expected true, found 't' at byte 4"),
            ("[tr", .malformedJSON, "truncated after byte 3 inside true"),
            ("{\"a\" 1}", .malformedJSON, "expected ':' after a key, found '1' at byte 5"),
            ("{a:1}", .malformedJSON, "expected a key in double quotes, found 'a' at byte 1"),
            ("1 2", .malformedJSON, "expected nothing after the value, found '2' at byte 2"),
            ("[\"\\q\"]", .malformedJSON, "no escape that JSON knows at byte 2"),
            ("[\"\\u00g0\"]", .malformedJSON, "expected four hexadecimal digits after \\u at byte 2"),
            ("[\"\\ud800\"]", .invalidUTF8, "half of a surrogate pair at byte 2"),
            ("[\"a\u{1}\"]", .malformedJSON, "a control character (byte 0x01) in a string must be escaped at byte 3"),
            ("[\"abc", .malformedJSON, "truncated after byte 5 inside a string"),
            ("[\u{a0}1]", .malformedJSON, "expected an element, found byte 0xc2 at byte 1"),
            (String(repeating: "[", count: 65), .tooDeep, "more than 64 nested objects and arrays at byte 64"),
        ]
        for (text, reason, message) in table {
            #expect(throws: JSONError.self) { try JSONText.parse(text) }
            do throws(JSONError) { _ = try JSONText.parse(text) } catch {
                #expect(error.reason == reason && error.message == message, "\(text): \(error)")
            }
        }
        #expect(throws: Never.self) {
            try JSONText.parse(
                String(repeating: "[", count: 200) + String(repeating: "]", count: 200), maximumDepth: 200)
        }
    }

    /// What is written is read back the same, by this parser and by Foundation's.
    @Test func roundTrip() throws {
        for seed in 0..<UInt64(isDebug ? 200 : 5000) {
            var random = RandomJSON(seed: seed)
            let document = random.document()
            let node = try document.withUnsafeBufferPointer { bytes throws(JSONError) in try JSONText.parse(bytes) }
            let text = JSONText.write(node)
            #expect(JSONText.write(try JSONText.parse(text)) == text, "seed \(seed)")
            let ours = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
            let theirs = try JSONSerialization.jsonObject(with: Data(document)) as? NSDictionary
            #expect(ours == theirs, "seed \(seed)")
        }
    }
}
