import Foundation

/// The two categories of the Numenta Anomaly Benchmark that stand in ../shared/data, and its score (NAB v1.1), written
/// from the rules in DOMAIN.md 4.1.
struct NumentaBenchmark {
    struct Series {
        var name: String
        var values: [Double]
        /// First and last row of each anomaly window.
        var windows: [ClosedRange<Int>]

        var category: String { String(name.prefix { $0 != "/" }) }
        /// Rows before this are not counted at all.
        var probation: Int { min(values.count * 15 / 100, 750) }
    }

    struct Profile {
        var name: String
        var missed: Double
        var falseAlarm: Double
    }

    static let profiles = [
        Profile(name: "standard", missed: 1, falseAlarm: 0.11),
        Profile(name: "reward_low_FP_rate", missed: 1, falseAlarm: 0.22),
        Profile(name: "reward_low_FN_rate", missed: 2, falseAlarm: 0.11),
    ]

    let series: [Series]

    /// The folder, if a folder above this file has it.
    static let folder: URL? = {
        var folder = URL(fileURLWithPath: #filePath)
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let data = folder.appendingPathComponent("shared/data/nab_part")
            if FileManager.default.fileExists(atPath: data.path) { return data }
        }
        return nil
    }()

    init(_ folder: URL) throws {
        let labels = try JSONDecoder().decode(
            [String: [[String]]].self,
            from: Data(contentsOf: folder.appendingPathComponent("labels/combined_windows.json")))
        series = try labels.sorted { $0.key < $1.key }.map { name, windows in
            let text = try String(contentsOf: folder.appendingPathComponent("data/" + name), encoding: .utf8)
            var rowOf: [Substring: Int] = [:]
            var values: [Double] = []
            for line in text.split(whereSeparator: \.isNewline).dropFirst() {
                let cells = line.split(separator: ",")
                guard cells.count == 2, let value = Double(cells[1]) else { throw CocoaError(.fileReadCorruptFile) }
                if rowOf[cells[0]] == nil { rowOf[cells[0]] = values.count }
                values.append(value)
            }
            let ranges = try windows.map { window in
                guard let first = rowOf[window[0].prefix(19)], let last = rowOf[window[1].prefix(19)] else {
                    throw CocoaError(.fileReadCorruptFile)
                }
                return first...last
            }
            return Series(name: name, values: values, windows: ranges)
        }
    }

    struct Tally: Equatable {
        var windows = 0
        var hits = 0
        var falseOnsets = 0
    }

    /// Windows hit and detections outside windows of one category; `detections` are rows of each series, in order.
    func tally(_ category: String, _ detections: [[Int]]) -> Tally {
        var tally = Tally()
        for (series, rows) in zip(series, detections) where series.category == category {
            let counted = rows.filter { $0 >= series.probation }
            tally.windows += series.windows.count
            tally.hits += series.windows.count { window in counted.contains { window.contains($0) } }
            tally.falseOnsets += counted.count { row in !series.windows.contains { $0.contains(row) } }
        }
        return tally
    }

    /// The score, 0 for no detections to 100, at the threshold that made the detections.
    func score(_ detections: [[Int]], _ profile: Profile) -> Double {
        var total = 0.0
        var windows = 0
        for (series, rows) in zip(series, detections) {
            var credits = series.windows.map { _ in -profile.missed }
            windows += credits.count
            for row in rows where row >= series.probation {
                if let window = series.windows.firstIndex(where: { $0.contains(row) }) {
                    let width = Double(series.windows[window].count)
                    let credit = sigmoid(-Double(series.windows[window].upperBound - row + 1) / width) / sigmoid(-1)
                    credits[window] = max(credits[window], credit)
                } else if let last = series.windows.last(where: { $0.upperBound < row }) {
                    let distance = Double(row - last.upperBound) / Double(last.count - 1)
                    total += profile.falseAlarm * (distance > 3 ? -1 : sigmoid(distance))
                } else {
                    total -= profile.falseAlarm
                }
            }
            total += credits.reduce(0, +)
        }
        let none = -profile.missed * Double(windows)
        return 100 * (total - none) / (Double(windows) - none)
    }

    private func sigmoid(_ y: Double) -> Double { 2 / (1 + exp(5 * y)) - 1 }
}
