import Records

/// Text functions on single views. Positions count code points; views are taken to hold UTF-8, and what is none is
/// treated byte by byte without harm.
enum Text {
    /// Whether a byte begins a code point.
    @inline(__always)
    static func isStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }

    /// Code points of a text.
    @inline(__always)
    static func size(_ view: ByteView) -> Int64 {
        var continuations = 0
        let base = view.base
        let count = view.count
        var index = 0
        while index < count {
            continuations &+= Int(bit(base[index] & 0xC0 == 0x80))
            index += 1
        }
        return Int64(count - continuations)
    }

    /// Bytes before the code point at a position; nil beyond the end. The end itself has a position.
    static func offset(of position: Int64, in view: ByteView) -> Int? {
        if position < 0 || position > Int64(view.count) { return nil }
        var left = Int(position)
        var index = 0
        while index < view.count {
            if isStart(view.base[index]) {
                if left == 0 { return index }
                left -= 1
            }
            index += 1
        }
        return left == 0 ? index : nil
    }

    /// Code points in the first `offset` bytes.
    static func position(of offset: Int, in view: ByteView) -> Int64 {
        size(ByteView(base: view.base, count: offset))
    }

    static func part(_ view: ByteView, _ start: Int, _ end: Int) -> ByteView {
        end > start ? ByteView(base: view.base + start, count: end - start) : .empty
    }

    @inline(__always)
    static func startsWith(_ view: ByteView, _ prefix: ByteView) -> Bool {
        prefix.count <= view.count && equalBytes(view.base, prefix.base, prefix.count)
    }

    @inline(__always)
    static func endsWith(_ view: ByteView, _ suffix: ByteView) -> Bool {
        suffix.count <= view.count
            && equalBytes(view.base + (view.count - suffix.count), suffix.base, suffix.count)
    }

    /// Byte offset at which `needle` first stands, at or after `start`; nil if nowhere.
    @inline(__always)
    static func find(_ needle: ByteView, in view: ByteView, from start: Int = 0) -> Int? {
        if needle.count == 0 { return start }
        let last = view.count - needle.count
        let first = needle.base[0]
        var at = start
        while at <= last {
            if view.base[at] == first, equalBytes(view.base + at, needle.base, needle.count) { return at }
            at += 1
        }
        return nil
    }

    /// Byte offset at which `needle` last stands, at or before `start`; nil if nowhere.
    static func findLast(_ needle: ByteView, in view: ByteView, from start: Int) -> Int? {
        var at = min(start, view.count - needle.count)
        while at >= 0 {
            if equalBytes(view.base + at, needle.base, needle.count) { return at }
            at -= 1
        }
        return nil
    }

    /// `indexOf`: −1 where it is not found or the position is beyond the end; nil for a negative position.
    static func indexOf(_ view: ByteView, _ needle: ByteView, _ position: Int64) -> Int64? {
        if position < 0 { return nil }
        if needle.count == 0 { return position }
        guard let start = offset(of: position, in: view) else { return -1 }
        return find(needle, in: view, from: start).map { Text.position(of: $0, in: view) } ?? -1
    }

    /// `lastIndexOf`: −1 where it is not found or the position is beyond the end; nil for a negative position.
    static func lastIndexOf(_ view: ByteView, _ needle: ByteView, _ position: Int64?) -> Int64? {
        if let position, position < 0 { return nil }
        if needle.count == 0 { return position ?? size(view) }
        var start = view.count
        if let position {
            guard let offset = offset(of: position, in: view), offset < view.count else { return -1 }
            start = offset
        }
        return findLast(needle, in: view, from: start).map { Text.position(of: $0, in: view) } ?? -1
    }

    /// `charAt`: empty at the very end; nil out of range.
    static func character(_ view: ByteView, _ position: Int64) -> ByteView? {
        guard let start = offset(of: position, in: view) else { return nil }
        var end = min(start + 1, view.count)
        while end < view.count, !isStart(view.base[end]) { end += 1 }
        return part(view, start, end)
    }

    /// `substring`: nil out of range. Without an end, up to the end of the text.
    static func substring(_ view: ByteView, _ from: Int64, _ to: Int64?) -> ByteView? {
        guard let start = offset(of: from, in: view) else { return nil }
        guard let to else { return part(view, start, view.count) }
        guard let end = offset(of: to, in: view), end >= start else { return nil }
        return part(view, start, end)
    }

    /// Writes `view` with the bytes of one range of ASCII letters changed by case.
    @inline(__always)
    static func write(_ view: ByteView, casedFrom first: UInt8, to out: UnsafeMutablePointer<UInt8>) {
        let base = view.base
        let count = view.count
        var index = 0
        while index < count {
            let byte = base[index]
            out[index] = byte ^ (bit(byte &- first < 26) << 5)
            index += 1
        }
    }

    /// Without white space at both ends.
    static func trimmed(_ view: ByteView) -> ByteView {
        var start = 0
        var end = view.count
        while start < end {
            let length = spaceLength(view, start, end)
            if length == 0 { break }
            start += length
        }
        while end > start {
            var last = end - 1
            while last > start, !isStart(view.base[last]) { last -= 1 }
            if spaceLength(view, last, end) != end - last { break }
            end = last
        }
        return part(view, start, end)
    }

    /// Bytes of the white space (Unicode property White_Space) that begins at `at`; 0 if none does.
    private static func spaceLength(_ view: ByteView, _ at: Int, _ end: Int) -> Int {
        let first = view.base[at]
        if first < 0x80 { return first == 0x20 || (first >= 0x09 && first <= 0x0D) ? 1 : 0 }
        guard at + 1 < end else { return 0 }
        let second = view.base[at + 1]
        if first == 0xC2 { return second == 0x85 || second == 0xA0 ? 2 : 0 }
        guard at + 2 < end else { return 0 }
        let third = view.base[at + 2]
        switch (first, second) {
        case (0xE1, 0x9A): return third == 0x80 ? 3 : 0
        case (0xE2, 0x80): return third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0
        case (0xE2, 0x81): return third == 0x9F ? 3 : 0
        case (0xE3, 0x80): return third == 0x80 ? 3 : 0
        default: return 0
        }
    }

    /// Bytes that `replace` may make of one text. Without a bound, two texts of a record could fill the memory.
    static let mostReplaced = 1 << 20

    /// Whether `replace` would make more than it may.
    static func isTooLong(replacing old: ByteView, with new: ByteView, in view: ByteView, limit: Int64) -> Bool {
        if (view.count + 1) * (new.count + 1) <= mostReplaced { return false }
        var length = view.count
        var left = limit < 0 ? Int64.max : limit
        if old.count == 0 {
            let places = min(left, size(view) + 1)
            return length + Int(places) * new.count > mostReplaced
        }
        var at = 0
        while left > 0, let found = find(old, in: view, from: at) {
            length += new.count - old.count
            at = found + old.count
            left -= 1
        }
        return length > mostReplaced
    }

    /// Appends `view` with up to `limit` occurrences of `old` replaced (all when negative) to `buffer`. An empty `old`
    /// stands before each code point and at the end.
    static func replace(
        _ view: ByteView, _ old: ByteView, _ new: ByteView, limit: Int64, to buffer: inout ByteBuffer
    ) {
        var left = limit < 0 ? Int64.max : limit
        var at = 0
        if old.count == 0 {
            while at <= view.count, left > 0 {
                buffer.append(new)
                left -= 1
                if at == view.count { return }
                var end = at + 1
                while end < view.count, !isStart(view.base[end]) { end += 1 }
                buffer.append(part(view, at, end))
                at = end
            }
        }
        while left > 0, old.count > 0, let found = find(old, in: view, from: at) {
            buffer.append(part(view, at, found))
            buffer.append(new)
            at = found + old.count
            left -= 1
        }
        buffer.append(part(view, at, view.count))
    }

    /// Whether bytes are well-formed UTF-8 (Unicode 3.9, table 3-7).
    static func isValid(_ view: ByteView) -> Bool {
        var at = 0
        while at < view.count {
            let first = view.base[at]
            at += 1
            if first < 0x80 { continue }
            var low: UInt8 = 0x80
            var high: UInt8 = 0xBF
            var more: Int
            switch first {
            case 0xC2...0xDF: more = 1
            case 0xE0: (more, low) = (2, 0xA0)
            case 0xED: (more, high) = (2, 0x9F)
            case 0xE1...0xEF: more = 2
            case 0xF0: (more, low) = (3, 0x90)
            case 0xF1...0xF3: more = 3
            case 0xF4: (more, high) = (3, 0x8F)
            default: return false
            }
            if at + more > view.count { return false }
            while more > 0 {
                let byte = view.base[at]
                if byte < low || byte > high { return false }
                (low, high) = (0x80, 0xBF)
                at += 1
                more -= 1
            }
        }
        return true
    }
}
