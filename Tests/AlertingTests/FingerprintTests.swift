import Alerting
import Records
import Testing

@Suite("Fingerprints")
struct FingerprintTests {
    /// Fixed for good: a change here would make every open alert of a running system look new.
    @Test("are the same in every version")
    func fixed() {
        #expect(Fingerprint(labels: []).description == "cbf29ce484222325")
        #expect(
            Fingerprint(labels: [("alertname", "overheating"), ("tank", "T-07")]).description
                == oracle(["alertname", "overheating", "tank", "T-07"]))
    }

    @Test("do not depend on the order of the labels, but on everything else")
    func order() {
        let one = Fingerprint(labels: [("alertname", "a"), ("tank", "T-07"), ("site", "PAC")])
        #expect(one == Fingerprint(labels: [("site", "PAC"), ("tank", "T-07"), ("alertname", "a")]))
        #expect(one != Fingerprint(labels: [("alertname", "a"), ("tank", "PAC"), ("site", "T-07")]))
        #expect(one != Fingerprint(labels: [("alertname", "a"), ("tank", "T-07")]))
        // Lengths are part of what is hashed, so that moving a border is another set.
        #expect(Fingerprint(labels: [("ab", "c")]) != Fingerprint(labels: [("a", "bc")]))
        #expect(Fingerprint(labels: [("a", "b"), ("c", "")]) != Fingerprint(labels: [("a", ""), ("b", "c")]))
    }

    @Test("label by label is the same as all at once")
    func hasher() {
        let arena = Arena()
        var hasher = Fingerprint.Hasher()
        hasher.combine(name: "alertname", value: arena.copy("brûlé"))
        hasher.combine(name: "tank", value: arena.copy(""))
        #expect(hasher.fingerprint == Fingerprint(labels: [("tank", ""), ("alertname", "brûlé")]))
    }

    @Test("100,000 keys get 100,000 fingerprints of 16 digits")
    func spread() {
        var seen: Set<Fingerprint> = []
        for tank in 0..<100_000 { seen.insert(Fingerprint(labels: [("alertname", "a"), ("tank", "T-\(tank)")])) }
        #expect(seen.count == 100_000)
        #expect(Fingerprint(value: 0xAB).description == "00000000000000ab")
    }

    /// FNV-1a from its published definition, over the bytes put together first.
    private func oracle(_ texts: [String]) -> String {
        var bytes: [UInt8] = []
        for text in texts {
            let count = UInt32(text.utf8.count)
            bytes += withUnsafeBytes(of: count.littleEndian) { Array($0) } + Array(text.utf8)
        }
        let hash = bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
