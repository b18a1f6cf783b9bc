import Foundation
import Records
import Testing

@Suite("JSON strings")
struct JSONStringTests {
    private func written(_ bytes: [UInt8]) -> String {
        var buffer = ByteBuffer(capacity: 1)
        bytes.withUnsafeBufferPointer { buffer.append(jsonString: $0) }
        return buffer.string
    }

    static let examples: [(bytes: [UInt8], json: String)] = [
        ([], #""""#),
        (Array("Cuve à 76 °C 🛢".utf8), #""Cuve à 76 °C 🛢""#),
        (Array(#"say "\" twice"#.utf8), #""say \"\\\" twice""#),
        ([0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x00, 0x1F, 0x7F], #""\b\t\n\f\r\u0000\u001f"# + "\u{7F}\""),
        // Unicode's examples of maximal subparts (chapter 3, tables 3-8 to 3-11).
        (
            [0xC0, 0xAF, 0xE0, 0x80, 0xBF, 0xF0, 0x81, 0x82, 0x41],
            "\"" + String(repeating: "\u{FFFD}", count: 8) + "A\""
        ),
        (
            [0xED, 0xA0, 0x80, 0xED, 0xBF, 0xBF, 0xED, 0xAF, 0x41],
            "\"" + String(repeating: "\u{FFFD}", count: 8) + "A\""
        ),
        (
            [0xF4, 0x91, 0x92, 0x93, 0xFF, 0x41, 0x80, 0xBF, 0x42],
            "\"\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A\u{FFFD}\u{FFFD}B\""
        ),
        ([0xE1, 0x80, 0xE2, 0xF0, 0x91, 0x92, 0xF1, 0xBF, 0x41], "\"\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A\""),
        ([0x61, 0xE2, 0x82], "\"a\u{FFFD}\""),
    ]

    @Test("examples", arguments: examples)
    func example(_ example: (bytes: [UInt8], json: String)) {
        #expect(Array(written(example.bytes).utf8) == Array(example.json.utf8))
    }

    @Test("any bytes give what the standard library's repair and Foundation's parser give")
    func anyBytes() throws {
        for seed in 0..<500 {
            var state = UInt64(seed)
            let bytes = (0..<24).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // Half of them where sequences begin and go on, so that near misses occur.
                return state >> 63 == 0 ? UInt8(truncatingIfNeeded: state >> 40) : 0x80 | UInt8(state >> 40 & 0x7F)
            }
            let parsed = try JSONSerialization.jsonObject(with: Data(written(bytes).utf8), options: .fragmentsAllowed)
            let text = try #require(parsed as? String, "seed \(seed)")
            #expect(Array(text.utf8) == Array(String(decoding: bytes, as: UTF8.self).utf8), "seed \(seed)")
        }
    }
}
