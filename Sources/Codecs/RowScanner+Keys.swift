import Records

extension RowScanner {
    /// Whether a key longer than fifteen bytes is the slot's, its first sixteen bytes being equal.
    @inline(always)
    func isRestEqual(_ p: Bytes, _ slot: Int, _ window: ScanWindow) -> Bool {
        let length = Int(slots[slot].length)
        let text = texts + slot * KeyTable.slotBytes
        var at = 16
        while at <= length {
            // Within the payload as long as all before was equal, for no key holds a closing brace … unless it does.
            guard p + at < window.end else { return false }
            let wanted = (1 &<< UInt32(min(length + 1 - at, 16))) &- 1
            if window.equalMask(p + at, text + at) & wanted != wanted { return false }
            at += 16
        }
        return true
    }

    /// Recognises a key that is not the one expected. Sets `key`; returns the place after the key's closing quote, nil when
    /// the key is malformed.
    @inline(never)
    func lookUp(_ p: Bytes, _ window: ScanWindow, _ progress: inout Progress, _ key: inout KeyAction) -> Bytes? {
        // The expected key was left out?
        let next = progress.slot + 1
        if next < KeyTable.slotCount {
            let mask = slots[next].mask
            if window.equalMask(p, texts + next * KeyTable.slotBytes) & mask == mask, slots[next].node == progress.node,
                slots[next].length < 16 || isRestEqual(p, next, window)
            {
                key = slots[next].key
                progress.slot = next + 1
                return p + Int(slots[next].length) + 1
            }
        }
        let strings = StringScan(window: window)
        var notASCII = false
        guard let last = strings.stop(p, &notASCII) else { return nil }
        if last.pointee != .quote { return lookUpEscaped(p, strings, progress.node, &key) }
        if notASCII && !UTF8Check.isValid(p, last) { return nil }
        let count = last - p
        key = find(p, count, node: progress.node)
        if progress.slot < KeyTable.slotCount && count < KeyTable.slotBytes {
            let slot = slots + progress.slot
            memory.pointee.misses &+= 1
            if slot.pointee.mask >> 16 != 0 || memory.pointee.misses % ScanMemory.missesPerLesson == 0 {
                (texts + progress.slot * KeyTable.slotBytes).update(from: p, count: count + 1)
                slot.pointee = KeySlot(
                    mask: count < 16 ? (1 << UInt32(count + 1)) - 1 : 0xffff, length: UInt16(count), node: progress.node, key: key)
                progress.slot += 1
            }
            // Otherwise the expected key may still come: the slot stays.
        }
        return last + 1
    }

    /// A planned key by hash; `skip` for any other.
    @inline(always)
    private func find(_ p: Bytes, _ count: Int, node: UInt8) -> KeyAction {
        let hash = KeyTable.hash(p, count, node: node)
        var at = Int(truncatingIfNeeded: hash) & entryMask
        while entries[at].length >= 0 {
            if entries[at].hash == hash, entries[at].node == node, Int(entries[at].length) == count,
                equalBytes(entries[at].text, p, count)
            {
                return entries[at].key
            }
            at = (at + 1) & entryMask
        }
        return .skip
    }

    private func lookUpEscaped(_ p: Bytes, _ strings: StringScan, _ node: UInt8, _ key: inout KeyAction) -> Bytes? {
        var view = ByteView.empty
        guard let after = strings.unescapedView(p, arena, into: &view) else { return nil }
        key = find(view.base, view.count, node: node)
        return after
    }
}

extension RowScanner {
    /// Makes the fields absent that have no value, with a value that is safe to read.
    @inline(never)
    func markAbsent(_ fields: UInt64, _ row: Int) {
        var rest = fields
        while rest != 0 {
            let index = rest.trailingZeroBitCount
            rest &= rest &- 1
            targets[index].validity[row] = 0
            switch fieldActions[index] {
            case .bool: targets[index].data.assumingMemoryBound(to: UInt8.self)[row] = 0
            case .string, .raw: targets[index].data.assumingMemoryBound(to: ByteView.self)[row] = .empty
            default: targets[index].data.assumingMemoryBound(to: Int64.self)[row] = 0
            }
        }
    }
}
