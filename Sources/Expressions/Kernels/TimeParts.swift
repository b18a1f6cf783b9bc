import Records

/// Parts of timestamps and durations, in microseconds.
enum TimeParts {
    static let day: Int64 = 86_400_000_000

    /// Days from the epoch, and the rest of the day, rounded toward the past.
    @inline(__always)
    static func split(_ time: Int64) -> (days: Int64, rest: Int64) {
        let days = time / day
        let rest = time % day
        return rest < 0 ? (days - 1, rest + day) : (days, rest)
    }

    @inline(__always)
    static func dayOfYear(_ days: Int) -> Int64 {
        let date = CivilDate.date(daysFromEpoch: days)
        return Int64(days - CivilDate.daysFromEpoch(year: date.year, month: 1, day: 1))
    }

    /// `a` is a column of timestamps (or durations), `offset` what is added to come from UTC to local time.
    static func run(_ operation: Operation, _ offset: Int64, _ rows: Rows, _ a: SlotMemory, _ target: SlotMemory) {
        let times = a.data.assumingMemoryBound(to: Int64.self)
        let out = target.data.assumingMemoryBound(to: Int64.self)
        let step = a.step
        switch operation {
        case .year, .month, .date, .dayOfMonth:
            Loop.each(rows) { row in
                let days = Int(split(times[row &* step] &+ offset).days)
                let date = CivilDate.date(daysFromEpoch: days)
                out[row] =
                    operation == .year
                    ? Int64(date.year)
                    : operation == .month
                        ? Int64(date.month - 1) : operation == .date ? Int64(date.day) : Int64(date.day - 1)
            }
        case .dayOfYear:
            Loop.each(rows) { row in out[row] = dayOfYear(Int(split(times[row &* step] &+ offset).days)) }
        case .dayOfWeek:
            // 1970-01-01 was a Thursday, which is 4.
            Loop.each(rows) { row in
                let remainder = (split(times[row &* step] &+ offset).days + 4) % 7
                out[row] = remainder < 0 ? remainder + 7 : remainder
            }
        case .hours: clock(3_600_000_000, 24, offset, rows, times, step, out)
        case .minutes: clock(60_000_000, 60, offset, rows, times, step, out)
        case .seconds: clock(1_000_000, 60, offset, rows, times, step, out)
        case .milliseconds: clock(1_000, 1_000, offset, rows, times, step, out)
        case .durationHours: Loop.each(rows) { row in out[row] = times[row &* step] / 3_600_000_000 }
        case .durationMinutes: Loop.each(rows) { row in out[row] = times[row &* step] / 60_000_000 }
        case .durationSeconds: Loop.each(rows) { row in out[row] = times[row &* step] / 1_000_000 }
        case .durationMilliseconds: Loop.each(rows) { row in out[row] = times[row &* step] / 1_000 % 1_000 }
        default: preconditionFailure("\(operation) is no part of a time")
        }
    }

    @inline(__always)
    private static func clock(
        _ unit: Int64, _ modulus: Int64, _ offset: Int64, _ rows: Rows, _ times: UnsafePointer<Int64>, _ step: Int,
        _ out: UnsafeMutablePointer<Int64>
    ) {
        Loop.each(rows) { row in out[row] = split(times[row &* step] &+ offset).rest / unit % modulus }
    }
}
