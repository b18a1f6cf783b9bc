import Settings
import Testing

@Suite struct DiagnosticTests {
    @Test func rendersTheLineAndACaret() {
        let diagnostics = Diagnostics()
        diagnostics.addSource(file: "t.yaml", text: "a: 1\n\tcafé: °C\n水: x\n")
        diagnostics.error(Place(file: "t.yaml", line: 2, column: 8), "wrong unit", hint: "write K")
        diagnostics.warning(Place(file: "t.yaml", line: 3, column: 4), "odd")
        diagnostics.error(Place(file: "other.yaml", line: 1, column: 1), "unknown file")
        #expect(
            diagnostics.rendered() == """
                t.yaml:2:8: error: wrong unit
                  2 | \tcafé: °C
                    | \t      ^
                  hint: write K
                t.yaml:3:4: warning: odd
                  3 | 水: x
                    |     ^
                other.yaml:1:1: error: unknown file

                """)
    }

    @Test func longLinesAreCut() {
        let line = String(repeating: "x", count: 500) + "@" + String(repeating: "y", count: 500)
        let text = Diagnostic(severity: .error, place: Place(file: "t", line: 1, column: 501), message: "m")
            .rendered(sourceLine: line)
        let rows = text.split(separator: "\n").map(String.init)
        #expect(rows[1].count < 140)
        let caret = rows[2].distance(from: rows[2].startIndex, to: rows[2].firstIndex(of: "^") ?? rows[2].startIndex)
        #expect(Array(rows[1])[caret] == "@")
    }

    @Test func sortedUniqueAndWithdrawn() {
        let diagnostics = Diagnostics()
        func place(_ line: Int, _ column: Int) -> Place { Place(file: "t", line: line, column: column) }
        diagnostics.error(place(3, 1), "c")
        diagnostics.error(place(1, 9), "b")
        let gone = diagnostics.error(place(1, 1), "gone")
        diagnostics.error(place(1, 2), "a")
        diagnostics.error(place(3, 1), "c")
        diagnostics.withdraw(gone)
        #expect(diagnostics.items.map(\.message) == ["a", "b", "c"])
        #expect(diagnostics.hasErrors)
        let warned = Diagnostics()
        warned.warning(place(1, 1), "w")
        #expect(!warned.hasErrors && !warned.isEmpty)
    }

    @Test func columnOutsideTheLine() {
        for column in [-3, 0, 1, 4, 5, 400] {
            let text = Diagnostic(severity: .error, place: Place(file: "t", line: 1, column: column), message: "m")
                .rendered(sourceLine: "abc")
            #expect(text.hasSuffix("^"))
        }
    }
}
