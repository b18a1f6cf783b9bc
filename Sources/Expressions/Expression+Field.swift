extension Expression {
    /// The column, when the expression is a field standing for itself: its values need no evaluation.
    public var plainField: Int? {
        if case .field(let index) = node.kind { index } else { nil }
    }
}
