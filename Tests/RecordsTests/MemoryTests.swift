import Testing

@testable import Records

/// Arena, Selection, ByteView and EventTime.
struct MemoryTests {
    static func withView<R>(_ bytes: [UInt8], _ body: (ByteView) -> R) -> R {
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        defer { memory.deallocate() }
        memory.initialize(repeating: 0, count: max(bytes.count, 1))
        for (index, byte) in bytes.enumerated() { memory[index] = byte }
        return body(ByteView(base: UnsafePointer(memory), count: bytes.count))
    }

    // MARK: Arena

    @Test func whatTheArenaHandsOutDoesNotOverlap() {
        let arena = Arena(blockSize: 128)
        for round in 0..<3 {
            var held: [(UnsafeMutablePointer<UInt8>, Int)] = []
            for size in [1, 100, 28, 0, 127, 128, 129, 1000, 3, 64, 64, 64] {
                let start = arena.allocate(size)
                start.initialize(repeating: UInt8(held.count), count: size)
                held.append((start, size))
            }
            for (index, (start, size)) in held.enumerated() {
                #expect((0..<size).allSatisfy { start[$0] == UInt8(index) }, "round \(round), piece \(index)")
            }
            arena.reset()
        }
    }

    @Test func resetReusesTheSameMemory() {
        let arena = Arena(blockSize: 64)
        let sizes = [10, 60, 200, 5]
        let first = sizes.map { UInt(bitPattern: arena.allocate($0)) }
        arena.reset()
        #expect(sizes.map { UInt(bitPattern: arena.allocate($0)) } == first)
    }

    @Test func copiesOutliveTheirOriginal() {
        let arena = Arena()
        let view = Self.withView(Array("original text".utf8)) { arena.copy($0.buffer) }
        #expect(view.string == "original text")
        #expect(arena.copy("").count == 0)
        #expect(arena.copy("é").count == 2)
    }

    // MARK: Selection

    @Test(
        arguments: [
            ([], [0, 1, 2, 3, 4], true), ([4], [0, 1, 2, 3], false), ([0], [1, 2, 3, 4], false),
            ([1, 3, 3], [0, 2, 4], false), ([0, 1, 2, 3, 4], [], false), ([9], [0, 1, 2, 3, 4], true),
        ] as [([Int], [UInt32], Bool)])
    func rowsAreTakenOut(unwanted: [Int], left: [UInt32], isDense: Bool) {
        let selection = Selection(capacity: 5)
        selection.selectAll(5)
        selection.remove(rows: unwanted)
        #expect((0..<selection.count).map { selection.rows[$0] } == left)
        #expect(selection.isDense == isDense)
        let copy = Selection(capacity: 8)
        copy.copy(selection)
        #expect((0..<copy.count).map { copy.rows[$0] } == left)
        #expect(copy.isDense == selection.isDense)
    }

    // MARK: ByteView

    static let texts: [[UInt8]] = {
        var texts: [[UInt8]] = [
            [], [0], [0, 0], [255], [1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 3, 4, 0], [1, 2, 3, 4, 5],
        ]
        for length in [7, 8, 9, 15, 16, 17, 31] {
            let base = (0..<length).map { UInt8($0) }
            texts.append(base)
            for at in [0, length / 2, length - 1] {
                var other = base
                other[at] ^= 0x80
                texts.append(other)
            }
        }
        return texts
    }()

    @Test func viewsAreEqualAndOrderedAsTheirBytes() {
        for a in Self.texts {
            for b in Self.texts {
                Self.withView(a) { x in
                    Self.withView(b) { y in
                        #expect((x == y) == (a == b), "\(a) and \(b)")
                        #expect((x < y) == a.lexicographicallyPrecedes(b), "\(a) and \(b)")
                    }
                }
            }
        }
    }

    // MARK: EventTime

    @Test(
        arguments: [
            (0, 5, 5), (.max, 1, .max), (.max - 1, 1, .max), (.min, -1, .min), (.min, .min, .min), (.max, .max, .max),
            (.min, .max, -1), (-3, 1, -2),
        ] as [(Int64, Int64, Int64)])
    func spansSaturate(time: Int64, span: Int64, result: Int64) {
        #expect(EventTime(microseconds: time).advanced(by: span).microseconds == result)
    }

    @Test(
        arguments: [
            (0, 0), (1, 1000), (-1, -1000), (.max, .max), (.min, .min),
            (9_223_372_036_854_775, 9_223_372_036_854_775_000),
            (9_223_372_036_854_776, .max), (-9_223_372_036_854_776, .min),
        ] as [(Int64, Int64)])
    func millisecondsAreClamped(milliseconds: Int64, microseconds: Int64) {
        #expect(EventTime(milliseconds: milliseconds).microseconds == microseconds)
    }

    @Test(
        arguments: [(0, 0), (999, 0), (1000, 1), (-1, -1), (-1000, -1), (-1001, -2), (.min, -9_223_372_036_854_776)]
            as [(Int64, Int64)])
    func millisecondsAreRoundedDown(microseconds: Int64, milliseconds: Int64) {
        #expect(EventTime(microseconds: microseconds).milliseconds == milliseconds)
    }

    @Test func durationsInMicroseconds() {
        let cases: [(Duration, Int64)] = [
            (.zero, 0), (.seconds(2), 2_000_000), (.nanoseconds(1999), 1), (.nanoseconds(-1999), -1),
            (.seconds(Int64.max), .max), (.seconds(Int64.min), .min),
        ]
        for (duration, wanted) in cases { #expect(duration.wholeMicroseconds == wanted, "\(duration)") }
        // The last microsecond that fits, and one more.
        let edge = Duration(secondsComponent: 9_223_372_036_854, attosecondsComponent: 775_807_000_000_000_000)
        #expect(edge.wholeMicroseconds == .max)
        #expect((edge + .microseconds(1)).wholeMicroseconds == .max)
    }
}
