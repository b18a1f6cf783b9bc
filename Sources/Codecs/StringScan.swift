import CScan
import Records

/// Strings of a payload. Places are those after the opening quote; results are those after the closing one.
struct StringScan {
    let window: ScanWindow

    /// Where the first closing quote, backslash or control character stands, and whether there is a byte before it that
    /// is not ASCII. Nil when the payload ends before.
    @inline(always)
    func stop(_ start: Bytes, _ notASCII: inout Bool) -> Bytes? {
        var p = start
        var high: UInt32 = 0
        while true {
            let mask = window.stringMask(p)
            let stops = mask & 0xffff
            if stops != 0 {
                let index = UInt32(truncatingIfNeeded: stops.trailingZeroBitCount)
                high |= (mask &>> 16) & ((1 &<< index) &- 1)
                notASCII = high != 0
                return p + Int(index)
            }
            high |= mask &>> 16
            p += 16
            if p >= window.end { return nil }
        }
    }

    /// A string that nobody asked for: checked, not kept.
    @inline(always)
    func skip(_ start: Bytes) -> Bytes? {
        var notASCII = false
        guard let p = stop(start, &notASCII) else { return nil }
        if p.pointee != .quote { return skipEscaped(start) }
        if notASCII && !UTF8Check.isValid(start, p) { return nil }
        return p + 1
    }

    @inline(never)
    private func skipEscaped(_ start: Bytes) -> Bytes? {
        guard let last = closingQuote(start) else { return nil }
        return Escapes.length(start, last) == nil ? nil : last + 1
    }

    /// The closing quote of a string with escapes.
    func closingQuote(_ start: Bytes) -> Bytes? {
        var p = start
        while true {
            var ignored = false
            guard let found = stop(p, &ignored) else { return nil }
            switch found.pointee {
            case .quote: return found
            // An escaped character is never past the end: the payload's last byte is a `}`.
            case .backslash:
                p = found + 2
                if p >= window.end { return nil }
            default: return nil
            }
        }
    }

    /// A string's text: a view of the payload, or of the arena where escapes had to be resolved.
    @inline(always)
    func view(_ start: Bytes, _ arena: Unmanaged<Arena>, into result: UnsafeMutablePointer<ByteView>) -> Bytes? {
        var notASCII = false
        guard let p = stop(start, &notASCII) else { return nil }
        if p.pointee != .quote { return unescapedView(start, arena, into: result) }
        if notASCII && !UTF8Check.isValid(start, p) { return nil }
        if window.hasSixteen(start) {
            // The prefix without a branch on the length: four bytes are readable here.
            let count = UInt32(truncatingIfNeeded: p - start)
            let mask = UInt32(truncatingIfNeeded: (1 &<< UInt64(8 &* min(count, 4))) &- 1)
            result.pointee = ByteView(base: start, length: count, prefix: scan_load32(start) & mask)
        } else {
            result.pointee = ByteView(base: start, count: p - start)
        }
        return p + 1
    }

    @inline(never)
    func unescapedView(
        _ start: Bytes, _ arena: Unmanaged<Arena>, into result: UnsafeMutablePointer<ByteView>
    ) -> Bytes? {
        guard let last = closingQuote(start), let count = Escapes.length(start, last) else { return nil }
        let target = arena.takeUnretainedValue().allocate(count)
        Escapes.resolve(start, last, into: target)
        result.pointee = ByteView(base: Bytes(target), count: count)
        return last + 1
    }
}
