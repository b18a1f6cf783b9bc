extension ByteBuffer {
    /// A JSON string with its quotes (RFC 8259 section 7): `"`, `\` and control characters escaped, everything else as
    /// it is. Bytes that are not UTF-8 become U+FFFD, one per maximal invalid part, so that the output is always valid.
    public mutating func append(jsonString bytes: UnsafeBufferPointer<UInt8>) {
        append(UInt8(ascii: "\""))
        append(jsonCharacters: bytes)
        append(UInt8(ascii: "\""))
    }

    public mutating func append(jsonString view: ByteView) { append(jsonString: view.buffer) }

    public mutating func append(jsonString text: String) {
        var text = text
        text.withUTF8 { append(jsonString: $0) }
    }

    /// The inside of a JSON string, for text put together from several pieces.
    public mutating func append(jsonCharacters bytes: UnsafeBufferPointer<UInt8>) {
        guard let base = bytes.baseAddress else { return }
        let count = bytes.count
        var at = 0
        var plainFrom = 0
        while at < count {
            let byte = base[at]
            if byte >= 0x20 && byte < 0x80 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") {
                at += 1
                continue
            }
            if byte >= 0x80 {
                let (length, isValid) = utf8Sequence(base + at, count - at)
                if isValid {
                    at += length
                    continue
                }
                append(UnsafeBufferPointer(start: base + plainFrom, count: at - plainFrom))
                append("\u{FFFD}")
                at += length
            } else {
                append(UnsafeBufferPointer(start: base + plainFrom, count: at - plainFrom))
                append(jsonEscapeOf: byte)
                at += 1
            }
            plainFrom = at
        }
        append(UnsafeBufferPointer(start: base + plainFrom, count: count - plainFrom))
    }

    private mutating func append(jsonEscapeOf byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append("u00")
            append(hexDigit: byte >> 4)
            append(hexDigit: byte & 15)
        }
    }

    /// A value 0…15 as a lower-case hexadecimal digit.
    public mutating func append(hexDigit value: UInt8) {
        append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
    }
}

/// Length of the UTF-8 sequence that starts with the given byte (which is not ASCII) and whether it is valid; of an
/// invalid one, the length of its maximal part (Unicode 3.9, table 3-7, and "U+FFFD substitution of maximal subparts").
func utf8Sequence(_ base: UnsafePointer<UInt8>, _ available: Int) -> (length: Int, isValid: Bool) {
    let lead = base[0]
    let needed: Int
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch lead {
    case 0xC2...0xDF: needed = 2
    case 0xE0: (needed, low) = (3, 0xA0)
    case 0xED: (needed, high) = (3, 0x9F)
    case 0xE1...0xEF: needed = 3
    case 0xF0: (needed, low) = (4, 0x90)
    case 0xF1...0xF3: needed = 4
    case 0xF4: (needed, high) = (4, 0x8F)
    default: return (1, false)
    }
    var at = 1
    while at < needed {
        if at >= available || base[at] < low || base[at] > high { return (at, false) }
        (low, high) = (0x80, 0xBF)
        at += 1
    }
    return (needed, true)
}
