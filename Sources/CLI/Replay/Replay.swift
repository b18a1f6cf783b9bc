import Arguments
import Glibc
import Records
import Runtime
import Synchronization

/// Where a replay's events go.
protocol ReplayTarget: AnyObject {
    /// Takes an event; waits while it has no room.
    func send(_ event: EventBuilder) throws(CommandFailure)
    /// Lets deliveries move on while nothing is sent, for up to the given time.
    func wait(microseconds: Int64) throws(CommandFailure)
}

/// One run over a file: rows in, events out at their time.
final class Replay {
    private let settings: ReplaySettings
    private let source: any RowSource
    private let builder: EventBuilder
    private let clock: any NodeClock
    private let isStopped: @Sendable () -> Bool
    /// Told of each bad row.
    private let report: (String) -> Void
    private let progress: ReplayProgress?

    private(set) var events = 0
    private(set) var badRows = 0
    var rows: Int { source.rows }
    /// As sent.
    private(set) var earliest: EventTime?
    private(set) var latest: EventTime?

    /// So many bad rows are told one by one; the count has them all.
    static let reportedRows = 20

    /// Opens the file; its columns are checked against what is asked for.
    init(
        _ settings: ReplaySettings, clock: any NodeClock = MachineClock(), progress: ReplayProgress? = nil,
        isStopped: @escaping @Sendable () -> Bool = { false }, report: @escaping (String) -> Void
    ) throws(CommandFailure) {
        self.settings = settings
        source = try settings.open()
        builder = try settings.builder(source)
        self.clock = clock
        self.progress = progress
        self.isStopped = isStopped
        self.report = report
    }

    /// Runs to the end of the file, the limit, or until it is stopped.
    func run(into target: any ReplayTarget) throws(CommandFailure) {
        if settings.shiftsToNow { builder.shiftMicroseconds = try shift() }
        var pacer = Pacer(speed: settings.speed)
        while settings.limit.map({ events < $0 }) ?? true, !isStopped() {
            do throws(RowProblem) {
                guard try source.next() else { break }
                try builder.build()
            } catch {
                try take(error)
                continue
            }
            try wait(for: pacer.due(builder.eventTime, now: clock.monotonicMicroseconds), target)
            if isStopped() { break }
            try target.send(builder)
            count(builder.eventTime)
            progress?.show(self, source.input)
        }
        progress?.clear()
    }

    private func count(_ time: EventTime?) {
        events += 1
        guard let time else { return }
        earliest = min(earliest ?? time, time)
        latest = max(latest ?? time, time)
    }

    private func take(_ problem: RowProblem) throws(CommandFailure) {
        badRows += 1
        progress?.clear()
        let text = problem.text(in: source.input.name)
        if problem.isFatal || !settings.skipsBadRows {
            report(text)
            let hint = problem.isFatal ? nil : "mend the row, or go on without such rows: --on-error skip"
            throw CommandFailure(
                .data, "the replay stopped at a row that can't be used, line \(problem.line)", hint: hint)
        }
        if badRows <= Self.reportedRows { report(text) }
        if badRows == Self.reportedRows { report("more such rows are only counted") }
    }

    private func wait(for moment: Int64, _ target: any ReplayTarget) throws(CommandFailure) {
        while !isStopped() {
            let left = moment - clock.monotonicMicroseconds
            if left <= 0 { return }
            try target.wait(microseconds: min(left, 100_000))
        }
    }

    /// How far times move so that the newest event happens when it is sent: none is ahead of the clock, however fast
    /// the replay goes. Takes a pass over the file, unless the first event tells.
    private func shift() throws(CommandFailure) -> Int64 {
        let source = try settings.open()
        if source.input.size == nil {
            throw CommandFailure(
                .usage, "--shift-to-now has to read the input twice, which \(source.input.name) does not allow",
                hint: "name a file")
        }
        let builder = try settings.builder(source)
        var first: EventTime?
        var newest: EventTime?
        while settings.limit.map({ source.rows < $0 }) ?? true {
            do throws(RowProblem) {
                guard try source.next() else { break }
                guard let time = try builder.originalTime() else { continue }
                if first == nil { first = time }
                newest = max(newest ?? time, time)
                if settings.speed == 1 { break }
            } catch {
                // Told when its turn comes.
                if error.isFatal { break }
            }
        }
        guard let first, let newest else { return 0 }
        let span = newest.microseconds - first.microseconds
        let end = clock.now.advanced(by: settings.speed.map { Int64(Double(span) / $0) } ?? 0)
        return end.microseconds - newest.microseconds
    }
}

/// A line on the terminal that says how far a replay is, renewed in place.
final class ReplayProgress {
    private let begin = MachineClock().monotonicMicroseconds
    private var shownAt: Int64 = 0
    private var countdown = 0
    private var isShown = false

    /// Nil where nobody would see it.
    init?() {
        if isatty(STDERR_FILENO) != 1 { return nil }
    }

    func show(_ replay: Replay, _ input: ByteInput) {
        // The clock is looked at every few events only, unless they come slowly.
        countdown -= 1
        if countdown > 0 { return }
        let now = MachineClock().monotonicMicroseconds
        countdown = now - shownAt < 1_000_000 ? 256 : 1
        guard now - shownAt >= 500_000 else { return }
        shownAt = now
        isShown = true
        let seconds = max(Double(now - begin) / 1e6, 0.001)
        var line = "\(grouped(replay.events)) events, \(grouped(Int(Double(replay.events) / seconds)))/s"
        if let size = input.size, size > 0 { line += ", \(min(100, input.offset * 100 / size)) %" }
        if let latest = replay.latest { line += ", \(latest)" }
        if replay.badRows > 0 { line += ", \(grouped(replay.badRows)) bad rows" }
        Output.errorText("\r\u{1b}[K" + line)
    }

    func clear() {
        if isShown { Output.errorText("\r\u{1b}[K") }
        isShown = false
    }
}

/// A count with its digits in groups of three.
func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(abs(number)).reversed().enumerated() {
        if index > 0, index % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
}
