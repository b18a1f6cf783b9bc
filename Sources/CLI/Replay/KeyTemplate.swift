import Arguments

/// What a record's key is made of: a column, or text with columns in braces, `{road}-{station}`, or text in single
/// quotes.
struct KeyTemplate {
    private enum Part {
        case text(String)
        case column(Int, String)
    }

    private var parts: [Part] = []

    init(_ text: String, of source: any RowSource) throws(CommandFailure) {
        if text.count > 2, text.hasPrefix("'"), text.hasSuffix("'") {
            parts = [.text(String(text.dropFirst().dropLast()))]
            return
        }
        guard text.contains("{") else {
            parts = [.column(try source.column(named: text), text)]
            return
        }
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            rest = rest[rest.index(after: open)...]
            guard let close = rest.firstIndex(of: "}") else {
                throw CommandFailure(
                    .usage, "--key '\(text)': a brace is not closed", hint: "for example: --key '{road}-{station}'")
            }
            let name = String(rest[..<close])
            parts.append(.column(try source.column(named: name), name))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
    }

    func key(of source: any RowSource) throws(RowProblem) -> [UInt8] {
        var key: [UInt8] = []
        for part in parts {
            switch part {
            case .text(let text): key += text.utf8
            case .column(let column, let name):
                let cell = source.cell(column)
                guard let text = cell.value.plain else {
                    throw cell.problem(
                        "the key's column '\(name)' has nothing",
                        hint: "records without a key are spread over partitions: leave --key out")
                }
                key += text.utf8
            }
        }
        return key
    }
}
