import Testing

/// The rules themselves, each on a line that breaks it and on one that comes close.
@Suite("The rules of style")
struct RuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var target = "Runtime"
        var text: String
        var broken: Bool

        var testDescription: String { "\(target): \(text)" }
    }

    static let banCases: [Case] = [
        Case(text: "let x = try! f()", broken: true),
        Case(text: "let x = try? f()", broken: false),
        Case(text: "let x = y as! Int", broken: true),
        Case(text: "let x = y as? Int", broken: false),
        Case(text: "let x = table[key]!", broken: true),
        Case(text: "let x = f()!.count", broken: true),
        Case(text: "let x = a != b", broken: false),
        Case(text: "let x = a! == b", broken: true),
        Case(text: "if !isEmpty { return !(a) }", broken: false),
        Case(text: #"let x = "no!" // and here x! too"#, broken: false),
        Case(text: "fatalError(\"no\")", broken: true),
        Case(text: "precondition(x > 0)", broken: false),
        Case(text: "print(x)", broken: true),
        Case(target: "CLI", text: "print(x)", broken: false),
        Case(text: "printer.print(x); footprint(x)", broken: false),
        Case(text: "try await Task.sleep(for: .seconds(1))", broken: true),
        Case(target: "Node", text: "try await Task.sleep(for: .seconds(1))", broken: false),
        Case(text: "DispatchQueue.global().async { }", broken: true),
        Case(text: "let now = Date()", broken: true),
        Case(target: "Console", text: "let now = Date()", broken: false),
        Case(text: "let m = Mutex<Int>(0)", broken: true),
        Case(text: "let m = PthreadMutex(0)", broken: false),
        Case(text: "var hasher = Hasher()", broken: true),
        Case(text: "exit(1)", broken: true),
        Case(text: "/* x! /* print(x) */ y! */ let z = \"\"\"\n  a! \"b\" c!\n  \"\"\"", broken: false),
        Case(text: ##"let raw = #"a "quoted"! b!"# + x!"##, broken: true),
    ]

    @Test("Banned calls", arguments: banCases)
    func bans(_ example: Case) {
        let file = SourceFile(path: "Sources/\(example.target)/X.swift", text: example.text)
        let findings = Checks.bans(in: file)
        #expect(findings.isEmpty != example.broken, "\(findings)")
    }

    @Test("A finding names its line")
    func lines() {
        let file = SourceFile(path: "Sources/Runtime/X.swift", text: "let a = 1\n// é x!\nlet b = a!\n\nprint(b)\n")
        #expect(Checks.bans(in: file).map(\.line) == [3, 5])
        #expect(Checks.bans(in: file).first?.description.hasPrefix("Sources/Runtime/X.swift:3: ") == true)
    }

    @Test("Every pattern can be read")
    func patternsAreValid() {
        for ban in Rules.bans {
            let lines = CodeText("let a = 1").lines(matching: ban.pattern)
            #expect(lines != [0], "not a regular expression: \(ban.pattern)")
        }
    }

    @Test("Lengths of lines, files and functions")
    func lengths() {
        let line = String(repeating: "é", count: 120)
        #expect(Checks.lineLengths(in: SourceFile(path: "X", text: line)) == [])
        #expect(Checks.lineLengths(in: SourceFile(path: "X", text: "a\n" + line + "x")).map(\.line) == [2])
        let text = SourceFile(path: "X.swift", text: "\n    f(\"\(line)\\n\(line)\")\n/// | \(line) |\n// \(line)")
        #expect(Checks.lineLengths(in: text).map(\.line) == [4], "texts and tables are kept whole, comments are not")
        #expect(Checks.fileLength(of: SourceFile(path: "X", text: String(repeating: "\n", count: 499))) == [])
        #expect(Checks.fileLength(of: SourceFile(path: "X", text: String(repeating: "\n", count: 500))).count == 1)

        func function(of lines: Int) -> SourceFile {
            let body = String(repeating: "    f(\"}\")\n", count: lines - 2)
            let head = "protocol P { func g() }\n@inlinable\npublic func f(g: () -> Int = { 1 }) {\n"
            return SourceFile(path: "X", text: "\(head)\(body)}\n")
        }
        #expect(Checks.functionLengths(in: function(of: 70)) == [])
        #expect(Checks.functionLengths(in: function(of: 71)).map(\.line) == [3])
    }

    @Test("A promise needs its reason")
    func promises() {
        func findings(_ text: String) -> Int {
            Checks.unexplainedPromises(in: SourceFile(path: "X", text: text)).count
        }
        #expect(findings("final class A: @unchecked Sendable {}") == 1)
        #expect(findings("// All state is behind `lock`.\nfinal class A: @unchecked Sendable {}") == 0)
    }

    @Test("Leftovers, whole words only")
    func leftovers() {
        for word in Rules.leftovers {
            #expect(Checks.leftovers(in: SourceFile(path: "X", text: "\n// \(word): later")).map(\.line) == [2])
            #expect(Checks.leftovers(in: SourceFile(path: "X", text: "let \(word)S = 1")) == [])
        }
    }

    static let manifest = """
        // layer("Ghost", ["Nothing"])
            library("CYaml", "yaml-0.1", "libyaml-dev"),
            .target(name: "CScan"),
            layer("Records"),
            layer("Settings", ["CYaml", "Records"]),
            layer("Runtime", ["Records"]),
            .executableTarget(
                name: "CLI",
                dependencies: ["Runtime", "Settings"],
                swiftSettings: strict),
        """

    @Test("The target graph as Package.swift states it")
    func graph() {
        let graph = PackageGraph(Self.manifest)
        #expect(graph.order == ["CYaml", "CScan", "Records", "Settings", "Runtime", "CLI"])
        #expect(graph.uses["Settings"] == ["CYaml", "Records"])
        #expect(graph.uses["CScan"] == [])
        #expect(graph.libraries == ["CYaml"])
        #expect(graph.reach(of: "CLI") == ["Runtime", "Settings", "Records", "CYaml"])
    }

    static let importCases: [Case] = [
        Case(text: "import Records", broken: false),
        Case(text: "public import Records", broken: false),
        Case(text: "@preconcurrency internal import Glibc", broken: false),
        Case(text: "import Settings", broken: true),
        Case(text: "import struct Settings.Place", broken: true),
        Case(text: "import Foundation", broken: true),
        Case(target: "CLI", text: "import Foundation", broken: false),
        Case(target: "CLI", text: "import NIOCore", broken: true),
        Case(text: "// import Foundation", broken: false),
        Case(text: "let important = 1", broken: false),
    ]

    @Test("Imports", arguments: importCases)
    func imports(_ example: Case) {
        let file = SourceFile(path: "Sources/\(example.target)/X.swift", text: example.text)
        let findings = Checks.imports(in: file, graph: PackageGraph(Self.manifest))
        #expect(findings.isEmpty != example.broken, "\(findings)")
    }
}
