/// A view of one column's memory: values of one type, and a validity byte (1 present, 0 absent) per row.
///
/// It owns nothing: the `ColumnStorage` it comes from, kept alive by the batch, does. Copying it is free, and hot loops
/// take the typed pointers out of it once per batch.
public struct Column: @unchecked Sendable {
    public let type: ValueType
    public let data: UnsafeMutableRawPointer
    public let validity: UnsafeMutablePointer<UInt8>

    @inlinable public init(type: ValueType, data: UnsafeMutableRawPointer, validity: UnsafeMutablePointer<UInt8>) {
        self.type = type
        self.data = data
        self.validity = validity
    }

    /// The values of a bool column: 0 or 1.
    @inlinable public var bools: UnsafeMutablePointer<UInt8> { data.assumingMemoryBound(to: UInt8.self) }
    /// The values of an int, timestamp or duration column.
    @inlinable public var ints: UnsafeMutablePointer<Int64> { data.assumingMemoryBound(to: Int64.self) }
    @inlinable public var uints: UnsafeMutablePointer<UInt64> { data.assumingMemoryBound(to: UInt64.self) }
    @inlinable public var doubles: UnsafeMutablePointer<Double> { data.assumingMemoryBound(to: Double.self) }
    /// The values of a string or bytes column.
    @inlinable public var views: UnsafeMutablePointer<ByteView> { data.assumingMemoryBound(to: ByteView.self) }

    /// One value, boxed. For edges only (messages, tests), never in loops.
    public func value(at row: Int) -> Value {
        if validity[row] == 0 { return .null }
        return switch type {
        case .bool: .bool(bools[row] != 0)
        case .int: .int(ints[row])
        case .uint: .uint(uints[row])
        case .double: .double(doubles[row])
        case .string: .string(views[row].string)
        case .bytes: .bytes(Array(views[row].buffer))
        case .timestamp: .timestamp(EventTime(microseconds: ints[row]))
        case .duration: .duration(microseconds: ints[row])
        }
    }
}

/// Owner of one column's memory: `capacity` values and validity bytes, allocated once and reused batch after batch.
public final class ColumnStorage {
    public let column: Column
    public let capacity: Int

    public init(_ type: ValueType, capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
        let data = UnsafeMutableRawPointer.allocate(byteCount: capacity * type.stride, alignment: 64)
        // Zeroed so that a row nobody wrote reads as 0; a view needs a pointer that is not null.
        data.initializeMemory(as: UInt8.self, repeating: 0, count: capacity * type.stride)
        if type == .string || type == .bytes {
            data.bindMemory(to: ByteView.self, capacity: capacity).initialize(repeating: .empty, count: capacity)
        }
        let validity = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        validity.initialize(repeating: 1, count: capacity)
        self.column = Column(type: type, data: data, validity: validity)
    }

    deinit {
        column.data.deallocate()
        column.validity.deallocate()
    }
}
