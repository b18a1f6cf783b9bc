import Foundation
import Testing

@testable import Telemetry

@Suite struct MetricTests {
    /// The catalogue follows https://prometheus.io/docs/practices/naming/.
    @Test func catalogueIsWellFormed() {
        #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
        for metric in Metric.all {
            let name = metric.name
            #expect(name.hasPrefix("vigie_") || name.hasPrefix("process_"), "\(name)")
            #expect(name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "\(name)")
            #expect(name.hasSuffix("_total") == (metric.kind == .counter), "\(name)")
            if ["seconds", "bytes"].contains(metric.unit) {
                #expect(name.contains("_\(metric.unit)"), "\(name) has its unit in the name")
            }
            #expect(!metric.help.isEmpty && !metric.help.hasSuffix("."), "\(name)")
            #expect(metric.buckets == metric.buckets.sorted() && Set(metric.buckets).count == metric.buckets.count)
            #expect(metric.labels.allSatisfy { $0.wholeMatch(of: /[a-z_]+/) != nil && $0 != "le" })
        }
    }

    @Test func shardsAreSummedAndOnlyWhatIsPublishedIsSeen() {
        let registry = MetricRegistry()
        let first = registry.makeShard()
        let second = registry.makeShard()
        let a = first.counter(.recordsIn, ["tanks", "readings"])
        let b = second.counter(.recordsIn, ["tanks", "readings"])
        let other = second.counter(.recordsIn, ["roads", "loops"])
        #expect(first.counter(.recordsIn, ["tanks", "readings"]) == a)
        first[a] += 5
        second[b] += 7
        second[other] += 1
        #expect(registry.total(.recordsIn) == 0)
        first.publish()
        #expect(registry.total(.recordsIn) == 5)
        second.publish()
        #expect(registry.total(.recordsIn) == 13)
        #expect(registry.total(.recordsIn, where: ["topology": "tanks"]) == 12)
        #expect(registry.total(.recordsIn, where: ["nonsense": "tanks"]) == 0)
        #expect(first[a] == 5)
    }

    @Test func countersOutliveTheirThreadAndGaugesDoNot() {
        let registry = MetricRegistry()
        do {
            let shard = registry.makeShard()
            shard[shard.counter(.commits, ["0"])] += 3
            shard[shard.gauge(.stateKeys, ["t", "s"])] = 9
            shard.publish()
            #expect(registry.total(.stateKeys) == 9)
        }
        let next = registry.makeShard()
        next[next.counter(.commits, ["0"])] += 1
        next.publish()
        for _ in 0..<3 {
            #expect(registry.total(.commits) == 4)
            #expect(registry.total(.stateKeys) == 0)
        }
    }

    @Test func gaugesMergeAsTheirMetricSaysAndCanEnd() {
        let registry = MetricRegistry()
        let first = registry.makeShard()
        let second = registry.makeShard()
        let lag = first.gauge(.consumerLag, ["t", "x", "0"])
        first[lag] = 10
        second[second.gauge(.consumerLag, ["t", "x", "0"])] = 4
        first[first.gauge(.stateKeys, ["t", "s"])] = 1
        second[second.gauge(.stateKeys, ["t", "s"])] = 2
        first.publish()
        second.publish()
        #expect(registry.total(.consumerLag) == 10)
        #expect(registry.total(.stateKeys) == 3)
        first.remove(lag)
        #expect(registry.total(.consumerLag) == 4)
        // The freed cell is used again, from zero.
        let again = first.gauge(.consumerLag, ["t", "x", "1"])
        #expect(first[again] == 0)
        #expect(registry.total(.consumerLag, where: ["partition": "1"]) == 0)
        first[again] = 2.5
        first.publish()
        #expect(registry.total(.consumerLag, where: ["partition": "1"]) == 2.5)
    }

    @Test func histogramsCountUnderTheRightBucket() {
        let metric = Metric("h", .histogram, help: "h", buckets: [1, 2, 5])
        let registry = MetricRegistry()
        let shard = registry.makeShard()
        let histogram = shard.histogram(metric)
        for value in [0, 1, 1.5, 2, 5, 5.1, 100] as [Double] { shard.observe(histogram, value) }
        shard.observe(histogram, .milliseconds(500))
        shard.publish()
        #expect(registry.samples().first?.value == .histogram(counts: [3, 2, 1, 2], sum: 115.1))
        #expect(registry.total(metric) == 8)
    }

    @Test func prometheusText() {
        let odd = Metric("z_odd_total", .counter, labels: ["a", "b"], help: "back\\slash\nline")
        let histogram = Metric("h_seconds", .histogram, unit: "seconds", labels: ["w"], help: "H", buckets: [0.005, 1])
        let registry = MetricRegistry()
        let shard = registry.makeShard()
        shard[shard.counter(odd, ["q\"\\\n\r\né", ""])] += 2
        shard[shard.counter(odd, ["a", "z"])] += 1
        shard.observe(shard.histogram(histogram, ["0"]), 0.5)
        shard[shard.gauge(.watermarkLag, ["t", "1"])] = .infinity
        shard[shard.gauge(.watermarkLag, ["t", "0"])] = -0.25
        shard.publish()
        registry.add(.alerts, ["t", "s", "firing", "critical"], 2)
        #expect(
            registry.prometheusText() == """
                # HELP vigie_watermark_lag_seconds How far the watermark of a task is behind the clock
                # TYPE vigie_watermark_lag_seconds gauge
                vigie_watermark_lag_seconds{topology="t",task="0"} -0.25
                vigie_watermark_lag_seconds{topology="t",task="1"} +Inf
                # HELP vigie_alerts_total Alerts that came into a state
                # TYPE vigie_alerts_total counter
                vigie_alerts_total{topology="t",step="s",state="firing",severity="critical"} 2
                # HELP h_seconds H
                # TYPE h_seconds histogram
                h_seconds_bucket{w="0",le="0.005"} 0
                h_seconds_bucket{w="0",le="1"} 1
                h_seconds_bucket{w="0",le="+Inf"} 1
                h_seconds_sum{w="0"} 0.5
                h_seconds_count{w="0"} 1
                # HELP z_odd_total back\\\\slash\\nline
                # TYPE z_odd_total counter
                z_odd_total{a="a",b="z"} 1
                z_odd_total{a="q\\"\\\\\\n\r\\né",b=""} 2

                """)
    }

    @Test(
        arguments: [
            (0, "0"), (1, "1"), (-3, "-3"), (0.1, "0.1"), (1e300, "1e+300"), (.nan, "NaN"), (-.infinity, "-Inf"),
            (9_007_199_254_740_992, "9007199254740992"), (0x1p63, "9.223372036854776e+18"),
        ] as [(Double, String)])
    func numbers(_ value: Double, _ text: String) {
        #expect(PrometheusText.number(value) == text)
    }

    @Test func tooManySeriesAreRefusedNotLost() {
        let registry = MetricRegistry()
        let shard = registry.makeShard(maxCells: 500)
        for index in 0..<1_000 {
            shard[shard.counter(.commits, ["\(index)"])] += 1
        }
        shard.observe(shard.histogram(.batchSeconds, ["x"]), 1)
        shard.publish()
        #expect(registry.total(.seriesRefused) > 500)
        #expect(registry.total(.commits) + registry.total(.seriesRefused) == 1_001)
    }

    /// Eight threads count while one reads: what is read never falls, and at the end nothing is missing.
    @Test func threads() async {
        let registry = MetricRegistry()
        let rounds = 2_000
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let shard = registry.makeShard()
                    let counter = shard.counter(.recordsIn, ["t", "x"])
                    let histogram = shard.histogram(.batchSeconds, ["\(worker)"])
                    for _ in 0..<rounds {
                        shard[counter] += 3
                        shard.observe(histogram, 0.001)
                        shard.publish()
                    }
                }
            }
            group.addTask {
                var last = 0.0
                for _ in 0..<200 {
                    let now = registry.total(.recordsIn)
                    #expect(now >= last)
                    last = now
                }
            }
        }
        #expect(registry.total(.recordsIn) == Double(8 * rounds * 3))
        #expect(registry.total(.batchSeconds) == Double(8 * rounds))
    }

    @Test func processMetrics() {
        let samples = ProcessMetrics.samples()
        guard FileManager.default.fileExists(atPath: "/proc/self/stat") else { return }
        #expect(
            samples.map(\.metric.name).sorted()
                == Metric.all.filter { $0.name.hasPrefix("process_") }.map(\.name).sorted())
        #expect((ProcessMetrics.residentBytes() ?? 0) > 1 << 20)
        for sample in samples {
            guard case .gauge(let value) = sample.value, sample.metric == .startTime else { continue }
            #expect(abs(value - Date().timeIntervalSince1970) < 86_400)
        }
    }
}
