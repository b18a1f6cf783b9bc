import Inference
import Records
import Testing

@Suite("Anomaly likelihood over many keys")
struct DetectorTableTests {
    private func settings(_ change: (inout AnomalyLikelihood) -> Void) -> AnomalyLikelihood {
        var settings = AnomalyLikelihood()
        change(&settings)
        return settings
    }

    /// A wandering level with noise, steps, spikes and stretches where nothing moves.
    private func series(_ count: Int, _ generator: inout SeededGenerator) -> [Double] {
        var level = Double.random(in: -100...100, using: &generator)
        let noise = Double.random(in: 0...3, using: &generator)
        var frozen = 0
        return (0..<count).map { _ in
            if frozen > 0 {
                frozen -= 1
                return level
            }
            switch Int.random(in: 0..<200, using: &generator) {
            case 0: level += .random(in: -50...50, using: &generator)
            case 1: return level + .random(in: -1000...1000, using: &generator)
            case 2: frozen = .random(in: 1...60, using: &generator)
            default: break
            }
            return level + .random(in: -noise...noise, using: &generator)
        }
    }

    @Test("scores are those of the definition, whatever the keys beside", arguments: 0..<24)
    func likeNaive(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let settings = settings {
            $0.long = .random(in: 10...120, using: &generator)
            $0.short = .random(in: 1...min(15, $0.long), using: &generator)
            $0.warmUp = .random(in: 2...$0.long, using: &generator)
            $0.forecast = AnomalyLikelihood.Forecast.allCases[Int(seed) % 3]
        }
        let keys: [UInt32] = [0, 1, 5, 900]
        var table = DetectorTable(settings)
        var naive = keys.map { _ in NaiveLikelihood(settings) }
        let values = keys.map { _ in series(500, &generator) }
        for at in 0..<500 {
            for (index, key) in keys.enumerated() {
                let score = table.score(id: key, value: values[index][at]).score
                let expected = naive[index].score(values[index][at])
                // The ring holds Floats.
                #expect(abs(score - expected) <= 1e-4 * max(1, expected), "seed \(seed), key \(key), value \(at)")
            }
        }
        let count = table.count
        #expect(count == 901)
    }

    @Test("a usual series gives no anomaly, a jump in it one that holds, then rests")
    func holdAndRest() {
        let settings = settings {
            $0.hold = 4
            $0.rest = 30
            $0.forecast = .previous
        }
        var table = DetectorTable(settings)
        var answers: [Bool] = []
        for at in 0..<400 {
            let jump: Double = [300: 50, 320: 500, 332: 5000][at] ?? 0
            answers.append(table.score(id: 0, value: Double(at % 7) * 0.1 + jump).isAnomaly)
        }
        // The jump at 320 falls into the rest of the one at 300, the one at 332 does not.
        #expect(answers.indices.filter { answers[$0] } == [300, 301, 302, 303, 332, 333, 334, 335])
    }

    @Test("values that can't be used are counted and leave everything as it was")
    func unusable() {
        let settings = settings { $0.hold = 3 }
        var plain = DetectorTable(settings)
        var disturbed = DetectorTable(settings)
        for at in 0..<200 {
            let value = at == 150 ? 90 : Double(at % 5)
            for bad in [Double.nan, .infinity, -.infinity, 1e37, -1e300] where at % 3 == 0 {
                #expect(disturbed.score(id: 0, value: bad) == (0, at == 151 || at == 152 ? true : false))
            }
            #expect(plain.score(id: 0, value: value) == disturbed.score(id: 0, value: value))
        }
        let counts = (plain.ignored, disturbed.ignored)
        #expect(counts == (0, 335))
    }

    @Test("a series that never moves scores low, also at great values", arguments: [0, 1, -3.7e9, 9e36])
    func constant(value: Double) {
        var table = DetectorTable(AnomalyLikelihood())
        for _ in 0..<5000 {
            let answer = table.score(id: 0, value: value)
            #expect(answer.score < 0.31 && !answer.isAnomaly)
        }
    }

    @Test("one huge outlier does not spoil the sums after it has left", arguments: AnomalyLikelihood.Forecast.allCases)
    func outlier(forecast: AnomalyLikelihood.Forecast) {
        let settings = settings {
            $0.long = 100
            $0.forecast = forecast
        }
        var generator = SeededGenerator(seed: 5)
        var table = DetectorTable(settings)
        var naive = NaiveLikelihood(settings)
        for at in 0..<600 {
            // In the middle of a turn of the ring, so that no regular renewal helps.
            let value = at == 137 ? 3e36 : Double.random(in: 0...1, using: &generator)
            let score = table.score(id: 0, value: value).score
            let expected = naive.score(value)
            // Its trace in the moving average takes some 4,500 values to fade, so the departures go down evenly.
            #expect(
                score.isFinite && abs(score - expected) <= 1e-3 * max(1, expected), "value \(at): \(score), \(expected)"
            )
        }
    }

    @Test("a batch scores its selected rows and no others")
    func batch() {
        let settings = settings {
            $0.long = 20; $0.warmUp = 5; $0.short = 3
        }
        var one = DetectorTable(settings)
        var other = DetectorTable(settings)
        let rows = 64
        let selection = Selection(capacity: rows)
        for row in stride(from: 1, to: rows, by: 2) {
            selection.rows[selection.count] = UInt32(row)
            selection.count += 1
        }
        selection.isDense = false
        let ids = (0..<rows).map { UInt32($0 % 5) }
        let values = (0..<rows).map { Double($0 * $0 % 17) }
        var scores = [Double](repeating: -1, count: rows)
        var anomalies = [UInt8](repeating: 9, count: rows)
        one.score(ids: ids, values: values, selection: selection, scores: &scores, anomalies: &anomalies)
        for row in 0..<rows {
            if row % 2 == 0 {
                #expect(scores[row] == -1 && anomalies[row] == 9)
            } else {
                let answer = other.score(id: ids[row], value: values[row])
                #expect(scores[row] == answer.score && anomalies[row] == (answer.isAnomaly ? 1 : 0))
            }
        }
    }

    @Test("a key that was reset begins anew")
    func reset() {
        var table = DetectorTable(AnomalyLikelihood())
        var fresh = DetectorTable(AnomalyLikelihood())
        for at in 0..<100 { _ = table.score(id: 2, value: Double(at * at % 13)) }
        table.reset(2)
        table.reset(77)
        for at in 0..<100 {
            let value = Double(at % 3)
            #expect(table.score(id: 2, value: value) == fresh.score(id: 2, value: value))
        }
    }

    @Test("memory per key is as documented")
    func memory() {
        let both = DetectorTable(AnomalyLikelihood())
        let one = DetectorTable(settings { $0.forecast = .previous })
        let bytes = (both.bytesPerKey, one.bytesPerKey, both.bytesAllocated)
        #expect(bytes == (16_064, 8_064, 0))
        var small = DetectorTable(
            settings {
                $0.long = 10; $0.warmUp = 2
            })
        _ = small.score(id: 100_000, value: 1)
        let allocated = small.bytesAllocated
        #expect(allocated >= 100_001 * 144 && allocated < 100_001 * 144 + 2 << 20)
    }

    @Test(
        "settings out of range are told in words",
        arguments: [
            ("long", 5.0), ("short", 0), ("short", 2001), ("warm-up", 1), ("smoothing", 0), ("threshold", .nan),
            ("hold", 0),
            ("rest", -1),
        ])
    func problems(_ wrong: (name: String, value: Double)) throws {
        let settings = settings {
            switch wrong.name {
            case "long": $0.long = Int(wrong.value)
            case "short": $0.short = Int(wrong.value)
            case "warm-up": $0.warmUp = Int(wrong.value)
            case "smoothing": $0.smoothing = wrong.value
            case "threshold": $0.threshold = wrong.value
            case "hold": $0.hold = Int(wrong.value)
            default: $0.rest = Int(wrong.value)
            }
        }
        #expect(try #require(settings.problem).hasPrefix(wrong.name))
        #expect(AnomalyLikelihood().problem == nil)
    }
}
