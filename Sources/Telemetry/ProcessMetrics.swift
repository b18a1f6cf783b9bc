#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Memory, CPU time, threads and open files of this process, read from /proc. Empty where there is no /proc.
public enum ProcessMetrics {
    /// To hand to `MetricRegistry.collect`.
    public static func samples() -> [MetricSample] {
        guard let fields = statFields() else { return [] }
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        // Numbers of proc(5), counted behind the name in parentheses: 0 is the state (field 3).
        func field(_ number: Int) -> Double { number - 3 < fields.count ? Double(fields[number - 3]) ?? 0 : 0 }
        func sample(_ metric: Metric, _ value: Double) -> MetricSample {
            MetricSample(
                metric: metric, labels: [], value: metric.kind == .counter ? .counter(value) : .gauge(value))
        }
        var samples = [
            sample(.residentMemory, field(24) * page),
            sample(.virtualMemory, field(23)),
            sample(.cpuSeconds, (field(14) + field(15)) / ticks),
            sample(.threads, field(20)),
        ]
        if let files = openFiles() { samples.append(sample(.openFiles, Double(files))) }
        if let boot = bootTime() { samples.append(sample(.startTime, boot + field(22) / ticks)) }
        return samples
    }

    /// Memory of the process that is in RAM, in bytes; nil where there is no /proc.
    public static func residentBytes() -> Int? {
        for sample in samples() where sample.metric == .residentMemory {
            if case .gauge(let value) = sample.value { return Int(value) }
        }
        return nil
    }

    private static func statFields() -> [Substring]? {
        guard let text = read("/proc/self/stat"), let close = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: close)...].split(separator: " ")
    }

    private static func bootTime() -> Double? {
        read("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
    }

    private static func openFiles() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Not ".", ".." and the directory itself.
        return max(0, count - 3)
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < 1 << 20 {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
