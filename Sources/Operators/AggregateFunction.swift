import Expressions
import Records

/// The aggregate functions of a windowed step.
enum AggregateFunction: String, CaseIterable, Sendable {
    case count, sum, min, max, avg, first, last

    var summary: String {
        switch self {
        case .count: "number of rows; with an argument, of rows in which it is present"
        case .sum: "sum: doubles with compensation (Neumaier), integers exactly in 128 bits"
        case .min: "least value"
        case .max: "greatest value"
        case .avg: "arithmetic mean"
        case .first: "value of the row with the earliest event time; of equals the one that came first"
        case .last: "value of the row with the latest event time; of equals the one that came last"
        }
    }

    /// The type of the result for an argument, nil where the function does not take that type.
    func result(of type: ValueType?) -> ValueType? {
        switch (self, type) {
        case (.count, _): .int
        case (_, nil): nil
        case (.sum, .int?): .int
        case (.sum, .duration?): .duration
        case (.sum, .double?), (.avg, .double?), (.avg, .int?): .double
        case (.min, .int?), (.max, .int?): .int
        case (.min, .double?), (.max, .double?): .double
        case (.min, .timestamp?), (.max, .timestamp?): .timestamp
        case (.min, .duration?), (.max, .duration?): .duration
        case (.first, let type?), (.last, let type?): type
        default: nil
        }
    }
}

/// How the values of one distinct argument are accumulated in a cell. Words of a cell are 64 bits each.
enum Accumulator: Sendable {
    /// Rows in which the argument is present: 1 word.
    case count
    /// n, sum, compensation, min, max: 5 words. One pass over the column serves sum, avg, min and max alike.
    case doubles
    /// n, sum low, sum high, min, max: 5 words.
    case integers
    /// n, event time, value: 3 words.
    case first, last
    /// n, event time, address, length | capacity: 4 words; the bytes stand in the slice's text arena.
    case firstText, lastText

    var initialWords: [UInt64] {
        switch self {
        case .count: [0]
        case .doubles:
            [0, 0, 0, Double.infinity.bitPattern, (-Double.infinity).bitPattern]
        case .integers: [0, 0, 0, UInt64(bitPattern: .max), UInt64(bitPattern: .min)]
        case .first: [0, UInt64(bitPattern: .max), 0]
        case .last: [0, UInt64(bitPattern: .min), 0]
        case .firstText: [0, UInt64(bitPattern: .max), 0, 0]
        case .lastText: [0, UInt64(bitPattern: .min), 0, 0]
        }
    }

    static func serving(_ function: AggregateFunction, of type: ValueType) -> Accumulator {
        switch function {
        case .count: .count
        case .sum, .min, .max, .avg: type == .double ? .doubles : .integers
        case .first: type == .string || type == .bytes ? .firstText : .first
        case .last: type == .string || type == .bytes ? .lastText : .last
        }
    }
}
