import Foundation
import Records
import Simulators
import Testing

@Suite struct IncidentTests {
    private static func settings(seed: UInt64, seconds: Int) -> SimulationSettings {
        var settings = SimulationSettings(seed: seed, start: morning, duration: .seconds(seconds))
        settings.malformedShare = 0
        settings.lateShare = 0
        return settings
    }

    /// Every sample beyond a limit belongs to a planted incident, and every one of an incident is beyond it.
    private func compare(
        _ samples: [(asset: String, time: EventTime, isBeyond: Bool)], _ incidents: [SimulatedIncident]
    ) {
        var seen = Set<SimulatedIncident>()
        for sample in samples {
            let around = incidents.first { $0.asset == sample.asset && $0.from <= sample.time && sample.time < $0.to }
            if sample.isBeyond { #expect(around != nil, "\(sample)") }
            let surely = incidents.first {
                $0.asset == sample.asset && $0.exceedsFrom <= sample.time && sample.time < $0.exceedsTo
            }
            if let surely {
                #expect(sample.isBeyond, "\(sample)")
                seen.insert(surely)
            }
        }
        #expect(seen.count == incidents.count, "each incident has samples")
    }

    @Test(arguments: [1, 77] as [UInt64])
    func tanks(seed: UInt64) throws {
        var settings = Self.settings(seed: seed, seconds: 420)
        settings.shares = .init(portSensors: 1, roadTraffic: 0, videoMetadata: 0)
        let samples = try capture(settings).compactMap { event -> (String, EventTime, Bool)? in
            // Parsing all would take long.
            guard event.value?.range(of: Data("temperature".utf8)) != nil, let json = event.json,
                json["kind"] as? String == "temperature", let value = json["value"] as? Double
            else { return nil }
            return (event.key, event.eventTime, value > SimulatedThresholds.tankTemperature)
        }
        let incidents = try Simulation(settings).incidents(until: morning.plus(420))
        compare(samples, incidents)
        for spike in incidents where spike.kind == .spike {
            let beyond = samples.filter { $0.0 == spike.asset && $0.2 && $0.1 >= spike.from && $0.1 < spike.to }
            #expect(beyond.count == 1, "one sample only")
        }
        let heated = incidents.filter { $0.kind == .overheating }
        #expect(heated.count == 3)
        #expect(heated.first?.asset == "T-07")
        #expect(Set(heated.map(\.asset)).count > 1)
    }

    @Test(arguments: [1, 5] as [UInt64])
    func roads(seed: UInt64) throws {
        var settings = Self.settings(seed: seed, seconds: 600)
        settings.shares = .init(portSensors: 0, roadTraffic: 1, videoMetadata: 0)
        let events = try capture(settings)
        let incidents = try Simulation(settings).incidents(until: morning.plus(590))
        #expect(incidents.count == 9)
        #expect(Set(incidents.prefix(3).map(\.asset)) == ["RNIE1-02-E", "RNIE1-03-E", "RNIE1-04-E"])
        for field in ["speed", "occupancy"] {
            let samples = try events.map { event in
                let json = try #require(event.json)
                let speed = try #require(json["averageVehicleSpeed"] as? Double)
                let free = try #require(json["freeFlowSpeed"] as? Double)
                let occupancy = try #require(json["occupancy"] as? Double)
                let isBeyond =
                    field == "speed"
                    ? speed < SimulatedThresholds.speedShare * free : occupancy > SimulatedThresholds.occupancy
                return (asset: event.key, time: event.eventTime, isBeyond: isBeyond)
            }
            compare(samples, incidents)
        }
    }

    /// No time of the day brings an ordinary station or tank beyond the limits.
    @Test func ordinaryDays() throws {
        for hour in [0, 3, 6, 7, 8, 12, 17, 18, 19] {
            var settings = SimulationSettings(
                seed: UInt64(hour), start: morning.plus(Double(hour) * 3600), duration: .seconds(10), rate: 600)
            settings.malformedShare = 0
            settings.incidents = false
            #expect(try Simulation(settings).incidents(until: .distantFuture).isEmpty)
            for event in try capture(settings) {
                let json = try #require(event.json)
                switch event.family {
                case .portSensors where json["kind"] as? String == "temperature":
                    #expect(try #require(json["value"] as? Double) < 45)
                case .roadTraffic:
                    let free = try #require(json["freeFlowSpeed"] as? Double)
                    #expect(try #require(json["averageVehicleSpeed"] as? Double) > 0.55 * free)
                    #expect(try #require(json["occupancy"] as? Double) < 0.35)
                case .videoMetadata: #expect(!Self.intrudes(json))
                default: break
                }
            }
        }
    }

    private static func intrudes(_ json: [String: Any]) -> Bool {
        (json["objects"] as? [String] ?? []).contains { object in
            let parts = object.split(separator: "|", omittingEmptySubsequences: false)
            guard parts[5] == "Person", let left = Double(parts[1]), let right = Double(parts[3]),
                let bottom = Double(parts[4])
            else { return false }
            return SimulatedThresholds.zoneX.contains((left + right) / 2) && SimulatedThresholds.zoneY.contains(bottom)
        }
    }

    @Test(arguments: [1, 6] as [UInt64])
    func cameras(seed: UInt64) throws {
        var settings = Self.settings(seed: seed, seconds: 640)
        settings.shares = .init(portSensors: 0, roadTraffic: 0, videoMetadata: 1)
        let samples = try capture(settings).map { event in
            (asset: event.key, time: event.eventTime, isBeyond: Self.intrudes(try #require(event.json)))
        }
        let incidents = try Simulation(settings).incidents(until: morning.plus(630))
        #expect(incidents.count == 5)
        #expect(incidents.first?.asset == "cam-quai-03")
        #expect(Set(incidents.map(\.asset)).allSatisfy { $0.hasPrefix("cam-quai-") })
        compare(samples, incidents)
    }

    @Test func firstOnesComeEarly() throws {
        let incidents = try Simulation(SimulationSettings(start: morning)).incidents(until: morning.plus(20))
        for kind in SimulatedIncident.Kind.allCases {
            let first = try #require(incidents.first { $0.kind == kind })
            #expect(first.exceedsFrom.seconds(since: morning) <= 30, "\(kind)")
        }
    }
}
