import CScan
import Records

/// What to do with the value of a key.
enum ValueAction: UInt8 {
    /// Nobody asked for it.
    case skip
    /// An object that holds planned fields: go in.
    case object
    case double, int, uint, bool, string, raw, rfc3339, unixMilliseconds, unixSeconds, duration
    /// Several fields, or fields and an object that holds others, share the path.
    case several

    /// The action that fills a column of a type.
    init(_ type: ValueType, _ format: TimestampFormat) {
        switch type {
        case .bool: self = .bool
        case .int: self = .int
        case .uint: self = .uint
        case .double: self = .double
        case .string: self = .string
        case .bytes: self = .raw
        case .duration: self = .duration
        case .timestamp:
            switch format {
            case .rfc3339: self = .rfc3339
            case .unixMilliseconds: self = .unixMilliseconds
            case .unixSeconds: self = .unixSeconds
            }
        }
    }
}

/// A key's meaning: the action, the field or group it is for, and the object to go into.
struct KeyAction {
    var action: ValueAction
    /// Field index for a single field, group index for `several`.
    var target: UInt8 = 0
    /// The object that the key opens; 0 (the root, which no key opens) when no field stands below it.
    var child: UInt8 = 0

    static let skip = KeyAction(action: .skip)
}

/// The key that the last messages had at this place of the order of keys.
struct KeySlot {
    /// Bits of the first sixteen bytes that must be equal: key and closing quote. A bit beyond the sixteenth, which no
    /// comparison yields, marks an empty slot.
    var mask: UInt32
    /// Bytes of the key without quotes.
    var length: UInt16
    /// The object in which the key stands.
    var node: UInt8
    var key: KeyAction

    static let empty = KeySlot(mask: 1 << 16, length: 0, node: 0, key: .skip)
}

/// The first sixteen bytes of a key as two words, zeros behind a shorter one.
struct KeyWords {
    var head: UInt64
    var tail: UInt64

    /// From sixteen readable bytes, of which the first `count` (if fewer than sixteen) are the key's.
    @inline(always)
    init(_ p: UnsafePointer<UInt8>, _ count: Int) {
        head = scan_load64(p) & Self.mask(count)
        tail = scan_load64(p + 8) & Self.mask(count &- 8)
    }

    /// The lowest `count` bytes: none below 1, all from 8.
    @inline(always)
    private static func mask(_ count: Int) -> UInt64 {
        let bits = UInt64(truncatingIfNeeded: 64 &- 8 &* max(min(count, 8), 0))
        return (~0 &>> (bits & 63)) & (bits == 64 ? 0 : ~0)
    }
}

/// A planned key in the hash table.
struct KeyEntry {
    var words: KeyWords
    var text: UnsafePointer<UInt8>
    /// −1 in an empty place.
    var length: Int32
    var node: UInt8
    var key: KeyAction
}

/// A plan compiled for the scanner: the objects and keys that matter, and the memory of the order in which keys come.
///
/// Objects that hold planned fields are numbered; the root is 0. Keys are recognised first by their place (`slots`: the
/// k-th key of a message is mostly the k-th key of the one before), then by hash. Everything is in plain memory so that
/// the scanner's loop touches no array and no class.
final class KeyTable {
    static let slotCount = 64
    /// Bytes of a slot's text: keys of up to 63 bytes and the closing quote.
    static let slotBytes = 64
    /// Bytes before the first text that may be read (and are ignored) when a key near the payload's end is compared.
    static let textMargin = 16

    let slots: UnsafeMutablePointer<KeySlot>
    /// Text of slot k: key and closing quote, from `k × slotBytes`.
    let texts: UnsafeMutablePointer<UInt8>
    let entries: UnsafeMutablePointer<KeyEntry>
    let entryMask: Int
    /// Object → the object it stands in, and how deep it stands (root: 1).
    let parents: UnsafeMutablePointer<UInt8>
    let depths: UnsafeMutablePointer<UInt8>
    /// Group → bits of its fields.
    let groups: UnsafeMutablePointer<UInt64>

    private let textMemory: UnsafeMutablePointer<UInt8>
    private let keyMemory: Arena

    init(_ paths: [FieldPath], _ actions: [ValueAction]) {
        var tree = KeyTree()
        for (index, path) in paths.enumerated() { tree.insert(path, field: index) }

        slots = .allocate(capacity: Self.slotCount + 2)
        slots.initialize(repeating: .empty, count: Self.slotCount + 2)
        let bytes = Self.textMargin + (Self.slotCount + 2) * Self.slotBytes
        textMemory = .allocate(capacity: bytes)
        textMemory.initialize(repeating: 0, count: bytes)
        texts = textMemory + Self.textMargin

        parents = .allocate(capacity: tree.nodes.count)
        depths = .allocate(capacity: tree.nodes.count)
        groups = .allocate(capacity: paths.count + 1)
        groups.initialize(repeating: 0, count: paths.count + 1)
        var capacity = 8
        while capacity < tree.keyCount * 3 { capacity *= 2 }
        entries = .allocate(capacity: capacity)
        entryMask = capacity - 1
        keyMemory = Arena(blockSize: 1024)
        let nothing = ByteView.empty.base
        let vacant = KeyEntry(words: KeyWords(nothing, 0), text: nothing, length: -1, node: 0, key: .skip)
        entries.initialize(repeating: vacant, count: capacity)

        var groupCount = 0
        for (index, node) in tree.nodes.enumerated() {
            parents[index] = UInt8(node.parent)
            depths[index] = UInt8(node.depth)
            for key in node.keys {
                var action = KeyAction.skip
                if key.fields.count == 1 && key.child == 0 {
                    action = KeyAction(action: actions[key.fields[0]], target: UInt8(key.fields[0]))
                } else if key.fields.isEmpty {
                    action = KeyAction(action: .object, child: UInt8(key.child))
                } else {
                    groups[groupCount] = key.fields.reduce(0) { $0 | 1 << UInt64($1) }
                    action = KeyAction(action: .several, target: UInt8(groupCount), child: UInt8(key.child))
                    groupCount += 1
                }
                insert(key.name, node: UInt8(index), action)
            }
        }
    }

    deinit {
        slots.deallocate()
        textMemory.deallocate()
        entries.deallocate()
        parents.deallocate()
        depths.deallocate()
        groups.deallocate()
    }

    private func insert(_ name: String, node: UInt8, _ action: KeyAction) {
        // Sixteen bytes are readable, so that the words can be loaded.
        let count = name.utf8.count
        let text = keyMemory.allocate(count + 16)
        text.update(repeating: 0, count: count + 16)
        for (index, byte) in name.utf8.enumerated() { text[index] = byte }
        let words = KeyWords(text, count)
        var at = Self.hash(words, count, node) & entryMask
        while entries[at].length >= 0 { at = (at + 1) & entryMask }
        entries[at] = KeyEntry(words: words, text: text, length: Int32(count), node: node, key: action)
    }

    /// Where the search for a key begins, to be cut to the table's size. Keys that differ only behind the sixteenth
    /// byte share a place: there are at most a few dozen planned keys.
    @inline(always)
    static func hash(_ words: KeyWords, _ count: Int, _ node: UInt8) -> Int {
        let salt = UInt64(truncatingIfNeeded: count) << 8 | UInt64(node)
        let (high, low) = (words.head ^ 0xa076_1d64_78bd_642f ^ salt).multipliedFullWidth(
            by: words.tail ^ 0xe703_7ed1_a0b4_28db)
        return Int(truncatingIfNeeded: (high ^ low) & 0x7fff_ffff)
    }
}

/// The planned paths as a tree of objects and keys.
private struct KeyTree {
    struct Key {
        var name: String
        var fields: [Int] = []
        var child = 0
    }
    struct Node {
        var parent: Int
        var depth: Int
        var keys: [Key] = []
    }

    var nodes = [Node(parent: 0, depth: 1)]
    var keyCount: Int { nodes.reduce(0) { $0 + $1.keys.count } }

    mutating func insert(_ path: FieldPath, field: Int) {
        var node = 0
        for (index, name) in path.components.enumerated() {
            let found = nodes[node].keys.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
            let key = found ?? nodes[node].keys.count
            if found == nil { nodes[node].keys.append(Key(name: name)) }
            if index == path.components.count - 1 {
                nodes[node].keys[key].fields.append(field)
            } else {
                if nodes[node].keys[key].child == 0 {
                    nodes[node].keys[key].child = nodes.count
                    nodes.append(Node(parent: node, depth: nodes[node].depth + 1))
                }
                node = nodes[node].keys[key].child
            }
        }
    }
}
