import Glibc
import Records
import Runtime
import Testing

@testable import CLI

/// A file of a test, taken away with it.
final class ScratchFile {
    let path: String

    init(_ bytes: [UInt8], suffix: String = ".csv") throws {
        var template = Array("/tmp/vigie-replay-XXXXXX\(suffix)".utf8CString)
        let descriptor = mkstemps(&template, Int32(suffix.utf8.count))
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            try #require(count > 0)
            done += count
        }
    }

    convenience init(_ text: String, suffix: String = ".csv") throws { try self.init(Array(text.utf8), suffix: suffix) }

    deinit { unlink(path) }
}

/// A clock that moves only when somebody waits.
final class SteppingClock: NodeClock, @unchecked Sendable {  // used by its test only
    var monotonicMicroseconds: Int64 = 1_000_000
    var now: EventTime { EventTime(microseconds: 1_700_000_000_000_000 + monotonicMicroseconds) }
}

/// Keeps what would be sent.
final class CapturingTarget: ReplayTarget {
    struct Sent: Equatable {
        var key: String?
        var time: EventTime?
        var body: String
        var at: Int64
    }

    let clock: SteppingClock
    var sent: [Sent] = []

    init(_ clock: SteppingClock = SteppingClock()) { self.clock = clock }

    func send(_ event: EventBuilder) throws(CommandFailure) {
        sent.append(
            Sent(
                key: event.keyBytes.map { String(decoding: $0, as: UTF8.self) }, time: event.eventTime,
                body: event.body.string,
                at: clock.monotonicMicroseconds))
    }

    func wait(microseconds: Int64) throws(CommandFailure) { clock.monotonicMicroseconds += microseconds }
}

/// A replay of a text, with what it reported.
struct Rehearsal {
    var target = CapturingTarget()
    var reports: [String] = []
    var failure: CommandFailure?
    var badRows = 0

    init(_ text: String, suffix: String = ".csv", _ change: (inout ReplaySettings) throws -> Void = { _ in }) throws {
        let file = try ScratchFile(text, suffix: suffix)
        var settings = ReplaySettings(file: file.path, format: suffix == ".csv" ? .csv : .jsonLines)
        try change(&settings)
        var reports: [String] = []
        do throws(CommandFailure) {
            let replay = try Replay(settings, clock: target.clock) { line in
                reports.append(
                    line.split(separator: file.path, omittingEmptySubsequences: false).joined(separator: "FILE"))
            }
            defer { badRows = replay.badRows }
            try replay.run(into: target)
        } catch { failure = error }
        self.reports = reports
    }

    var bodies: [String] { target.sent.map(\.body) }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
