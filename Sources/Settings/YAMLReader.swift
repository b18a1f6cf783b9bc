import CYaml

/// Reads YAML 1.1 (libyaml's event parser) into `ConfigNode`s.
///
/// Taken: block and flow mappings and lists, all scalar styles, anchors with aliases (the alias is the same node, with
/// the place of the anchor), comments, a byte order mark, LF, CRLF and CR.
/// Refused with an error: tags, merge keys (`<<`), a key twice, keys that are not text, more than one document,
/// line separators other than LF and CR, and anything beyond the limits.
public enum YAMLReader {
    /// Largest file, in bytes. A topology of a thousand steps is a tenth of it.
    public static let maxBytes = 4 << 20
    /// Deepest nesting.
    public static let maxDepth = 64
    /// Most nodes, those behind aliases counted each time, so that no small file stands for a huge one.
    public static let maxNodes = 200_000

    /// The root of the only document, or nil when the text isn't YAML or holds nothing. What is wrong is added to the
    /// diagnostics with its place. With duplicate keys and the like the rest is still returned, so that everything
    /// else can be checked too.
    public static func read(text: String, file: String, into diagnostics: Diagnostics) -> ConfigNode? {
        read(bytes: Array(text.utf8), file: file, into: diagnostics)
    }

    /// As `read(text:file:into:)`, for the bytes of a file; says where they aren't UTF-8.
    public static func read(bytes: [UInt8], file: String, into diagnostics: Diagnostics) -> ConfigNode? {
        let start = Place(file: file, line: 1, column: 1)
        guard bytes.count <= maxBytes else {
            diagnostics.error(
                start, "the file is larger than \(Units.format(bytes: maxBytes))", hint: "split it into several files")
            return nil
        }
        let source = SourceText(file: file, bytes: bytes)
        diagnostics.addSource(source)
        if let offset = firstInvalidUTF8(source.bytes) {
            diagnostics.error(
                source.place(atByte: offset), "byte 0x\(hex(source.bytes[offset])) is not valid UTF-8",
                hint: "save the file in UTF-8")
            return nil
        }
        if let offset = firstForeignLineEnd(source.bytes) {
            diagnostics.error(
                source.place(atByte: offset), "a Unicode line separator (U+0085, U+2028 or U+2029) can't stand here",
                hint: "replace it by an ordinary line end, or write \"\\N\", \"\\L\" or \"\\P\" in double quotes")
            return nil
        }
        return EventReader(source, diagnostics).readDocument()
    }

    /// Reads a file of the disk; a file that can't be read is a diagnostic too.
    public static func read(path: String, into diagnostics: Diagnostics) -> ConfigNode? {
        switch FileText.read(path: path, limit: maxBytes) {
        case .success(let bytes):
            return read(bytes: bytes, file: path, into: diagnostics)
        case .failure(let failure):
            diagnostics.error(
                Place(file: path, line: 1, column: 1), "can't read the file: \(failure.reason)", hint: failure.hint)
            return nil
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        String(byte, radix: 16, uppercase: true)
    }

    private static func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return min(offset, bytes.count - 1)
            }
        }
    }

    /// libyaml takes NEL, LS and PS for line ends, editors don't: places and values would surprise.
    private static func firstForeignLineEnd(_ bytes: [UInt8]) -> Int? {
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0xC2, index + 1 < bytes.count, bytes[index + 1] == 0x85 { return index }
            if bytes[index] == 0xE2, index + 2 < bytes.count, bytes[index + 1] == 0x80, bytes[index + 2] & 0xFE == 0xA8
            {
                return index
            }
            index += 1
        }
        return nil
    }
}
