import Settings
import Testing
import Topology

/// A file without a mistake, into which tests put some.
enum Sample {
    static let text = """
        vigie: 1
        name: tanks
        title: { en: Tanks, fr: Cuves }
        sources:
          readings:
            topic: in
            key: tank
            fields:
              tank: { type: string, at: sensor.id }
              site: { type: string, optional: true }
              celsius: double
              count: int
            timestamp: { field: observed_at, format: rfc3339 }
            watermark: { delay: 2s, idle: 30s }
        steps:
          warm: { from: readings, filter: celsius > 10.0 }
          shown: { from: warm, select: { tank: tank, f: celsius * 1.8 + 32.0 } }
          means:
            from: warm
            by: [tank]
            window: { tumbling: 1m, grace: 5s }
            aggregate: { mean: avg(celsius), n: count() }
          hot:
            from: means
            alert:
              when: mean > 60.0
              for: 3m
              severity: warning
              labels: { n: n }
              summary: { en: 'Tank {tank} at {mean:.1f}', fr: 'Cuve {tank}' }
        sinks:
          alerts: { from: hot, topic: out.alerts }
          shown: { from: shown, topic: out.shown }
        tests:
          - name: nothing
            given:
              - { source: readings, value: { sensor: { id: T } }, at: '2026-01-01T00:00:00Z' }
            expect:
              alerts: []

        """

    /// Replaces the first of each `old`; nil when one is not there.
    static func replacing(_ changes: [(old: String, new: String)]) -> String? {
        var text = text
        for (old, new) in changes {
            guard let range = text.firstRange(of: old) else { return nil }
            text.replaceSubrange(range, with: new)
        }
        return text
    }

    /// Takes the marks ¦ out of a text: they stand where something must be reported.
    static func unmarked(_ marked: String) -> (text: String, places: [String]) {
        var places: [String] = []
        var text = ""
        var line = 1
        var column = 1
        for character in marked {
            if character == "¦" {
                places.append("\(line):\(column)")
                continue
            }
            text.append(character)
            column = character == "\n" ? 1 : column + 1
            if character == "\n" { line += 1 }
        }
        return (text, places)
    }

    static func load(_ text: String) throws -> TopologyPlan {
        let diagnostics = Diagnostics()
        let plan = Loader.load(text: text, file: "test.yaml", diagnostics)
        try #require(diagnostics.isEmpty, "\(diagnostics.rendered())")
        return try #require(plan)
    }
}
