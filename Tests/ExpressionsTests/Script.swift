import Testing

@testable import Expressions

/// Tables of mistakes as text: an expression on a line, and indented below it the errors expected, each "offset:
/// message" with the hint below, indented again. A blank line parts the cases.
enum Script {
    struct Case: Sendable, CustomTestStringConvertible {
        var text: String
        var expected: [String]
        var testDescription: String { text }
    }

    static func cases(of script: String) -> [Case] {
        var cases: [Case] = []
        for line in script.split(separator: "\n") {
            if line.hasPrefix("  ") {
                cases[cases.count - 1].expected.append(String(line.dropFirst(2)))
            } else {
                cases.append(Case(text: String(line), expected: []))
            }
        }
        return cases
    }

    /// The errors that a compilation throws, in the same form.
    static func shown(_ compile: () throws(ExpressionErrors) -> Void) -> [String] {
        do throws(ExpressionErrors) {
            try compile()
            return ["compiled"]
        } catch {
            return error.errors.flatMap { error in
                ["\(error.offset): \(error.message)"] + (error.hint.map { ["  " + $0] } ?? [])
            }
        }
    }
}
