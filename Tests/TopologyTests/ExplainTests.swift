import Foundation
import Settings
import Testing
import Topology

/// `vigie explain` of the topologies that come with Vigie, word for word. After a wanted change, write the files anew
/// with `vigie explain Topologies/NAME > Tests/TopologyTests/Explained/NAME.txt` and read the difference.
struct ExplainTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL

    @Test(arguments: ["hydrocarbon-tanks", "restricted-zone", "road-congestion"])
    func thePlanInWords(name: String) throws {
        let folder = "Topologies/\(name)"
        let diagnostics = Diagnostics()
        let path = Self.root.appending(path: folder).appending(path: "topology.yaml").path(percentEncoded: false)
        let plan = try #require(Loader.load(path: path, diagnostics), "\(diagnostics.rendered())")
        #expect(diagnostics.isEmpty, "\(diagnostics.rendered())")
        let golden = Self.root.appending(path: "Tests/TopologyTests/Explained/\(name).txt")
        let wanted = try String(contentsOf: golden, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let found = Explain.text(plan).replacing(path, with: "\(folder)/topology.yaml")
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(found.count == wanted.count)
        for (index, (a, b)) in zip(found, wanted).enumerated() { #expect(a == b, "line \(index + 1)") }
        #expect(plan.tests.count >= 3, "a topology comes with its tests")
    }

    @Test func theSamplesPlan() throws {
        let text = Explain.text(try Sample.load(Sample.text))
        let lines = [
            "topology tanks: Tanks", "  source readings", "      tank: string at sensor.id",
            "      site: string, optional at site",
            "    event time: observed_at, rfc3339", "  step means (aggregate) from warm",
            "    by tank, tumbling window of 1m, grace 5s, emitted on close", "    mean: double = avg(celsius)",
            "    clear when not (mean > 60.0)", "    for 3m", "    severity warning",
            "  sink alerts from hot to topic out.alerts",
        ]
        for line in lines { #expect(text.contains("\n" + line + "\n") || text.hasPrefix(line + "\n"), "\(line)") }
    }
}
