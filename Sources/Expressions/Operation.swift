import Records

/// What one kernel computes from its operands. The types are settled: the checker picked the operation by them.
enum Operation: UInt8, Hashable, Sendable, CaseIterable {
    // Arithmetic
    case addInt, subtractInt, multiplyInt, divideInt, remainderInt, negateInt
    case addUInt, subtractUInt, multiplyUInt, divideUInt, remainderUInt
    case addDouble, subtractDouble, multiplyDouble, divideDouble, negateDouble
    // math.…
    case absoluteInt, absoluteUInt, absoluteDouble, signInt, signUInt, signDouble
    case leastInt, leastUInt, leastDouble, greatestInt, greatestUInt, greatestDouble
    case floor, ceiling, round, truncate, squareRoot, isNaN, isInfinite, isFinite
    // Time
    case addToTimestamp, subtractFromTimestamp, differenceOfTimestamps, addDurations, subtractDurations
    case year, month, dayOfMonth, date, dayOfWeek, dayOfYear, hours, minutes, seconds, milliseconds
    case durationHours, durationMinutes, durationSeconds, durationMilliseconds
    // Logic
    case not
    // Text
    case concatenate, sizeOfString, sizeOfBytes, contains, startsWith, endsWith, lowerAscii, upperAscii, trim
    case characterAt, indexOf, indexOfFrom, lastIndexOf, lastIndexOfFrom, replace, replaceSome
    case substringFrom, substringBetween
    // Conversions
    case intFromUInt, intFromDouble, intFromString, intFromTimestamp
    case uintFromInt, uintFromDouble, uintFromString
    case doubleFromInt, doubleFromUInt, doubleFromString
    case stringFromInt, stringFromUInt, stringFromDouble, stringFromBool, stringFromBytes, stringFromTimestamp
    case stringFromDuration, bytesFromString, boolFromString
    case timestampFromString, timestampFromInt, durationFromString

    /// Whether some operand values have no result, so that a row can fail.
    var canFail: Bool {
        switch self {
        case .addInt, .subtractInt, .multiplyInt, .divideInt, .remainderInt, .negateInt, .absoluteInt, .addUInt,
            .subtractUInt, .multiplyUInt, .divideUInt, .remainderUInt, .addToTimestamp, .subtractFromTimestamp,
            .differenceOfTimestamps, .addDurations, .subtractDurations, .characterAt, .indexOfFrom, .lastIndexOfFrom,
            .substringFrom, .substringBetween, .replace, .replaceSome, .intFromUInt, .intFromDouble, .intFromString,
            .uintFromInt,
            .uintFromDouble, .uintFromString, .doubleFromString, .stringFromBytes, .boolFromString,
            .timestampFromString, .timestampFromInt, .durationFromString, .stringFromTimestamp:
            true
        default: false
        }
    }

    /// Whether it costs about a nanosecond a row and reads no bytes of text: cheaper to compute for every row than to
    /// find out for which rows it is needed.
    var isCheap: Bool {
        switch self {
        case .addDouble, .subtractDouble, .multiplyDouble, .divideDouble, .negateDouble, .absoluteUInt,
            .absoluteDouble, .signInt, .signUInt, .signDouble, .leastInt, .leastUInt, .leastDouble, .greatestInt,
            .greatestUInt, .greatestDouble, .floor, .ceiling, .truncate, .squareRoot, .isNaN, .isInfinite, .isFinite,
            .not, .doubleFromInt, .doubleFromUInt:
            true
        default: false
        }
    }
}

/// A comparison. Greater-than is less-than with the sides swapped, so four are enough.
enum Comparison: UInt8, Hashable, Sendable {
    case equal
    case notEqual
    case less
    case lessOrEqual

    var symbol: String {
        switch self {
        case .equal: "=="
        case .notEqual: "!="
        case .less: "<"
        case .lessOrEqual: "<="
        }
    }
}

/// What stands on the two sides of a comparison. Numbers of different types are compared by their exact values.
enum Comparands: UInt8, Hashable, Sendable {
    case bools
    /// Also timestamps and durations.
    case ints
    case uints
    case doubles
    /// Strings and bytes.
    case views
    case intAndUInt, uintAndInt, intAndDouble, doubleAndInt, uintAndDouble, doubleAndUInt

    /// How two types are compared; nil when they can't be.
    init?(_ left: ValueType, _ right: ValueType) {
        switch (left, right) {
        case (.bool, .bool): self = .bools
        case (.int, .int), (.timestamp, .timestamp), (.duration, .duration): self = .ints
        case (.uint, .uint): self = .uints
        case (.double, .double): self = .doubles
        case (.string, .string), (.bytes, .bytes): self = .views
        case (.int, .uint): self = .intAndUInt
        case (.uint, .int): self = .uintAndInt
        case (.int, .double): self = .intAndDouble
        case (.double, .int): self = .doubleAndInt
        case (.uint, .double): self = .uintAndDouble
        case (.double, .uint): self = .doubleAndUInt
        default: return nil
        }
    }

    /// Whether comparing reads no bytes of text.
    var isCheap: Bool { self != .views }
}
