import Alerting
import Expressions
import Records
import Settings

/// Turns rows into alerts with a life: pending, firing, resolved; one per key.
enum AlertStep {
    static let kind = StepKind(
        key: "alert",
        companions: ["by"],
        summary: "raises an alert per key while a condition holds, and resolves it when it is over",
        example: """
            overheating:
              from: minute
              alert: { when: mean > 60, clear: mean < 55, for: 3m, severity: 'mean > 70 ? "critical" : "warning"',
                       summary: { en: 'Tank {tank} at {mean:.1f} °C', fr: 'Cuve {tank} à {mean:.1f} °C' } }
            """
    ) { reader, input in
        let by = keys(reader, input)
        guard let node = reader.node("alert") else { return nil }
        let fields = FieldReader(node, what: "'alert' of step '\(input.name)'", input.diagnostics)
        let when = fields.node("when").flatMap { input.expression($0, expecting: .bool) }
        let clear = fields.optionalNode("clear").map { input.expression($0, expecting: .bool) }
        let hold = fields.duration("for", default: .zero)
        let keep = fields.duration("keep-firing", default: .zero)
        let expire = fields.duration("expire", default: .zero)
        let severity = fields.node("severity").flatMap { AlertStep.severity($0, input) }
        let summaries = fields.localized("summary").flatMap { AlertStep.summaries($0, input) }
        let labels = AlertStep.labels(fields.entries("labels"), keys: by ?? [], input)
        let value = fields.optionalNode("value").map { number($0, input) }
        let threshold = fields.optionalNode("threshold").map { number($0, input) }
        fields.finish()
        guard let by, let when, let severity, let summaries, let labels else { return nil }
        for part in [clear, value, threshold] where part != nil && part.flatMap({ $0 }) == nil { return nil }
        return AlertSpec(
            name: input.name, topology: input.topology, input: input.shape, by: by, when: when,
            clear: clear.flatMap { $0 },
            rule: AlertRule(
                for: hold.wholeMicroseconds, keepFiring: keep.wholeMicroseconds, expire: expire.wholeMicroseconds),
            severity: severity,
            summaries: summaries, labels: labels, value: value.flatMap { $0 }, threshold: threshold.flatMap { $0 })
    }

    /// Labels that every alert has.
    private static let ownLabels = ["alertname", "severity", "topology"]

    /// The fields that make one alert, and its labels: `by`, or what the rows are grouped by.
    private static func keys(_ reader: FieldReader, _ input: StepInput) -> [Int]? {
        guard let keys = keyColumns(reader, input) else { return nil }
        for name in keys.map({ input.shape.schema[$0].name }) where ownLabels.contains(name) {
            input.diagnostics.error(
                reader.has("by") ? reader.place(of: "by") : reader.place,
                "an alert can't be about the field '\(name)': it has a label of that name",
                hint: "rename the field with 'select' before")
            return nil
        }
        return keys
    }

    private static func keyColumns(_ reader: FieldReader, _ input: StepInput) -> [Int]? {
        if reader.has("by") { return Aggregate.fields(reader.strings("by"), reader.node("by"), input) }
        let grouped = input.shape.groupedBy.compactMap { input.shape.schema.index(of: $0) }
        if grouped.isEmpty {
            input.diagnostics.error(
                reader.place, "step '\(input.name)' does not say what each alert is about",
                hint: "add by: [field]; rows of a windowed step bring their own")
            return nil
        }
        return grouped
    }

    /// A severity may be written as plain text (`severity: warning`) or as an expression that yields one.
    private static func severity(_ node: ConfigNode, _ input: StepInput) -> Severity? {
        if let text = node.text, Severity.names.contains(text) { return .constant(text) }
        // A bare word that is no field is meant as a severity.
        if let text = node.text, FieldReader.isIdentifier(text), input.shape.schema.index(of: text) == nil {
            let nearest = Suggestion.nearest(to: text, in: Severity.names).map { "did you mean '\($0)'? " } ?? ""
            input.diagnostics.error(
                node.place, "no severity '\(text)'",
                hint: nearest + "one of \(Severity.names.joined(separator: ", ")), or an expression that yields a text")
            return nil
        }
        guard let expression = input.expression(node, expecting: .string) else { return nil }
        return .computed(expression)
    }

    private static func summaries(
        _ texts: [String: LocatedText], _ input: StepInput
    ) -> [(language: String, template: Template)]? {
        // English first where it is there: it is also the plain `summary`.
        let languages = texts.keys.sorted {
            ($0 == "en" || $0 == "" ? 0 : 1, $0) < ($1 == "en" || $1 == "" ? 0 : 1, $1)
        }
        var summaries: [(language: String, template: Template)] = []
        for language in languages {
            guard let text = texts[language] else { continue }
            guard let template = self.template(text.text, text.node, at: 0, input) else { return nil }
            summaries.append((language == "" ? "en" : language, template))
        }
        return summaries
    }

    private static func labels(
        _ entries: [ConfigNode.Entry], keys: [Int], _ input: StepInput
    ) -> [(name: String, template: Template)]? {
        var labels: [(name: String, template: Template)] = []
        let keyNames = keys.map { input.shape.schema[$0].name }
        for entry in entries {
            if ownLabels.contains(entry.key) || keyNames.contains(entry.key) {
                input.diagnostics.error(
                    entry.keyPlace, "the label '\(entry.key)' is set by the alert itself", hint: "choose another name")
                return nil
            }
            guard let text = entry.value.text else {
                input.diagnostics.error(
                    entry.value.place, "expected an expression, found \(entry.value.found)",
                    hint: "labels: { site: site }")
                return nil
            }
            // One expression in braces; the brace is one byte that the file does not have.
            guard let template = template("{\(text)}", entry.value, at: -1, input) else { return nil }
            labels.append((entry.key, template))
        }
        return labels
    }

    private static func template(_ text: String, _ node: ConfigNode, at start: Int, _ input: StepInput) -> Template? {
        do throws(ExpressionErrors) { return try Template.compile(text, schema: input.shape.schema) } catch {
            input.report(error, in: node, at: start)
            return nil
        }
    }

    private static func number(_ node: ConfigNode, _ input: StepInput) -> Expression? {
        guard let expression = input.expression(node, allowingAbsence: true) else { return nil }
        if [.double, .int].contains(expression.type) { return expression }
        input.diagnostics.error(
            node.place, "expected a number, found \(expression.type.name)", hint: "it is shown with the alert")
        return nil
    }
}

/// How bad an alert is.
enum Severity: Sendable {
    /// The usual words, worst first (DOMAIN.md 2).
    static let names = ["critical", "major", "warning", "notice", "info"]

    case constant(String)
    case computed(Expression)
}

struct AlertSpec: StepSpec {
    let name: String
    let topology: String
    let when: Expression
    let clear: Expression?
    let rule: AlertRule
    let severity: Severity
    let summaries: [(language: String, template: Template)]
    let labels: [(name: String, template: Template)]
    let value: Expression?
    let threshold: Expression?
    let key: GroupKey
    let keyFields: [Field]
    /// Column of the window's end, where the rows are windows.
    let windowStart: Int?
    let windowEnd: Int?
    let output: StreamShape

    static let ownFields = [
        Field("status", .string), Field("transition", .string), Field("severity", .string),
        Field("fingerprint", .string),
        Field("summary", .string), Field("starts_at", .timestamp), Field("ends_at", .timestamp, optional: true),
        Field("body", .string), Field("headers", .string),
    ]

    init(
        name: String, topology: String, input: StreamShape, by: [Int], when: Expression, clear: Expression?,
        rule: AlertRule,
        severity: Severity, summaries: [(language: String, template: Template)],
        labels: [(name: String, template: Template)],
        value: Expression?, threshold: Expression?
    ) {
        self.name = name
        self.topology = topology
        self.when = when
        self.clear = clear
        self.rule = rule
        self.severity = severity
        self.summaries = summaries
        self.labels = labels
        self.value = value
        self.threshold = threshold
        key = GroupKey(input.schema, fields: by)
        keyFields = by.map { input.schema[$0] }
        windowStart = input.schema.index(of: "window_start").flatMap { input.schema[$0].type == .timestamp ? $0 : nil }
        windowEnd = input.schema.index(of: "window_end").flatMap { input.schema[$0].type == .timestamp ? $0 : nil }
        let taken = Set(Self.ownFields.map(\.name))
        let keys = keyFields.map {
            taken.contains($0.name) ? Field("key_" + $0.name, $0.type, optional: $0.isOptional) : $0
        }
        output = StreamShape(
            schema: Schema(keys + Self.ownFields),
            partitionKey: input.partitionKey.flatMap { key in
                keys.contains { $0.name == key } ? key : nil
            }, groupedBy: keys.map(\.name), isAlert: true)
    }

    var explanation: [String] {
        var lines = ["alert per \(keyFields.map(\.name).joined(separator: ", ")) when \(when)"]
        lines.append("clear when \(clear.map(\.description) ?? "not (\(when))")")
        if rule.hold > 0 { lines.append("for \(spanText(rule.hold))") }
        if rule.keepFiring > 0 { lines.append("keep firing for \(spanText(rule.keepFiring))") }
        if rule.expire != AlertRule.never {
            lines.append("resolved when nothing is heard for \(spanText(rule.expire))")
        }
        switch severity {
        case .constant(let text): lines.append("severity \(text)")
        case .computed(let expression): lines.append("severity \(expression)")
        }
        return lines
    }

    /// State, key entry and view.
    var stateBytesPerKey: Int? { 64 + 8 + 24 * 3 + 16 * 2 }

    func makeOperator(capacity: Int, outlet: Outlet) -> any StreamOperator {
        AlertOperator(self, capacity: capacity, outlet: outlet)
    }
}
