import Records
import Runtime

/// Makes the board's figures out of the workers' status; rates are over the last few seconds.
struct FigureMeter {
    private var samples: [(at: Int64, records: Int64)] = []
    private static let spanMicroseconds: Int64 = 4_000_000

    /// Reads the status of all workers. `now`: wall clock; `steady`: microseconds of a clock that only grows.
    mutating func read(_ workers: [WorkerStatus], now: EventTime, steady: Int64, into figures: inout BoardFigures) {
        figures.records = workers.reduce(0) { $0 + $1.counters.records }
        samples.append((steady, figures.records))
        while samples.count > 2, samples[1].at <= steady - Self.spanMicroseconds { samples.removeFirst() }
        if let first = samples.first, steady - first.at >= 200_000 {
            figures.recordsPerSecond = Double(figures.records - first.records) * 1e6 / Double(steady - first.at)
        }
        let tasks = workers.flatMap(\.tasks)
        let lags = tasks.compactMap(\.lag)
        figures.lag = lags.isEmpty ? nil : lags.reduce(0, +)
        let slowest = tasks.filter { $0.watermark != .distantPast && !$0.isIdle }.map(\.watermark).min()
        figures.watermarkLagMicroseconds = slowest.map { max(0, now.microseconds &- $0.microseconds) }
        figures.late = 0
        figures.deadLetters = [:]
        for worker in workers {
            for (key, count) in worker.rejected {
                if key.isLate { figures.late += count } else { figures.deadLetters[key.reason, default: 0] += count }
            }
        }
        figures.isConnected = workers.allSatisfy(\.isConnected)
        figures.isPaused = workers.contains(where: \.isPaused)
    }
}
