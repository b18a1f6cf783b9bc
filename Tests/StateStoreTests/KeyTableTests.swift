import Records
import StateStore
import Testing

struct KeyTableTests {
    /// Keys of every length around the inline limit, with shared prefixes and suffixes, against a dictionary.
    @Test(arguments: 1...20)
    func findsWhatWasInserted(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        var table = KeyTable(minimumCapacity: 4)
        var known: [[UInt8]: UInt32] = [:]
        for _ in 0..<5000 {
            let key = (0..<next(24)).map { _ in UInt8(97 + next(3)) }
            let id = key.withUnsafeBufferPointer { bytes in
                let view = bytes.baseAddress.map { ByteView(base: $0, count: bytes.count) } ?? .empty
                let hash = KeyHash.table(view.base, view.count)
                #expect(table.find(view, hash: hash) == known[key], "seed \(seed), key \(key)")
                return table.insert(view, hash: hash)
            }
            if let before = known[key] {
                #expect(id == before, "seed \(seed)")
            } else {
                #expect(Int(id) == known.count, "seed \(seed): ids are dense")
                known[key] = id
            }
        }
        #expect(table.count == known.count)
        for (key, id) in known { #expect(Array(table.key(of: id).buffer) == key, "seed \(seed)") }
    }

    @Test func forgetsEverything() {
        var table = KeyTable()
        let key: [UInt8] = Array("a key that is longer than sixteen bytes".utf8)
        key.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            let view = ByteView(base: base, count: bytes.count)
            let hash = KeyHash.table(base, bytes.count)
            #expect(table.insert(view, hash: hash) == 0)
            table.removeAll()
            #expect(table.find(view, hash: hash) == nil)
            #expect(table.count == 0)
            #expect(table.insert(view, hash: hash) == 0)
        }
    }

    @Test func cellsKeepTheirPlaceAndStartFromTheTemplate() {
        var cells = CellStore(template: CellTemplate(words: [7, 0, .max]))
        cells.extend(to: 0)
        let first = cells.cell(0)
        first[1] = 42
        cells.extend(to: 5000)
        #expect(cells.cell(0) == first)
        #expect(first[1] == 42)
        for id: UInt32 in [1, 1023, 1024, 5000] {
            #expect(cells.cell(id)[0] == 7 && cells.cell(id)[1] == 0 && cells.cell(id)[2] == .max)
        }
        cells.removeAll()
        cells.extend(to: 0)
        #expect(cells.cell(0)[1] == 0)
    }

    @Test func windowsStandInOrderAndKnowTheirOldestRecord() {
        let store = WindowStore(template: CellTemplate(words: [0]))
        store.slice(start: 20, end: 30, offset: 5).note(offset: 7)
        store.slice(start: 0, end: 10, offset: 9).note(offset: 8)
        _ = store.slice(start: 10, end: 20, offset: 11)
        #expect(store.open.map(\.start) == [0, 10, 20])
        #expect(store.firstOffset == 5)
        #expect(store.due(at: EventTime(microseconds: 9)) == nil)
        #expect(store.due(at: EventTime(microseconds: 10))?.firstOffset == 8)
        store.closeFirst()
        #expect(store.open.map(\.start) == [10, 20])
        // A window that comes again after it was closed begins empty.
        #expect(store.slice(start: 0, end: 10, offset: 12).keyCount == 0)
        #expect(store.firstOffset == 5)
    }
}
