import Foundation
import Records
import Testing

@testable import Expressions

/// CEL's own conformance files, read as data where they are: `VIGIE_CEL_CONFORMANCE` names the folder.
enum Conformance {
    static let folder: String? = {
        let environment = ProcessInfo.processInfo.environment["VIGIE_CEL_CONFORMANCE"]
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data/cel").path
        return [environment, beside, "/work/shared/data/cel"].compactMap { $0 }.first {
            FileManager.default.fileExists(atPath: $0 + "/basic.textproto")
        }
    }()

    /// Files, and how many of their tests the subset passes; the others use what a later version brings. A number that
    /// goes up is raised here, one that goes down is a bug.
    static let files: [(name: String, passing: Int)] = [
        ("basic", 33), ("comparisons", 126), ("conversions", 79), ("fields", 1), ("fp_math", 29), ("integer_math", 61),
        ("lists", 6), ("logic", 21), ("macros", 0), ("parse", 153), ("string", 42), ("timestamps", 64),
    ]

    /// Tests whose answer differs, with the reason.
    static let differing: [String: String] = [
        "timestamps/timestamp_conversions/toString_timestamp_nanos": nanoseconds,
        "timestamps/timestamp_arithmetic/add_time_to_duration_nanos_negative": nanoseconds,
        "timestamps/timestamp_arithmetic/add_time_to_duration_nanos_positive": nanoseconds,
        "timestamps/timestamp_range/add_duration_nanos_over": nanoseconds,
        "timestamps/timestamp_range/add_duration_nanos_under": nanoseconds,
    ]
    private static let nanoseconds = "columns hold microseconds; what is finer is cut off when text is read"

    struct Case {
        var name: String
        var node: TextProto.Node
    }

    static func cases(of file: String) throws -> [Case] {
        guard let folder else { return [] }
        let text = try String(contentsOfFile: "\(folder)/\(file).textproto", encoding: .utf8)
        let root = try TextProto.read(text)
        return root.all("section").flatMap { section in
            section.all("test").map { test in
                Case(name: "\(file)/\(section["name"]?.string ?? "")/\(test["name"]?.string ?? "")", node: test)
            }
        }
    }

    enum Verdict: Equatable {
        case passed
        case wrong(String)
        /// Refused by the compiler, or with values that no column has.
        case unsupported(String)
    }

    static func run(_ test: TextProto.Node) -> Verdict {
        guard let text = test["expr"]?.string else { return .unsupported("no expression") }
        var fields: [Field] = []
        var row: [Value] = []
        for entry in test.all("type_env") {
            guard let name = entry["name"]?.string, let type = type(entry["ident"]?["type"]) else {
                return .unsupported("a variable of a type that no field has")
            }
            let bound = test.all("bindings").first { $0["key"]?.string == name }
            guard let value = bound?["value"]?["value"].flatMap(value) else {
                return .unsupported("a variable without a plain value")
            }
            fields.append(Field(name, type))
            row.append(value)
        }
        if !test.all("bindings").isEmpty, fields.isEmpty { return .unsupported("variables without types") }
        let expectsError = test["eval_error"] != nil
        let expression: Expressions.Expression
        do throws(ExpressionErrors) {
            expression = try Expressions.Expression.compile(text, schema: Schema(fields))
        } catch {
            let isConstantFailure = error.errors.allSatisfy { $0.message.hasPrefix("constant expression has no value") }
            if expectsError, isConstantFailure { return .passed }
            return isConstantFailure ? .wrong(error.description) : .unsupported(error.description)
        }
        let outcome = outcomes(expression, Fixture.batch([row], Schema(fields)))[0]
        switch outcome {
        case .failure(let message): return expectsError ? .passed : .wrong(message)
        case .value(let found):
            guard let expected = test["value"].flatMap(value) else {
                if test["value"] == nil, !expectsError { return found == .bool(true) ? .passed : .wrong("\(found)") }
                return .wrong("\(found) where something else was expected")
            }
            return same(found, expected) ? .passed : .wrong("\(found), expected \(expected)")
        }
    }

    private static func same(_ a: Value, _ b: Value) -> Bool {
        if case .double(let x) = a, case .double(let y) = b { return x == y || (x.isNaN && y.isNaN) }
        return ExactValue(a) == ExactValue(b)
    }

    private static func type(_ node: TextProto.Node?) -> ValueType? {
        switch node?["primitive"]?.string {
        case "BOOL": return .bool
        case "INT64": return .int
        case "UINT64": return .uint
        case "DOUBLE": return .double
        case "STRING": return .string
        case "BYTES": return .bytes
        default: break
        }
        switch node?["message_type"]?.string ?? node?["well_known"]?.string {
        case "google.protobuf.Duration", "DURATION": return .duration
        case "google.protobuf.Timestamp", "TIMESTAMP": return .timestamp
        default: return nil
        }
    }

    private static func value(_ node: TextProto.Node) -> Value? {
        guard let (name, content) = node.fields.first else { return nil }
        let word = content.string ?? ""
        switch name {
        case "bool_value": return .bool(word == "true")
        case "int64_value": return Int64(word).map(Value.int)
        case "uint64_value": return UInt64(word).map(Value.uint)
        case "double_value": return Double(word).map(Value.double)
        case "string_value": return .string(word)
        case "bytes_value":
            if case .text(let bytes) = content { return .bytes(bytes) }
            return nil
        case "object_value":
            guard let (type, message) = content.fields.first else { return nil }
            let seconds = Int64(message["seconds"]?.string ?? "0") ?? 0
            let micros = seconds * 1_000_000 + (Int64(message["nanos"]?.string ?? "0") ?? 0) / 1_000
            if type.hasSuffix("google.protobuf.Duration") { return .duration(microseconds: micros) }
            if type.hasSuffix("google.protobuf.Timestamp") { return .timestamp(EventTime(microseconds: micros)) }
            return nil
        default: return nil
        }
    }
}

@Suite(.enabled(if: Conformance.folder != nil, "CEL's conformance files are not here: set VIGIE_CEL_CONFORMANCE"))
struct ConformanceTests {
    @Test(arguments: Conformance.files.map(\.name)) func file(_ name: String) throws {
        var passed = 0
        for test in try Conformance.cases(of: name) {
            switch Conformance.run(test.node) {
            case .passed: passed += 1
            case .unsupported(let why):
                if ProcessInfo.processInfo.environment["VIGIE_CEL_VERBOSE"] != nil {
                    print("unsupported \(test.name): \(test.node["expr"]?.string ?? "") — \(why)")
                }
            case .wrong(let what):
                if Conformance.differing[test.name] == nil {
                    Issue.record("\(test.name): \(test.node["expr"]?.string ?? "") gave \(what)")
                }
            }
        }
        #expect(passed == Conformance.files.first { $0.name == name }?.passing)
    }
}
