import Records

extension FunctionTable {
    /// Parts of timestamps and durations. A timestamp's are in UTC, or at a fixed distance from it.
    static let timeFunctions: [Function] = [
        part("getFullYear", .year, "Year of a timestamp.", .int(2009)),
        part("getMonth", .month, "Month of a timestamp, January being 0.", .int(1)),
        part("getDate", .date, "Day of the month of a timestamp, from 1.", .int(13)),
        part("getDayOfMonth", .dayOfMonth, "Day of the month of a timestamp, from 0.", .int(12)),
        part("getDayOfWeek", .dayOfWeek, "Day of the week of a timestamp, Sunday being 0.", .int(5)),
        part("getDayOfYear", .dayOfYear, "Day of the year of a timestamp, from 0.", .int(43)),
        part(
            "getHours", .hours, "Hour of the day of a timestamp, or whole hours of a duration.", .int(23),
            .durationHours),
        part("getMinutes", .minutes, "Minute of the hour, or whole minutes of a duration.", .int(31), .durationMinutes),
        part(
            "getSeconds", .seconds, "Second of the minute, or seconds of a duration.", .int(30), .durationSeconds),
        part(
            "getMilliseconds", .milliseconds, "Milliseconds within the second, of a timestamp or a duration.",
            .int(250),
            .durationMilliseconds),
    ]

    private static func part(
        _ name: String, _ operation: Operation, _ summary: String, _ value: Value, _ ofDuration: Operation? = nil
    ) -> Function {
        Function(
            name, .receiver,
            [Overload([.timestamp], .int, operation)] + (ofDuration.map { [Overload([.duration], .int, $0)] } ?? []),
            summary, example: "timestamp('2009-02-13T23:31:30.25Z').\(name)()", value, takesZone: true)
    }
}
