/// Events that wait for their due time: a binary heap of small numbers, ordered by (due, lane, ordinal).
struct DelayQueue {
    struct Entry {
        var due: Int64
        var ordinal: Int
        var lane: Int32
        var isLate: Bool

        @inline(__always)
        func precedes(_ other: Entry) -> Bool {
            if due != other.due { return due < other.due }
            return lane != other.lane ? lane < other.lane : ordinal < other.ordinal
        }
    }

    private var heap: [Entry] = []

    var first: Entry? { heap.first }

    mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the first entry off; there must be one.
    mutating func removeFirst() -> Entry {
        let top = heap[0]
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var least = parent * 2 + 1
                if least >= heap.count { break }
                if least + 1 < heap.count, heap[least + 1].precedes(heap[least]) { least += 1 }
                guard heap[least].precedes(heap[parent]) else { break }
                heap.swapAt(least, parent)
                parent = least
            }
        }
        return top
    }
}
