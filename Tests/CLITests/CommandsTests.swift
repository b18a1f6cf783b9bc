import Arguments
import Codecs
import Records
import Testing

@testable import CLI

/// Command lines, as users type them, up to the settings that commands work by.
@Suite struct CommandsTests {
    private let program = Program(
        Command("vigie", summary: "watches", subcommands: Main.commands.map { $0.declaration }), version: "test")

    private func parse(_ words: [String]) throws -> ParsedArguments {
        guard case .run(let arguments) = try program.parse(words) else { throw CommandFailure(.internal, "no command") }
        return arguments
    }

    private func settings(_ words: [String], suffix: String = ".csv") throws -> ReplaySettings {
        let file = try ScratchFile("a,b\n1,2\n", suffix: suffix)
        return try ReplaySettings(try parse(["replay", file.path] + words))
    }

    @Test func everyCommandExplainsItself() {
        for name in Main.commands.map({ $0.declaration.name }) {
            let help = program.help(for: [name]) ?? ""
            #expect(help.contains("Usage: vigie \(name)"), "\(name)")
            #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.hasPrefix("  vigie ") }, "\(name)")
        }
        for name in ["list", "show", "replay"] {
            let help = program.help(for: ["dlq", name]) ?? ""
            #expect(help.contains("--brokers") && help.contains("--reason"), "\(name)")
        }
    }

    @Test(arguments: ["list", "show", "replay"]) func filtersAreTakenByEveryPartOfDlq(_ name: String) throws {
        let arguments = try parse([
            "dlq", name, "-b", "x:1", "-a", "app", "--reason", "late", "--reason", "future", "--source", "in",
            "--topology", "t",
            "--step", "s", "--since", "2026-01-01T00:00:00Z", "--until", "2026-01-02T00:00:00+01:00",
        ])
        let filter = DeadLetterFilter(arguments)
        #expect(filter.reasons == ["late", "future"] && filter.sources == ["in"])
        #expect(filter.topologies == ["t"] && filter.steps == ["s"])
        #expect(filter.since?.description == "2026-01-01T00:00:00Z")
        #expect(filter.until?.description == "2026-01-01T23:00:00Z")
    }

    @Test func replayIsSetUpByItsOptions() throws {
        let plain = try settings([])
        #expect(plain.format == .csv && plain.speed == nil && !plain.skipsBadRows && plain.maps.isEmpty)
        let full = try settings([
            "--time", "a", "--time-format", "unix-s", "--speed", "2.5x", "--shift-to-now", "--on-error", "skip",
            "--key", "b",
            "--map", "x=a", "-m", "y='z'", "--delimiter", ";", "--null", "NA", "--limit", "7", "--columns", "a,b",
        ])
        #expect(full.speed == 2.5 && full.shiftsToNow && full.skipsBadRows && full.limit == 7)
        #expect(full.maps.map(\.target.description) == ["x", "y"])
        #expect(full.delimiter == UInt8(ascii: ";") && full.nulls == ["NA"] && full.columns == ["a", "b"])
        #expect(try settings(["--time", "a", "--speed", "original"]).speed == 1)
        let wide = try settings([
            "--unpivot", "s:v", "--start", "2012-03-01T00:00:00Z", "--step", "5m", "--speed", "60",
        ])
        #expect(wide.clock?.stepMicroseconds == 300_000_000 && wide.time == "time")
        #expect(try settings(["--unpivot", "s:v", "--time", "a"]).keeping == ["a"])
        #expect(try settings([], suffix: ".jsonl").format == .jsonLines)
        #expect(try settings([], suffix: ".tsv").delimiter == 9)
        #expect(try settings(["--format", "jsonl"], suffix: ".txt").format == .jsonLines)
    }

    @Test(
        arguments: [
            (["--speed", "2"], "--speed needs to know the time"),
            (["--shift-to-now"], "--shift-to-now needs to know the time"),
            (["--speed", "fast"], "--speed 'fast' is not known"),
            (["--speed", "0"], "--speed '0' is not known"),
            (["--start", "2012-03-01T00:00:00Z"], "--start and --step go together"),
            (["--start", "2012-03-01T00:00:00Z", "--step", "5m"], "--start, --step and --keep are for wide tables"),
            (["--keep", "a"], "--start, --step and --keep are for wide tables"),
            (["--unpivot", "s"], "--unpivot 's' is not of the form NAME:VALUE"),
            (["--unpivot", "s:s"], "--unpivot 's:s' is not of the form NAME:VALUE"),
            (["--format", "jsonl", "--unpivot", "s:v"], "--unpivot and --columns are for CSV files"),
            (["--time-format", "HH:mm"], "--time-format 'HH:mm' has no whole date"),
            (["--time-zone", "Mars"], "--time-zone 'Mars' is not known"),
            (["--delimiter", "ab"], "--delimiter 'ab' is no single character"),
            (["--map", "x"], "--map 'x' is not of the form FIELD=COLUMN"),
        ] as [([String], String)])
    func whatDoesNotFitTogetherIsToldWithAHint(_ words: [String], _ wanted: String) throws {
        do {
            _ = try settings(words)
            Issue.record("\(words) was taken")
        } catch let failure as CommandFailure {
            #expect(failure.code == .usage)
            #expect(failure.message.hasPrefix(wanted), "\(failure.message)")
            #expect(failure.hint != nil)
        }
    }

    @Test func aFileThatDoesNotSayWhatItIs() throws {
        do {
            _ = try settings([], suffix: ".dat")
            Issue.record("taken")
        } catch let failure as CommandFailure {
            #expect(failure.hint == "add --format csv or --format jsonl")
        }
    }
}
