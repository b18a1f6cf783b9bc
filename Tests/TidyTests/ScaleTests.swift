import Foundation
import Testing

/// `Deploy/scale` with nodes that only pretend to work.
@Suite("Deploy/scale", .timeLimit(.minutes(2)))
struct ScaleTests {
    @Test("Up, down by the highest number, and to nothing")
    func upAndDown() throws {
        let cluster = try FakeCluster()
        let up = try cluster.scale("3", "--settle", "1", "--limit", "30")
        #expect(up.code == 0, "\(up.output)")
        #expect(up.output.contains("stable after"), "\(up.output)")
        #expect(cluster.members == ["test-1", "test-2", "test-3"])
        // Two of six partitions each, whatever their lag says meanwhile.
        #expect(rows(of: up.output).map { $0.suffix(2) } == [["running", "2"], ["running", "2"], ["running", "2"]])

        let again = try cluster.scale("3", "--settle", "1", "--limit", "30")
        #expect(again.code == 0 && !again.output.contains("starting"), "\(again.output)")

        let down = try cluster.scale("1", "--settle", "1", "--limit", "30")
        #expect(down.code == 0, "\(down.output)")
        #expect(down.output.contains("node 3: stopped\nscale: node 2: stopping"), "the highest first: \(down.output)")
        #expect(cluster.members == ["test-1"])
        #expect(rows(of: down.output).map { $0.suffix(2) } == [["running", "6"]])

        let none = try cluster.scale("0")
        #expect(none.code == 0, "\(none.output)")
        #expect(cluster.members == [])
    }

    @Test("With systemd the nodes are instances of the unit")
    func units() throws {
        let cluster = try FakeCluster()
        defer { _ = try? cluster.scaleUnits("0") }
        let up = try cluster.scaleUnits("2", "--settle", "1", "--limit", "60")
        #expect(up.code == 0, "\(up.output)")
        #expect(rows(of: up.output).map { $0.suffix(2) } == [["running", "3"], ["running", "3"]])
        let plan = try cluster.scaleUnits("1", "--dry-run")
        #expect(plan.output.contains("would stop node 2: systemctl disable --now vigie@2.service"), "\(plan.output)")
        let down = try cluster.scaleUnits("1", "--settle", "1", "--limit", "60")
        #expect(down.code == 0, "\(down.output)")
        let asked = try String(contentsOf: cluster.folder.appending(path: "asked"), encoding: .utf8)
        #expect(
            asked.split(separator: "\n") == [
                "enable --now vigie@1.service", "enable --now vigie@2.service", "disable --now vigie@2.service",
            ])
    }

    @Test("A dry run says what would be done and does nothing")
    func dryRun() throws {
        let cluster = try FakeCluster()
        let result = try cluster.scale("2", "--dry-run", "--group", "berths")
        #expect(result.code == 0)
        #expect(result.output.contains("would start node 2: "), "\(result.output)")
        #expect(
            result.output.contains("--application berths --node test-2 --http-port \(cluster.basePort + 2) "),
            "\(result.output)")
        #expect(cluster.members == [])
        let runFolder = cluster.folder.appending(path: "run").path(percentEncoded: false)
        #expect(!FileManager.default.fileExists(atPath: runFolder))
    }

    @Test("A node that ends at once is reported with its last words")
    func diesAtOnce() throws {
        let cluster = try FakeCluster(behaviour: "dies")
        let result = try cluster.scale("1", "--limit", "20")
        #expect(result.code == 69, "\(result.output)")
        #expect(result.output.contains("node 1 ended") && result.output.contains("no broker, said the node"))
    }

    @Test("A node that never gets ready ends the wait, not the node")
    func neverReady() throws {
        let cluster = try FakeCluster(behaviour: "mute")
        let result = try cluster.scale("1", "--limit", "2")
        #expect(result.code == 75, "\(result.output)")
        #expect(result.output.contains("0 of 1 nodes ready") && result.output.contains("not stable after 2 s"))
        #expect(cluster.members == ["test-1"])
    }

    @Test("A node that does not end is killed after its time")
    func stubborn() throws {
        let cluster = try FakeCluster(behaviour: "stubborn")
        #expect(try cluster.scale("1", "--settle", "0", "--limit", "20").code == 0)
        let result = try cluster.scale("0", "--stop-limit", "1")
        #expect(result.code == 0 && result.output.contains("killing it"), "\(result.output)")
        #expect(try cluster.scale().output.contains("no node runs"))
    }

    @Test("A port that someone else has is named before anything starts")
    func portTaken() throws {
        let cluster = try FakeCluster()
        #expect(try cluster.scale("1", "--settle", "0", "--limit", "20").code == 0)
        // The same port as seen by a second set of nodes.
        let other = cluster.folder.appending(path: "other").path(percentEncoded: false)
        let text = try String(contentsOf: cluster.settings, encoding: .utf8)
            .replacing(#/VIGIE_RUN_DIR=.*/#) { _ in "VIGIE_RUN_DIR=\(other)" }
        let settings = cluster.folder.appending(path: "other.env")
        try Data(text.utf8).write(to: settings)
        let result = try Shell.run(
            "Deploy/scale", "1", "--processes", "--env-file", settings.path(percentEncoded: false), in: Repository.root)
        #expect(result.code == 69, "\(result.output)")
        #expect(result.output.contains("port \(cluster.basePort + 1) is taken"), "\(result.output)")
    }

    static let wrongUses: [([String], String)] = [
        (["two"], "whole number"), (["-1"], "unknown option"), (["1", "2"], "not two"),
        (["1", "--limit"], "whole number"), (["1", "--env-file", "/nowhere"], "can't read the settings"),
        (["1", "--group"], "takes a value"),
        (["70000"], "last port"),
    ]

    @Test("Wrong usage is refused with the reason", arguments: wrongUses)
    func wrongUsage(_ arguments: [String], _ reason: String) throws {
        let result = try Shell.run(["Deploy/scale", "--processes"] + arguments, in: Repository.root)
        #expect(result.code == 64, "\(result.output)")
        #expect(result.output.contains(reason), "\(result.output)")
    }

    /// The words of each line of the closing table.
    private func rows(of output: String) -> [[Substring]] {
        output.split(separator: "\n").filter { $0.first?.isNumber == true }.map { $0.split(separator: " ") }
    }
}
