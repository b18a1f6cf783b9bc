public import Records

/// A function as people see it: what `vigie explain` and the documentation print, and the tests run.
public struct FunctionDescription: Hashable, Sendable {
    /// The name as it is called: `contains`, `math.round`.
    public var name: String
    /// One line for each form: `string.contains(string) → bool`.
    public var signatures: [String]
    public var summary: String
    /// An expression that uses it and the value that it has.
    public var example: String
    public var exampleValue: Value
}

/// One form of a function: the types it takes and gives.
struct Overload: Hashable, Sendable {
    /// The receiver first, where it is called on one.
    var parameters: [ValueType]
    var result: ValueType
    /// nil for a conversion to the type that the value has already.
    var operation: Operation?

    init(_ parameters: [ValueType], _ result: ValueType, _ operation: Operation?) {
        self.parameters = parameters
        self.result = result
        self.operation = operation
    }
}

/// A function of the language, registered in one of the family lists and in `FunctionTable.families`.
struct Function: Sendable {
    enum Style: Sendable {
        /// `name(a, b)`
        case global
        /// `a.name(b)`
        case receiver
        /// Either.
        case both
        /// `name(a, b, …)`, taken from the left two by two.
        case variadic
    }

    var name: String
    var style: Style
    var overloads: [Overload]
    var summary: String
    var example: String
    var exampleValue: Value
    /// Whether a last argument may name the distance from UTC.
    var takesZone = false

    init(
        _ name: String, _ style: Style, _ overloads: [Overload], _ summary: String, example: String, _ value: Value,
        takesZone: Bool = false
    ) {
        self.name = name
        self.style = style
        self.overloads = overloads
        self.summary = summary
        self.example = example
        self.exampleValue = value
        self.takesZone = takesZone
    }

    /// The forms as lines of text.
    var signatures: [String] {
        overloads.map { overload in
            let types = overload.parameters.map(\.name)
            let result = " → " + overload.result.name
            let zone = takesZone ? "zone: string = \"UTC\"" : nil
            switch style {
            case .global, .both:
                return "\(name)(\((types + (zone.map { [$0] } ?? [])).joined(separator: ", ")))" + result
            case .variadic: return "\(name)(\(types[0]), …)" + result
            case .receiver:
                let arguments = types.dropFirst() + (zone.map { [$0] } ?? [])
                return "\(types[0]).\(name)(\(arguments.joined(separator: ", ")))" + result
            }
        }
    }

    var description: FunctionDescription {
        FunctionDescription(
            name: name, signatures: signatures, summary: summary, example: example, exampleValue: exampleValue)
    }
}

/// Every function, by name.
enum FunctionTable {
    /// The families, in the order in which they are listed to people.
    static let families: [[Function]] = [
        presenceFunctions, conversionFunctions, textFunctions, mathFunctions, timeFunctions,
    ]

    static let byName: [String: Function] = Dictionary(
        families.joined().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// What CEL has beyond this version, with the words for it.
    static let notYet: [String: String] = [
        "matches": "regular expressions", "split": "lists as values", "join": "lists as values",
        "format": "text formatting", "all": "macros over lists", "exists": "macros over lists",
        "exists_one": "macros over lists", "existsOne": "macros over lists", "map": "macros over lists",
        "filter": "macros over lists", "type": "types as values", "dyn": "dynamic types", "reverse": "text reversal",
    ]

    /// Names that people know from elsewhere.
    static let knownAs: [String: String] = [
        "min": "math.least", "max": "math.greatest", "math.min": "math.least", "math.max": "math.greatest",
        "abs": "math.abs", "round": "math.round", "floor": "math.floor", "ceil": "math.ceil", "sqrt": "math.sqrt",
        "len": "size", "length": "size", "lower": "lowerAscii", "upper": "upperAscii", "toLowerCase": "lowerAscii",
        "toUpperCase": "upperAscii", "lowercase": "lowerAscii", "uppercase": "upperAscii", "strip": "trim",
        "substr": "substring", "includes": "contains", "exists": "has", "isNull": "has", "coalesce": "orValue",
        "float": "double", "integer": "int", "str": "string", "year": "getFullYear", "hour": "getHours",
        "minute": "getMinutes",
    ]

    /// `has` and `orValue` are the checker's own: they take fields, not values.
    static let presenceFunctions: [Function] = [
        Function(
            "has", .global, [], "Whether a row has a value for an optional field.", example: "has(site)", .bool(true)),
        Function(
            "orValue", .receiver, [], "The field's value, or the other where the row has none.",
            example: "site.orValue(\"?\")", .string("quay 4")),
    ]
}

extension Expression {
    /// Every function there is, family by family. The examples are over the fields of `exampleSchema`.
    public static var functions: [FunctionDescription] {
        FunctionTable.families.joined().map { function in
            var described = function.description
            if function.name == "has" { described.signatures = ["has(field) → bool"] }
            if function.name == "orValue" { described.signatures = ["field.orValue(value) → value"] }
            return described
        }
    }

    /// The fields that the examples of `functions` use.
    public static let exampleSchema = Schema([Field("site", .string, optional: true)])
}
