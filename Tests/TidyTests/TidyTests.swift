import Testing

/// Takes away what the table of exceptions allows and shows the rest, one finding a line.
private func expectNone(
    _ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation
) {
    let left = findings.filter { finding in
        !Rules.exceptions.contains { finding.path == $0.path && finding.message.contains($0.rule) }
    }
    guard !left.isEmpty else { return }
    let list = left.map { "\n  \($0)" }.joined()
    Issue.record("\(left.count) to put right:\(list)", sourceLocation: sourceLocation)
}

@Suite("The style of the sources")
struct SourceStyle {
    @Test("There are sources to look at")
    func sourcesAreFound() {
        #expect(Repository.swiftSources.count > 20)
        #expect(Repository.swiftTests.contains { $0.path == "Tests/TidyTests/TidyTests.swift" })
        #expect(Repository.scripts.contains { $0.path == "Deploy/setup" })
    }

    @Test("Nothing banned, with what to use instead")
    func bans() { expectNone(Repository.swiftSources.flatMap(Checks.bans)) }

    @Test("Lines of at most 120 characters")
    func lineLengths() {
        let files = Repository.swiftSources + Repository.swiftTests + Repository.scripts + [Repository.package]
        expectNone(files.flatMap(Checks.lineLengths))
    }

    @Test("Files of at most 500 lines")
    func fileLengths() { expectNone((Repository.swiftSources + Repository.swiftTests).flatMap(Checks.fileLength)) }

    @Test("Functions of at most 70 lines")
    func functionLengths() { expectNone(Repository.swiftSources.flatMap(Checks.functionLengths)) }

    @Test("Every promise about threads says what keeps it")
    func promises() { expectNone(Repository.swiftSources.flatMap(Checks.unexplainedPromises)) }

    @Test("Nothing left over")
    func leftovers() {
        let documents = ["Topologies", "Deploy", "Sources"].flatMap { folder in
            ["md", "yaml", "h", "cpp", "c", "service", "env", ""].flatMap {
                Repository.files(under: folder, withExtension: $0)
            }
        }
        let files =
            Repository.swiftSources + Repository.swiftTests + documents
            + ["README.md", "Package.swift", "Tests/run", ".ci/run"].map(Repository.read)
        expectNone(files.flatMap(Checks.leftovers))
    }

    @Test("Every exception is still needed")
    func exceptionsAreNeeded() {
        let files = Repository.swiftSources + Repository.swiftTests + Repository.scripts + [Repository.package]
        let checks = [
            Checks.bans, Checks.lineLengths, Checks.fileLength, Checks.functionLengths, Checks.unexplainedPromises,
            Checks.leftovers,
        ]
        for exception in Rules.exceptions {
            let findings = files.filter { $0.path == exception.path }.flatMap { file in checks.flatMap { $0(file) } }
            #expect(
                findings.contains { $0.message.contains(exception.rule) },
                "\(exception.path) no longer needs its exception (\(exception.reason)): take it out of Rules.swift")
        }
    }
}

@Suite("The layout of the repository")
struct Layout {
    let graph = PackageGraph(Repository.package.text)

    @Test("A target uses only what stands above it in Package.swift")
    func levels() {
        for (index, name) in graph.order.enumerated() {
            let above = Set(graph.order[..<index])
            let wrong = (graph.uses[name] ?? []).subtracting(above).sorted()
            #expect(wrong.isEmpty, "Package.swift: \(name) uses \(wrong), which do not stand above it: move or cut")
        }
    }

    @Test("Every folder of Sources is a target, and every target has its folder")
    func targetsAndFolders() {
        let folders = Set(Repository.entries(of: "Sources").filter { Repository.isFolder("Sources/\($0)") })
        #expect(folders == Set(graph.order), "Package.swift and Sources/ must name the same targets")
    }

    @Test("Imports are those of the target graph")
    func imports() {
        expectNone(Repository.swiftSources.flatMap { Checks.imports(in: $0, graph: graph) })
    }

    @Test("What must stay apart stays apart", arguments: Rules.neverReaches.indices)
    func neverReaches(_ index: Int) {
        let rule = Rules.neverReaches[index]
        #expect(graph.uses[rule.target] != nil, "no target \(rule.target): the rule in Rules.swift needs another name")
        #expect(
            !graph.reach(of: rule.target).contains(rule.never),
            "Package.swift: \(rule.target) must not come to \(rule.never): \(rule.reason)")
    }

    @Test("A C library is seen by one target, an allocator by the executables")
    func libraries() {
        for library in graph.libraries.sorted() {
            let users = graph.order.filter {
                graph.uses[$0]?.contains(library) == true && !Rules.yardsticks.contains($0)
            }
            let isFine = users.count <= 1 || Set(users).isSubset(of: Rules.executables)
            #expect(isFine, "Package.swift: \(library) is used by \(users): wrap it in one of them")
        }
    }

    @Test("Nothing unexpected at the top")
    func topLevel() {
        for name in Repository.entries(of: "") where !Rules.topLevel.contains(name) {
            // What no clone holds: git's own, build results and what an editor leaves behind.
            let isLocal = name.hasPrefix(".") && !isTracked(name)
            #expect(isLocal, "\(name): put it into a folder, or add it to Rules.topLevel and say why")
        }
    }

    private func isTracked(_ name: String) -> Bool {
        guard let listing = try? Shell.run("git", "ls-files", "--", name, in: Repository.root) else { return false }
        return listing.code == 0 && !listing.output.isEmpty
    }

    @Test("A topology's folder has the file and its explanation")
    func topologies() {
        for name in Repository.entries(of: "Topologies") where Repository.isFolder("Topologies/\(name)") {
            for file in ["topology.yaml", "README.md"] {
                #expect(
                    Repository.exists("Topologies/\(name)/\(file)"),
                    "Topologies/\(name): \(file) is missing; a topology is topology.yaml with a README.md"
                )
            }
        }
    }
}
