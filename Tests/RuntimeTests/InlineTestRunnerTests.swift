import Settings
import Testing
import Topology

@testable import Runtime

/// The runner of a topology's own tests: it must fail where it should, and say where.
struct InlineTestRunnerTests {
    /// Places that must be reported are marked ¦ and taken out before reading.
    static func outcome(_ expect: String, given: String = Self.given) throws -> (
        outcome: InlineTestRunner.Outcome, marks: [String]
    ) {
        let head = """
            vigie: 1
            name: inline
            sources:
              rows:
                topic: in
                key: id
                fields: { id: string, v: double }
                timestamp: { field: at, format: rfc3339 }
                watermark: { delay: 1s, idle: 20s }
            steps:
              sums: { from: rows, by: id, window: { tumbling: 10s }, aggregate: { n: count(), sum: sum(v) } }
            sinks:
              sums: { from: sums, topic: sums }
            tests:
              - name: example
                given:

            """
        let marked = head + given + "\n    expect:\n" + expect + "\n"
        var marks: [String] = []
        var text = ""
        var line = 1
        var column = 1
        for character in marked {
            if character == "¦" {
                marks.append("\(line):\(column)")
                continue
            }
            text.append(character)
            column = character == "\n" ? 1 : column + 1
            if character == "\n" { line += 1 }
        }
        let diagnostics = Diagnostics()
        let loaded = Loader.load(text: text, file: "inline.yaml", diagnostics)
        let plan = try #require(loaded, "\(diagnostics.rendered())")
        let test = try #require(plan.tests.first)
        return (InlineTestRunner.run(test, of: plan), marks)
    }

    static let given = """
              - { source: rows, value: { id: a, v: 1.5, at: '2026-01-01T00:00:01Z' } }
              - { source: rows, value: { id: a, v: 2, at: '2026-01-01T00:00:02Z' } }
              - { source: rows, raw: 'nonsense' }
              - { source: rows, value: { id: b, v: 7, at: '2026-01-01T00:00:12Z' } }
              - { source: rows, value: { id: b, v: 7, at: '2026-01-01T00:00:03Z' } }
              - { clock: 1m }
        """

    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var expect: String
        /// Message beginnings, in order of their marks.
        var problems: [String]
        var testDescription: String { name }
    }

    static let examples: [Example] = [
        Example(
            name: "right",
            expect: """
                      sums:
                        - { id: a, n: 2, sum: 3.5, window_end: '2026-01-01T00:00:10Z' }
                        - { id: b, n: 1, sum: 7.0 }
                      dead-letters:
                        - { reason: malformed-json, step: null, offset: '2' }
                        - { reason: late, step: sums }
                """, problems: []),
        Example(name: "outputs that are not named are not looked at", expect: "      sums: [{}, {}]", problems: []),
        Example(
            name: "wrong values, each at its own place",
            expect: """
                      sums:
                        - { id: ¦c, n: ¦3, sum: 3.50 }
                        - { id: b, n: ¦'1', ¦colour: red, missing: null }
                """,
            problems: [
                "record 1 of 'sums': id is \"a\", expected c", "record 1 of 'sums': n is 2, expected 3",
                "record 2 of 'sums': n is 1, expected 1", "record 2 of 'sums': colour is missing",
            ]),
        Example(
            name: "one too many expected", expect: "      sums: [{ id: a }, { id: b }, ¦{ id: c }, { id: d }]",
            problems: ["'sums' has 2 records, this is expected as number 3"]),
        Example(
            name: "fewer expected", expect: "      ¦sums: [{ id: a }]",
            problems: ["'sums' has 2 records, expected are 1"]),
        Example(
            name: "none expected", expect: "      ¦sums: []\n      ¦dead-letters: []",
            problems: ["'sums' has 2 records, expected are 0", "'dead-letters' has 2 records, expected are 0"]),
        Example(
            name: "a text where a mapping is expected", expect: "      sums: [{ id: { ¦x: 1 } }, { n: ¦[1] }]",
            problems: ["record 1 of 'sums': id.x is missing", "record 2 of 'sums': n has to be a list of 1, found 1"]),
    ]

    @Test(arguments: examples)
    func differencesAreReportedInPlace(_ example: Example) throws {
        let (outcome, marks) = try Self.outcome(example.expect)
        #expect(outcome.passed == example.problems.isEmpty)
        #expect(outcome.problems.count == example.problems.count, "\(outcome.problems)")
        for (problem, wanted) in zip(outcome.problems, example.problems) {
            #expect(problem.message.hasPrefix(wanted), "\(problem.message)")
            #expect(problem.severity == .error)
        }
        #expect(outcome.problems.map { "\($0.place.line):\($0.place.column)" } == marks)
    }

    @Test func theOutputIsThere() throws {
        let (outcome, _) = try Self.outcome("      sums: []")
        #expect(outcome.output["sums"]?.count == 2)
        #expect(outcome.output["dead-letters"]?.count == 2)
        #expect(outcome.output["sums"]?.first?.contains(#""sum":3.5"#) == true)
    }

    /// A virtual clock: the partition is idle after 20 s, and then time stands at 12 s + 20 s − 1 s, past the window's
    /// end.
    @Test(arguments: [("5s", 1), ("19s", 1), ("20s", 2)])
    func theClockMovesOnlyAsTold(clock: String, windows: Int) throws {
        let given = """
                  - { source: rows, value: { id: a, v: 1, at: '2026-01-01T00:00:01Z' } }
                  - { source: rows, value: { id: a, v: 1, at: '2026-01-01T00:00:12Z' } }
                  - { clock: \(clock) }
            """
        let (outcome, _) = try Self.outcome("      sums: []", given: given)
        #expect(outcome.output["sums"]?.count == windows)
    }

    @Test func tombstonesKeysAndRecordTimes() throws {
        let given = """
                  - { source: rows, key: k, value: null }
                  - { source: rows, value: { id: a, v: 1, at: '1965-01-01T00:00:01Z' }, at: '2026-01-01T00:00:00Z' }
            """
        let (outcome, _) = try Self.outcome("      dead-letters: [{ reason: null-payload }]", given: given)
        #expect(outcome.passed, "\(outcome.problems)")
    }
}
