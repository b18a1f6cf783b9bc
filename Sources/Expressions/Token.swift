/// One lexical element of CEL, with the UTF-8 range it takes in the text.
struct Token: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// A name; `isQuoted` for one between backquotes, which may only follow a dot.
        case identifier(String, isQuoted: Bool)
        /// A signed integer's digits. The sign is the parser's: only it knows whether a minus is an operator.
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case symbol(Symbol)
        /// What could not be read; its error is already reported.
        case invalid
        case end
    }

    enum Symbol: String, Sendable {
        case question = "?"
        case colon = ":"
        case or = "||"
        case and = "&&"
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case equal = "=="
        case notEqual = "!="
        case plus = "+"
        case minus = "-"
        case times = "*"
        case divide = "/"
        case remainder = "%"
        case not = "!"
        case dot = "."
        case comma = ","
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBracket = "["
        case rightBracket = "]"
        case leftBrace = "{"
        case rightBrace = "}"
        case `in` = "in"
        case `true` = "true"
        case `false` = "false"
        case null = "null"
    }

    var kind: Kind
    var range: Range<Int>

    /// The token as an error message names it.
    var shown: String {
        switch kind {
        case .identifier(let name, _): "`\(name)`"
        case .int(let value): "number `\(value)`"
        case .uint(let value): "number `\(value)u`"
        case .double(let value): "number `\(value)`"
        case .string(let value): "string \"\(value)\""
        case .bytes: "bytes literal"
        case .symbol(let symbol): "`\(symbol.rawValue)`"
        case .invalid: "an unreadable token"
        case .end: "the end of the expression"
        }
    }
}
