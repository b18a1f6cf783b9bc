import Glibc

/// A program started by a test, with what it prints kept in files. Killed when the test lets go of it.
final class Child {
    struct Failure: Error, CustomStringConvertible { var description: String }

    let pid: pid_t
    let name: String
    private let folder: String
    private var status: Int32?

    /// Starts a program; `arguments` begins with its path.
    init(_ arguments: [String], environment: [String: String] = [:]) throws {
        name = arguments.joined(separator: " ")
        folder = try Self.makeFolder()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder + "/out", O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, folder + "/err", O_WRONLY | O_CREAT, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals as at a login, whatever the test's threads block.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var strings = arguments.map { strdup($0) } + [nil]
        var variables = Self.environment(adding: environment).map { strdup($0) } + [nil]
        defer { (strings + variables).forEach { free($0) } }
        var child = pid_t()
        let code = posix_spawnp(&child, arguments[0], &actions, &attributes, &strings, &variables)
        guard code == 0 else { throw Failure(description: "\(arguments[0]): \(String(cString: strerror(code)))") }
        pid = child
    }

    deinit {
        if status == nil {
            kill(pid, SIGKILL)
            _ = wait(seconds: 10)
        }
        unlink(folder + "/out")
        unlink(folder + "/err")
        rmdir(folder)
    }

    private static func makeFolder() throws -> String {
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(temporary)/vigie-child-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(description: "no folder in \(temporary)") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func environment(adding more: [String: String]) -> [String] {
        var lines: [String] = more.map { "\($0.key)=\($0.value)" }
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            let name = String(line.prefix { $0 != "=" })
            // Settings of the machine must not change what a test sees.
            if more[name] == nil, !name.hasPrefix("VIGIE_") { lines.append(line) }
            entry += 1
        }
        return lines
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// The exit code once it has ended, 128 and the signal's number where that ended it; nil while it runs.
    var exitCode: Int32? {
        if status == nil {
            var found: Int32 = 0
            if waitpid(pid, &found, WNOHANG) == pid { status = found }
        }
        return status.map { $0 & 0x7f == 0 ? $0 >> 8 & 0xff : 128 + $0 & 0x7f }
    }

    /// Waits for its end; nil when that takes too long.
    func wait(seconds: Double) -> Int32? {
        _ = eventually(within: seconds) { exitCode != nil }
        return exitCode
    }

    var output: String { TextFile.read(folder + "/out") ?? "" }
    var errors: String { TextFile.read(folder + "/err") ?? "" }

    /// Runs a program to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], seconds: Double = 60
    ) throws -> (code: Int32?, output: String, errors: String) {
        let child = try Child(arguments, environment: environment)
        let code = child.wait(seconds: seconds)
        return (code, child.output, child.errors)
    }
}

/// Looks again and again until something holds; false when it takes too long.
func eventually(within seconds: Double = 30, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = ContinuousClock.now + .milliseconds(Int64(seconds * 1000))
    while ContinuousClock.now < end {
        if try condition() { return true }
        usleep(10_000)
    }
    return try condition()
}

enum TextFile {
    static func read(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ text: String, to path: String) -> Bool {
        guard let file = fopen(path, "we") else { return false }
        defer { fclose(file) }
        return fputs(text, file) >= 0
    }

    /// Calls `body` with each line, without its end.
    static func lines(_ path: String, _ body: (String) throws -> Void) throws {
        guard let file = fopen(path, "re") else {
            throw Child.Failure(description: "\(path): \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while true {
            let count = getline(&line, &capacity, file)
            guard count > 0, let line else { return }
            if line[count - 1] == 10 { line[count - 1] = 0 }
            try body(String(cString: line))
        }
    }
}

/// What the tests need of the machine.
enum Bench {
    /// The built binary: it stands beside the test bundle.
    static let vigie: String = {
        if let named = getenv("VIGIE_TEST_BINARY") { return String(cString: named) }
        var path = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        let own = String(decoding: path.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/vigie"
    }()

    /// This folder in the sources.
    static let here = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
        separator: "/")

    /// A folder `shared/NAME` beside the repository, or above it.
    static func shared(_ name: String) -> String? {
        var parts = here.split(separator: "/").dropLast(2)
        while !parts.isEmpty {
            parts = parts.dropLast()
            let path = "/" + (parts.map(String.init) + ["shared", name]).joined(separator: "/")
            if access(path, R_OK) == 0 { return path }
        }
        return nil
    }

    /// The recorded data, or nil, said once.
    static let data: String? = {
        if let named = getenv("VIGIE_TEST_DATA") { return String(cString: named) }
        let found = shared("data")
        if found == nil {
            print("tests on recorded data are skipped: no folder above has shared/data, and VIGIE_TEST_DATA is not set")
        }
        return found
    }()

    /// ThreadSanitizer slows everything down by an order of magnitude: tests take less input then.
    static let isSlow = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "__tsan_func_entry") != nil
}
