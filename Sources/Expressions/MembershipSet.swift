import Records

/// The constants on the right of an `in`: a few are compared one by one, more are looked up.
struct MembershipSet: @unchecked Sendable {
    /// Up to so many values a loop over them is quicker than a look-up.
    static let linear = 8

    enum Contents {
        /// Numbers, bools, timestamps, durations: their 64 bits, ascending as signed integers. −0.0 is held as 0.0.
        case words([Int64])
        case views([ByteView])
        /// Open addressing, a power of two; a null base marks a free place by `length` being `UInt32.max`.
        case table([ByteView], mask: Int)
    }

    let type: ValueType
    let contents: Contents

    init(_ values: [Value], type: ValueType, pool: ConstantPool) {
        self.type = type
        guard type == .string || type == .bytes else {
            contents = .words(values.map(Self.word).sorted())
            return
        }
        let views = values.map { value -> ByteView in
            switch value {
            case .string(let text): pool.view(Array(text.utf8))
            case .bytes(let bytes): pool.view(bytes)
            default: .empty
            }
        }
        if views.count <= Self.linear {
            contents = .views(views)
            return
        }
        var size = 16
        while size < views.count * 2 { size *= 2 }
        var free = ByteView.empty
        free.length = .max
        var table = [ByteView](repeating: free, count: size)
        for view in views {
            var at = Int(truncatingIfNeeded: KeyHash.table(view.base, view.count)) & (size - 1)
            while table[at].length != .max { at = (at + 1) & (size - 1) }
            table[at] = view
        }
        contents = .table(table, mask: size - 1)
    }

    private static func word(_ value: Value) -> Int64 {
        switch value {
        case .bool(let v): v ? 1 : 0
        case .int(let v), .duration(let v): v
        case .uint(let v): Int64(bitPattern: v)
        case .double(let v): word(v)
        case .timestamp(let v): v.microseconds
        case .null, .string, .bytes: 0
        }
    }

    @inline(__always)
    static func word(_ value: Double) -> Int64 { Int64(bitPattern: (value + 0.0).bitPattern) }

    /// Whether the sorted words hold one.
    @inline(__always)
    static func contains(_ words: UnsafePointer<Int64>, _ count: Int, _ word: Int64) -> Bool {
        if count <= linear {
            var found = false
            var index = 0
            while index < count {
                found = found || words[index] == word
                index += 1
            }
            return found
        }
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) >> 1
            if words[middle] < word { low = middle + 1 } else { high = middle }
        }
        return low < count && words[low] == word
    }

    @inline(__always)
    static func contains(_ views: UnsafePointer<ByteView>, _ count: Int, _ view: ByteView) -> Bool {
        var index = 0
        while index < count {
            if views[index] == view { return true }
            index += 1
        }
        return false
    }

    @inline(__always)
    static func contains(table: UnsafePointer<ByteView>, _ mask: Int, _ view: ByteView) -> Bool {
        var at = Int(truncatingIfNeeded: KeyHash.table(view.base, view.count)) & mask
        while table[at].length != .max {
            if table[at] == view { return true }
            at = (at + 1) & mask
        }
        return false
    }
}
