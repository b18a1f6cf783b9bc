import Codecs
import Operators
import Records

/// A plan in words: stages, topics, fields read, state.
public enum Explain {
    public static func text(_ plan: TopologyPlan) -> String {
        var lines = ["topology \(plan.name)" + (title(plan).map { ": \($0)" } ?? ""), "  \(plan.file)"]
        for (index, source) in plan.sources.enumerated() {
            lines.append("")
            lines.append("stage \(index + 1): a task per partition of \(source.topic)")
            lines += describe(source)
            for step in plan.steps where plan.root(of: step.name)?.name == source.name {
                lines.append("  step \(step.name) (\(step.kind)) from \(step.from)")
                lines += step.spec.explanation.map { "    " + $0 }
                if let bytes = step.spec.stateBytesPerKey {
                    let restart =
                        step.spec.isStateRebuilt
                        ? "rebuilt from \(source.topic) after a restart" : "begins anew after a restart"
                    lines.append("    state: about \(bytes) bytes per key, \(restart)")
                }
            }
            for sink in plan.sinks where plan.root(of: sink.from)?.name == source.name { lines += describe(sink) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func title(_ plan: TopologyPlan) -> String? {
        plan.title["en"] ?? plan.title[""] ?? plan.title.values.first
    }

    private static func describe(_ source: SourcePlan) -> [String] {
        var lines = ["  source \(source.name)"]
        switch source.format {
        case .json(let plan):
            lines.append(
                "    JSON, checked \(plan.validation == .strict ? "whole" : "up to the last field needed"); fields read:"
            )
            for field in plan.fields {
                let unit = field.unit.map { " \($0)" } ?? ""
                lines.append(
                    "      \(field.name): \(field.type.name)\(field.isOptional ? ", optional" : "")\(unit) at \(field.path)"
                )
            }
            switch plan.timestamp {
            case .record: lines.append("    event time: the record's timestamp")
            case .field(let path, let format): lines.append("    event time: \(path), \(format.rawValue)")
            }
        case .deepStream:
            lines.append(
                "    DeepStream minimal JSON, a row per object: "
                    + source.shape.schema.fields.map(\.name).joined(separator: ", "))
        }
        let rule = source.watermark
        lines.append(
            "    watermark: \(seconds(rule.delayMicroseconds)) behind the latest event; moves on with the clock after \(seconds(rule.idleMicroseconds)) without a record"
        )
        lines.append(
            "    partitioned by: \(source.shape.partitionKey ?? "unknown (no windows by key)"); what can't be used: \(source.onError.rawValue)"
        )
        return lines
    }

    private static func describe(_ sink: SinkPlan) -> [String] {
        let content =
            switch sink.content {
            case .passThrough: "the source's payload, unchanged"
            case .json: "JSON: " + sink.schema.fields.map(\.name).joined(separator: ", ")
            case .alerts: "alerts"
            }
        let key =
            switch (sink.content, sink.key) {
            case (.alerts, _): "fingerprint"
            case (_, .source): "the source record's"
            case (_, .fields(let columns)): columns.map { sink.schema[$0].name }.joined(separator: ", ")
            }
        return ["  sink \(sink.name) from \(sink.from) to topic \(sink.topic)", "    \(content); key: \(key)"]
    }

    private static func seconds(_ microseconds: Int64) -> String {
        microseconds % 1_000_000 == 0 ? "\(microseconds / 1_000_000) s" : "\(Double(microseconds) / 1e6) s"
    }
}
