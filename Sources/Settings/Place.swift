/// Where something stands in a file, as an editor shows it.
public struct Place: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The path as it was given to the reader.
    public var file: String
    /// Line, from 1.
    public var line: Int
    /// Column in characters (not bytes), from 1.
    public var column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    public static func < (left: Place, right: Place) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }

    /// `file:line:column`, the form editors and terminals turn into a link.
    public var description: String { "\(file):\(line):\(column)" }
}
