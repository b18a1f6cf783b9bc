import Settings
import Testing
import Topology

/// Files with mistakes: each must be told with its place, what was expected and what to do, and nothing made up
/// besides.
struct MistakeTests {
    /// A change to the sample that makes a mistake; what must be reported stands at the marks ¦, in their order.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let name: String
        let old: String
        let new: String
        /// Messages, each with its hint on a line of its own if it has one.
        let told: String
        var testDescription: String { name }

        init(_ name: String, _ old: String, _ new: String, _ told: String) {
            self.name = name
            self.old = old
            self.new = new
            self.told = told
        }
    }

    static func errors(_ text: String) -> [Diagnostic] {
        let diagnostics = Diagnostics()
        let plan = Loader.load(text: text, file: "test.yaml", diagnostics)
        let errors = diagnostics.items.filter { $0.severity == .error }
        #expect((plan == nil) == !errors.isEmpty)
        #expect(errors.allSatisfy { $0.place.file == "test.yaml" })
        return errors
    }

    @Test(arguments: sourceMistakes + stepMistakes + textMistakes)
    func isToldInItsPlace(_ mistake: Mistake) throws {
        let marked = try #require(Sample.replacing([(mistake.old, mistake.new)]))
        let (text, places) = Sample.unmarked(marked)
        let errors = Self.errors(text)
        let told = errors.map { $0.message + ($0.hint.map { "\nhint: \($0)" } ?? "") }.joined(separator: "\n")
        #expect(told == mistake.told)
        #expect(errors.map { "\($0.place.line):\($0.place.column)" } == places)
    }

    @Test func mistakesOfAFileComeInOneGoInItsOrder() throws {
        let changes: [(old: String, new: String)] = [
            ("name: tanks", "name: ¦Tanks 1"),
            ("key: tank\n", "key: ¦tnk\n"),
            ("celsius: double", "celsius: { type: double, ¦unti: °C }"),
            ("idle: 30s", "idle: ¦30"),
            ("celsius > 10.0", "¦celsiuss > 10.0"),
            ("shown: { from: warm", "shown: { from: ¦worm"),
            ("      for: 3m", "      ¦fro: 3m"),
            ("topic: out.alerts", "topic: ¦out/alerts"),
            ("source: readings", "source: ¦reading"),
            ("alerts: []", "¦alarms: []"),
        ]
        let marked = try #require(Sample.replacing(changes))
        let (text, places) = Sample.unmarked(marked)
        let errors = Self.errors(text)
        #expect(errors.count == changes.count)
        #expect(errors.map { "\($0.place.line):\($0.place.column)" } == places)
        #expect(
            errors.map(\.message) == [
                "'name' in topology has to be a name, found \"Tanks 1\"",
                "no field 'tnk' in source 'readings'",
                "unknown key 'unti' in field 'celsius' of source 'readings'",
                "'idle' in 'watermark' of source 'readings' has no unit: \"30\"",
                "unknown field `celsiuss`",
                "step 'shown' reads from 'worm', which is neither a source nor a step",
                "unknown key 'fro' in 'alert' of step 'hot'",
                "'topic' in sink 'alerts' is no topic name",
                "'source' in test input is no source: 'reading'",
                "'alarms' is no sink of this topology",
            ])
    }

    /// Every prefix of the sample, and the sample with each line gone, ends in a plan or in diagnostics, never in a
    /// crash.
    @Test func mutilatedFilesAreReadToo() {
        let lines = Sample.text.split(separator: "\n", omittingEmptySubsequences: false)
        for index in lines.indices {
            var without = lines
            without.remove(at: index)
            _ = Self.errors(without.joined(separator: "\n"))
            _ = Self.errors(lines[...index].joined(separator: "\n"))
        }
        let characters = Array(Sample.text)
        for end in stride(from: 0, to: characters.count, by: 7) { _ = Self.errors(String(characters[..<end])) }
    }
}
