/// The text of a file with its lines, and the ways between bytes, Unicode scalars and what an editor shows.
final class SourceText: Sendable {
    let file: String
    /// UTF-8, without the byte order mark.
    let bytes: [UInt8]
    /// Byte offset at which each line starts; a line ends with LF, CRLF or CR.
    private let lineStarts: [Int]
    /// How many Unicode scalars stand before each line.
    private let scalarsBefore: [Int]

    convenience init(file: String, text: String) {
        self.init(file: file, bytes: Array(text.utf8))
    }

    init(file: String, bytes given: [UInt8]) {
        self.file = file
        bytes = given.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(given.dropFirst(3)) : given
        var starts = [0]
        var scalars = [0]
        var count = 0
        for index in bytes.indices {
            let byte = bytes[index]
            if byte & 0xC0 != 0x80 { count += 1 }
            let isCRLF = byte == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A
            if byte == 0x0A || byte == 0x0D, !isCRLF {
                starts.append(index + 1)
                scalars.append(count)
            }
        }
        lineStarts = starts
        scalarsBefore = scalars
    }

    /// The text of a line (from 1) without its end.
    func line(_ number: Int) -> String? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] : bytes.count
        while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// The place of a byte.
    func place(atByte offset: Int) -> Place {
        var cursor = Cursor()
        return place(atByte: offset, &cursor)
    }

    /// Remembers the last answers, so that asking in the order of the text reads each byte once, however long its line.
    struct Cursor {
        fileprivate var scalar = 0
        fileprivate var scalarByte = 0
        fileprivate var line = -1
        fileprivate var placeByte = 0
        fileprivate var column = 1
    }

    /// The place of a byte.
    func place(atByte offset: Int, _ cursor: inout Cursor) -> Place {
        let offset = min(max(offset, 0), bytes.count)
        let line = Self.lastIndex(in: lineStarts, notAbove: offset)
        if line != cursor.line || offset < cursor.placeByte {
            cursor.line = line
            cursor.placeByte = lineStarts[line]
            cursor.column = 1
        }
        cursor.column += String(decoding: bytes[cursor.placeByte..<offset], as: UTF8.self).count
        cursor.placeByte = offset
        return Place(file: file, line: line + 1, column: cursor.column)
    }

    /// libyaml counts in Unicode scalars from the start of the text: the byte such an index stands for.
    func byteOffset(ofScalar index: Int) -> Int {
        var cursor = Cursor()
        return byteOffset(ofScalar: index, &cursor)
    }

    /// The byte an index of libyaml stands for.
    func byteOffset(ofScalar index: Int, _ cursor: inout Cursor) -> Int {
        let line = Self.lastIndex(in: scalarsBefore, notAbove: index)
        if index < cursor.scalar || scalarsBefore[line] > cursor.scalar {
            cursor.scalar = scalarsBefore[line]
            cursor.scalarByte = lineStarts[line]
        }
        var offset = cursor.scalarByte
        var remaining = index - cursor.scalar
        while offset < bytes.count {
            if bytes[offset] & 0xC0 != 0x80 {
                if remaining == 0 { break }
                remaining -= 1
            }
            offset += 1
        }
        cursor.scalar = index - remaining
        cursor.scalarByte = offset
        return offset
    }

    private static func lastIndex(in sorted: [Int], notAbove value: Int) -> Int {
        var low = 0
        var high = sorted.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if sorted[middle] <= value { low = middle } else { high = middle }
        }
        return low
    }
}
