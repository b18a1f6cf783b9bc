import Records

/// A second implementation of the language's meaning, for comparison: a tree over single values, without anything of
/// the compiler. It prints itself as CEL too.
indirect enum Tree {
    case field(String, ValueType)
    case literal(Value)
    /// `has(field)`
    case has(String)
    /// `field.orValue(other)`
    case orValue(String, Tree)
    /// An operator between two, by its symbol.
    case binary(String, Tree, Tree)
    case not(Tree)
    case negate(Tree)
    case choice(Tree, Tree, Tree)
    case among(Tree, [Tree])
    /// `name(arguments)`, or `first.name(rest)`.
    case call(String, [Tree], isMethod: Bool)
}

/// A value that could not be computed.
struct RowError: Error {}

typealias RowResult = Result<Value, RowError>

extension Tree {
    var text: String {
        switch self {
        case .field(let name, _): name
        case .literal(let value): Self.literal(value)
        case .has(let name): "has(\(name))"
        case .orValue(let name, let other): "\(name).orValue(\(other.text))"
        case .binary(let op, let a, let b): "(\(a.text) \(op) \(b.text))"
        case .not(let a): "!(\(a.text))"
        case .negate(let a): "-(\(a.text))"
        case .choice(let c, let a, let b): "(\(c.text) ? \(a.text) : \(b.text))"
        case .among(let a, let list): "(\(a.text) in [\(list.map(\.text).joined(separator: ", "))])"
        case .call(let name, let arguments, false): "\(name)(\(arguments.map(\.text).joined(separator: ", ")))"
        case .call(let name, let arguments, true):
            "(\(arguments[0].text)).\(name)(\(arguments.dropFirst().map(\.text).joined(separator: ", ")))"
        }
    }

    private static func literal(_ value: Value) -> String {
        switch value {
        case .bool(let v): return v ? "true" : "false"
        case .int(let v): return v < 0 ? "(\(v))" : "\(v)"
        case .uint(let v): return "\(v)u"
        case .double(let v):
            if v.isNaN { return "(0.0 / 0.0)" }
            if v.isInfinite { return v < 0 ? "(-1.0 / 0.0)" : "(1.0 / 0.0)" }
            return v.sign == .minus ? "(\(v))" : "\(v)"
        case .string(let v):
            var text = "'"
            for scalar in v.unicodeScalars {
                if scalar == "'" || scalar == "\\" { text += "\\" }
                text.unicodeScalars.append(scalar)
            }
            return text + "'"
        case .timestamp(let v): return "timestamp('\(v)')"
        case .duration(let v): return "duration('\(v)us')"
        case .null, .bytes: return "b''"
        }
    }

    func value(_ row: [String: Value]) -> RowResult {
        switch self {
        case .field(let name, _):
            guard let value = row[name], value != .null else { return .failure(RowError()) }
            return .success(value)
        case .literal(let value): return .success(value)
        case .has(let name): return .success(.bool(row[name] != .null))
        case .orValue(let name, let other):
            if let value = row[name], value != .null { return .success(value) }
            return other.value(row)
        case .binary("&&", let a, let b): return Self.absorbing(a.value(row), b.value(row), deciding: false)
        case .binary("||", let a, let b): return Self.absorbing(a.value(row), b.value(row), deciding: true)
        case .binary(let op, let a, let b):
            return a.value(row).flatMap { x in b.value(row).flatMap { y in Self.binary(op, x, y) } }
        case .not(let a): return a.value(row).map { $0 == .bool(true) ? .bool(false) : .bool(true) }
        case .negate(let a): return a.value(row).flatMap(Self.negated)
        case .choice(let c, let a, let b):
            return c.value(row).flatMap { $0 == .bool(true) ? a.value(row) : b.value(row) }
        case .among(let a, let list):
            return a.value(row).map { x in
                .bool(list.contains { (try? Self.binary("==", x, $0.value(row).get()).get()) == .bool(true) })
            }
        case .call(let name, let arguments, _):
            var values: [Value] = []
            for argument in arguments {
                switch argument.value(row) {
                case .success(let value): values.append(value)
                case .failure(let error): return .failure(error)
                }
            }
            return Self.call(name, values)
        }
    }

    /// `&&` and `||`: a side that decides alone does so whatever the other is.
    private static func absorbing(_ a: RowResult, _ b: RowResult, deciding: Bool) -> RowResult {
        for side in [a, b] { if case .success(.bool(deciding)) = side { return side } }
        if case .failure = a { return a }
        return b
    }

    private static func negated(_ value: Value) -> RowResult {
        switch value {
        case .int(let v): whole(0 - Int128(v), .int)
        case .double(let v): .success(.double(-v))
        default: .failure(RowError())
        }
    }

    /// A whole number as int or uint, if it fits.
    private static func whole(_ value: Int128, _ type: ValueType) -> RowResult {
        if type == .int { return Int64(exactly: value).map { .success(.int($0)) } ?? .failure(RowError()) }
        return UInt64(exactly: value).map { .success(.uint($0)) } ?? .failure(RowError())
    }

    private static func whole(_ value: Value) -> Int128? {
        switch value {
        case .int(let v): Int128(v)
        case .uint(let v): Int128(v)
        default: nil
        }
    }

    /// −1, 0 or 1; nil with a NaN.
    private static func order(_ a: Value, _ b: Value) -> Int? {
        func compared<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : x == y ? 0 : 1 }
        switch (a, b) {
        case (.double(let x), .double(let y)): return x.isNaN || y.isNaN ? nil : compared(x, y)
        case (.string(let x), .string(let y)):
            return x.utf8.elementsEqual(y.utf8) ? 0 : x.utf8.lexicographicallyPrecedes(y.utf8) ? -1 : 1
        case (.bool(let x), .bool(let y)): return compared(x ? 1 : 0, y ? 1 : 0)
        case (.timestamp(let x), .timestamp(let y)): return compared(x, y)
        case (.duration(let x), .duration(let y)): return compared(x, y)
        case (.double, _): return order(b, a).map { -$0 }
        case (_, .double(let y)):
            guard let x = whole(a), !y.isNaN else { return nil }
            // Beyond 2^100 the whole number does not matter.
            if y.magnitude > 0x1p100 { return y > 0 ? -1 : 1 }
            let floor = Int128(y.rounded(.down))
            return x == floor ? (y == y.rounded(.down) ? 0 : -1) : compared(x, floor)
        default:
            guard let x = whole(a), let y = whole(b) else { return nil }
            return compared(x, y)
        }
    }

    private static func binary(_ op: String, _ a: Value, _ b: Value) -> RowResult {
        let order = order(a, b)
        switch op {
        case "==": return .success(.bool(order == 0))
        case "!=": return .success(.bool(order != 0))
        case "<": return .success(.bool(order == -1))
        case "<=": return .success(.bool(order == -1 || order == 0))
        case ">": return .success(.bool(order == 1))
        case ">=": return .success(.bool(order == 1 || order == 0))
        default: break
        }
        switch (a, b) {
        case (.double(let x), .double(let y)):
            return .success(.double(op == "+" ? x + y : op == "-" ? x - y : op == "*" ? x * y : x / y))
        case (.string(let x), .string(let y)): return .success(.string(x + y))
        case (.timestamp(let t), .duration(let d)):
            return time(Int128(t.microseconds) + (op == "+" ? Int128(d) : -Int128(d)))
        case (.timestamp(let x), .timestamp(let y)): return span(Int128(x.microseconds) - Int128(y.microseconds))
        case (.duration(let x), .duration(let y)):
            return span(op == "+" ? Int128(x) + Int128(y) : Int128(x) - Int128(y))
        default:
            guard let x = whole(a), let y = whole(b) else { return .failure(RowError()) }
            if (op == "/" || op == "%") && y == 0 { return .failure(RowError()) }
            let type: ValueType = if case .int = a { .int } else { .uint }
            // The least int by −1: the remainder would be 0, but the division behind it overflows.
            if op == "%", type == .int, x == Int128(Int64.min), y == -1 { return .failure(RowError()) }
            let (product, overflow) = x.multipliedReportingOverflow(by: y)
            if op == "*" { return overflow ? .failure(RowError()) : whole(product, type) }
            return whole(op == "+" ? x + y : op == "-" ? x - y : op == "/" ? x / y : x % y, type)
        }
    }

    private static func time(_ micros: Int128) -> RowResult {
        micros < -62_135_596_800_000_000 || micros > 253_402_300_799_999_999
            ? .failure(RowError()) : .success(.timestamp(EventTime(microseconds: Int64(micros))))
    }

    private static func span(_ micros: Int128) -> RowResult {
        micros.magnitude > 9_223_372_036_854_775
            ? .failure(RowError()) : .success(.duration(microseconds: Int64(micros)))
    }

    private static func call(_ name: String, _ values: [Value]) -> RowResult {
        switch (name, values.first, values.dropFirst().first) {
        case ("size", .string(let s)?, nil): return .success(.int(Int64(s.unicodeScalars.count)))
        case ("startsWith", .string(let s)?, .string(let t)?):
            return .success(.bool(s.utf8.starts(with: t.utf8)))
        case ("endsWith", .string(let s)?, .string(let t)?):
            return .success(.bool(s.utf8.reversed().starts(with: t.utf8.reversed())))
        case ("contains", .string(let s)?, .string(let t)?):
            let (a, b) = (Array(s.utf8), Array(t.utf8))
            let found = a.count >= b.count && (0...(a.count - b.count)).contains { a[$0...].starts(with: b) }
            return .success(.bool(found))
        case ("upperAscii", .string(let s)?, nil):
            let bytes = s.utf8.map { $0 >= 97 && $0 <= 122 ? $0 - 32 : $0 }
            return .success(.string(String(decoding: bytes, as: UTF8.self)))
        case ("substring", .string(let s)?, .int(let from)?):
            let scalars = Array(s.unicodeScalars)
            guard from >= 0, from <= scalars.count else { return .failure(RowError()) }
            var text = ""
            text.unicodeScalars.append(contentsOf: scalars[Int(from)...])
            return .success(.string(text))
        case ("int", .double(let v)?, nil):
            guard v > -0x1p63, v < 0x1p63 else { return .failure(RowError()) }
            return .success(.int(Int64(v)))
        case ("int", .uint(let v)?, nil): return whole(Int128(v), .int)
        case ("int", .string(let v)?, nil): return Int64(v).map { .success(.int($0)) } ?? .failure(RowError())
        case ("uint", .int(let v)?, nil): return whole(Int128(v), .uint)
        case ("double", .int(let v)?, nil): return .success(.double(Double(v)))
        case ("double", .uint(let v)?, nil): return .success(.double(Double(v)))
        case ("string", .int(let v)?, nil): return .success(.string("\(v)"))
        case ("string", .bool(let v)?, nil): return .success(.string("\(v)"))
        case ("math.abs", .double(let v)?, nil): return .success(.double(abs(v)))
        case ("math.floor", .double(let v)?, nil): return .success(.double(v.rounded(.down)))
        case ("math.greatest", .int(let a)?, .int(let b)?): return .success(.int(max(a, b)))
        case ("math.least", .double(let a)?, .double(let b)?): return .success(.double(Double.minimum(a, b)))
        case ("getHours", .timestamp(let t)?, nil):
            let hours = Int128(t.microseconds) - (t.microseconds < 0 ? 3_599_999_999 : 0)
            let hour = Int64(hours / 3_600_000_000) % 24
            return .success(.int(hour < 0 ? hour + 24 : hour))
        case ("getSeconds", .duration(let d)?, nil): return .success(.int(d / 1_000_000))
        default: return .failure(RowError())
        }
    }
}
