public import Records

extension Expression {
    /// What the expression does, for people: its type, what it reads, whether it may fail, and the kernels that run, in
    /// order, with the part of the text that each is for.
    public func explain(_ schema: Schema) -> String {
        let reads = fieldsRead.map { schema[$0].name }
        var facts = ["type \(type.name)" + (isOptional ? ", may be absent" : "")]
        facts.append(reads.isEmpty ? "reads nothing" : "reads " + reads.joined(separator: ", "))
        facts.append(canFail ? "may fail in a row" : "can't fail")
        let program = filterProgram ?? valueProgram
        return facts.joined(separator: "; ") + "\n" + program.lines(source).joined(separator: "\n")
    }
}

extension Program {
    /// One line for each instruction, indented below the selections that it runs under.
    func lines(_ source: [UInt8]) -> [String] {
        var level = 0
        var lines: [String] = []
        for step in code {
            if step.code == .pop {
                level -= 1
                continue
            }
            if case .narrow = step.code { level -= 1 }
            let text = String(decoding: source[Int(step.start)..<Int(step.end)], as: UTF8.self)
            lines.append(String(repeating: "  ", count: level + 1) + words(step, text))
            switch step.code {
            case .push, .narrow: level += 1
            default: break
            }
        }
        return lines.isEmpty ? ["  the column as it is"] : lines
    }

    private func words(_ step: Instruction, _ text: String) -> String {
        switch step.code {
        case .operation(let operation): return "compute \(operation): \(text)"
        case .compare(_, let comparands): return "compare \(comparands): \(text)"
        case .refineCompare(_, let comparands): return "keep rows by comparing \(comparands): \(text)"
        case .refine: return "keep rows: \(text)"
        case .refinePresent: return "keep rows with a value: \(text)"
        case .and: return "and: \(text)"
        case .or: return "or: \(text)"
        case .among: return "look up \(sets[Int(step.immediate)].count) constants: \(text)"
        case .presence: return "presence: \(text)"
        case .orValue: return "value or other: \(text)"
        case .move, .moveWithValidity: return "copy: \(text)"
        case .checkedLoad: return "copy, failing where absent: \(text)"
        case .select: return "choose: \(text)"
        case .push(.trueOrFailed), .narrow(.trueOrFailed): return "for the rows that are still true in \(text)"
        case .push(.falseOrFailed), .narrow(.falseOrFailed): return "for the rows that are still false in \(text)"
        case .push(.trueOnly), .narrow(.trueOnly): return "for the rows where the condition holds in \(text)"
        case .push(.falseOnly), .narrow(.falseOnly): return "for the other rows in \(text)"
        case .takeFailures: return "pass on failures of the condition in \(text)"
        case .pop: return ""
        }
    }
}

extension MembershipSet {
    /// How many constants there are.
    var count: Int {
        switch contents {
        case .words(let words): words.count
        case .views(let views): views.count
        case .table(let table, _): table.count { $0.length != .max }
        }
    }
}
