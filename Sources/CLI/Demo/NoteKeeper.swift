import Telemetry

/// Keeps log lines while the board has the terminal.
final class NoteKeeper: Sendable {
    private struct Kept {
        var lines: [String] = []
        var latest: (text: String, at: Int64)?
    }

    private let kept = Locked(Kept())
    private static let most = 50
    private static let freshNanoseconds: Int64 = 10_000_000_000

    func add(_ line: [UInt8]) {
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        kept.update { kept in
            kept.lines.append(text)
            if kept.lines.count > Self.most { kept.lines.removeFirst() }
            kept.latest = (Self.message(text), SystemClock.steadyNanoseconds())
        }
    }

    /// What the last line said, for a while.
    var note: String? {
        guard let latest = kept.value.latest else { return nil }
        return SystemClock.steadyNanoseconds() - latest.at < Self.freshNanoseconds ? latest.text : nil
    }

    var lines: [String] { kept.value.lines }

    /// The line from its message on: time and level say nothing new.
    private static func message(_ line: String) -> String {
        guard let range = line.firstRange(of: "msg=") else { return line }
        return String(line[range.upperBound...])
    }
}
