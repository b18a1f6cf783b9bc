/// A pattern that has no place in `Sources`, and what to write instead.
struct Ban: Sendable {
    /// A regular expression, matched against code without comments and string contents.
    let pattern: String
    /// What is wrong, and what to do about it.
    let advice: String
    /// The targets it holds for; all where nil.
    var only: Set<String>? = nil
    /// The targets it does not hold for.
    var except: Set<String> = []

    func holds(for target: String) -> Bool { only?.contains(target) ?? !except.contains(target) }
}

/// A place that breaks a rule for a reason.
struct Exception: Sendable {
    /// Path from the top of the repository.
    let path: String
    /// A part of the finding's message.
    let rule: String
    /// Why it is better so.
    let reason: String
}

enum Rules {
    static let lineLength = 120
    static let fileLength = 500
    static let functionLength = 70

    /// Places that may break a rule. Each says why; one that is no longer needed must go.
    static let exceptions: [Exception] = [
        Exception(
            path: "Package.swift", rule: "characters",
            reason: "one line per target, so that the target graph reads as a table"),
        Exception(
            path: "Sources/Alerting/Fingerprint.swift", rule: "`Hasher` differs",
            reason: "a Hasher of its own, FNV-1a, the same in every process"),
        Exception(
            path: "Sources/Runtime/MachineClock.swift", rule: "time is an argument",
            reason: "it is the clock that the others are given"),
    ]

    /// The targets a record passes through: no Foundation, no clock and no hash that differs from process to process.
    static let hot: Set<String> = [
        "Records", "Codecs", "Expressions", "Inference", "StateStore", "Alerting", "Operators", "Runtime",
    ]

    /// What an executable may do and a library may not.
    static let executables: Set<String> = ["CLI", "Bench"]
    /// The benchmark's C loops call the libraries that ours are compared with.
    static let yardsticks: Set<String> = ["CBench"]

    /// Modules that come with Swift or the system, by target: everywhere, or only outside the hot targets.
    static let modulesForAll: Set<String> = ["Glibc", "Darwin", "Synchronization"]
    static let modulesOutsideHot: Set<String> = ["Foundation", "FoundationEssentials"]

    /// Target graph rules that no entry in Package.swift may undo, not even by way of a third target.
    static let neverReaches: [(target: String, never: String, reason: String)] = [
        ("Runtime", "KafkaClient", "the simulated log and the real one stand behind the same ports"),
        ("Runtime", "WebServer", "the loop publishes a snapshot; Console serves it"),
        ("Operators", "KafkaClient", "operators see batches and nothing of where they come from"),
        ("Topology", "KafkaClient", "`vigie validate` and `vigie test` need no broker"),
        ("Alerting", "Telemetry", "the life of an alert is a value that takes its time as an argument"),
        ("Records", "Settings", "level 0 stands on nothing"),
        ("Codecs", "Settings", "a decoder is given its plan, it reads no configuration"),
        ("Expressions", "Settings", "expressions report offsets; places in a file are the topology's"),
    ]

    static let bans: [Ban] = [
        Ban(pattern: #"\btry!"#, advice: "`try!` ends the process on bad input: pass the error on or handle it"),
        Ban(pattern: #"\bas!"#, advice: "`as!` ends the process on a surprise: use `as?` and handle the other case"),
        Ban(
            pattern: #"(?<=[\w)\]}>"`])!(?=[\s.,;:)\]\[}(]|$)(?<!\btry!)(?<!\bas!)"#,
            advice: "a forced unwrap ends the process on nil: bind it with `guard let` or `if let`"),
        Ban(
            pattern: #"\bfatalError\("#,
            advice: "`fatalError` hides who must act: throw, or state a `precondition` for a programmer's mistake"),
        Ban(
            pattern: #"(?<![.\w])(?:debugPrint|print|dump)\("#,
            advice: "a library writes nothing by itself: log through Telemetry, or return text for the CLI to print",
            except: executables),
        Ban(
            pattern: #"\b(?:DispatchQueue|DispatchSemaphore|DispatchGroup|import Dispatch)\b"#,
            advice: "Dispatch hides threads: a worker is a named thread of its own, waiting is done by its owner"),
        Ban(
            pattern: #"\bTask\.sleep\b|\b(?:usleep|nanosleep|sleep)\("#,
            advice: "the loop never sleeps by itself: wait in the port's poll, take time from the clock passed in",
            only: ["Operators", "Topology", "Runtime"]),
        Ban(
            pattern: #"\bDate\(\)|\bContinuousClock\b|\bSuspendingClock\b|\bclock_gettime\b"#,
            advice: "time is an argument here: take it from the caller, else no test and no simulation repeats",
            only: hot),
        Ban(
            pattern: #"\bHasher\b|\.hashValue\b"#,
            advice: "`Hasher` differs from process to process: use KeyHash for partitions, files and tables",
            only: hot.union(["KafkaClient"])),
        Ban(
            pattern: #"(?<!\w)Mutex[<(]"#,
            advice: "ThreadSanitizer can't follow `Mutex`: use a lock over pthread_mutex_t"),
        Ban(pattern: #"\bexit\("#, advice: "only an executable ends the process: throw instead", except: executables),
        Ban(pattern: #"\bString\(format:"#, advice: "`String(format:)` takes varargs on trust: build the text by hand"),
    ]

    /// Words that mark work left over, put together here so that this file has none.
    static let leftovers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]

    /// What may lie at the top of the repository.
    static let topLevel: Set<String> = [
        ".ci", ".editorconfig", ".gitignore", ".swift-format", "Deploy", "LICENSE", "Package.swift", "README.md",
        "Sources",
        "Tests", "Topologies",
    ]
}
