import Settings
import Testing

/// Damaged files: whatever the bytes, reading ends with a tree or a diagnostic, and every place is inside the file.
@Suite struct YAMLFuzzTests {
    static let sample = """
        vigie: 1
        title: { en: Tank, fr: "Cuve d'hydrocarbures \\u00e9" }
        sources:
          readings: &r
            topic: port.sensor.readings   # note
            fields:
              celsius: { type: double, at: value, unit: °C }
            watermark: { delay: 10s, idle: 1m }
        steps:
          hot:
            from: readings
            filter: 'kind == "temperature" && it''s'
            text: |2
                kept
              as it is
            more: >-
              folded
              text

                with more
          other: *r
          list: [a, 'b', "c", [d, { e: f }]]
        """

    static let special = Array("{}[]|>'\"&*!#:-\n \t%@,?\r".utf8)

    @Test(arguments: 0..<16)
    func neverCrashes(_ batch: UInt64) {
        for round in 0..<60 {
            let seed = batch * 1_000 + UInt64(round)
            var random = Seeded(seed)
            var bytes = Array(Self.sample.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let at = Int.random(in: 0..<max(1, bytes.count), using: &random)
                switch Int.random(in: 0...4, using: &random) {
                case 0: bytes.remove(at: at)
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
                case 2: bytes.insert(Self.special.randomElement(using: &random) ?? 0, at: at)
                case 3: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 0...40, using: &random)))
                default: bytes.append(contentsOf: bytes[at..<min(bytes.count, at + 30)])
                }
            }
            let diagnostics = Diagnostics()
            let root = YAMLReader.read(bytes: bytes, file: "t", into: diagnostics)
            #expect(root != nil || diagnostics.hasErrors, "seed \(seed)")
            let lineCount = bytes.reduce(1) { $0 + ($1 == 0x0A || $1 == 0x0D ? 1 : 0) }
            for item in diagnostics.items { #expect(item.place.line <= lineCount, "seed \(seed)") }
            _ = diagnostics.rendered()
            guard let root else { continue }
            for node in scalars(root) {
                let count = node.text?.utf8.count ?? 0
                for offset in stride(from: 0, through: count, by: 3) {
                    let place = node.place(atUTF8Offset: offset)
                    #expect(place >= node.place && place.line <= lineCount, "seed \(seed), offset \(offset)")
                }
            }
        }
    }
}
