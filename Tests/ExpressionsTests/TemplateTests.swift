import Foundation
import Records
import Testing

@testable import Expressions

@Suite struct TemplateTests {
    private func rendered(_ text: String) throws -> [String] {
        let template = try Template.compile(text, schema: Fixture.schema)
        let batch = Fixture.batch()
        let renderer = template.makeRenderer(capacity: batch.capacity)
        let all = Selection(capacity: batch.capacity)
        all.selectAll(batch.count)
        renderer.prepare(batch, all)
        return (0..<batch.count).map { row in
            var buffer = ByteBuffer()
            renderer.append(row: row, to: &buffer)
            return buffer.string
        }
    }

    @Test func oneRowAtATime() throws {
        let renderer = try Template.compile("{kind}: {count + 1}", schema: Fixture.schema).makeRenderer()
        let batch = Fixture.batch()
        var buffer = ByteBuffer()
        for row in [2, 0, 1] {
            renderer.append(row, of: batch, to: &buffer)
            buffer.append("; ")
        }
        #expect(buffer.string == ": 1; temperature: 4; temp: ?; ")
        #expect(renderer.failures.map(\.row) == [1])
    }

    @Test(arguments: [
        (
            "Tank {sensor.id} at {celsius:.1f} °C",
            ["Tank tank-07 at 41.5 °C", "Tank é at -0.5 °C", "Tank tank-070 at NaN °C"]
        ),
        ("plain {{}} text", ["plain {} text", "plain {} text", "plain {} text"]),
        ("{count:d} {size:x} {celsius}", ["3 7 41.5", "9223372036854775807 0 -0.5", "0 ffffffffffffffff NaN"]),
        ("{count:.2f}", ["3.00", "9223372036854775807.00", "0.00"]),
        ("{celsius > 40.0 ? \"hot\" : 'c{o}ld'}", ["hot", "c{o}ld", "c{o}ld"]),
        ("{open ? celsius : 0:.0f}|", ["42|", "0|", "NaN|"]),
        (
            "{at} {span}",
            ["2009-02-13T23:31:30Z 1m30s", "1969-12-31T23:59:59.999999Z -0.000001s", "1970-01-01T00:00:00Z 0s"]
        ),
        ("{site.orValue('?')}", ["quay 4", "?", "test"]), ("{ kind in ['temp'] }", ["false", "true", "false"]),
        ("{count + 1}", ["4", "?", "1"]), ("", ["", "", ""]), ("é{1 + 1}ü", ["é2ü", "é2ü", "é2ü"]),
    ]) func texts(_ text: String, _ expected: [String]) throws { #expect(try rendered(text) == expected) }

    static let mistakes = #"""
        Tank {tnk}
          6: unknown field `tnk`
            fields: kind, celsius, count, size, open, at, span, site, level, sensor.id, blob

        a } b
          2: `}` closes nothing
            a brace in text is written `}}`

        a {kind
          2: `{` has no closing `}`
            a brace in text is written `{{`

        {}
          1: expected an expression, found nothing

        {celsius:.1g}
          9: unknown format `.1g` for double
            a double takes `.1f` (or any other number of decimals)

        {kind:d}
          6: unknown format `d` for string
            a string takes no format

        {celsius:.99f}
          9: `.99f` asks for too many decimals
            up to 15 are possible

        {blob}
          1: bytes can't be shown in text
            show `size(…)`, or convert them: `string(…)`

        {site}
          1: field `site` is optional and may be absent here
            guard it, `has(site) && …`, or give a value for its absence, `site.orValue("?")`

        {'open} {kind}
          1: string has no closing quote

        {a} and {b}
          1: unknown field `a`
            fields: kind, celsius, count, size, open, at, span, site, level, sensor.id, blob
          9: unknown field `b`
            fields: kind, celsius, count, size, open, at, span, site, level, sensor.id, blob
        """#

    @Test(arguments: Script.cases(of: mistakes)) func errors(_ mistake: Script.Case) {
        #expect(
            Script.shown { () throws(ExpressionErrors) in
                _ = try Template.compile(mistake.text, schema: Fixture.schema)
            } == mistake.expected)
    }

    private func fixed(_ value: Double, _ decimals: Int) -> String {
        var buffer = ByteBuffer()
        FixedText.append(value, decimals, to: &buffer)
        return buffer.string
    }

    /// C's printf rounds by the exact binary value: the oracle for decimals.
    @Test(arguments: [21, 22] as [UInt64]) func decimalsAreRoundedAsPrintfDoes(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        var values: [Double] = [
            0.5, 1.5, 2.5, 0.125, 0.375, 0.25, 2.675, 1.005, 1e15, 999_999.95, 0.05, .leastNormalMagnitude / 8,
            .leastNonzeroMagnitude, 0x1p62, 9.5, 0.999999,
        ]
        for _ in 0..<3_000 {
            let scale = [1, 1e-3, 1e3, 1e6, 1e12, 1e-9][Int(random.next() % 6)]
            values.append((Double(random.next() >> 11) * 0x1p-53 - 0.5) * scale)
            values.append(Double(Int64(random.next() % 200_000)) / 1000 * scale)
        }
        for value in values {
            let decimals = Int(random.next() % 16)
            var expected = String(format: "%.\(decimals)f", value)
            if expected.hasPrefix("-"), !expected.contains(where: { ("1"..."9").contains($0) }) {
                expected.removeFirst()
            }
            #expect(fixed(value, decimals) == expected, "seed \(seed): \(value) with \(decimals)")
        }
        #expect(fixed(.nan, 1) == "NaN")
        #expect(fixed(-.infinity, 1) == "-Infinity")
        #expect(fixed(-0.04, 1) == "0.0")
    }

    private func shortest(_ value: Double) -> String {
        var buffer = ByteBuffer()
        NumberText.append(value, to: &buffer)
        return buffer.string
    }

    @Test func shortestDecimals() {
        let cases: [(Double, String)] = [
            (0, "0"), (-0.0, "-0"), (1, "1"), (41.5, "41.5"), (0.1, "0.1"), (0.1 + 0.2, "0.30000000000000004"),
            (1e6, "1000000"), (1e20, "100000000000000000000"), (1e21, "1e+21"), (1.5e300, "1.5e+300"),
            (1e-6, "0.000001"),
            (1.5e-7, "1.5e-7"), (123_456_789.125, "123456789.125"), (.leastNonzeroMagnitude, "5e-324"),
            (-4.5e-3, "-0.0045"),
            (0x1p53, "9007199254740992"), (.infinity, "Infinity"),
        ]
        for (value, text) in cases { #expect(shortest(value) == text) }
        var random = SplitMix(state: 31)
        for _ in 0..<3_000 {
            let bits = Double(bitPattern: random.next())
            let tame =
                Double(Int64(bitPattern: random.next()) % 1_000_000_000) / [1, 10, 1000, 1e7][Int(random.next() % 4)]
            for value in [bits, tame] where value.isFinite {
                #expect(Double(shortest(value))?.bitPattern == value.bitPattern)
                #expect(shortest(value).count { $0.isNumber } <= value.description.count { $0.isNumber } + 22)
            }
            // As few digits as the standard library's.
            let digits = shortest(tame).filter { $0 != "." && $0 != "-" }.drop { $0 == "0" }
            let described = tame.description.split(separator: "e")[0].filter { $0 != "." && $0 != "-" }.drop {
                $0 == "0"
            }
            let trimmed = String(String(described.reversed()).drop { $0 == "0" }.reversed())
            #expect(String(String(digits.reversed()).drop { $0 == "0" }.reversed()) == trimmed)
        }
    }
}
