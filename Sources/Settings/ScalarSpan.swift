/// How a scalar is written in its file. Finds the source byte that a byte of the value came from, by reading the
/// source again under the rules of its style (YAML 1.1, chapter 9). Only done for messages.
struct ScalarSpan: Sendable {
    enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

    let source: SourceText
    /// Bytes of the source from the first to past the last character, quotes and block header included.
    let range: Range<Int>
    let style: Style
    let value: String

    func place(atUTF8Offset offset: Int) -> Place {
        let target = min(max(0, offset), value.utf8.count)
        var scan = FlowScan(bytes: source.bytes, at: range.lowerBound, end: range.upperBound, target: target)
        switch style {
        case .plain: scan.plain()
        case .singleQuoted: scan.singleQuoted()
        case .doubleQuoted: scan.doubleQuoted()
        case .literal, .folded:
            return source.place(atByte: blockOffset(target))
        }
        return source.place(atByte: scan.found ?? scan.last)
    }

    // MARK: Block styles

    /// Walks the lines of the block beside the value: a content line is the same bytes in both, and what stands
    /// between two of them (line ends, or the blank they fold to) is told from the value itself.
    private func blockOffset(_ target: Int) -> Int {
        let bytes = source.bytes
        let decoded = Array(value.utf8)
        var at = afterLineEnd(lineEnd(from: range.lowerBound))
        guard let indent = blockIndent(from: at, decoded: decoded) else { return range.lowerBound }
        var position = 0
        var last = at
        while at < range.upperBound {
            let end = lineEnd(from: at)
            var start = at
            while start < end, start - at < indent, bytes[start] == 0x20 { start += 1 }
            let isContent = start < end
            if isContent {
                if target < position + end - start { return start + (target - position) }
                position += end - start
                last = end
            }
            let separatorStart = position
            if position < decoded.count, decoded[position] == 0x0A {
                // Behind content all line ends up to the next content; before any content one per empty line.
                repeat { position += 1 } while isContent && position < decoded.count && decoded[position] == 0x0A
            } else if isContent, position < decoded.count {
                position += 1
            }
            if target >= separatorStart, target < position { return end }
            at = afterLineEnd(end)
        }
        return last
    }

    /// The number of blanks before the content: the first line of the source with anything but blanks, without them,
    /// is what the first such line of the value starts with.
    private func blockIndent(from start: Int, decoded: [UInt8]) -> Int? {
        let bytes = source.bytes
        guard let visible = decoded.firstIndex(where: { $0 != 0x20 && $0 != 0x0A }) else { return nil }
        let valueLine = decoded[(decoded[..<visible].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)...]
        var at = start
        while at < range.upperBound {
            let end = lineEnd(from: at)
            var content = at
            while content < end, bytes[content] == 0x20 { content += 1 }
            if content < end {
                return (at...content).first { valueLine.starts(with: bytes[$0..<end]) }.map { $0 - at }
            }
            at = afterLineEnd(end)
        }
        return nil
    }

    private func lineEnd(from start: Int) -> Int {
        var at = start
        while at < source.bytes.count, source.bytes[at] != 0x0A, source.bytes[at] != 0x0D { at += 1 }
        return at
    }

    private func afterLineEnd(_ end: Int) -> Int {
        guard end < source.bytes.count else { return end }
        let isCRLF = source.bytes[end] == 0x0D && end + 1 < source.bytes.count && source.bytes[end + 1] == 0x0A
        return end + (isCRLF ? 2 : 1)
    }
}

/// Reads a plain or quoted scalar again, counting the bytes of the value, until it stands at the target.
private struct FlowScan {
    let bytes: [UInt8]
    var at: Int
    let end: Int
    let target: Int
    var emitted = 0
    /// Source byte of the target, once it is met.
    var found: Int?
    /// Right after the last character read.
    var last: Int

    init(bytes: [UInt8], at: Int, end: Int, target: Int) {
        self.bytes = bytes
        self.at = at
        self.end = min(end, bytes.count)
        self.target = target
        last = at
    }

    private func byte(_ index: Int) -> UInt8? { index < end ? bytes[index] : nil }

    private mutating func emit(_ count: Int, from source: Int, to after: Int) {
        if found == nil, target < emitted + count { found = source }
        emitted += count
        at = after
        last = after
    }

    mutating func plain() {
        while found == nil, at < end {
            if isBlank(bytes[at]) || isBreak(bytes[at]) { blanks() } else { emit(1, from: at, to: at + 1) }
        }
    }

    mutating func singleQuoted() {
        at += 1
        last = at
        while found == nil, let current = byte(at) {
            if current == UInt8(ascii: "'") {
                guard byte(at + 1) == UInt8(ascii: "'") else { break }
                emit(1, from: at, to: at + 2)
            } else if isBlank(current) || isBreak(current) {
                blanks()
            } else {
                emit(1, from: at, to: at + 1)
            }
        }
    }

    mutating func doubleQuoted() {
        at += 1
        last = at
        while found == nil, let current = byte(at), current != UInt8(ascii: "\"") {
            if current == UInt8(ascii: "\\") {
                escape()
            } else if isBlank(current) || isBreak(current) {
                blanks()
            } else {
                emit(1, from: at, to: at + 1)
            }
        }
    }

    private mutating func escape() {
        guard let code = byte(at + 1) else {
            at = end
            return
        }
        if isBreak(code) {
            // An escaped line end gives nothing; every further empty line gives one.
            let start = at
            at = afterBreak(at + 1)
            let breaks = skipBreaksAndBlanks()
            if breaks > 0 { emit(breaks, from: start, to: at) }
            return
        }
        let digits =
            switch code {
            case UInt8(ascii: "x"): 2
            case UInt8(ascii: "u"): 4
            case UInt8(ascii: "U"): 8
            default: 0
            }
        if digits > 0 {
            let text = String(decoding: bytes[min(at + 2, end)..<min(at + 2 + digits, end)], as: UTF8.self)
            let scalar = UInt32(text, radix: 16).flatMap(Unicode.Scalar.init)
            emit(scalar.map { UTF8.width($0) } ?? 1, from: at, to: at + 2 + digits)
            return
        }
        let width =
            switch code {
            case UInt8(ascii: "N"), UInt8(ascii: "_"): 2  // U+0085, U+00A0
            case UInt8(ascii: "L"), UInt8(ascii: "P"): 3  // U+2028, U+2029
            default: 1
            }
        emit(width, from: at, to: at + 2)
    }

    /// Blanks inside a line stand for themselves; around line ends they vanish, one line end folds to a blank and
    /// n > 1 of them to n - 1 line ends.
    private mutating func blanks() {
        let start = at
        var scan = at
        while let current = byte(scan), isBlank(current) { scan += 1 }
        guard let current = byte(scan), isBreak(current) else {
            while at < scan, found == nil { emit(1, from: at, to: at + 1) }
            return
        }
        at = scan
        let breaks = skipBreaksAndBlanks()
        let lastBefore = last
        emit(breaks == 1 ? 1 : breaks - 1, from: start, to: at)
        if found == nil, at >= end { last = lastBefore }
    }

    private mutating func skipBreaksAndBlanks() -> Int {
        var breaks = 0
        while let current = byte(at) {
            if isBreak(current) {
                at = afterBreak(at)
                breaks += 1
            } else if isBlank(current) {
                at += 1
            } else {
                break
            }
        }
        return breaks
    }

    private func afterBreak(_ index: Int) -> Int {
        byte(index) == 0x0D && byte(index + 1) == 0x0A ? index + 2 : index + 1
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    private func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}
