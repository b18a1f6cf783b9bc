import Glibc

/// Where the topologies that come with Vigie stand.
enum TopologyFolder {
    /// What was tried, when none was found.
    struct Missing: Error {
        let tried: [String]
    }

    /// The first folder that is there: in the working directory, beside the binary, up from a SwiftPM build folder, or
    /// where packages put it.
    static func find() -> Result<String, Missing> {
        var tried: [String] = []
        for candidate in candidates(binary: binaryFolder) {
            if isDirectory(candidate) { return .success(candidate) }
            tried.append(candidate)
        }
        return .failure(Missing(tried: tried))
    }

    static func candidates(binary: String?) -> [String] {
        var found = ["Topologies"]
        if let binary {
            // .build/release/vigie is a link into .build/x86_64-unknown-linux-gnu/release: three or four levels up.
            for up in ["", "../", "../../", "../../../"] { found.append("\(binary)/\(up)Topologies") }
            found.append("\(binary)/../share/vigie/Topologies")
        }
        return found + ["/usr/share/vigie/Topologies"]
    }

    private static var binaryFolder: String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &bytes, bytes.count)
        guard count > 0 else { return nil }
        let path = String(decoding: bytes[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
