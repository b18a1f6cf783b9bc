import Testing

@testable import Settings

@Suite struct UnitsTests {
    @Test(
        arguments: [
            ("0", 0), ("0s", 0), ("1ns", 1), ("1us", 1_000), ("1µs", 1_000), ("250ms", 250_000_000),
            ("10s", 10_000_000_000),
            ("1m", 60_000_000_000), ("1h30m", 5_400_000_000_000), ("2d", 172_800_000_000_000),
            ("1w", 604_800_000_000_000),
            ("1.5s", 1_500_000_000), ("0.25h", 900_000_000_000), ("10 s", 10_000_000_000), ("1m0.5s", 60_500_000_000),
            ("36500d", 3_153_600_000_000_000_000), ("1.50s", 1_500_000_000),
        ] as [(String, Int64)])
    func durations(_ text: String, _ nanoseconds: Int64) throws {
        #expect(try Units.duration(text) == .nanoseconds(nanoseconds))
    }

    @Test(arguments: [
        ("", "is empty"), ("10", "has no unit"), ("-5s", "is negative"), ("5x", "unknown unit 'x'"),
        ("5min", "did you mean 'm'"), ("5 seconds", "did you mean 's'"), ("30m1h", "wrong order"),
        ("1s1s", "wrong order"),
        ("abc", "is no number"), (".5s", "is no number"), ("5.s", "is no number"), ("1.2.3s", "is no number"),
        ("36501d", "is out of range"), ("99999999999999999999s", "is out of range"),
        ("99999999999w", "is out of range"),
        ("0.1ns", "is out of range"), ("１s", "is no number"), ("s", "is no number"),
    ])
    func notDurations(_ text: String, _ part: String) {
        let failure = #expect(throws: Units.Failure.self) { try Units.duration(text) }
        #expect(failure?.description.contains(part) == true, "\(failure?.description ?? "")")
    }

    @Test(arguments: [
        ("0", 0), ("0B", 0), ("512B", 512), ("1KiB", 1024), ("1.5KiB", 1536), ("64KiB", 65_536), ("10MB", 10_000_000),
        ("2GiB", 2 << 30), ("1TiB", 1 << 40), ("1kB", 1000), ("1 MiB", 1 << 20),
    ])
    func sizes(_ text: String, _ bytes: Int) throws {
        #expect(try Units.size(text) == bytes)
    }

    @Test(arguments: [
        ("10", "has no unit"), ("-1B", "is negative"), ("1K", "did you mean 'KiB'"), ("1kb", "did you mean 'kB'"),
        ("1x", "unknown unit"), ("1.5B", "no whole number"), ("9999999999999TiB", "out of range"),
        ("1KiB1B", "one number"),
    ])
    func notSizes(_ text: String, _ part: String) {
        let failure = #expect(throws: Units.Failure.self) { try Units.size(text) }
        #expect(failure?.description.contains(part) == true, "\(failure?.description ?? "")")
    }

    @Test func formatReadsBack() throws {
        var random = Seeded(20)
        for _ in 0..<2_000 {
            let magnitude = Int64.random(in: 0...61, using: &random)
            let nanoseconds = Int64.random(in: 0...(1 << magnitude), using: &random)
            let duration = Duration.nanoseconds(nanoseconds)
            #expect(try Units.duration(Units.format(duration)) == duration)
            let size = Int.random(in: 0...(1 << Int(magnitude)), using: &random)
            #expect(try Units.size(Units.format(bytes: size)) == size)
        }
        #expect(Units.format(.seconds(5400)) == "1h30m")
        #expect(Units.format(.milliseconds(-1500)) == "-1s500ms")
        #expect(Units.format(bytes: 65_536) == "64KiB")
        #expect(Units.format(bytes: 1_500_000) == "1500kB")
        #expect(Units.microseconds(.milliseconds(1500)) == 1_500_000)
        #expect(Units.microseconds(.seconds(Int64.max)) == .max)
    }

    @Test(
        arguments: [
            ("watermrk", ["topic", "watermark"], "watermark"), ("tpoic", ["topic"], "topic"),
            ("Topic", ["topic"], "topic"),
            ("xyz", ["topic"], nil), ("", ["topic"], nil), ("by", ["if", "or"], nil), ("BY", ["by"], "by"),
            ("filtre", ["filter", "from"], "filter"), ("agregate", ["alert", "aggregate"], "aggregate"),
            ("a", ["b"], nil),
            ("topic", ["topic"], nil),
        ] as [(String, [String], String?)])
    func nearest(_ name: String, _ candidates: [String], _ expected: String?) {
        #expect(Suggestion.nearest(to: name, in: candidates) == expected)
    }

    @Test(arguments: [("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3), ("abc", "", 3)])
    func distances(_ left: String, _ right: String, _ distance: Int) {
        #expect(Suggestion.distance(Array(left), Array(right)) == distance)
    }
}

/// A small seeded generator (SplitMix64), so that a failure can be repeated.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
