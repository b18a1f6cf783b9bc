import Foundation
import Testing

@testable import Records

struct ByteBufferTests {
    static func text(_ body: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer(capacity: 1)
        body(&buffer)
        return buffer.string
    }

    @Test func integersAreDecimal() {
        var values: [Int64] = [0, 1, -1, .max, .min, .max - 1, .min + 1]
        var power: Int64 = 1
        for _ in 0..<18 {
            power *= 10
            values += [power - 1, power, power + 1, -power]
        }
        for value in values { #expect(Self.text { $0.append(value) } == "\(value)") }
        for value: UInt64 in [0, 9, 10, .max, .max - 1, 10_000_000_000_000_000_000] {
            #expect(Self.text { $0.append(value) } == "\(value)")
        }
    }

    struct Instant: Sendable {
        var micros: Int64
        var text: String
    }

    static let instants: [Instant] = [
        Instant(micros: 0, text: "1970-01-01T00:00:00Z"), Instant(micros: -1, text: "1969-12-31T23:59:59.999999Z"),
        Instant(micros: -1000, text: "1969-12-31T23:59:59.999Z"),
        Instant(micros: 1_500_000, text: "1970-01-01T00:00:01.500Z"),
        Instant(micros: 951_782_400_000_001, text: "2000-02-29T00:00:00.000001Z"),
        Instant(micros: 253_402_300_799_000_000, text: "9999-12-31T23:59:59Z"),
        Instant(micros: 253_402_300_800_000_000, text: "+10000-01-01T00:00:00Z"),
        Instant(micros: -62_167_219_200_000_000, text: "0000-01-01T00:00:00Z"),
        Instant(micros: -62_167_219_200_000_001, text: "-0001-12-31T23:59:59.999999Z"),
        Instant(micros: -62_135_596_800_000_000, text: "0001-01-01T00:00:00Z"),
    ]

    @Test(arguments: instants)
    func instantsAreRFC3339(_ instant: Instant) {
        #expect(Self.text { $0.append(rfc3339: EventTime(microseconds: instant.micros)) } == instant.text)
        #expect(EventTime(microseconds: instant.micros).description == instant.text)
    }

    /// Whole seconds of the years 1583 to 9999, against Foundation's own style (which is Julian before).
    @Test func instantsAgreeWithFoundation() {
        var state: UInt64 = 42
        for _ in 0..<400 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let seconds = -12_212_553_600 + Int64((state >> 16) % 265_614_854_400)
            let wanted = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
            #expect(EventTime(microseconds: seconds * 1_000_000).description == wanted, "\(seconds)")
        }
    }

    @Test func theEndsOfTimeAreNotDates() {
        #expect(EventTime.distantPast.description == "-infinity")
        #expect(EventTime.distantFuture.description == "+infinity")
        // The widest years must still be written whole, and in place.
        #expect(EventTime(microseconds: .max - 1).description == "+294247-01-10T04:00:54.775806Z")
        #expect(EventTime(microseconds: .min + 1).description == "-290308-12-21T19:59:05.224193Z")
    }

    @Test func growsAndIsReused() {
        var buffer = ByteBuffer(capacity: 1)
        var wanted: [UInt8] = []
        for round in 0..<3 {
            buffer.removeAll()
            wanted = []
            for index in 0..<5000 {
                let byte = UInt8((index * 7 + round) & 255)
                buffer.append(byte)
                wanted.append(byte)
            }
            #expect(Array(buffer.bytes) == wanted)
        }
        buffer.removeAll()
        buffer.append("static ")
        buffer.append(text: "é")
        buffer.append(ByteView.empty)
        #expect(buffer.string == "static é")
        #expect(buffer.count == 9)
    }

    @Test(
        arguments: [
            (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-2.5, "-2.5"), (0.1, "0.1"), (1e15, "1000000000000000"),
            (0x1p53, "9007199254740992"), (-1e16, "-10000000000000000"), (1e17, "1e+17"),
            (999_999_999_999_999, "999999999999999"),
            (1e-7, "1e-07"), (.nan, "null"), (.infinity, "null"), (.leastNonzeroMagnitude, "5e-324"),
        ] as [(Double, String)])
    func doublesReadBack(value: Double, text: String) {
        let found = Self.text { $0.append(shortest: value) }
        #expect(found == text)
        if value.isFinite { #expect(Double(found) == value) }
    }
}
