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

    /// Recognises a key that is not the one expected. Sets `key`; returns the place after the key's closing quote, nil
    /// when the key is malformed.
    @inline(never)
    func lookUp(_ p: Bytes, _ window: ScanWindow, _ progress: inout Progress, _ key: inout KeyAction) -> Bytes? {
        if expectsOrder, let after = skipLeftOut(p, window, &progress, &key) { return after }
        let strings = StringScan(window: window)
        var notASCII = false
        guard let last = strings.stop(p, &notASCII) else { return nil }
        if last.pointee != .quote { return lookUpEscaped(p, strings, progress.node, &key) }
        if notASCII && !UTF8Check.isValid(p, last) { return nil }
        let count = last - p
        if window.hasSixteen(p) {
            key = find(p, count, KeyWords(p, count), progress.node)
        } else {
            key = findInCopy(p, count, progress.node)
        }
        if expectsOrder && progress.slot < KeyTable.slotCount { learn(p, count, &progress, key) }
        return last + 1
    }

    /// The key after the expected one, in case that one was left out. Nil if it is not that either.
    @inline(always)
    private func skipLeftOut(
        _ p: Bytes, _ window: ScanWindow, _ progress: inout Progress, _ key: inout KeyAction
    ) -> Bytes? {
        let next = progress.slot + 1
        guard next < KeyTable.slotCount else { return nil }
        let mask = slots[next].mask
        guard window.equalMask(p, texts + next * KeyTable.slotBytes) & mask == mask, slots[next].node == progress.node,
            slots[next].length < 16 || isRestEqual(p, next, window)
        else { return nil }
        key = slots[next].key
        progress.slot = next + 1
        return p + Int(slots[next].length) + 1
    }

    /// Puts a key into the expected one's place if that is empty, or if it is time for a lesson. Otherwise the expected
    /// key may still come, and the place stays.
    @inline(always)
    private func learn(_ p: Bytes, _ count: Int, _ progress: inout Progress, _ key: KeyAction) {
        memory.pointee.misses &+= 1
        let slot = slots + progress.slot
        let isLesson = slot.pointee.mask >> 16 != 0 || memory.pointee.misses % ScanMemory.missesPerLesson == 0
        guard isLesson && count < KeyTable.slotBytes else { return }
        (texts + progress.slot * KeyTable.slotBytes).update(from: p, count: count + 1)
        slot.pointee = KeySlot(
            mask: count < 16 ? (1 << UInt32(count + 1)) - 1 : 0xffff, length: UInt16(count), node: progress.node,
            key: key)
        progress.slot += 1
    }

    /// A planned key by hash; `skip` for any other.
    @inline(always)
    private func find(_ p: Bytes, _ count: Int, _ words: KeyWords, _ node: UInt8) -> KeyAction {
        var at = KeyTable.hash(words, count, node) & entryMask
        while entries[at].length >= 0 {
            let entry = entries + at
            if entry.pointee.words.head == words.head, entry.pointee.words.tail == words.tail,
                entry.pointee.node == node, Int(entry.pointee.length) == count,
                count <= 16 || equalBytes(entry.pointee.text, p, count)
            {
                return entry.pointee.key
            }
            at = (at + 1) & entryMask
        }
        return .skip
    }

    /// The same for a key of which sixteen bytes can't be read.
    @inline(never)
    private func findInCopy(_ p: Bytes, _ count: Int, _ node: UInt8) -> KeyAction {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { copy in
            guard let base = copy.baseAddress else { return .skip }
            base.update(repeating: 0, count: 16)
            base.update(from: p, count: min(count, 16))
            return find(p, count, KeyWords(base, count), node)
        }
    }

    private func lookUpEscaped(_ p: Bytes, _ strings: StringScan, _ node: UInt8, _ key: inout KeyAction) -> Bytes? {
        var view = ByteView.empty
        guard let after = strings.unescapedView(p, arena, into: &view) else { return nil }
        key = findInCopy(view.base, view.count, node)
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
