/// A column's name and type as the checker and the reader of a topology see it.
public struct Field: Sendable, Hashable {
    public var name: String
    public var type: ValueType
    /// Whether a row may lack a value. A column of a field that is not optional is valid in every selected row.
    public var isOptional: Bool
    /// The unit as declared ("°C", "km/h"), for people.
    public var unit: String?

    public init(_ name: String, _ type: ValueType, optional: Bool = false, unit: String? = nil) {
        self.name = name
        self.type = type
        self.isOptional = optional
        self.unit = unit
    }
}

/// The fields of a batch, in column order. Names are unique.
public struct Schema: Sendable, Hashable {
    public let fields: [Field]

    public init(_ fields: [Field]) {
        self.fields = fields
        precondition(Set(fields.map(\.name)).count == fields.count, "field names are unique")
    }

    public var count: Int { fields.count }
    public subscript(_ index: Int) -> Field { fields[index] }

    public func index(of name: String) -> Int? { fields.firstIndex { $0.name == name } }
}
