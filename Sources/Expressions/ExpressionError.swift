/// What is wrong with an expression or a template, and where.
public struct ExpressionError: Error, Hashable, Sendable {
    /// UTF-8 offset in the text, from its beginning.
    public var offset: Int
    /// UTF-8 bytes that the error is about; 0 where it is about a place between characters (the end of the text).
    public var length: Int
    /// What is wrong: lowercase, without period.
    public var message: String
    /// What to do about it.
    public var hint: String?

    public init(offset: Int, length: Int = 0, message: String, hint: String? = nil) {
        self.offset = offset
        self.length = length
        self.message = message
        self.hint = hint
    }

    init(_ range: Range<Int>, _ message: String, hint: String? = nil) {
        self.init(offset: range.lowerBound, length: range.count, message: message, hint: hint)
    }
}

extension ExpressionError: CustomStringConvertible {
    public var description: String { "\(offset): \(message)" + (hint.map { " (\($0))" } ?? "") }
}

/// Every error found in one expression or template, in the order of their offsets. Never empty.
public struct ExpressionErrors: Error, Hashable, Sendable, CustomStringConvertible {
    public var errors: [ExpressionError]

    /// More than these would only repeat one mistake.
    static let most = 20

    init(_ errors: [ExpressionError]) {
        precondition(!errors.isEmpty)
        self.errors = Array(errors.sorted { $0.offset < $1.offset }.prefix(Self.most))
    }

    public var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// Finds the name that was probably meant.
enum Spelling {
    /// The candidate with the smallest edit distance, when that is small for a word of this length.
    static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().utf8)
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            let distance = Self.distance(wanted, Array(candidate.lowercased().utf8))
            if distance <= max(1, wanted.count / 3), distance < wanted.count, distance < best?.distance ?? .max {
                best = (distance, candidate)
            }
        }
        return best?.name
    }

    /// Edits (insert, delete, replace, swap of neighbours) between two words: optimal string alignment.
    static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        var row = last
        for i in 1...a.count {
            row[0] = i
            for j in 1...b.count {
                let change = a[i - 1] == b[j - 1] ? 0 : 1
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + change)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last, row) = (last, row, beforeLast)
        }
        return last[b.count]
    }
}
