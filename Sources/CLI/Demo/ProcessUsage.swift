import Glibc

/// What the operating system says of this process.
enum ProcessUsage {
    /// The most memory it ever had in RAM; 0 where there is no /proc.
    static var peakResidentBytes: Int64 {
        guard let file = fopen("/proc/self/status", "re") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("VmHWM:") else { continue }
            return (Int64(text.filter(\.isNumber)) ?? 0) * 1024
        }
        return 0
    }

    static var cpuMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
