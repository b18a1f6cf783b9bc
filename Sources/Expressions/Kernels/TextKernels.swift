import Records

/// Text functions over columns. A row without a result gets a harmless value; the return value says that there was one.
enum TextKernels {
    static func run(
        _ operation: Operation, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ c: SlotMemory, _ d: SlotMemory,
        _ target: SlotMemory, _ arena: Arena, _ buffer: inout ByteBuffer
    ) -> Bool {
        let x = a.data.assumingMemoryBound(to: ByteView.self)
        let y = b.data.assumingMemoryBound(to: ByteView.self)
        let (s, t) = (a.step, b.step)
        switch operation {
        case .contains, .startsWith, .endsWith: test(operation, rows, x, s, y, t, target)
        case .sizeOfString, .sizeOfBytes, .indexOf, .indexOfFrom, .lastIndexOf, .lastIndexOfFrom:
            return count(operation, rows, a, b, c, target)
        case .characterAt, .substringFrom, .substringBetween: return part(operation, rows, a, b, c, target)
        case .trim:
            let out = target.data.assumingMemoryBound(to: ByteView.self)
            Loop.each(rows) { row in out[row] = Text.trimmed(x[row &* s]) }
        case .lowerAscii, .upperAscii:
            changeCase(operation == .lowerAscii ? UInt8(ascii: "A") : UInt8(ascii: "a"), rows, a, target, arena)
        case .concatenate: concatenate(rows, a, b, target, arena)
        default: return replace(rows, a, b, c, d, operation == .replaceSome, target, arena, &buffer)
        }
        return false
    }

    /// Texts that are made take one run of memory for all rows.
    private static func changeCase(
        _ first: UInt8, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory, _ arena: Arena
    ) {
        let x = a.data.assumingMemoryBound(to: ByteView.self)
        let out = target.data.assumingMemoryBound(to: ByteView.self)
        let step = a.step
        var total = 0
        Loop.each(rows) { row in total &+= x[row &* step].count }
        var place = arena.allocate(total)
        Loop.each(rows) { row in
            let view = x[row &* step]
            Text.write(view, casedFrom: first, to: place)
            out[row] = ByteView(base: UnsafePointer(place), count: view.count)
            place += view.count
        }
    }

    private static func concatenate(
        _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ target: SlotMemory, _ arena: Arena
    ) {
        let x = a.data.assumingMemoryBound(to: ByteView.self)
        let y = b.data.assumingMemoryBound(to: ByteView.self)
        let out = target.data.assumingMemoryBound(to: ByteView.self)
        let (s, t) = (a.step, b.step)
        var total = 0
        Loop.each(rows) { row in total &+= x[row &* s].count &+ y[row &* t].count }
        var place = arena.allocate(total)
        Loop.each(rows) { row in
            let (left, right) = (x[row &* s], y[row &* t])
            place.update(from: left.base, count: left.count)
            (place + left.count).update(from: right.base, count: right.count)
            let count = left.count &+ right.count
            out[row] = ByteView(base: UnsafePointer(place), count: count)
            place += count
        }
    }

    private static func test(
        _ operation: Operation, _ rows: Rows, _ x: UnsafePointer<ByteView>, _ s: Int, _ y: UnsafePointer<ByteView>,
        _ t: Int, _ target: SlotMemory
    ) {
        let out = target.data.assumingMemoryBound(to: UInt8.self)
        switch operation {
        case .contains:
            Loop.each(rows) { row in out[row] = bit(Text.find(y[row &* t], in: x[row &* s]) != nil) }
        case .startsWith: Loop.each(rows) { row in out[row] = bit(Text.startsWith(x[row &* s], y[row &* t])) }
        default: Loop.each(rows) { row in out[row] = bit(Text.endsWith(x[row &* s], y[row &* t])) }
        }
    }

    private static func count(
        _ operation: Operation, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ c: SlotMemory, _ target: SlotMemory
    ) -> Bool {
        let x = a.data.assumingMemoryBound(to: ByteView.self)
        let y = b.data.assumingMemoryBound(to: ByteView.self)
        let z = c.data.assumingMemoryBound(to: Int64.self)
        let out = target.data.assumingMemoryBound(to: Int64.self)
        let (s, t, u) = (a.step, b.step, c.step)
        var failed = false
        switch operation {
        case .sizeOfString: Loop.each(rows) { row in out[row] = Text.size(x[row &* s]) }
        case .sizeOfBytes: Loop.each(rows) { row in out[row] = Int64(x[row &* s].count) }
        case .indexOf: Loop.each(rows) { row in out[row] = Text.indexOf(x[row &* s], y[row &* t], 0) ?? -1 }
        case .lastIndexOf: Loop.each(rows) { row in out[row] = Text.lastIndexOf(x[row &* s], y[row &* t], nil) ?? -1 }
        default:
            Loop.each(rows) { row in
                let (view, needle, position) = (x[row &* s], y[row &* t], z[row &* u])
                let found =
                    operation == .indexOfFrom
                    ? Text.indexOf(view, needle, position) : Text.lastIndexOf(view, needle, position)
                failed = failed || found == nil
                out[row] = found ?? -1
            }
        }
        return failed
    }

    private static func part(
        _ operation: Operation, _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ c: SlotMemory, _ target: SlotMemory
    ) -> Bool {
        let x = a.data.assumingMemoryBound(to: ByteView.self)
        let y = b.data.assumingMemoryBound(to: Int64.self)
        let z = c.data.assumingMemoryBound(to: Int64.self)
        let out = target.data.assumingMemoryBound(to: ByteView.self)
        let (s, t, u) = (a.step, b.step, c.step)
        var failed = false
        Loop.each(rows) { row in
            let (view, from) = (x[row &* s], y[row &* t])
            let result =
                switch operation {
                case .characterAt: Text.character(view, from)
                case .substringFrom: Text.substring(view, from, nil)
                default: Text.substring(view, from, z[row &* u])
                }
            failed = failed || result == nil
            out[row] = result ?? .empty
        }
        return failed
    }

    private static func replace(
        _ rows: Rows, _ a: SlotMemory, _ b: SlotMemory, _ c: SlotMemory, _ d: SlotMemory, _ isLimited: Bool,
        _ target: SlotMemory, _ arena: Arena, _ buffer: inout ByteBuffer
    ) -> Bool {
        var failed = false
        let x = a.data.assumingMemoryBound(to: ByteView.self)
        let old = b.data.assumingMemoryBound(to: ByteView.self)
        let new = c.data.assumingMemoryBound(to: ByteView.self)
        let limits = d.data.assumingMemoryBound(to: Int64.self)
        let out = target.data.assumingMemoryBound(to: ByteView.self)
        buffer.removeAll()
        var index = 0
        while index < rows.count {
            let row = Int(rows.rows[index])
            let start = buffer.count
            let limit = isLimited ? limits[row &* d.step] : -1
            let (view, from, to) = (x[row &* a.step], old[row &* b.step], new[row &* c.step])
            if Text.isTooLong(replacing: from, with: to, in: view, limit: limit) {
                failed = true
            } else {
                Text.replace(view, from, to, limit: limit, to: &buffer)
            }
            out[row].length = UInt32(truncatingIfNeeded: buffer.count - start)
            index += 1
        }
        place(buffer, rows, out, arena)
        return failed
    }

    /// Points the views to a copy of what was written for all rows, one behind the other; their lengths are set
    /// already.
    static func place(
        _ buffer: borrowing ByteBuffer, _ rows: Rows, _ out: UnsafeMutablePointer<ByteView>, _ arena: Arena
    ) {
        let copy = arena.copy(buffer.bytes)
        var at = 0
        Loop.each(rows) { row in
            let count = out[row].count
            out[row] = ByteView(base: copy.base + at, count: count)
            at += count
        }
    }
}

/// Conversions over columns. A row without a result gets a harmless value; the return value says that there was one.
enum ConversionKernels {
    static func run(
        _ operation: Operation, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory, _ arena: Arena,
        _ buffer: inout ByteBuffer
    ) -> Bool {
        switch operation {
        case .bytesFromString:
            Loop.unary(Same<ByteView>.self, rows, a, target)
            return false
        case .stringFromBytes: return stringFromBytes(rows, a, target)
        case .boolFromString: return boolFromString(rows, a, target)
        case .stringFromInt, .stringFromUInt, .stringFromDouble, .stringFromBool, .stringFromTimestamp,
            .stringFromDuration:
            return toText(operation, rows, a, target, arena, &buffer)
        case .intFromString, .uintFromString, .doubleFromString, .timestampFromString, .durationFromString:
            return fromText(operation, rows, a, target)
        default: return numbers(operation, rows, a, target)
        }
    }

    private static func numbers(_ operation: Operation, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) -> Bool {
        let ints = a.data.assumingMemoryBound(to: Int64.self)
        let doubles = a.data.assumingMemoryBound(to: Double.self)
        let out = target.data.assumingMemoryBound(to: Int64.self)
        let step = a.step
        var failed = false
        switch operation {
        case .intFromUInt, .uintFromInt:
            // The same bits; the sign bit says that the other type has no such number.
            var signs: Int64 = 0
            Loop.each(rows) { row in
                let value = ints[row &* step]
                signs |= value
                out[row] = value
            }
            failed = signs < 0
        case .intFromDouble:
            Loop.each(rows) { row in
                let value = Converting.int(doubles[row &* step])
                failed = failed || value == nil
                out[row] = value ?? 0
            }
        case .uintFromDouble:
            Loop.each(rows) { row in
                let value = Converting.uint(doubles[row &* step])
                failed = failed || value == nil
                out[row] = Int64(bitPattern: value ?? 0)
            }
        case .intFromTimestamp: Loop.each(rows) { row in out[row] = Converting.seconds(ints[row &* step]) }
        default:
            Loop.each(rows) { row in
                let value = Converting.timestamp(seconds: ints[row &* step])
                failed = failed || value == nil
                out[row] = value ?? 0
            }
        }
        return failed
    }

    private static func fromText(_ operation: Operation, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) -> Bool {
        let views = a.data.assumingMemoryBound(to: ByteView.self)
        let out = target.data.assumingMemoryBound(to: Int64.self)
        let step = a.step
        var failed = false
        Loop.each(rows) { row in
            let text = views[row &* step].buffer
            let bits: Int64? =
                switch operation {
                case .intFromString: NumberText.int(text)
                case .uintFromString: NumberText.uint(text).map(Int64.init(bitPattern:))
                case .doubleFromString: NumberText.double(text).map { Int64(bitPattern: $0.bitPattern) }
                case .timestampFromString: TimeText.timestamp(text)
                default: TimeText.duration(text)
                }
            failed = failed || bits == nil
            out[row] = bits ?? 0
        }
        return failed
    }

    private static func toText(
        _ operation: Operation, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory, _ arena: Arena,
        _ buffer: inout ByteBuffer
    ) -> Bool {
        let out = target.data.assumingMemoryBound(to: ByteView.self)
        var failed = false
        buffer.removeAll()
        var index = 0
        while index < rows.count {
            let row = Int(rows.rows[index])
            let start = buffer.count
            switch operation {
            case .stringFromInt: buffer.append(Failures.int(a, row))
            case .stringFromUInt: buffer.append(Failures.uint(a, row))
            case .stringFromDouble: NumberText.append(Failures.double(a, row), to: &buffer)
            case .stringFromBool:
                let isTrue = a.data.assumingMemoryBound(to: UInt8.self)[row &* a.step] != 0
                buffer.append(isTrue ? "true" : "false")
            case .stringFromTimestamp:
                let time = Failures.int(a, row)
                if Converting.isInRange(timestamp: time) {
                    buffer.append(rfc3339: EventTime(microseconds: time))
                } else {
                    failed = true
                }
            default: TimeText.append(duration: Failures.int(a, row), to: &buffer)
            }
            out[row].length = UInt32(truncatingIfNeeded: buffer.count - start)
            index += 1
        }
        TextKernels.place(buffer, rows, out, arena)
        return failed
    }

    private static func stringFromBytes(_ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) -> Bool {
        let views = a.data.assumingMemoryBound(to: ByteView.self)
        let out = target.data.assumingMemoryBound(to: ByteView.self)
        let step = a.step
        var failed = false
        Loop.each(rows) { row in
            let view = views[row &* step]
            let isValid = Text.isValid(view)
            failed = failed || !isValid
            out[row] = isValid ? view : .empty
        }
        return failed
    }

    private static func boolFromString(_ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) -> Bool {
        let views = a.data.assumingMemoryBound(to: ByteView.self)
        let out = target.data.assumingMemoryBound(to: UInt8.self)
        let step = a.step
        var failed = false
        Loop.each(rows) { row in
            let value = Converting.bool(views[row &* step])
            failed = failed || value == nil
            out[row] = bit(value ?? false)
        }
        return failed
    }
}
