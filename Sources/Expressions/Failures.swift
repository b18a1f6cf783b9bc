import Records

/// Finds out why an operation has no result for a row: the kernels only say that some row has none.
enum Failures {
    /// The reason, or nil when the row has a result. `slots` are the operands' memory.
    static func reason(
        _ operation: Operation, _ row: Int, _ a: SlotMemory, _ b: SlotMemory, _ c: SlotMemory, _ d: SlotMemory
    ) -> FailureReason? {
        switch operation {
        case .addInt, .subtractInt, .multiplyInt, .divideInt, .remainderInt, .negateInt, .absoluteInt:
            return ofInts(operation, int(a, row), int(b, row))
        case .addUInt, .subtractUInt, .multiplyUInt, .divideUInt, .remainderUInt:
            return ofUInts(operation, uint(a, row), uint(b, row))
        case .addToTimestamp, .subtractFromTimestamp, .differenceOfTimestamps, .addDurations, .subtractDurations:
            return ofTimes(operation, int(a, row), int(b, row))
        case .characterAt: return Text.character(view(a, row), int(b, row)) == nil ? .indexRange : nil
        case .indexOfFrom, .lastIndexOfFrom: return int(c, row) < 0 ? .indexRange : nil
        case .substringFrom: return Text.substring(view(a, row), int(b, row), nil) == nil ? .indexRange : nil
        case .substringBetween:
            return Text.substring(view(a, row), int(b, row), int(c, row)) == nil ? .indexRange : nil
        case .replace, .replaceSome:
            let limit = operation == .replace ? -1 : int(d, row)
            let (old, new) = (view(b, row), view(c, row))
            return Text.isTooLong(replacing: old, with: new, in: view(a, row), limit: limit) ? .textTooLong : nil
        default: return ofConversion(operation, row, a)
        }
    }

    static func int(_ slot: SlotMemory, _ row: Int) -> Int64 {
        slot.data.assumingMemoryBound(to: Int64.self)[row &* slot.step]
    }
    static func uint(_ slot: SlotMemory, _ row: Int) -> UInt64 {
        slot.data.assumingMemoryBound(to: UInt64.self)[row &* slot.step]
    }
    static func double(_ slot: SlotMemory, _ row: Int) -> Double {
        slot.data.assumingMemoryBound(to: Double.self)[row &* slot.step]
    }
    static func view(_ slot: SlotMemory, _ row: Int) -> ByteView {
        slot.data.assumingMemoryBound(to: ByteView.self)[row &* slot.step]
    }

    private static func ofInts(_ operation: Operation, _ a: Int64, _ b: Int64) -> FailureReason? {
        let overflow: Bool
        switch operation {
        case .addInt: overflow = a.addingReportingOverflow(b).overflow
        case .subtractInt: overflow = a.subtractingReportingOverflow(b).overflow
        case .multiplyInt: overflow = a.multipliedReportingOverflow(by: b).overflow
        case .divideInt:
            if b == 0 { return .divisionByZero }
            overflow = a.dividedReportingOverflow(by: b).overflow
        case .remainderInt:
            if b == 0 { return .remainderByZero }
            overflow = a.remainderReportingOverflow(dividingBy: b).overflow
        default: overflow = a == .min
        }
        return overflow ? .integerOverflow : nil
    }

    private static func ofUInts(_ operation: Operation, _ a: UInt64, _ b: UInt64) -> FailureReason? {
        let overflow: Bool
        switch operation {
        case .addUInt: overflow = a.addingReportingOverflow(b).overflow
        case .subtractUInt: overflow = a.subtractingReportingOverflow(b).overflow
        case .multiplyUInt: overflow = a.multipliedReportingOverflow(by: b).overflow
        case .divideUInt: return b == 0 ? .divisionByZero : nil
        default: return b == 0 ? .remainderByZero : nil
        }
        return overflow ? .integerOverflow : nil
    }

    private static func ofTimes(_ operation: Operation, _ a: Int64, _ b: Int64) -> FailureReason? {
        let isSum = operation == .addToTimestamp || operation == .addDurations
        let (value, overflow) = isSum ? a.addingReportingOverflow(b) : a.subtractingReportingOverflow(b)
        switch operation {
        case .addToTimestamp, .subtractFromTimestamp:
            return overflow || !Converting.isInRange(timestamp: value) ? .timestampRange : nil
        default: return overflow || !Converting.isInRange(duration: value) ? .durationRange : nil
        }
    }

    private static func ofConversion(_ operation: Operation, _ row: Int, _ a: SlotMemory) -> FailureReason? {
        switch operation {
        case .intFromUInt: uint(a, row) > UInt64(Int64.max) ? .intRange : nil
        case .intFromDouble: Converting.int(double(a, row)) == nil ? .intRange : nil
        case .intFromString: NumberText.int(view(a, row).buffer) == nil ? .notAnInt : nil
        case .uintFromInt: int(a, row) < 0 ? .uintRange : nil
        case .uintFromDouble: Converting.uint(double(a, row)) == nil ? .uintRange : nil
        case .uintFromString: NumberText.uint(view(a, row).buffer) == nil ? .notAUInt : nil
        case .doubleFromString: NumberText.double(view(a, row).buffer) == nil ? .notADouble : nil
        case .stringFromBytes: Text.isValid(view(a, row)) ? nil : .invalidUTF8
        case .stringFromTimestamp: Converting.isInRange(timestamp: int(a, row)) ? nil : .timestampRange
        case .boolFromString: Converting.bool(view(a, row)) == nil ? .notABool : nil
        case .timestampFromString: TimeText.timestamp(view(a, row).buffer) == nil ? .notATimestamp : nil
        case .timestampFromInt: Converting.timestamp(seconds: int(a, row)) == nil ? .timestampRange : nil
        case .durationFromString: TimeText.duration(view(a, row).buffer) == nil ? .notADuration : nil
        default: nil
        }
    }
}
