/// A node of the syntax tree: the whole grammar of CEL, macros not expanded, each node with its UTF-8 range.
///
/// Which of it can be checked and run is the type checker's matter.
struct SyntaxNode: Hashable, Sendable {
    indirect enum Kind: Hashable, Sendable {
        case literal(Literal)
        /// A name. `isAbsolute` where it was written with a leading dot.
        case identifier(String, isAbsolute: Bool)
        /// `operand.field`, or `operand.?field` when optional.
        case select(SyntaxNode, field: String, isOptional: Bool)
        /// `operand[index]`, or `operand[?index]` when optional.
        case index(SyntaxNode, SyntaxNode, isOptional: Bool)
        /// `name(arguments)` or `target.name(arguments)`; the place of the name itself is kept for messages.
        case call(name: String, nameRange: Range<Int>, target: SyntaxNode?, arguments: [SyntaxNode])
        case list([Element])
        case map([Entry])
        case message(name: String, [FieldInitializer])
        case unary(UnaryOperator, SyntaxNode)
        case binary(BinaryOperator, SyntaxNode, SyntaxNode)
        /// A chain of `&&` or of `||`, flat: its depth does not grow with its length.
        case logical(LogicalOperator, [SyntaxNode])
        case conditional(SyntaxNode, SyntaxNode, SyntaxNode)
        /// Where an error was reported.
        case invalid
    }

    enum Literal: Hashable, Sendable {
        case null
        case bool(Bool)
        case int(Int64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
    }

    struct Element: Hashable, Sendable {
        var value: SyntaxNode
        var isOptional: Bool
    }
    struct Entry: Hashable, Sendable {
        var key: SyntaxNode
        var value: SyntaxNode
        var isOptional: Bool
    }
    struct FieldInitializer: Hashable, Sendable {
        var name: String
        var value: SyntaxNode
        var isOptional: Bool
    }

    enum UnaryOperator: String, Hashable, Sendable {
        case not = "!"
        case negate = "-"
    }

    enum LogicalOperator: String, Hashable, Sendable {
        case and = "&&"
        case or = "||"
    }

    enum BinaryOperator: String, Hashable, Sendable {
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case equal = "=="
        case notEqual = "!="
        case `in` = "in"
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case remainder = "%"
    }

    let kind: Kind
    var range: Range<Int>
    /// Levels below and with this node; the parser bounds it, so that everything that walks a tree may recurse.
    let height: Int

    init(_ kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        self.range = range
        height = 1 + (kind.children.lazy.map(\.height).max() ?? 0)
    }
}

extension SyntaxNode.Kind {
    /// The nodes directly below.
    var children: [SyntaxNode] {
        switch self {
        case .literal, .identifier, .invalid: []
        case .select(let operand, _, _): [operand]
        case .index(let operand, let index, _): [operand, index]
        case .call(_, _, let target, let arguments): (target.map { [$0] } ?? []) + arguments
        case .list(let elements): elements.map(\.value)
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .message(_, let fields): fields.map(\.value)
        case .unary(_, let operand): [operand]
        case .binary(_, let left, let right): [left, right]
        case .logical(_, let operands): operands
        case .conditional(let condition, let yes, let no): [condition, yes, no]
        }
    }
}

extension SyntaxNode {
    /// The dotted name that a chain of identifiers spells (`a.b.c`); nil for anything else.
    var dottedName: String? {
        switch kind {
        case .identifier(let name, _): name
        case .select(let operand, let field, isOptional: false): operand.dottedName.map { $0 + "." + field }
        default: nil
        }
    }

    /// Whether only literals and operators stand here: where CEL's own rules for numbers hold to the letter.
    var isLiteralOnly: Bool {
        switch kind {
        case .literal: true
        case .unary(_, let operand): operand.isLiteralOnly
        case .binary(_, let left, let right): left.isLiteralOnly && right.isLiteralOnly
        default: false
        }
    }
}
