import Testing

@testable import Expressions

/// A tree as an S-expression, for tables.
private func shown(_ node: SyntaxNode) -> String {
    func list(_ head: String, _ rest: [SyntaxNode]) -> String {
        "(" + ([head] + rest.map(shown)).joined(separator: " ") + ")"
    }
    switch node.kind {
    case .literal(.null): return "null"
    case .literal(.bool(let v)): return "\(v)"
    case .literal(.int(let v)): return "\(v)"
    case .literal(.uint(let v)): return "\(v)u"
    case .literal(.double(let v)): return "\(v)"
    case .literal(.string(let v)): return "\"\(v)\""
    case .literal(.bytes(let v)): return "b\(v)"
    case .identifier(let name, let isAbsolute): return (isAbsolute ? "." : "") + name
    case .select(let operand, let field, let isOptional):
        return list(isOptional ? ".?\(field)" : ".\(field)", [operand])
    case .index(let operand, let index, let isOptional): return list(isOptional ? "[?]" : "[]", [operand, index])
    case .call(let name, _, nil, let arguments): return list("\(name)()", arguments)
    case .call(let name, _, let target?, let arguments): return list(".\(name)()", [target] + arguments)
    case .list(let elements):
        return "[" + elements.map { ($0.isOptional ? "?" : "") + shown($0.value) }.joined(separator: " ") + "]"
    case .map(let entries):
        return "{"
            + entries.map { ($0.isOptional ? "?" : "") + shown($0.key) + ":" + shown($0.value) }.joined(separator: " ")
            + "}"
    case .message(let name, let fields):
        return name + "{"
            + fields.map { ($0.isOptional ? "?" : "") + $0.name + ":" + shown($0.value) }.joined(separator: " ") + "}"
    case .unary(let op, let operand): return list(op.rawValue, [operand])
    case .binary(let op, let a, let b): return list(op.rawValue, [a, b])
    case .logical(let op, let operands): return list(op.rawValue, operands)
    case .conditional(let c, let a, let b): return list("?", [c, a, b])
    case .invalid: return "invalid"
    }
}

private func parse(_ text: String) throws(ExpressionErrors) -> SyntaxNode {
    let bytes = Array(text.utf8)
    return try Parser.parse(bytes, in: 0..<bytes.count)
}

@Suite struct ParserTests {
    @Test(arguments: [
        // Literals
        ("0x1F", "31"), ("-0x10", "-16"), ("7u", "7u"), ("0xFFu", "255u"), (".5", "0.5"), ("1e3", "1000.0"),
        ("-2.5e-1", "-0.25"), ("-9223372036854775808", "-9223372036854775808"), ("null", "null"),
        ("'a\\'b'", "\"a'b\""), ("\"\\x41\\u00e9\\U0001F600\\101\"", "\"Aé😀A\""), ("r'a\\n'", "\"a\\n\""),
        ("'''a'b\nc'''", "\"a'b\nc\""), ("\"\"\"x\r\ny\"\"\"", "\"x\ny\""), ("b'\\xff\\377a'", "b[255, 255, 97]"),
        ("rb'\\x'", "b[92, 120]"), ("bR\"é\"", "b[195, 169]"),
        // Precedence and association
        ("a || b && c", "(|| a (&& b c))"), ("a && b && c", "(&& a b c)"), ("a + b * c - d", "(- (+ a (* b c)) d)"),
        ("a < b == c", "(== (< a b) c)"), ("!a && -b < c", "(&& (! a) (< (- b) c))"),
        ("a ? b : c ? d : e", "(? a b (? c d e))"), ("(a + b) * c", "(* (+ a b) c)"), ("a in [1, 2]", "(in a [1 2])"),
        ("!!a", "(! (! a))"), ("- -1", "(- -1)"), ("a - 1", "(- a 1)"), ("a -1", "(- a 1)"), ("-a.b", "(- (.b a))"),
        // Members and calls
        ("a.b.c", "(.c (.b a))"), (".a.b", "(.b .a)"), ("a.`b-c`", "(.b-c a)"), ("a[0][1]", "([] ([] a 0) 1)"),
        ("a.?b[?c]", "([?] (.?b a) c)"), ("f()", "(f())"), ("f(1, g(2))", "(f() 1 (g() 2))"),
        ("a.f(1).g()", "(.g() (.f() a 1))"), ("math.abs(x)", "(.abs() math x)"), ("has(a.b)", "(has() (.b a))"),
        ("l.all(x, x > 0)", "(.all() l x (> x 0))"), ("a.while.in2", "(.in2 (.while a))"),
        // Aggregates
        ("[1, ?a, 3,]", "[1 ?a 3]"), ("{'a': 1, ?'b': c,}", "{\"a\":1 ?\"b\":c}"), ("{}", "{}"),
        ("a.B{c: 1, ?d: 2}", "a.B{c:1 ?d:2}"), ("B{}", "B{}"),
        // Blanks and comments
        ("a // one\n  +\tb", "(+ a b)"),
    ]) func trees(_ text: String, _ expected: String) throws {
        #expect(shown(try parse(text)) == expected)
    }

    static let mistakes = #"""
        a +
          3: expected a value, found the end of the expression

        a = 1
          2: unexpected character `=`
            compare with `==`

        a & b
          2: unexpected character `&`
            use `&&`

        (a + 1
          6: expected `)` to close the parenthesis, found the end of the expression

        a) + 1
          1: expected an operator or the end of the expression, found `)`
            nothing is open here

        a b
          2: expected an operator or the end of the expression, found `b`
            two values need an operator between them

        a and b
          2: expected an operator or the end of the expression, found `and`
            write `&&`

        a ? b
          5: expected `:` and the other value after `?`, found the end of the expression

        a ? b : 
          8: expected a value, found the end of the expression

        f(1, )
          5: expected a value, found `)`

        f(1 2)
          4: expected `)` or `,` after the argument, found number `2`

        a.
          2: expected a field or function name after `.`, found the end of the expression

        [1, 2
          5: expected `]` or `,` after the list's element, found the end of the expression

        {1 2}
          3: expected `:` after the map's key, found number `2`

        'abc
          0: string has no closing quote

        '\q'
          1: unknown escape `\q`
            a backslash is written `\\`, or put an r before the quote: r"…"

        '\ud800'
          1: escape is no Unicode character
            surrogates and codes above 10FFFF are not

        9223372036854775808
          0: number `9223372036854775808` is beyond the range of int
            write it as a uint, `9223372036854775808u`, or a double, `9223372036854775808.0`

        99999999999999999999
          0: number `99999999999999999999` is beyond 64 bits
            write it as a double: `99999999999999999999.0`

        1e999
          0: number `1e999` is beyond the range of double

        x > 10s
          4: `10s` is neither a number nor a name
            a duration is written `duration("10s")`

        x > 0x
          4: expected hexadecimal digits after `0x`

        if
          0: `if` is reserved by the language and can't be a name
            a choice is written `condition ? value : other`

        `a`
          0: expected a value, found `a`
            a backquoted name stands only after a dot: `record.`a``

        f(a +, b = 1) && (c
          5: expected a value, found `,`
          9: unexpected character `=`
            compare with `==`
          19: expected `)` to close the parenthesis, found the end of the expression
        """#

    @Test(arguments: Script.cases(of: mistakes)) func errors(_ mistake: Script.Case) {
        #expect(Script.shown { () throws(ExpressionErrors) in _ = try parse(mistake.text) } == mistake.expected)
    }

    @Test func nothingAndLineBreaks() {
        #expect(
            Script.shown { () throws(ExpressionErrors) in _ = try parse("") } == [
                "0: expected an expression, found nothing"
            ])
        #expect(
            Script.shown { () throws(ExpressionErrors) in _ = try parse("'a\nb'") } == [
                "0: string has no closing quote", "  text over several lines stands between triple quotes",
                "3: string has no closing quote",
            ])
    }

    @Test func depthIsBounded() {
        for text in [
            String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300),
            String(repeating: "!", count: 300) + "true", String(repeating: "[", count: 5_000),
            "1" + String(repeating: " + 1", count: 300), "a" + String(repeating: ".b", count: 300),
            String(repeating: "a ? b : ", count: 300) + "c",
        ] {
            do throws(ExpressionErrors) {
                _ = try parse(text)
                Issue.record("parsed \(text.prefix(20))")
            } catch {
                #expect(error.errors.contains { $0.message == "expression is nested more than 250 levels deep" })
            }
        }
    }

    @Test func longChainsAreFine() throws {
        let tree = try parse("a" + String(repeating: " && a", count: 5_000))
        #expect(tree.height == 2)
        let deep = String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200)
        #expect(shown(try parse(deep)) == "1")
    }

    /// Whatever the text, there is a tree or there are errors within it, and no crash.
    @Test(arguments: [11, 12, 13] as [UInt64]) func anyTextIsRefusedOrParsed(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        let pieces = [
            "a", "b.c", "1", "2u", "3.5", "'x'", "\"", "'''", "r'", "b\"", "(", ")", "[", "]", "{", "}", ",", ":", "?",
            ".",
            "&&", "||", "!", "-", "+", "*", "/", "%", "==", "<", ">=", " in ", "has(", "\\", "`", "//", "\n", "é",
            "\u{0}", "true", "null", "0x",
            "if", "1e", "$",
        ]
        for _ in 0..<2_000 {
            let text = (0..<(1 + random.next() % 12)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }
                .joined()
            do throws(ExpressionErrors) {
                let tree = try parse(text)
                #expect(tree.range.upperBound <= text.utf8.count)
            } catch {
                #expect(!error.errors.isEmpty)
                for error in error.errors {
                    #expect(
                        error.offset >= 0 && error.offset + error.length <= text.utf8.count,
                        "seed \(seed): \(text): \(error)")
                }
            }
        }
    }
}
