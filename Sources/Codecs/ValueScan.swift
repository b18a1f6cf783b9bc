import CScan
import Records

/// Values of a payload: skipping any of them, and reading scalars into columns. Each function takes the place of the
/// value's first character and returns the place after its last one; nil when the value is malformed or of the wrong
/// kind.
struct ValueScan {
    let window: ScanWindow
    let numbers: NumberScan
    let strings: StringScan
    let memory: UnsafeMutablePointer<ScanMemory>
    let arena: Unmanaged<Arena>

    @inline(always)
    init(
        _ window: ScanWindow, powers: UnsafePointer<Double>, memory: UnsafeMutablePointer<ScanMemory>,
        arena: Unmanaged<Arena>
    ) {
        self.window = window
        numbers = NumberScan(window: window, powers: powers)
        strings = StringScan(window: window)
        self.memory = memory
        self.arena = arena
    }

    /// Any value. `depth` is the number of containers it stands in.
    @inline(always)
    func skip(_ p: Bytes, depth: Int) -> Bytes? {
        let byte = p.pointee
        if byte == .quote { return strings.skip(p + 1) }
        if byte <= UInt8(ascii: "9") { return numbers.skip(p) }
        return skipOther(p, depth: depth)
    }

    @inline(never)
    func skipOther(_ p: Bytes, depth: Int) -> Bytes? {
        switch p.pointee {
        case UInt8(ascii: "t"): window.matches(p, "true") ? p + 4 : nil
        case UInt8(ascii: "f"): window.matches(p, "false") ? p + 5 : nil
        case UInt8(ascii: "n"): window.matches(p, "null") ? p + 4 : nil
        case .openBrace, .openBracket: skipContainer(p, depth: depth)
        default: nil
        }
    }

    /// An object or array. The kinds of the containers entered are the bits of one word, the innermost lowest.
    private func skipContainer(_ start: Bytes, depth: Int) -> Bytes? {
        var p = start
        var kinds: UInt64 = 0
        var level = 0
        while true {
            // A value.
            let isObject = p.pointee == .openBrace
            if isObject || p.pointee == .openBracket {
                guard depth + level < Limits.jsonDepth else { return nil }
                kinds = kinds << 1 | (isObject ? 1 : 0)
                level += 1
                p = window.skipSpace(p + 1)
                if p.pointee != (isObject ? .closeBrace : .closeBracket) {
                    if isObject {
                        guard let value = key(p) else { return nil }
                        p = value
                    }
                    continue
                }
            } else {
                guard let next = skipScalar(p) else { return nil }
                p = window.skipSpace(next)
            }
            // What follows a value, or the end of an empty container.
            while p.pointee != .comma {
                guard p.pointee == (kinds & 1 != 0 ? .closeBrace : .closeBracket) else { return nil }
                p += 1
                kinds >>= 1
                level -= 1
                // The root object is still open: something must follow.
                guard p < window.end else { return nil }
                if level == 0 { return p }
                p = window.skipSpace(p)
            }
            p = window.skipSpace(p + 1)
            if kinds & 1 != 0 {
                guard let value = key(p) else { return nil }
                p = value
            }
        }
    }

    /// A key and its colon inside a skipped object; returns where the value begins.
    @inline(always)
    private func key(_ p: Bytes) -> Bytes? {
        guard p.pointee == .quote, let after = strings.skip(p + 1) else { return nil }
        let colon = window.skipSpace(after)
        return colon.pointee == .colon ? window.skipSpace(colon + 1) : nil
    }

    @inline(always)
    private func skipScalar(_ p: Bytes) -> Bytes? {
        switch p.pointee {
        case .quote: strings.skip(p + 1)
        case UInt8(ascii: "t"): window.matches(p, "true") ? p + 4 : nil
        case UInt8(ascii: "f"): window.matches(p, "false") ? p + 5 : nil
        case UInt8(ascii: "n"): window.matches(p, "null") ? p + 4 : nil
        default: numbers.skip(p)
        }
    }

    /// `true` or `false`.
    @inline(always)
    func bool(_ p: Bytes, into result: UnsafeMutablePointer<UInt8>) -> Bytes? {
        if p.pointee == UInt8(ascii: "t") {
            result.pointee = 1
            return window.matches(p, "true") ? p + 4 : nil
        }
        result.pointee = 0
        return window.matches(p, "false") ? p + 5 : nil
    }

    /// An instant as text. The minute of the last one is remembered: the next one mostly has the same.
    @inline(always)
    func rfc3339(_ p: Bytes, into result: UnsafeMutablePointer<Int64>) -> Bytes? {
        guard p.pointee == .quote else { return nil }
        let first = p + 1
        var notASCII = false
        guard let last = strings.stop(first, &notASCII) else { return nil }
        if last.pointee != .quote { return escapedRFC3339(first, into: result) }
        let count = last - first
        guard count >= RFC3339.minimumLength else { return nil }
        let head = scan_load64(first), tail = scan_load64(first + 8)
        if head != memory.pointee.minuteHead || tail != memory.pointee.minuteTail {
            guard let minute = RFC3339.minutes(first) else { return nil }
            memory.pointee.minuteHead = head
            memory.pointee.minuteTail = tail
            memory.pointee.minute = minute
        }
        guard let micros = RFC3339.finish(first, count, minute: memory.pointee.minute) else { return nil }
        result.pointee = micros
        return last + 1
    }

    @inline(never)
    private func escapedRFC3339(_ first: Bytes, into result: UnsafeMutablePointer<Int64>) -> Bytes? {
        var view = ByteView.empty
        guard let next = strings.unescapedView(first, arena, into: &view),
            let micros = RFC3339.microseconds(view.base, view.count)
        else { return nil }
        result.pointee = micros
        return next
    }

    /// An instant as a number of milliseconds (`shift` 3) or seconds (`shift` 6).
    @inline(always)
    func unix(_ p: Bytes, shift: Int, into result: UnsafeMutablePointer<Int64>) -> Bytes? {
        guard let next = numbers.microseconds(p, shift: shift, into: result) else { return nil }
        return result.pointee >= RFC3339.earliest && result.pointee <= RFC3339.latest ? next : nil
    }

    /// Any value as its JSON text.
    func raw(_ p: Bytes, depth: Int, into result: UnsafeMutablePointer<ByteView>) -> Bytes? {
        guard let next = skip(p, depth: depth) else { return nil }
        result.pointee = ByteView(base: p, count: next - p)
        return next
    }
}

/// What a scanner remembers from message to message, in plain memory.
struct ScanMemory {
    /// The first sixteen characters of the last RFC 3339 text, and the minute they stand for.
    var minuteHead: UInt64 = 0
    var minuteTail: UInt64 = 0
    var minute: Int64 = 0
    /// Keys that were not where they were expected.
    var misses: UInt32 = 0
    /// Runs of messages still to come in which no order is expected.
    var runsWithoutOrder = 0

    /// Of this many misses one changes what is expected: learning at each is worst on producers without a fixed order
    /// (HOTPATH.md section 2).
    static let missesPerLesson: UInt32 = 16
    /// More misses a message than this, and no order is expected for the next runs; then it is tried again.
    static let toleratedMisses: UInt32 = 3
    static let runsBetweenTries = 15

    /// Whether an order is to be expected in the next run of messages.
    mutating func beginRun() -> Bool {
        misses = 0
        if runsWithoutOrder == 0 { return true }
        runsWithoutOrder -= 1
        return false
    }

    mutating func endRun(of count: Int) {
        if misses > Self.toleratedMisses * UInt32(truncatingIfNeeded: count) {
            runsWithoutOrder = Self.runsBetweenTries
        }
    }
}
