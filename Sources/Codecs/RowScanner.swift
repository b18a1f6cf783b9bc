import Records

/// Where a field's values go.
struct FieldTarget {
    var data: UnsafeMutableRawPointer
    var validity: UnsafeMutablePointer<UInt8>
}

/// The one pass over a payload: recognises keys, fills columns, skips the rest. Everything it touches is plain memory
/// held by the decoder, so that the compiler keeps it in registers.
struct RowScanner {
    let slots: UnsafeMutablePointer<KeySlot>
    let texts: UnsafeMutablePointer<UInt8>
    let entries: UnsafeMutablePointer<KeyEntry>
    let entryMask: Int
    let parents: UnsafeMutablePointer<UInt8>
    let depths: UnsafeMutablePointer<UInt8>
    let groups: UnsafeMutablePointer<UInt64>
    /// The action of each field, for fields that share a path.
    let fieldActions: UnsafeMutablePointer<ValueAction>
    let targets: UnsafeMutablePointer<FieldTarget>
    let memory: UnsafeMutablePointer<ScanMemory>
    let powers: UnsafePointer<Double>
    let arena: Unmanaged<Arena>
    /// A bit for each field.
    let allFields: UInt64
    let stopsEarly: Bool
    /// Whether keys are first looked for where the last message had them.
    let expectsOrder: Bool

    /// What the scan of one payload has found so far.
    struct Progress {
        /// Fields whose key was met.
        var seen: UInt64 = 0
        /// … and whose value was null.
        var nulls: UInt64 = 0
        /// Objects entered, or skipped because they came twice.
        var visited: UInt64 = 1
        var node: UInt8 = 0
        var slot = 0
    }

    /// Scans one payload of at least `ScanWindow.minimumBytes`. Returns the bits of the fields that have no value; nil
    /// when the payload can't be used (why is for `JSONDiagnosis` to find out).
    @inline(always)
    func scan(_ start: Bytes, _ count: Int, row: Int) -> UInt64? {
        guard let window = ScanWindow(payload: start, count: count), var p = window.enterRoot() else { return nil }
        let values = ValueScan(window, powers: powers, memory: memory, arena: arena)
        var progress = Progress()
        var atKey = p.pointee != .closeBrace
        while true {
            if atKey {
                guard p.pointee == .quote else { return nil }
                p += 1
                // The key.
                let slot = slots + progress.slot
                var key = slot.pointee.key
                let mask = slot.pointee.mask
                let equal = window.equalMask(p, texts + progress.slot * KeyTable.slotBytes)
                if equal & mask == mask, expectsOrder, slot.pointee.node == progress.node,
                    slot.pointee.length < 16 || isRestEqual(p, progress.slot, window)
                {
                    p += Int(slot.pointee.length) + 1
                    progress.slot += 1
                } else {
                    guard let after = lookUp(p, window, &progress, &key) else { return nil }
                    p = after
                }
                p = window.skipSpace(p)
                guard p.pointee == .colon else { return nil }
                p = window.skipSpace(p + 1)
                // The value.
                if key.action == .object || key.action == .several {
                    guard let next = enter(p, key, row, values, &progress) else { return nil }
                    p = next
                    if progress.node == key.child && key.child != 0 {
                        p = window.skipSpace(p)
                        atKey = p.pointee != .closeBrace
                        continue
                    }
                } else {
                    guard let next = read(p, key, row, values, &progress) else { return nil }
                    p = next
                }
                if stopsEarly && progress.seen == allFields {
                    // A number must not be a part of something longer.
                    p = window.skipSpace(p)
                    return p.pointee == .comma || p.pointee == .closeBrace ? progress.nulls : nil
                }
            }
            // What follows a value, or the end of an empty object.
            p = window.skipSpace(p)
            if p.pointee == .comma {
                p = window.skipSpace(p + 1)
                atKey = true
                continue
            }
            guard p.pointee == .closeBrace else { return nil }
            p += 1
            if progress.node == 0 {
                return p == window.end ? (allFields & ~progress.seen) | progress.nulls : nil
            }
            guard p < window.end else { return nil }
            progress.node = parents[Int(progress.node)]
            atKey = false
        }
    }

    /// A value that stands for one field, or for none.
    @inline(always)
    private func read(_ p: Bytes, _ key: KeyAction, _ row: Int, _ values: ValueScan, _ progress: inout Progress)
        -> Bytes?
    {
        if key.action == .skip { return values.skip(p, depth: Int(depths[Int(progress.node)])) }
        let bit = 1 &<< UInt64(key.target)
        if progress.seen & bit != 0 || p.pointee == UInt8(ascii: "n") {
            return readRepeatedOrNull(p, bit, values, &progress)
        }
        progress.seen |= bit
        return field(p, key.action, targets[Int(key.target)].data, row, values, depth: depths[Int(progress.node)])
    }

    /// A second value of a field is skipped (the first counts); null is no value.
    @inline(never)
    private func readRepeatedOrNull(_ p: Bytes, _ bit: UInt64, _ values: ValueScan, _ progress: inout Progress)
        -> Bytes?
    {
        if progress.seen & bit == 0 {
            progress.seen |= bit
            progress.nulls |= bit
        }
        return values.skip(p, depth: Int(depths[Int(progress.node)]))
    }

    /// Reads a value that is not null into a column.
    @inline(always)
    private func field(
        _ p: Bytes, _ action: ValueAction, _ data: UnsafeMutableRawPointer, _ row: Int, _ values: ValueScan,
        depth: UInt8
    ) -> Bytes? {
        let ints = data.assumingMemoryBound(to: Int64.self)
        switch action {
        case .double: return values.numbers.double(p, into: data.assumingMemoryBound(to: Double.self) + row)
        case .string:
            guard p.pointee == .quote else { return nil }
            return values.strings.view(p + 1, values.arena, into: data.assumingMemoryBound(to: ByteView.self) + row)
        case .int: return values.numbers.int(p, into: ints + row)
        case .unixMilliseconds: return values.unix(p, shift: 3, into: ints + row)
        case .rfc3339: return values.rfc3339(p, into: ints + row)
        case .bool: return values.bool(p, into: data.assumingMemoryBound(to: UInt8.self) + row)
        case .unixSeconds: return values.unix(p, shift: 6, into: ints + row)
        case .uint: return values.numbers.uint(p, into: data.assumingMemoryBound(to: UInt64.self) + row)
        case .duration: return values.numbers.microseconds(p, shift: 6, into: ints + row)
        case .raw: return values.raw(p, depth: Int(depth), into: data.assumingMemoryBound(to: ByteView.self) + row)
        case .skip, .object, .several: return nil
        }
    }

    @inline(never)
    private func fieldOutOfLine(
        _ p: Bytes, _ action: ValueAction, _ data: UnsafeMutableRawPointer, _ row: Int, _ values: ValueScan,
        depth: UInt8
    ) -> Bytes? {
        field(p, action, data, row, values, depth: depth)
    }

    /// A value under which fields stand, or that several fields read. Where it is an object to go into, `progress.node`
    /// is that object afterwards and the result the place after its brace; otherwise the result is the place after the
    /// value.
    @inline(always)
    private func enter(_ p: Bytes, _ key: KeyAction, _ row: Int, _ values: ValueScan, _ progress: inout Progress)
        -> Bytes?
    {
        let bit = 1 &<< UInt64(key.child)
        if key.action == .object && p.pointee == .openBrace && progress.visited & bit == 0 {
            progress.visited |= bit
            progress.node = key.child
            return p + 1
        }
        return enterOutOfLine(p, key, row, values, &progress)
    }

    @inline(never)
    private func enterOutOfLine(
        _ p: Bytes, _ key: KeyAction, _ row: Int, _ values: ValueScan, _ progress: inout Progress
    ) -> Bytes? {
        let depth = depths[Int(progress.node)]
        guard let next = values.skip(p, depth: Int(depth)) else { return nil }
        let bit = 1 &<< UInt64(key.child)
        if key.action == .object {
            // Skipped: an object that came before, or null, under which no field has a value.
            let isRepeated = progress.visited & bit != 0
            progress.visited |= bit
            return isRepeated || p.pointee == UInt8(ascii: "n") ? next : nil
        }
        var fields = groups[Int(key.target)]
        if progress.seen & fields != 0 { return next }
        progress.seen |= fields
        let isObject = p.pointee == .openBrace && key.child != 0
        while fields != 0 {
            let index = fields.trailingZeroBitCount
            fields &= fields &- 1
            let action = fieldActions[index]
            if p.pointee == UInt8(ascii: "n") || (isObject && action != .raw) {
                progress.nulls |= 1 &<< UInt64(index)
            } else if fieldOutOfLine(p, action, targets[index].data, row, values, depth: depth) == nil {
                return nil
            }
        }
        guard isObject else { return next }
        progress.visited |= bit
        progress.node = key.child
        return p + 1
    }
}
