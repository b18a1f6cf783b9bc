import Foundation
import Testing

@testable import Telemetry

/// Keeps lines, and stands the clocks where the test wants them.
final class Recorder: @unchecked Sendable {
    private let lock = ThreadLock()
    private var written: [String] = []
    private var nanoseconds: Int64 = 0

    var lines: [String] { lock.withLock { written } }
    func advance(seconds: Int64) { lock.withLock { nanoseconds += seconds * 1_000_000_000 } }

    func sink() -> LogSink {
        LogSink(
            output: { line in self.lock.withLock { self.written.append(String(decoding: line, as: UTF8.self)) } },
            wallClock: { 1_764_031_946_123_456 },
            steadyClock: { self.lock.withLock { self.nanoseconds } })
    }
}

@Suite struct LogTests {
    @Test func logfmt() {
        let recorder = Recorder()
        let log = Log(sink: recorder.sink()).with(["node": "vigie-1", "worker": 0])
        log.info(
            "partition assigned",
            [
                "topic": "port.readings", "text": "two words", "quote": "a\"b\\c\nd\u{1B}[31m", "empty": "",
                "eq": "a=b",
                "flag": true, "ratio": 0.25, "took": Duration.milliseconds(1500), "worker": 3, "level": "x",
                "bad key": 1,
                "é": "°C",
            ])
        log.debug("not shown")
        #expect(
            recorder.lines == [
                "time=2025-11-25T00:52:26.123Z level=info msg=\"partition assigned\" node=vigie-1 worker=3 "
                    + "topic=port.readings text=\"two words\" quote=\"a\\\"b\\\\c\\nd\\u001b[31m\" empty=\"\" "
                    + "eq=\"a=b\" "
                    + "flag=true ratio=0.25 took=1.5 field.level=x bad_key=1 _=°C\n"
            ])
    }

    @Test func json() throws {
        let recorder = Recorder()
        let log = Log(level: .debug, format: .json, sink: recorder.sink())
        log.debug("odd", ["a": "q\"\\\u{0}\u{85}\u{2028}é😀", "n": Int64.min, "d": Double.nan, "f": 1e-9, "b": false])
        let line = try #require(recorder.lines.first)
        #expect(line.hasSuffix("}\n") && line.filter(\.isNewline).count == 1)
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["a"] as? String == "q\"\\\u{0}\u{85}\u{2028}é😀")
        #expect(object["n"] as? Int64 == Int64.min)
        #expect(object["d"] as? String == "nan")
        #expect(object["f"] as? Double == 1e-9)
        #expect(object["b"] as? Bool == false)
        #expect(object["msg"] as? String == "odd")
        #expect(object["level"] as? String == "debug")
    }

    @Test(arguments: [
        ("sasl.password", true), ("SSL_KEY_PASSWORD", true), ("api-key", true), ("client_secret", true),
        ("Token", true),
        ("authorization", true), ("topic", false), ("key", false), ("passed", false),
    ])
    func secrets(_ key: String, _ isSecret: Bool) {
        #expect(Redaction.isSecret(key) == isSecret)
        let recorder = Recorder()
        let fields = LogValue.text("hunter2")
        Log(sink: recorder.sink()).with(["sasl.password": "hunter2"]).info("x", ["token": fields, "keep": "hunter3"])
        #expect(recorder.lines.first?.contains("hunter2") == false)
        #expect(recorder.lines.first?.contains("token=[redacted] keep=hunter3") == true)
    }

    @Test func levels() {
        for level in LogLevel.allCases {
            let recorder = Recorder()
            let log = Log(level: level, sink: recorder.sink())
            log.debug("m")
            log.info("m")
            log.warning("m")
            log.error("m")
            #expect(recorder.lines.count == 4 - level.rawValue)
            #expect(LogLevel(name: level.description) == level)
        }
        #expect(LogLevel(name: "loud") == nil)
        Log.silent.error("nothing")
    }

    @Test func repetitionsAreSuppressedAndCounted() {
        let recorder = Recorder()
        let sink = recorder.sink()
        let log = Log(sink: sink)
        for _ in 0..<5 { log.error("broker unreachable", ["broker": "a"], every: .seconds(30)) }
        log.with(["worker": 1]).error("broker unreachable", every: .seconds(30))
        recorder.advance(seconds: 29)
        log.error("broker unreachable", every: .seconds(30))
        recorder.advance(seconds: 1)
        log.error("broker unreachable", every: .seconds(30))
        recorder.advance(seconds: 30)
        log.error("broker unreachable", every: .seconds(30))
        #expect(
            recorder.lines.map { $0.dropFirst(42).trimmingCharacters(in: .newlines) }
                == [
                    "msg=\"broker unreachable\" broker=a", "msg=\"broker unreachable\" worker=1",
                    "msg=\"broker unreachable\" suppressed=5", "msg=\"broker unreachable\"",
                ].map { $0 })
        let errors = sink.samples().first { $0.labels == ["error"] }
        #expect(errors?.value == .counter(9))
    }

    @Test func longValuesAreCut() {
        let recorder = Recorder()
        Log(sink: recorder.sink()).info("long", ["v": String(repeating: "é", count: 10_000)])
        #expect((recorder.lines.first?.utf8.count ?? 0) < 4_300)
        #expect(recorder.lines.first?.hasSuffix("…\"\n") == true)
    }

    @Test func theLimiterForgetsTheOldest() {
        let recorder = Recorder()
        let limiter = RateLimiter(clock: { 0 })
        for index in 0..<10_000 { #expect(limiter.admit("\(index)", every: .seconds(1)) == 0) }
        #expect(limiter.admit("9999", every: .seconds(1)) == nil)
        _ = recorder
    }

    /// Lines of many threads to one descriptor stay whole.
    @Test func threadsWriteWholeLines() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "vigie-log-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try #require(FileHandle(forWritingAtPath: path))
        let log = Log(format: .json, sink: LogSink(fileDescriptor: file.fileDescriptor))
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let mine = log.with(["worker": worker])
                    for index in 0..<100 {
                        mine.info("line", ["index": index, "pad": String(repeating: "x", count: 300)])
                    }
                }
            }
        }
        try file.close()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 800)
        var seen = Set<String>()
        for line in lines {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            seen.insert("\(object["worker"] ?? "")-\(object["index"] ?? "")")
        }
        #expect(seen.count == 800)
    }

    @Test func aClosedDescriptorIsNoError() {
        Log(sink: LogSink(fileDescriptor: 9_999)).error("nobody reads this")
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_399_999_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"), (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func timestamps(_ microseconds: Int64, _ text: String) {
        #expect(LogLine.timestamp(microseconds) == text)
    }
}
