/// The earliest deadline first: a binary heap of (instant, id), equal instants by id, so that the order is the same in
/// every replay. Entries are not taken out when a deadline changes; who takes one asks whether it still holds.
struct DeadlineQueue {
    struct Entry: Comparable {
        var due: Int64
        var id: UInt32

        static func < (a: Entry, b: Entry) -> Bool { a.due != b.due ? a.due < b.due : a.id < b.id }
    }

    private(set) var entries: ContiguousArray<Entry> = []

    var first: Entry? { entries.first }

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var at = entries.count - 1
        while at > 0 {
            let parent = (at - 1) / 2
            if entries[parent] <= entry { break }
            entries[at] = entries[parent]
            at = parent
        }
        entries[at] = entry
    }

    mutating func pop() -> Entry? {
        guard let top = entries.first else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return top }
        var at = 0
        while true {
            var child = at * 2 + 1
            if child >= entries.count { break }
            if child + 1 < entries.count && entries[child + 1] < entries[child] { child += 1 }
            if last <= entries[child] { break }
            entries[at] = entries[child]
            at = child
        }
        entries[at] = last
        return top
    }
}
