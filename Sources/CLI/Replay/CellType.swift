import Codecs
import Records

/// What a column's text becomes in an event.
enum CellType: String, CaseIterable, Sendable {
    case string, int, double, bool, timestamp

    /// Appends a cell that has something. `nil` type: numbers as they are written, everything else as text.
    static func append(_ cell: Cell, as type: CellType?, to buffer: inout ByteBuffer) throws(RowProblem) {
        switch cell.value {
        case .absent: buffer.append("null")
        case .instant(let time): append(time, to: &buffer)
        case .node(let node): try append(node, cell, as: type, to: &buffer)
        case .text(let text): try append(text, cell, as: type, to: &buffer)
        }
    }

    static func append(_ time: EventTime, to buffer: inout ByteBuffer) {
        buffer.append(UInt8(ascii: "\""))
        buffer.append(rfc3339: time)
        buffer.append(UInt8(ascii: "\""))
    }

    private static func append(
        _ text: String, _ cell: Cell, as type: CellType?, to buffer: inout ByteBuffer
    ) throws(RowProblem) {
        switch type {
        case nil: isNumber(text) ? buffer.append(text: text) : JSONText.appendString(text, to: &buffer)
        case .string, .timestamp: JSONText.appendString(text, to: &buffer)
        case .int:
            if let value = Int64(text) { return buffer.append(value) }
            // 12.0 is whole as well.
            guard let value = Double(text), let whole = Int64(exactly: value) else {
                throw cell.problem("'\(shown(text))' is no whole number")
            }
            buffer.append(whole)
        case .double:
            guard let value = Double(text), value.isFinite else {
                throw cell.problem(
                    "'\(shown(text))' is no number", hint: "text that stands for no value is named with --null")
            }
            // As it was written, where JSON writes it so, too.
            isNumber(text) ? buffer.append(text: text) : JSONText.appendDouble(value, to: &buffer)
        case .bool:
            switch text.lowercased() {
            case "true", "t", "yes", "y", "1": buffer.append("true")
            case "false", "f", "no", "n", "0": buffer.append("false")
            default:
                throw cell.problem(
                    "'\(shown(text))' is neither true nor false",
                    hint: "true and false, yes and no, 1 and 0 are understood")
            }
        }
    }

    /// What is JSON already stays as it is where it has the wanted type, and is read from its text otherwise.
    private static func append(
        _ node: JSONNode, _ cell: Cell, as type: CellType?, to buffer: inout ByteBuffer
    ) throws(RowProblem) {
        switch (type, node.content) {
        case (nil, _), (.double, .number), (.string, .string), (.bool, .bool): JSONText.append(node, to: &buffer)
        case (.some(let type), _):
            guard let text = cell.value.plain else {
                throw cell.problem("\(node.kind) can't become a \(type.rawValue)")
            }
            try append(text, cell, as: type, to: &buffer)
        }
    }

    /// Whether a text is a number as JSON writes it; 007 and +5 are not, and stay text.
    static func isNumber(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var at = 0
            func digits() -> Bool {
                let start = at
                while at < bytes.count, bytes[at] &- UInt8(ascii: "0") <= 9 { at += 1 }
                return at > start
            }
            if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
            let first = at
            guard digits() else { return false }
            if bytes[first] == UInt8(ascii: "0"), at > first + 1 { return false }
            if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
                at += 1
                guard digits() else { return false }
            }
            if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
                at += 1
                if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
                guard digits() else { return false }
            }
            return at == bytes.count
        }
    }
}
