/// What is wrong with one row of a file.
struct RowProblem: Error, Equatable {
    /// 1-based.
    let line: Int
    let column: Int
    let message: String
    var hint: String?
    /// Nothing after it can be told apart, so that it can't be left out.
    var isFatal = false

    func text(in file: String) -> String {
        "\(file):\(line):\(column): error: \(message)" + (hint.map { "\n  hint: \($0)" } ?? "")
    }
}
