public import Records

/// Text with values in it: "Tank {tank} at {mean:.1f} °C". What stands between braces is a CEL expression, perhaps
/// with a format behind a colon; a brace itself is written twice. Checked against a schema; immutable.
public struct Template: Sendable {
    /// The text that it was compiled from.
    public let text: String
    let parts: [Part]

    enum Part: Sendable {
        case text([UInt8])
        case value(Expression, ValueFormat)
    }

    /// The columns that it reads, ascending.
    public var fieldsRead: [Int] {
        var fields: Set<Int> = []
        for case .value(let expression, _) in parts { fields.formUnion(expression.fieldsRead) }
        return fields.sorted()
    }

    /// Whether it has no values and is always the same.
    public var isConstant: Bool { parts.allSatisfy { if case .text = $0 { true } else { false } } }

    /// Compiles a template over the fields of `schema`; throws every error found, with offsets in `text`.
    public static func compile(_ text: String, schema: Schema) throws(ExpressionErrors) -> Template {
        var reader = Reader(bytes: Array(text.utf8), schema: schema)
        reader.read()
        if !reader.errors.isEmpty { throw ExpressionErrors(reader.errors) }
        return Template(text: text, parts: reader.parts)
    }

    /// A renderer with memory for batches of up to `capacity` rows, for one thread.
    public func makeRenderer(capacity: Int = Limits.batchRows) -> TemplateRenderer {
        TemplateRenderer(self, capacity: capacity)
    }
}

extension Template: CustomStringConvertible {
    public var description: String { text }
}

extension Template {
    /// Cuts a template into its parts.
    private struct Reader {
        let bytes: [UInt8]
        let schema: Schema
        var parts: [Part] = []
        var errors: [ExpressionError] = []
        private var at = 0
        private var plain: [UInt8] = []

        init(bytes: [UInt8], schema: Schema) {
            self.bytes = bytes
            self.schema = schema
        }

        private static let open = UInt8(ascii: "{")
        private static let close = UInt8(ascii: "}")

        mutating func read() {
            while at < bytes.count {
                let byte = bytes[at]
                let isDoubled = at + 1 < bytes.count && bytes[at + 1] == byte
                if byte == Self.open || byte == Self.close, isDoubled {
                    plain.append(byte)
                    at += 2
                } else if byte == Self.open {
                    flush()
                    at += 1
                    value()
                } else if byte == Self.close {
                    errors.append(
                        ExpressionError(at..<at + 1, "`}` closes nothing", hint: "a brace in text is written `}}`"))
                    at += 1
                } else {
                    plain.append(byte)
                    at += 1
                }
            }
            flush()
        }

        private mutating func flush() {
            if !plain.isEmpty { parts.append(.text(plain)) }
            plain = []
        }

        /// From behind an opening brace to behind its closing one. The lexer finds the end, since strings and inner
        /// brackets may hold braces and colons too.
        private mutating func value() {
            let start = at
            var lexer = Lexer(bytes, in: start..<bytes.count)
            var open = 0
            var choices = 0
            var colon: Int?
            var end: Int?
            search: while end == nil, colon == nil {
                let token = lexer.next()
                switch token.kind {
                case .symbol(.leftParenthesis), .symbol(.leftBracket), .symbol(.leftBrace): open += 1
                case .symbol(.rightParenthesis), .symbol(.rightBracket): open -= 1
                case .symbol(.rightBrace):
                    if open <= 0 { end = token.range.lowerBound }
                    open -= 1
                case .symbol(.question) where open == 0: choices += 1
                case .symbol(.colon) where open == 0:
                    if choices == 0 { colon = token.range.lowerBound }
                    choices -= 1
                case .end, .invalid: break search
                default: break
                }
            }
            if let colon {
                end = bytes[colon...].firstIndex(of: Self.close)
            }
            guard let end else {
                errors += lexer.errors
                if lexer.errors.isEmpty {
                    errors.append(
                        ExpressionError(
                            start - 1..<start, "`{` has no closing `}`", hint: "a brace in text is written `{{`"))
                    at = bytes.count
                } else {
                    at = bytes[lexer.at...].firstIndex(of: Self.close).map { $0 + 1 } ?? bytes.count
                }
                return
            }
            at = end + 1
            compile(start..<(colon ?? end), format: colon.map { $0 + 1..<end })
        }

        private mutating func compile(_ range: Range<Int>, format: Range<Int>?) {
            do throws(ExpressionErrors) {
                let expression = try Expression.compile(
                    bytes, in: range, schema: schema, expecting: nil, allowingAbsence: false)
                let text = format.map { String(decoding: bytes[$0], as: UTF8.self) }
                switch ValueFormat.parse(text, expression.type) {
                case .success(let format): parts.append(.value(expression, format))
                case .failure(let problem):
                    errors.append(ExpressionError(format ?? range, problem.message, hint: problem.hint))
                }
            } catch {
                errors += error.errors
            }
        }
    }
}
