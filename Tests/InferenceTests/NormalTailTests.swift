import Inference
import Testing

@Suite("The normal tail")
struct NormalTailTests {
    /// By the power series of the error function in decimal arithmetic with 1,200 digits.
    static let values: [(z: Double, score: Double)] = [
        (-3, 0.00058664931379006), (-1, 0.07502601295781802), (0, 0.30102999566398119),
        (0.5, 0.51069198926524077), (1, 0.79954554149197050), (1.6448536269514722, 1.30102999566398073),
        (2, 1.64301608014093704), (3, 2.86969903592936907), (5, 6.54264567239065449),
        (8, 15.2061425510171545), (12, 32.7504391611918606), (20, 88.5600953430755919),
        (24.9, 136.429447805178482), (25, 137.514747650995526), (25.1, 138.604383558698689),
        (30, 197.309209261660949), (38, 315.539789703962507), (45, 441.775679577277122),
    ]

    @Test("values known to 16 digits", arguments: values)
    func known(_ value: (z: Double, score: Double)) {
        let score = NormalTail.negativeLog10(value.z)
        #expect(abs(score - value.score) <= 1e-12 * abs(value.score) + 1e-15, "\(value.z): \(score)")
    }

    @Test("rises with z and is finite, without a step where the formula changes")
    func rises() {
        var before = -1.0
        for step in 0...60_000 {
            let score = NormalTail.negativeLog10(-5 + Double(step) / 1000)
            #expect(score >= before)
            #expect(abs(score - NaiveLikelihood.tail(-5 + Double(step) / 1000)) < 1e-9 * max(score, 1))
            before = score
        }
        #expect(NormalTail.negativeLog10(-1e300) == 0)
        #expect(NormalTail.negativeLog10(1e300).isFinite)
        #expect(NormalTail.negativeLog10(.infinity) == NormalTail.negativeLog10(1e8))
        #expect(NormalTail.negativeLog10(.nan).isNaN)
    }
}
