/// The one list of step kinds. A new one is a file of its own and a line here.
public enum Catalog {
    public static let kinds: [StepKind] = [
        Filter.kind,
        Select.kind,
        Extend.kind,
        Aggregate.kind,
        Detect.kind,
        AlertStep.kind,
    ]
}
