import Glibc

/// The folder where a node keeps what survives a restart. For now that is its name, so that two nodes don't share one
/// by mistake: state itself is rebuilt from the source topics.
struct StateDirectory {
    let path: String

    /// Makes the folder and claims it for a node. Returns what is wrong, in words, or nil.
    func prepare(node: String) -> String? {
        if let problem = makeFolders() { return problem }
        let file = path + "/node"
        if let owner = read(file), owner != node {
            return "it belongs to node '\(owner)'; give each node a folder of its own (--state-dir)"
        }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        if descriptor < 0 { return "\(file): \(String(cString: strerror(errno)))" }
        defer { close(descriptor) }
        let text = Array((node + "\n").utf8)
        if write(descriptor, text, text.count) != text.count { return "\(file): \(String(cString: strerror(errno)))" }
        return nil
    }

    private func makeFolders() -> String? {
        var prefix = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            prefix += "/" + part
            if mkdir(prefix, 0o755) != 0, errno != EEXIST { return "\(prefix): \(String(cString: strerror(errno)))" }
        }
        return nil
    }

    private func read(_ file: String) -> String? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes[0..<count], as: UTF8.self)
        return String(text.prefix { $0 != "\n" })
    }
}
