import Records
import Testing

@testable import Expressions

@Suite struct FunctionTests {
    /// The examples that people are shown are true.
    @Test(arguments: Expression.functions) func example(_ function: FunctionDescription) throws {
        let schema = Expression.exampleSchema
        let expression = try Expression.compile(function.example, schema: schema)
        let batch = Fixture.batch([[.string("quay 4")]], schema)
        #expect(outcomes(expression, batch) == [.value(function.exampleValue)])
        #expect(!function.signatures.isEmpty && !function.summary.isEmpty && function.example.contains(function.name))
    }

    @Test func namesAreUnique() {
        let names = Expression.functions.map(\.name)
        #expect(Set(names).count == names.count)
        for known in FunctionTable.knownAs.values { #expect(names.contains(known)) }
        for (name, _) in FunctionTable.notYet { #expect(!names.contains(name)) }
    }

    /// Each with constants, folded, and with fields, through the columns.
    @Test(arguments: [
        ("'hello mellow'.indexOf('jello')", "-1"), ("'hello'.indexOf('')", "0"), ("'tacocat'.indexOf('a', 3)", "5"),
        ("'tacocat'.indexOf('a', 30)", "-1"), ("'tacocat'.indexOf('a', -1)", "failure"), ("'éa'.indexOf('a')", "1"),
        ("'tacocat'.lastIndexOf('c')", "4"), ("'tacocat'.lastIndexOf('c', 3)", "2"), ("'tacocat'.lastIndexOf('')", "7"),
        ("'tacocat'.charAt(3)", "\"o\""), ("'tacocat'.charAt(7)", "\"\""), ("'tacocat'.charAt(8)", "failure"),
        ("'ta©o©αT'.substring(2, 4)", "\"©o\""), ("'abc'.substring(3)", "\"\""), ("'abc'.substring(4)", "failure"),
        ("'abc'.substring(2, 1)", "failure"), ("'abc'.substring(-1)", "failure"),
        ("'hello'.replace('', '_')", "\"_h_e_l_l_o_\""), ("'hello'.replace('l', 'L', 1)", "\"heLlo\""),
        ("'hello'.replace('l', '', 0)", "\"hello\""), ("'aaa'.replace('aa', 'b')", "\"ba\""),
        ("'\\u3000 \\u00a0x\\u2003'.trim()", "\"x\""), ("' '.trim()", "\"\""),
        ("math.round(2.5)", "3.0"), ("math.round(-0.4)", "-0.0"), ("math.sign(0.0)", "0.0"),
        ("math.least(1.5)", "1.5"), ("math.abs(-9223372036854775808)", "failure"),
        ("int('+7')", "7"), ("int('7.0')", "failure"), ("int('9223372036854775808')", "failure"),
        ("int(1e19)", "failure"),
        ("uint('-1')", "failure"), ("double('x')", "failure"), ("double('-1e3')", "-1000.0"),
        ("double('0x1p3')", "failure"),
        ("bool('TrUe')", "failure"), ("string(b'\\xff')", "failure"), ("string(1.0)", "\"1\""),
        ("string(duration('-1.5s'))", "\"-1.5s\""), ("duration('1h2m3.5s')", "3723.5s"), ("duration('5')", "failure"),
        ("duration('100000000h')", "failure"), ("duration('1.5h')", "5400.0s"), ("duration('-250ms')", "-0.25s"),
        ("timestamp('2026-02-29T00:00:00Z')", "failure"), ("timestamp('2024-02-29T24:00:00Z')", "failure"),
        ("timestamp('2024-02-29t23:59:59.5+00:30')", "2024-02-29T23:29:59.500Z"),
        ("timestamp(253402300800)", "failure"),
        ("int(timestamp('1969-12-31T23:59:59.5Z'))", "-1"),
        ("timestamp('1969-12-31T23:00:00Z').getDayOfWeek()", "3"), ("timestamp(0).getHours('-01:30')", "22"),
        ("timestamp('2024-12-31T23:30:00Z').getDayOfYear('+01:00')", "0"), ("duration('90m').getHours()", "1"),
        ("5 / -2", "-2"), ("-5 % 3", "-2"), ("-9223372036854775808 / -1", "failure"), ("1u - 2u", "failure"),
        ("1.0 / 0.0", "inf"), ("-(-9223372036854775808)", "failure"), ("'a' < 'é'", "true"),
        ("b'\\xff' > b'\\x00'", "true"),
        ("9007199254740993 == 9007199254740992.0", "false"), ("-1 < 0u", "true"),
        ("18446744073709551615u > 1.8e19", "true"),
        ("0.0 / 0.0 == 0.0 / 0.0", "false"), ("1 != 0.0 / 0.0", "true"), ("5 in [5.0, 7]", "true"),
        ("5 in []", "false"),
        ("'Amélie' == 'Ame\\u0301lie'", "false"), ("'Ame\\u0301lie' in ['Amélie', 'Ame\\u0301lie']", "true"),
    ]) func values(_ text: String, _ expected: String) throws {
        #expect(folded(text) == expected)
    }

    private func folded(_ text: String) -> String {
        do throws(ExpressionErrors) {
            let expression = try Expression.compile(text, schema: Schema([]))
            return outcomes(expression, Fixture.batch([[]], Schema([])))[0].description
        } catch {
            return error.errors.allSatisfy { $0.message.hasPrefix("constant expression has no value") }
                ? "failure" : error.description
        }
    }
}
