import Arguments
import Glibc
import Settings
import Topology

/// Topologies as commands take them: files, folders with a topology.yaml, or folders of such folders.
enum TopologyFiles {
    static let argument = Positional.repeated(
        "TOPOLOGY", .existingPath, "a topology file, a folder with a topology.yaml, or a folder of such folders")

    /// The files that the paths stand for, in order. A folder without any is an error in words.
    static func find(_ paths: [String]) -> Result<[String], NotFound> {
        var files: [String] = []
        for path in paths {
            let found = expand(path)
            if found.isEmpty {
                return .failure(
                    NotFound(
                        message: "no topology.yaml in \(path)", hint: "name a topology file, or a folder that holds one"
                    ))
            }
            files += found.filter { !files.contains($0) }
        }
        return .success(files)
    }

    struct NotFound: Error {
        let message: String
        let hint: String
    }

    private static func expand(_ path: String) -> [String] {
        guard isDirectory(path) else { return [path] }
        let own = path + "/topology.yaml"
        if access(own, F_OK) == 0 { return [own] }
        return names(in: path).map { "\(path)/\($0)/topology.yaml" }.filter { access($0, F_OK) == 0 }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// Loads all of them; prints every problem and returns nil when there is an error.
    static func load(_ paths: [String]) -> [TopologyPlan]? {
        switch find(paths) {
        case .failure(let problem):
            Output.error("error: \(problem.message)\n  hint: \(problem.hint)")
            return nil
        case .success(let files):
            let diagnostics = Diagnostics()
            let plans = Loader.load(paths: files, diagnostics)
            if !diagnostics.isEmpty { Output.error(diagnostics.rendered()) }
            return diagnostics.hasErrors ? nil : plans
        }
    }
}
