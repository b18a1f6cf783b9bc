/// Builds the syntax tree of CEL text by recursive descent, after the grammar of the language definition.
///
/// Goes on behind an error by skipping to the end of the innermost bracket or argument, so that independent mistakes
/// are found in one go.
struct Parser {
    /// Levels that a tree may have, as in the other implementations. Keeps the stack bounded in everything that walks
    /// it.
    static let depthLimit = 250

    private let tokens: [Token]
    private var position = 0
    private var depth = 0
    private(set) var errors: [ExpressionError]
    private var isTooDeep = false

    private init(_ tokens: [Token], _ errors: [ExpressionError]) {
        self.tokens = tokens
        self.errors = errors
    }

    /// The tree of the text in `range`; throws every error found.
    static func parse(_ bytes: [UInt8], in range: Range<Int>) throws(ExpressionErrors) -> SyntaxNode {
        let (tokens, errors) = Lexer.tokens(of: bytes, in: range)
        if tokens.count == 1, errors.isEmpty {
            throw ExpressionErrors([ExpressionError(range, "expected an expression, found nothing")])
        }
        var parser = Parser(tokens, errors)
        let tree = parser.expression()
        if parser.current.kind != .end { parser.reportEnd() }
        if !parser.errors.isEmpty { throw ExpressionErrors(parser.errors) }
        return tree
    }

    // MARK: Tokens

    private var current: Token { tokens[position] }

    private mutating func advance() {
        if position < tokens.count - 1 { position += 1 }
    }

    private func isAt(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }

    private mutating func take(_ symbol: Token.Symbol) -> Bool {
        guard isAt(symbol) else { return false }
        advance()
        return true
    }

    /// Takes a symbol, or reports that it is missing and skips to where things go on.
    @discardableResult
    private mutating func expect(_ symbol: Token.Symbol, _ context: String) -> Bool {
        if take(symbol) { return true }
        fail("expected `\(symbol.rawValue)` \(context)")
        recover()
        return take(symbol)
    }

    /// Reports at the current token what was expected. Behind an unreadable token the lexer's own error is enough.
    private mutating func fail(_ message: String, hint: String? = nil) {
        if current.kind == .invalid || isTooDeep { return }
        if let last = errors.last, last.offset == current.range.lowerBound { return }
        errors.append(ExpressionError(current.range, message + ", found " + current.shown, hint: hint))
    }

    private mutating func reportEnd() {
        var hint: String?
        switch current.kind {
        case .symbol(.rightParenthesis), .symbol(.rightBracket), .symbol(.rightBrace): hint = "nothing is open here"
        case .identifier(let word, _) where word == "and" || word == "AND": hint = "write `&&`"
        case .identifier(let word, _) where word == "or" || word == "OR": hint = "write `||`"
        case .identifier(let word, _) where word == "not" || word == "NOT": hint = "write `!`"
        case .identifier, .int, .uint, .double, .string, .bytes: hint = "two values need an operator between them"
        default: break
        }
        fail("expected an operator or the end of the expression", hint: hint)
    }

    /// Skips to what ends the innermost open bracket or argument.
    private mutating func recover() {
        var open = 0
        while true {
            switch current.kind {
            case .end: return
            case .symbol(.leftParenthesis), .symbol(.leftBracket), .symbol(.leftBrace): open += 1
            case .symbol(.rightParenthesis), .symbol(.rightBracket), .symbol(.rightBrace):
                if open == 0 { return }
                open -= 1
            case .symbol(.comma) where open == 0: return
            default: break
            }
            advance()
        }
    }

    private mutating func node(_ kind: SyntaxNode.Kind, from start: Int) -> SyntaxNode {
        let end = position > 0 ? tokens[position - 1].range.upperBound : start
        let node = SyntaxNode(kind, start..<max(start, end))
        _ = isBeyondDepth(node.height)
        return node
    }

    /// Whether one level more would be too deep; reports it once.
    private mutating func isBeyondDepth(_ levels: Int) -> Bool {
        guard levels > Self.depthLimit else { return false }
        if !isTooDeep {
            errors.append(
                ExpressionError(
                    current.range, "expression is nested more than \(Self.depthLimit) levels deep",
                    hint: "compute parts of it in a select step before"))
            isTooDeep = true
            position = tokens.count - 1
        }
        return true
    }

    // MARK: Operators, loosest first

    private mutating func expression() -> SyntaxNode {
        depth += 1
        defer { depth -= 1 }
        let start = current.range.lowerBound
        if isBeyondDepth(depth) { return node(.invalid, from: start) }
        let condition = chain(.or)
        guard take(.question) else { return condition }
        let yes = chain(.or)
        guard expect(.colon, "and the other value after `?`") else { return node(.invalid, from: start) }
        let no = expression()
        return node(.conditional(condition, yes, no), from: start)
    }

    private mutating func chain(_ logical: SyntaxNode.LogicalOperator) -> SyntaxNode {
        let start = current.range.lowerBound
        let symbol: Token.Symbol = logical == .or ? .or : .and
        let first = logical == .or ? chain(.and) : relation()
        guard isAt(symbol) else { return first }
        var operands = [first]
        while take(symbol) { operands.append(logical == .or ? chain(.and) : relation()) }
        return node(.logical(logical, operands), from: start)
    }

    private static let relations: [Token.Symbol: SyntaxNode.BinaryOperator] = [
        .less: .less, .lessOrEqual: .lessOrEqual, .greater: .greater, .greaterOrEqual: .greaterOrEqual,
        .equal: .equal, .notEqual: .notEqual, .in: .in,
    ]
    private static let sums: [Token.Symbol: SyntaxNode.BinaryOperator] = [.plus: .add, .minus: .subtract]
    private static let products: [Token.Symbol: SyntaxNode.BinaryOperator] = [
        .times: .multiply, .divide: .divide, .remainder: .remainder,
    ]

    private mutating func relation() -> SyntaxNode {
        leftToRight(Self.relations) { parser in
            parser.leftToRight(Self.sums) { parser in
                parser.leftToRight(Self.products) { $0.unary() }
            }
        }
    }

    private mutating func leftToRight(
        _ operators: [Token.Symbol: SyntaxNode.BinaryOperator], _ operand: (inout Parser) -> SyntaxNode
    ) -> SyntaxNode {
        let start = current.range.lowerBound
        var left = operand(&self)
        while case .symbol(let symbol) = current.kind, let op = operators[symbol] {
            advance()
            let right = operand(&self)
            left = node(.binary(op, left, right), from: start)
        }
        return left
    }

    private mutating func unary() -> SyntaxNode {
        let start = current.range.lowerBound
        for (symbol, op) in [(Token.Symbol.not, SyntaxNode.UnaryOperator.not), (.minus, .negate)] where isAt(symbol) {
            depth += 1
            defer { depth -= 1 }
            if isBeyondDepth(depth) { return node(.invalid, from: start) }
            advance()
            if op == .negate, let literal = negativeNumber() { return member(from: start, literal) }
            let operand = unary()
            return node(.unary(op, operand), from: start)
        }
        return member(from: start, primary())
    }

    /// A number behind a minus is a negative literal: the only way to write the least int.
    private mutating func negativeNumber() -> SyntaxNode? {
        let start = tokens[position - 1].range.lowerBound
        switch current.kind {
        case .int(let magnitude):
            advance()
            return node(.literal(.int(Int64(truncatingIfNeeded: 0 &- magnitude))), from: start)
        case .double(let value):
            advance()
            return node(.literal(.double(-value)), from: start)
        default: return nil
        }
    }

    // MARK: Members

    private mutating func member(from start: Int, _ first: SyntaxNode) -> SyntaxNode {
        var operand = first
        while true {
            switch current.kind {
            case .symbol(.dot):
                advance()
                operand = selection(of: operand, from: start)
            case .symbol(.leftBracket):
                advance()
                let isOptional = take(.question)
                let index = expression()
                expect(.rightBracket, "after the index")
                operand = node(.index(operand, index, isOptional: isOptional), from: start)
            case .symbol(.leftBrace):
                guard let name = operand.dottedName else { return operand }
                advance()
                let fields = fieldInitializers()
                operand = node(.message(name: name, fields), from: start)
            default: return operand
            }
        }
    }

    private mutating func selection(of operand: SyntaxNode, from start: Int) -> SyntaxNode {
        let isOptional = take(.question)
        guard case .identifier(let name, let isQuoted) = current.kind else {
            fail("expected a field or function name after `.`")
            if current.kind == .invalid { advance() }
            return node(.invalid, from: start)
        }
        let nameRange = current.range
        advance()
        if !isOptional, !isQuoted, take(.leftParenthesis) {
            let arguments = self.arguments(until: .rightParenthesis)
            return node(.call(name: name, nameRange: nameRange, target: operand, arguments: arguments), from: start)
        }
        return node(.select(operand, field: name, isOptional: isOptional), from: start)
    }

    private mutating func arguments(until closing: Token.Symbol) -> [SyntaxNode] {
        var arguments: [SyntaxNode] = []
        if take(closing) { return arguments }
        repeat { arguments.append(expression()) } while take(.comma)
        expect(closing, "or `,` after the argument")
        return arguments
    }

    // MARK: Primaries

    private static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    private mutating func primary() -> SyntaxNode {
        let start = current.range.lowerBound
        if let literal = literal() {
            advance()
            return node(.literal(literal), from: start)
        }
        switch current.kind {
        case .symbol(.leftParenthesis):
            advance()
            var inner = expression()
            expect(.rightParenthesis, "to close the parenthesis")
            inner.range = start..<tokens[max(position - 1, 0)].range.upperBound
            return inner
        case .symbol(.leftBracket):
            advance()
            return node(.list(elements()), from: start)
        case .symbol(.leftBrace):
            advance()
            return node(.map(entries()), from: start)
        case .symbol(.dot):
            advance()
            return name(isAbsolute: true, from: start)
        case .identifier(_, isQuoted: false):
            return name(isAbsolute: false, from: start)
        case .identifier(let name, isQuoted: true):
            fail("expected a value", hint: "a backquoted name stands only after a dot: `record.`\(name)``")
        case .invalid: break
        default: fail("expected a value")
        }
        if current.kind == .invalid { advance() }
        return node(.invalid, from: start)
    }

    private mutating func literal() -> SyntaxNode.Literal? {
        switch current.kind {
        case .int(let magnitude):
            if magnitude > UInt64(Int64.max) {
                errors.append(
                    ExpressionError(
                        current.range, "number `\(magnitude)` is beyond the range of int",
                        hint: "write it as a uint, `\(magnitude)u`, or a double, `\(magnitude).0`"))
                return .int(.max)
            }
            return .int(Int64(magnitude))
        case .uint(let value): return .uint(value)
        case .double(let value): return .double(value)
        case .string(let value): return .string(value)
        case .bytes(let value): return .bytes(value)
        case .symbol(.true): return .bool(true)
        case .symbol(.false): return .bool(false)
        case .symbol(.null): return .null
        default: return nil
        }
    }

    private mutating func name(isAbsolute: Bool, from start: Int) -> SyntaxNode {
        guard case .identifier(let name, isQuoted: false) = current.kind else {
            fail("expected a name after `.`")
            return node(.invalid, from: start)
        }
        if Self.reserved.contains(name) {
            errors.append(
                ExpressionError(
                    current.range, "`\(name)` is reserved by the language and can't be a name",
                    hint: name == "if" || name == "else" ? "a choice is written `condition ? value : other`" : nil))
        }
        let nameRange = current.range
        advance()
        if take(.leftParenthesis) {
            let arguments = self.arguments(until: .rightParenthesis)
            let full = isAbsolute ? "." + name : name
            return node(.call(name: full, nameRange: nameRange, target: nil, arguments: arguments), from: start)
        }
        return node(.identifier(name, isAbsolute: isAbsolute), from: start)
    }

    private mutating func elements() -> [SyntaxNode.Element] {
        var elements: [SyntaxNode.Element] = []
        while !isAt(.rightBracket), current.kind != .end {
            let isOptional = take(.question)
            elements.append(SyntaxNode.Element(value: expression(), isOptional: isOptional))
            if !take(.comma) { break }
        }
        expect(.rightBracket, "or `,` after the list's element")
        return elements
    }

    private mutating func entries() -> [SyntaxNode.Entry] {
        var entries: [SyntaxNode.Entry] = []
        while !isAt(.rightBrace), current.kind != .end {
            let isOptional = take(.question)
            let key = expression()
            guard expect(.colon, "after the map's key") else { break }
            entries.append(SyntaxNode.Entry(key: key, value: expression(), isOptional: isOptional))
            if !take(.comma) { break }
        }
        expect(.rightBrace, "or `,` after the map's entry")
        return entries
    }

    private mutating func fieldInitializers() -> [SyntaxNode.FieldInitializer] {
        var fields: [SyntaxNode.FieldInitializer] = []
        while !isAt(.rightBrace), current.kind != .end {
            let isOptional = take(.question)
            guard case .identifier(let name, _) = current.kind else {
                fail("expected a field name")
                recover()
                break
            }
            advance()
            guard expect(.colon, "after the field's name") else { break }
            fields.append(SyntaxNode.FieldInitializer(name: name, value: expression(), isOptional: isOptional))
            if !take(.comma) { break }
        }
        expect(.rightBrace, "or `,` after the field's value")
        return fields
    }
}
