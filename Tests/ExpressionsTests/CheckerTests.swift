import Records
import Testing

@testable import Expressions

@Suite struct CheckerTests {
    private func message(_ text: String, expecting: ValueType? = nil, allowingAbsence: Bool = false) -> String {
        do throws(ExpressionErrors) {
            let expression = try Expression.compile(
                text, schema: Fixture.schema, expecting: expecting, allowingAbsence: allowingAbsence)
            return "type \(expression.type.name)" + (expression.isOptional ? "?" : "")
        } catch {
            return error.description
        }
    }

    static let mistakes = #"""
        celsuis > 1
          0: unknown field `celsuis`
            did you mean `celsius`? fields: kind, celsius, count, size, open, at, span, site, level, sensor.id, blob

        sensor.ip == ''
          0: unknown field `sensor.ip`
            did you mean `sensor.id`? fields: kind, celsius, count, size, open, at, span, site, level, sensor.id, blob

        sensor == ''
          0: `sensor` is no field itself
            fields below it: sensor.id

        kind.name == ''
          0: field `kind` is of type string and has no field below it

        kind.size > 3
          0: field `kind` is of type string and has no field below it
            call the function: `size()`

        a + b
          0: unknown field `a`
            fields: kind, celsius, count, size, open, at, span, site, level, sensor.id, blob
          4: unknown field `b`
            fields: kind, celsius, count, size, open, at, span, site, level, sensor.id, blob

        kind == null
          8: `null` is no value of any field
            ask for presence: `has(field)` or `!has(field)`

        kind > 5
          0: can't compare string with int in `kind > 5`
            write "5" to compare text, or convert: `int(kind)`

        celsius == '40'
          0: can't compare double with string in `celsius == '40'`
            write it without quotes, or convert: `string(celsius)`

        at > '2026-01-01T00:00:00Z'
          0: can't compare timestamp with string in `at > '2026-01-01T00:00:00Z'`
            write `timestamp('2026-01-01T00:00:00Z')`

        span > 30
          0: can't compare duration with int in `span > 30`
            a span is written `duration("30s")`

        kind in ['a', 2]
          14: `2` is int, but `kind` is string
            write "2" to compare text, or convert: `int(kind)`

        'a' in kind
          7: `in` takes a list, not string
            a part of a text is found by `kind.contains('a')`

        count + 1.5
          0: no `+` for int and double in `count + 1.5`
            convert one side: `double(count) + 1.5`

        celsius * count
          0: no `*` for double and int in `celsius * count`
            convert one side: `celsius * double(count)`

        1 + 1.0
          0: no `+` for int and double in `1 + 1.0`
            write `1.0`

        'n = ' + count
          0: no `+` for string and int in `'n = ' + count`
            convert one side: `'n = ' + string(count)`

        celsius % 2.0 > 1.0
          0: no `%` for double and double in `celsius % 2.0`
            `%` is for int and uint: convert with `int(…)`

        at - 5
          0: no `-` for timestamp and int in `at - 5`
            a span is written `duration("5s")`

        count + size
          0: no `+` for int and uint in `count + size`
            convert one side: `count + int(size)`

        size + -1
          0: no `+` for uint and int in `size + -1`
            convert one side: `int(size) + -1`

        -size
          0: `-` takes int or double, not uint
            convert first: `-int(size)`

        open && count
          8: `&&` takes bool, not int
            compare: `count != 0`

        !kind
          0: `!` takes bool, not string
            compare: `kind != ""`

        count ? 1 : 2
          0: the condition before `?` must be bool, not int
            compare: `count != 0`

        open ? count : kind
          0: both values of a choice must have one type; these are int and string
            convert it: `int(kind)`

        site == 'x'
          0: field `site` is optional and may be absent here
            guard it, `has(site) && …`, or give a value for its absence, `site.orValue("?")`

        level > 1.0
          0: field `level` is optional and may be absent here
            guard it, `has(level) && …`, or give a value for its absence, `level.orValue(0.0)`

        site == 'x' && has(site)
          0: field `site` is optional and may be absent here
            guard it, `has(site) && …`, or give a value for its absence, `site.orValue("?")`

        has(site) || site == 'x'
          13: field `site` is optional and may be absent here
            guard it, `has(site) && …`, or give a value for its absence, `site.orValue("?")`

        level.orValue('none')
          14: field `level` is double, the value for its absence string
            write `level.orValue(0.0)`

        (celsius + 1.0).orValue(0.0)
          0: `orValue` is called on an optional field; this is never absent

        has(celsius + 1)
          0: `has` takes one field
            such as `has(site)`

        kind.startWith('a')
          5: unknown function `startWith`
            did you mean `startsWith`?

        min(count, 2)
          0: unknown function `min`
            did you mean `math.least`?

        math.max(count, 2)
          5: unknown function `math.max`
            did you mean `math.greatest`? there are: math.abs, math.ceil, math.floor, math.greatest, math.isFinite, \#
        math.isInf, math.isNaN, math.least, math.round, math.sign, math.sqrt, math.trunc

        contains(kind, 'a')
          0: `contains` is called on a value
            write `kind.contains('a')`

        kind.int()
          0: `int` is not called on a value
            write `int(kind)`

        count.contains('a')
          0: no `contains` for (int, string)
            there is `string.contains(string) → bool`; convert it: `string(count)`

        math.round(count)
          0: no `math.round` for (int)
            there is `math.round(double) → double`; convert it: `double(count)`

        kind.matches('a+')
          5: `matches` is not available yet (regular expressions)

        [1].all(x, x > 0)
          4: `all` is not available yet (macros over lists)

        math.least(celsius, count)
          20: the numbers of `math.least` must have one type; these are double and int
            convert it: `double(count)`

        at.getHours('Africa/Porto-Novo')
          12: time zone `Africa/Porto-Novo` is not available
            write the distance from UTC, such as "+01:00"

        at.getHours(kind)
          12: the time zone must be a constant text
            such as "+01:00"

        count > 1 / 0
          8: constant expression has no value: division by zero in `1 / 0`

        at > timestamp('yesterday')
          5: constant expression has no value: text is no RFC 3339 timestamp of the years 1 to 9999 in \#
        `timestamp('yesterday')`

        [1, 2]
          0: a list can't be a value yet
            it may stand on the right of `in`: `kind in ['a', 'b']`

        celsuis > 1 && kind > 5 && !count
          0: unknown field `celsuis`
            did you mean `celsius`? fields: kind, celsius, count, size, open, at, span, site, level, sensor.id, blob
          15: can't compare string with int in `kind > 5`
            write "5" to compare text, or convert: `int(kind)`
          27: `!` takes bool, not int
            compare: `count != 0`
        """#

    @Test(arguments: Script.cases(of: mistakes)) func errors(_ mistake: Script.Case) {
        #expect(
            Script.shown { () throws(ExpressionErrors) in
                _ = try Expression.compile(mistake.text, schema: Fixture.schema)
            } == mistake.expected)
    }

    @Test(arguments: [
        // Int literals take the number type beside them.
        ("celsius + 1", "type double"), ("2 * celsius", "type double"), ("size + 1", "type uint"),
        ("open ? celsius : 0", "type double"), ("open ? 0 : size", "type uint"), ("level.orValue(0)", "type double"),
        ("math.greatest(celsius, 0)", "type double"), ("celsius in [1, 2.5, 3]", "type bool"),
        ("celsius > count", "type bool"), ("size == 1.5", "type bool"), ("count < 2.5", "type bool"),
        // Guards
        ("has(site) && site != ''", "type bool"), ("!has(site) || site != ''", "type bool"),
        ("has(site) ? site : kind", "type string"), ("!has(site) ? kind : site", "type string"),
        ("open && has(site) && celsius > 1 && site.size() > level.orValue(1)", "type bool"),
        ("has(site) && has(level) ? level > 1.0 && site == 'a' : open", "type bool"),
        ("!(has(site) && has(level)) || level > 1.0 && site == ''", "type bool"),
        ("(has(site) ? site == 'a' : false) && site != ''", "type bool"), ("site.orValue('?')", "type string"),
        ("has(celsius)", "type bool"), ("has(sensor.id) && sensor.id != ''", "type bool"),
        // Time
        ("at + span", "type timestamp"), ("span + at", "type timestamp"), ("at - at", "type duration"),
        ("at - duration('5m') < at", "type bool"), ("at.getHours('-02:30')", "type int"),
        // Constants that do not matter
        ("false && 1 / 0 > 1", "type bool"), ("1 / 0 > 1 || true", "type bool"), ("true ? 1 : 1 / 0", "type int"),
        ("kind.orValue('x')", "type string"),
    ]) func types(_ text: String, _ expected: String) { #expect(message(text) == expected) }

    @Test func wantedType() {
        #expect(
            message("celsius", expecting: .bool)
                == "0: expected a bool expression, this is double (compare it with something: `celsius > 0.0`)")
        #expect(
            message("count", expecting: .double)
                == "0: expected a double expression, this is int (convert it: `double(count)`)")
        #expect(message("40", expecting: .double) == "type double")
        #expect(message("site", allowingAbsence: true) == "type string?")
        #expect(message("open ? site : kind", allowingAbsence: true) == "type string?")
        #expect(message("site + 'x'", allowingAbsence: true).hasPrefix("0: field `site` is optional"))
    }

    @Test func whatIsRead() throws {
        let expression = try Expression.compile("has(site) && celsius > 1.0 || sensor.id == ''", schema: Fixture.schema)
        #expect(expression.fieldsRead == [1, 7, 9])
        #expect(!expression.canFail)
        #expect(try Expression.compile("count + 1 > 2", schema: Fixture.schema).canFail)
        #expect(try Expression.compile("2 + 3 * 4", schema: Fixture.schema).constant == .int(14))
    }

    @Test func explained() throws {
        let text = "celsius > 40.0 && kind == 'temperature' && count + 1 > 2"
        let expression = try Expression.compile(text, schema: Fixture.schema)
        #expect(
            expression.explain(Fixture.schema) == """
                type bool; reads kind, celsius, count; may fail in a row
                  compare doubles: celsius > 40.0
                  for the rows that are still true in \(text)
                    compare views: kind == 'temperature'
                    and: \(text)
                  for the rows that are still true in \(text)
                    compute addInt: count + 1
                    compare ints: count + 1 > 2
                    and: \(text)
                  keep rows: \(text)
                """)
    }
}
