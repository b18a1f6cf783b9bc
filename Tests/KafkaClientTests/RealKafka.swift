import Glibc
import KafkaClient
import Testing

/// The real Kafka of the tests: the one named by VIGIE_TEST_KAFKA, or one of our own from `shared/kafka`, started once
/// for the whole process and ended after it.
enum RealKafka {
    /// How to reach it, or why there is none.
    enum Found {
        case at(plain: String, own: Own?)
        case missing(String)
    }

    /// What only a Kafka of our own has.
    struct Own {
        var script: String
        var folder: String
        var secure: String
        var authority: String { folder + "/tls/ca.pem" }
    }

    static let found: Found = {
        let found = look()
        if case .missing(let why) = found { print("tests on a real Kafka are skipped: \(why)") }
        return found
    }()

    static var address: String? {
        if case .at(let plain, _) = found { return plain }
        return nil
    }

    static var own: Own? {
        if case .at(_, let own) = found { return own }
        return nil
    }

    static var isThere: Bool { address != nil }
    static var isOurs: Bool { own != nil }

    private static func look() -> Found {
        if let named = getenv("VIGIE_TEST_KAFKA"), named.pointee != 0 {
            return .at(plain: String(cString: named), own: nil)
        }
        var parts = #filePath.split(separator: "/").dropLast()
        while !parts.isEmpty {
            parts = parts.dropLast()
            let script = "/" + (parts + ["shared", "kafka", "kafka"]).joined(separator: "/")
            if access(script, X_OK) == 0 { return start(script) }
        }
        return .missing("VIGIE_TEST_KAFKA is not set and no folder above has shared/kafka/kafka")
    }

    private static func start(_ script: String) -> Found {
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let folder = "\(temporary)/vigie-kafka-client-\(getpid())"
        var said = ""
        for attempt in 0..<5 {
            let port = 21000 + (Int(getpid()) * 7 + attempt * 1013) % 9000
            let (status, output) = run(
                [script, "start", "--port", "\(port)", "--dir", folder, "--secure", "--heap", "256m"])
            if status == 0 {
                watch(script, folder)
                let own = Own(script: script, folder: folder, secure: "127.0.0.1:\(port + 100)")
                return .at(plain: output.split(separator: "\n").last.map(String.init) ?? "", own: own)
            }
            said = output
            if output.contains("no java") { break }
            _ = run([script, "stop", "--dir", folder])
        }
        return .missing("\(script) did not start: \(said)")
    }

    /// Runs a program to its end. (Foundation's Process waits for its children's children as well.)
    @discardableResult
    static func run(_ arguments: [String]) -> (status: Int32, output: String) {
        var descriptors: [Int32] = [0, 0]
        pipe(&descriptors)
        let output = descriptors[0]
        defer { close(output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, descriptors[1], 1)
        posix_spawn_file_actions_adddup2(&actions, descriptors[1], 2)
        posix_spawn_file_actions_addclose(&actions, descriptors[0])
        posix_spawn_file_actions_addclose(&actions, descriptors[1])
        var strings = arguments.map { strdup($0) } + [nil]
        defer { strings.forEach { free($0) } }
        var child = pid_t()
        let failed = posix_spawnp(&child, arguments[0], &actions, nil, &strings, environ)
        close(descriptors[1])
        guard failed == 0 else { return (-1, "\(arguments[0]): \(String(cString: strerror(failed)))") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(output, &chunk, chunk.count)
            if count <= 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return ((status >> 8) & 0xff, String(decoding: bytes, as: UTF8.self))
    }

    /// Ends Kafka when this process has ended, however it does.
    private static func watch(_ script: String, _ folder: String) {
        run([
            "bash", "-c",
            """
            setsid bash -c 'while kill -0 \(getpid()) 2>/dev/null; do sleep 0.3; done; "$0" stop --dir "$1"' "$0" "$1" \
            >/dev/null 2>&1 </dev/null &
            """, script, folder,
        ])
    }
}

/// Where a test runs: librdkafka's mock cluster, or a real Kafka.
enum Ground: String, CaseIterable, CustomTestStringConvertible {
    case mock, real
    var testDescription: String { rawValue }

    /// From this version on the mock cluster forms groups at once, and makes no topic that is only asked for.
    static let maturedMock: Int32 = 0x0208_0000

    static var all: [Ground] { RealKafka.isThere ? [.mock, .real] : [.mock] }

    /// A broker list and a new topic on it; `broker` must be kept for as long as it is used.
    func topic(partitions: Int) throws -> (address: String, topic: String, broker: EmbeddedBroker?) {
        let name = "t-\(UInt64.random(in: 0..<(.max)))"
        switch self {
        case .mock:
            let broker = try EmbeddedBroker(log: quiet)
            try broker.createTopic(name, partitions: partitions)
            return (broker.address, name, broker)
        case .real:
            let address = try #require(RealKafka.address)
            let admin = try Admin(ClientSettings(brokers: address), log: quiet)
            let made = try admin.create([NewTopic(name, partitions: Int32(partitions))])
            try #require(made.allSatisfy { $0.error == nil }, "\(made)")
            return (address, name, nil)
        }
    }
}
