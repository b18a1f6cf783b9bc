import CSQLite

/// An SQLite database in memory: the oracle of these tests, and where results are compared.
final class Database {
    struct Failure: Error, CustomStringConvertible { var description: String }

    enum Value: Equatable {
        case null
        case int(Int64)
        case double(Double)
        case text(String)

        var text: String? { if case .text(let text) = self { text } else { nil } }
        var int: Int64? { if case .int(let value) = self { value } else { nil } }
        var double: Double? {
            switch self {
            case .double(let value): value
            case .int(let value): Double(value)
            case .null, .text: nil
            }
        }
    }

    private let handle: OpaquePointer
    private var prepared: [String: OpaquePointer] = [:]
    /// SQLite copies what it is given under this flag (SQLITE_TRANSIENT, a macro Swift does not see).
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    init() throws {
        var handle: OpaquePointer?
        guard sqlite3_open_v2(":memory:", &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil) == SQLITE_OK,
            let handle
        else {
            throw Failure(description: "no database")
        }
        self.handle = handle
    }

    deinit {
        for statement in prepared.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    private func failure(_ sql: String) -> Failure {
        Failure(description: "\(String(cString: sqlite3_errmsg(handle))): \(sql)")
    }

    func run(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    /// Rows of a query, with values bound to `?`.
    @discardableResult
    func query(_ sql: String, _ values: [Value] = []) throws -> [[Value]] {
        let statement = try statement(sql)
        defer { sqlite3_reset(statement) }
        for (index, value) in values.enumerated() {
            let at = Int32(index + 1)
            let code =
                switch value {
                case .null: sqlite3_bind_null(statement, at)
                case .int(let value): sqlite3_bind_int64(statement, at, value)
                case .double(let value): sqlite3_bind_double(statement, at, value)
                case .text(let text): sqlite3_bind_text(statement, at, text, -1, Self.transient)
                }
            guard code == SQLITE_OK else { throw failure(sql) }
        }
        var rows: [[Value]] = []
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return rows }
            guard code == SQLITE_ROW else { throw failure(sql) }
            rows.append((0..<sqlite3_column_count(statement)).map { value(statement, $0) })
        }
    }

    private func value(_ statement: OpaquePointer, _ column: Int32) -> Value {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: .int(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: .double(sqlite3_column_double(statement, column))
        case SQLITE_NULL: .null
        default: .text(sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "")
        }
    }

    private func statement(_ sql: String) throws -> OpaquePointer {
        if let known = prepared[sql] { return known }
        var made: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &made, nil) == SQLITE_OK, let made else { throw failure(sql) }
        prepared[sql] = made
        return made
    }

    func count(_ sql: String) throws -> Int {
        Int(try query(sql).first?.first?.int ?? -1)
    }
}
