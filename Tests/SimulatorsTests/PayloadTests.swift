import Foundation
import Records
import Simulators
import Testing

@Suite struct PayloadTests {
    static let formatter = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private func instant(_ text: String) throws -> EventTime {
        let date = try Self.formatter.parse(text)
        return EventTime(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    @Test func wellFormedOnesAreWhatTheySay() throws {
        var settings = SimulationSettings(seed: 8, start: morning, duration: .seconds(12), rate: 600)
        settings.malformedShare = 0
        let events = try capture(settings)
        for event in events {
            let json = try #require(event.json, "\(String(decoding: event.value ?? Data(), as: UTF8.self))")
            switch event.family {
            case .portSensors: try checkReading(json, event)
            case .roadTraffic: try checkFlow(json, event)
            case .videoMetadata: try checkFrame(json, event)
            }
        }
    }

    private func checkReading(_ json: [String: Any], _ event: Captured) throws {
        let sensor = try #require(json["sensor"] as? [String: Any])
        #expect(sensor["id"] as? String == event.key)
        #expect(sensor["site"] is String)
        let units = [
            "temperature": "Cel", "level": "m", "pressure": "Pa", "wind-speed": "m/s", "wind-gust": "m/s",
            "wind-direction": "deg", "air-temperature": "Cel", "humidity": "%RH", "air-pressure": "Pa",
        ]
        let kind = try #require(json["kind"] as? String)
        #expect(json["unit"] as? String == units[kind])
        #expect(json["value"] is Double)
        #expect(json["seq"] is Int)
        #expect(["good", "uncertain"].contains(json["quality"] as? String))
        #expect(try instant(try #require(json["observed_at"] as? String)) == event.eventTime)
    }

    private func checkFlow(_ json: [String: Any], _ event: Captured) throws {
        #expect(json["station"] as? String == event.key)
        #expect(json["id"] as? String == "urn:ngsi-ld:TrafficFlowObserved:\(event.key)")
        #expect(json["type"] as? String == "TrafficFlowObserved")
        #expect(try #require(json["intensity"] as? Int) >= 1)
        #expect((0...1).contains(try #require(json["occupancy"] as? Double)))
        #expect((5...90).contains(try #require(json["averageVehicleSpeed"] as? Double)))
        #expect([50, 60, 70].contains(json["freeFlowSpeed"] as? Int))
        #expect(["N", "S", "E", "W"].contains(json["direction"] as? String))
        #expect(try instant(try #require(json["dateObserved"] as? String)) == event.eventTime)
    }

    private func checkFrame(_ json: [String: Any], _ event: Captured) throws {
        #expect(json["version"] as? String == "4.0")
        #expect(json["sensorId"] as? String == event.key)
        #expect(json["id"] is String || json["id"] is Int)
        #expect(try instant(try #require(json["@timestamp"] as? String)) == event.eventTime)
        for object in try #require(json["objects"] as? [String]) {
            let parts = object.split(separator: "|", omittingEmptySubsequences: false)
            #expect(UInt64(parts[0]) != nil)
            let box = try parts[1...4].map { try #require(Double($0)) }
            #expect(box[0] <= box[2] && box[1] < box[3] && box[3] <= 1080, "\(object)")
            #expect(["Person", "Vehicle"].contains(parts[5]))
            if parts.count > 6 {
                #expect(parts[6] == "#")
                #expect(parts.count == (parts[5] == "Person" ? 13 : 14), "\(object)")
                #expect(try #require(Double(parts[parts.count - 1])) <= 1)
            }
        }
    }

    @Test func bothFormsOfTheFrameId() throws {
        let events = try capture(SimulationSettings(start: morning, duration: .seconds(5)))
            .filter { $0.family == .videoMetadata }
        #expect(events.contains { $0.json?["id"] is String })
        #expect(events.contains { $0.json?["id"] is Int })
    }

    @Test func spoiltOnesAreSpoiltAsSaid() throws {
        var settings = SimulationSettings(seed: 9, start: morning, duration: .seconds(20), rate: 500)
        settings.malformedShare = 1
        let measured = ["value", "averageVehicleSpeed", "objects"]
        let stamps = ["observed_at", "dateObserved", "@timestamp"]
        for event in try capture(settings) {
            let text = String(decoding: event.value ?? Data(), as: UTF8.self)
            let comment = Comment(rawValue: "\(event.fault): \(text)")
            #expect(!event.key.isEmpty)
            let index = event.family.rawValue
            switch event.fault {
            case .none: Issue.record(comment)
            case .nullPayload: #expect(event.value == nil)
            case .truncated, .notJSON: #expect(event.value != nil && event.json == nil, comment)
            case .invalidUTF8:
                #expect(String(validating: event.value ?? Data(), as: UTF8.self) == nil, comment)
            case .missingField: #expect(event.json != nil && event.json?[measured[index]] == nil, comment)
            case .wrongType:
                let field = ["value", "occupancy", "objects"][index]
                let value = event.json?[field]
                #expect(index == 2 ? value is Int : value is String, comment)
            case .badTimestamp:
                let stamp = try #require(event.json?[stamps[index]] as? String)
                #expect(throws: (any Error).self) { try instant(stamp) }
            case .duplicateKey:
                #expect(event.json != nil, comment)
                #expect(text.components(separatedBy: "\"\(measured[index])\":").count == 3, comment)
            }
        }
    }
}
