/// The text exposition format, version 0.0.4.
/// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
public enum PrometheusText {
    /// The answer's `Content-Type`.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Samples of the same metric have to stand together, as `MetricRegistry.samples()` gives them.
    public static func render(_ samples: [MetricSample]) -> String {
        var text = ""
        var current: Metric?
        for sample in samples {
            let metric = sample.metric
            if metric != current {
                text += "# HELP \(metric.name) \(escapedHelp(metric.help))\n"
                text += "# TYPE \(metric.name) \(metric.kind.rawValue)\n"
                current = metric
            }
            let labels = zip(metric.labels, sample.labels).map { "\($0)=\"\(escapedLabel($1))\"" }
            switch sample.value {
            case .counter(let value), .gauge(let value):
                text += line(metric.name, labels, number(value))
            case .histogram(let counts, let sum):
                var total = 0
                for (index, count) in counts.enumerated() {
                    total += count
                    let bound = index < metric.buckets.count ? number(metric.buckets[index]) : "+Inf"
                    text += line(metric.name + "_bucket", labels + ["le=\"\(bound)\""], "\(total)")
                }
                text += line(metric.name + "_sum", labels, number(sum))
                text += line(metric.name + "_count", labels, "\(total)")
            }
        }
        return text
    }

    private static func line(_ name: String, _ labels: [String], _ value: String) -> String {
        (labels.isEmpty ? name : "\(name){\(labels.joined(separator: ","))}") + " \(value)\n"
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 0x1p63 { return String(Int64(value)) }
        return value.description
    }

    private static func escapedHelp(_ text: String) -> String {
        text.map { $0 == "\\" ? "\\\\" : $0 == "\n" ? "\\n" : String($0) }.joined()
    }

    private static func escapedLabel(_ text: String) -> String {
        var escaped = ""
        // By scalar: "\r\n" is one Character.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
