/// Collects the findings about one or more files, so that all of them are told in one go.
///
/// Not thread-safe: one reader fills it on one thread.
public final class Diagnostics {
    private var collected: [Diagnostic?] = []
    private var sources: [String: SourceText] = [:]
    private var fileOrder: [String] = []

    public init() {}

    /// A number by which a finding can be withdrawn again.
    public typealias Ticket = Int

    /// All findings, by file in the order the files were read, then by line and column. Equal findings are told once.
    public var items: [Diagnostic] {
        var seen = Set<Diagnostic>()
        let unique = collected.compactMap { $0 }.filter { seen.insert($0).inserted }
        let order = Dictionary(fileOrder.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        // Swift's sort is stable in practice but not by contract: the index decides between equals.
        return unique.enumerated().sorted { left, right in
            let a = left.element.place
            let b = right.element.place
            return (order[a.file] ?? Int.max, a.file, a.line, a.column, left.offset)
                < (order[b.file] ?? Int.max, b.file, b.line, b.column, right.offset)
        }.map(\.element)
    }

    public var hasErrors: Bool { collected.contains { $0?.severity == .error } }

    public var isEmpty: Bool { collected.allSatisfy { $0 == nil } }

    @discardableResult
    public func error(_ place: Place, _ message: String, hint: String? = nil) -> Ticket {
        add(Diagnostic(severity: .error, place: place, message: message, hint: hint))
    }

    @discardableResult
    public func warning(_ place: Place, _ message: String, hint: String? = nil) -> Ticket {
        add(Diagnostic(severity: .warning, place: place, message: message, hint: hint))
    }

    @discardableResult
    public func add(_ diagnostic: Diagnostic) -> Ticket {
        collected.append(diagnostic)
        return collected.count - 1
    }

    /// Takes a finding back, when a later one says the same thing better.
    public func withdraw(_ ticket: Ticket) {
        guard collected.indices.contains(ticket) else { return }
        collected[ticket] = nil
    }

    /// Every finding with its line of the file and a caret, each ending in a newline; empty when there are none.
    public func rendered() -> String {
        items.map { $0.rendered(sourceLine: sourceLine(at: $0.place)) + "\n" }.joined()
    }

    /// One finding as `rendered()` shows it.
    public func rendered(_ diagnostic: Diagnostic) -> String {
        diagnostic.rendered(sourceLine: sourceLine(at: diagnostic.place))
    }

    /// Makes the lines of a file known, so that findings can show them. `YAMLReader` does it for what it reads.
    public func addSource(file: String, text: String) {
        addSource(SourceText(file: file, text: text))
    }

    func addSource(_ source: SourceText) {
        if sources.updateValue(source, forKey: source.file) == nil { fileOrder.append(source.file) }
    }

    /// A line that may hold a secret is never shown.
    private func sourceLine(at place: Place) -> String? {
        guard let line = sources[place.file]?.line(place.line) else { return nil }
        return Secret.mayHoldSecret(line) ? nil : line
    }
}
