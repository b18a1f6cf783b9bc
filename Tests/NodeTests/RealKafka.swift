import Glibc
import KafkaClient
import Testing

/// The real Kafka of the tests: the one named by VIGIE_TEST_KAFKA, or one of our own from `shared/kafka`, started once
/// for the whole process and ended after it.
enum RealKafka {
    private enum Found {
        case at(String)
        case missing(String)
    }

    private static let found: Found = {
        let found = look()
        if case .missing(let why) = found { print("tests of nodes on a real Kafka are skipped: \(why)") }
        return found
    }()

    static var address: String? {
        if case .at(let address) = found { return address }
        return nil
    }

    static var isThere: Bool { address != nil }
    static var hasData: Bool { Bench.data != nil && isThere }
    /// A Kafka that a test may stop and start, as `Cluster` does.
    static var hasOwn: Bool { Bench.shared("kafka/kafka") != nil && isThere }

    private static func look() -> Found {
        if let named = getenv("VIGIE_TEST_KAFKA"), named.pointee != 0 { return .at(String(cString: named)) }
        guard let script = Bench.shared("kafka/kafka") else {
            return .missing("VIGIE_TEST_KAFKA is not set and no folder above has shared/kafka/kafka")
        }
        do {
            let cluster = try Cluster(script: script, name: "node")
            cluster.outlivesTest()
            return .at(cluster.address)
        } catch { return .missing("\(error)") }
    }
}

/// A Kafka of a test's own.
final class Cluster {
    private let script: String
    private let folder: String
    let address: String
    private var isShared = false

    init(script: String, name: String) throws {
        self.script = script
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        folder = "\(temporary)/vigie-\(name)-\(getpid())"
        var said = ""
        for attempt in 0..<5 {
            let port = 31000 + (Int(getpid()) * 7 + attempt * 1013 + name.utf8.reduce(0) { $0 + Int($1) * 37 }) % 9000
            let (code, output, errors) = try Child.run(
                [script, "start", "--port", "\(port)", "--dir", folder, "--heap", "256m"], seconds: 90)
            if code == 0 {
                address = output.split(separator: "\n").last.map(String.init) ?? ""
                watch()
                return
            }
            said = errors
            if errors.contains("no java") { break }
            _ = try Child.run([script, "stop", "--dir", folder])
        }
        throw Child.Failure(description: "\(script) did not start: \(said)")
    }

    deinit {
        if !isShared { _ = try? Child.run([script, "stop", "--dir", folder]) }
    }

    /// Leaves the end to the watcher.
    func outlivesTest() { isShared = true }

    /// Ends Kafka when this process has ended, however it does.
    private func watch() {
        _ = try? Child.run([
            "bash", "-c",
            """
            setsid bash -c 'while kill -0 \(getpid()) 2>/dev/null; do sleep 0.3; done; "$0" stop --dir "$1"' "$0" "$1" \
            >/dev/null 2>&1 </dev/null &
            """, script, folder,
        ])
    }

    func down() throws { try order("down") }
    func up() throws { try order("up") }
    func bounce() throws { try order("bounce") }

    private func order(_ word: String) throws {
        let (code, _, errors) = try Child.run([script, word, "0", "--dir", folder], seconds: 90)
        try #require(code == 0, "kafka \(word): \(errors)")
    }
}

/// Topics of one test on a real Kafka, with names of their own, and what is read and written there.
final class Topics {
    let address: String
    /// Makes names unique.
    let run: String
    private let producer: Producer

    init(_ address: String?) throws {
        self.address = try #require(address)
        run = String(UInt64.random(in: 0..<(.max)), radix: 36)
        // Up to what brokers take: nodes have to live with it.
        let settings = ClientSettings(brokers: self.address, properties: ["message.max.bytes": "1048000"])
        producer = try Producer(settings, log: { _, _, _ in })
    }

    func name(_ topic: String) -> String { "\(topic).\(run)" }

    /// Makes a topic that keeps everything: recorded data bears times of years ago, by which brokers would delete it.
    func make(_ topic: String, partitions: Int32) throws {
        let admin = try Admin(ClientSettings(brokers: address), log: { _, _, _ in })
        let made = try admin.create([NewTopic(name(topic), partitions: partitions, settings: ["retention.ms": "-1"])])
        try #require(made.allSatisfy { $0.error == nil }, "\(made)")
    }

    /// Queues a record; `flush` waits for all.
    func send(_ topic: String, _ value: String?, key: String? = nil, partition: Int32 = -1, time: Int64 = 0) throws {
        let handle = try producer.topic(name(topic))
        let value = value.map { Array($0.utf8) }, key = key.map { Array($0.utf8) }
        while true {
            let outcome = lend(value) { value in
                lend(key) { key in
                    producer.send(
                        to: handle, partition: partition, key: key, value: value, timestampMilliseconds: time, epoch: 0)
                }
            }
            switch outcome {
            case .queued:
                producer.poll()
                return
            case .queueFull: producer.poll(timeout: .milliseconds(50))
            case .refused(let error): throw error
            }
        }
    }

    func flush() throws {
        try #require(producer.flush(timeout: .seconds(60)) && producer.failedTotal == 0)
    }

    private func lend<R>(_ bytes: [UInt8]?, _ body: (UnsafeBufferPointer<UInt8>?) -> R) -> R {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBufferPointer { body($0) }
    }

    /// The text of a topology in this folder, its topics with names of this test.
    func topology(_ file: String) throws -> String {
        let text = try #require(TextFile.read("\(Bench.here)/Topologies/\(file).yaml"), "\(file).yaml")
        return text.split(separator: "RUN", omittingEmptySubsequences: false).joined(separator: run)
    }
}
