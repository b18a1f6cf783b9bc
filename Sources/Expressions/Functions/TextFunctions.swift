import Records

extension FunctionTable {
    /// Text. Positions and lengths count code points from 0, after CEL's string extension.
    static let textFunctions: [Function] = [
        Function(
            "size", .both, [Overload([.string], .int, .sizeOfString), Overload([.bytes], .int, .sizeOfBytes)],
            "Code points of a text, or bytes.", example: "size('quai')", .int(4)),
        Function(
            "contains", .receiver, [Overload([.string, .string], .bool, .contains)],
            "Whether the other text stands somewhere in it.", example: "'container'.contains('tain')", .bool(true)),
        Function(
            "startsWith", .receiver, [Overload([.string, .string], .bool, .startsWith)],
            "Whether it begins with the other text.", example: "'tank-07'.startsWith('tank-')", .bool(true)),
        Function(
            "endsWith", .receiver, [Overload([.string, .string], .bool, .endsWith)],
            "Whether it ends with the other text.", example: "'tank-07'.endsWith('07')", .bool(true)),
        Function(
            "lowerAscii", .receiver, [Overload([.string], .string, .lowerAscii)],
            "With A–Z in lower case; other letters stay.", example: "'Tank É'.lowerAscii()", .string("tank É")),
        Function(
            "upperAscii", .receiver, [Overload([.string], .string, .upperAscii)],
            "With a–z in upper case; other letters stay.", example: "'Tank é'.upperAscii()", .string("TANK é")),
        Function(
            "trim", .receiver, [Overload([.string], .string, .trim)],
            "Without white space (as Unicode defines it) at both ends.", example: "'  ok\\t'.trim()", .string("ok")),
        Function(
            "charAt", .receiver, [Overload([.string, .int], .string, .characterAt)],
            "The code point at a position, as text; empty at the very end.", example: "'hélas'.charAt(1)",
            .string("é")),
        Function(
            "indexOf", .receiver,
            [
                Overload([.string, .string], .int, .indexOf), Overload([.string, .string, .int], .int, .indexOfFrom),
            ],
            "Where the other text first stands, at or after a position; −1 if nowhere.",
            example: "'hello mellow'.indexOf('ello', 2)", .int(7)),
        Function(
            "lastIndexOf", .receiver,
            [
                Overload([.string, .string], .int, .lastIndexOf),
                Overload([.string, .string, .int], .int, .lastIndexOfFrom),
            ],
            "Where the other text last stands, at or before a position; −1 if nowhere.",
            example: "'hello mellow'.lastIndexOf('ello')", .int(7)),
        Function(
            "replace", .receiver,
            [
                Overload([.string, .string, .string], .string, .replace),
                Overload([.string, .string, .string, .int], .string, .replaceSome),
            ],
            "With every occurrence of one text replaced by another, or only the first few.",
            example: "'a-b-c'.replace('-', '+', 1)", .string("a+b-c")),
        Function(
            "substring", .receiver,
            [
                Overload([.string, .int], .string, .substringFrom),
                Overload([.string, .int, .int], .string, .substringBetween),
            ],
            "The part from a position on, up to but without another.", example: "'tank-07'.substring(5, 7)",
            .string("07")),
    ]
}
