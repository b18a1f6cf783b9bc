// swift-tools-version: 6.2
import PackageDescription

// One line per target, in level order: a target may use only what stands above it (Sources/…/<Target>.docc says why each exists).
// Settings that every target of ours shares.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

func layer(_ name: String, _ uses: [String] = []) -> Target {
    .target(name: name, dependencies: uses.map { .byName(name: $0) }, swiftSettings: strict)
}

func tests(_ name: String, _ uses: [String], data: [String] = []) -> Target {
    .testTarget(name: name + "Tests", dependencies: uses.map { .byName(name: $0) }, exclude: data, swiftSettings: strict)
}

/// A C library of the distribution, found by pkg-config, seen by exactly one target of ours.
func library(_ name: String, _ pkgConfig: String?, _ package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
    name: "vigie",
    products: [
        .executable(name: "vigie", targets: ["CLI"]),
        .executable(name: "vigie-bench", targets: ["Bench"]),
    ],
    targets: [
        // Level 0
        library("CRdKafka", "rdkafka", "librdkafka-dev"),
        library("CZstd", "libzstd", "libzstd-dev"),
        library("CYaml", "yaml-0.1", "libyaml-dev"),
        library("CMicroHTTPD", "libmicrohttpd", "libmicrohttpd-dev"),
        library("CMimalloc", nil, "libmimalloc-dev"),
        library("CSQLite", "sqlite3", "libsqlite3-dev"),
        .target(name: "CScan"),
        layer("Records"),
        layer("Settings", ["CYaml"]),
        layer("Telemetry"),
        layer("Arguments", ["Settings"]),
        // Level 1
        layer("KafkaClient", ["CRdKafka", "Records"]),
        layer("WebServer", ["CMicroHTTPD"]),
        layer("Codecs", ["CScan", "Records"]),
        layer("Expressions", ["Records"]),
        layer("Inference", ["Records"]),
        layer("StateStore", ["Records"]),
        layer("Alerting", ["Records"]),
        layer("Simulators", ["Records"]),
        // Level 2
        layer("Operators", ["CScan", "Records", "Settings", "Expressions", "Inference", "StateStore", "Alerting"]),
        // Level 3
        layer("Topology", ["Records", "Settings", "Codecs", "Operators"]),
        // Level 4
        layer("Runtime", ["Records", "Settings", "Telemetry", "Codecs", "Operators", "Topology"]),
        // Level 5
        layer("Console", ["Records", "Telemetry", "WebServer", "Runtime"]),
        // Level 6
        layer("Node", ["Records", "Settings", "Telemetry", "KafkaClient", "Topology", "Runtime", "Console"]),
        // Level 7
        .executableTarget(
            name: "CLI",
            dependencies: ["Arguments", "Records", "Settings", "Telemetry", "KafkaClient", "Codecs", "Simulators", "Topology", "Runtime", "Console", "Node", "CMimalloc"],
            swiftSettings: strict),
        .target(name: "CBench", dependencies: ["CMimalloc", "CRdKafka"], linkerSettings: [.linkedLibrary("mimalloc")]),
        .executableTarget(
            name: "Bench",
            dependencies: ["CBench", "Arguments", "Records", "Settings", "Telemetry", "KafkaClient", "Topology", "Runtime", "Console", "Node"],
            swiftSettings: strict),
        // Tests
        tests("Records", ["Records"]),
        tests("Settings", ["Settings"]),
        tests("Telemetry", ["Telemetry"]),
        tests("Arguments", ["Arguments"]),
        tests("KafkaClient", ["CRdKafka", "KafkaClient", "Records"]),
        tests("WebServer", ["WebServer"]),
        tests("Codecs", ["Codecs", "Records"]),
        tests("Expressions", ["Expressions", "Records"]),
        tests("Inference", ["Inference", "Records"]),
        tests("StateStore", ["StateStore", "Records"]),
        tests("Alerting", ["Alerting", "Records"]),
        tests("Simulators", ["Simulators", "Records"]),
        tests("Operators", ["Operators", "Records", "Settings", "Codecs", "Expressions", "Inference"]),
        tests("Topology", ["Topology", "Operators", "Records", "Settings", "Codecs"], data: ["Explained"]),
        tests("Runtime", ["Runtime", "Topology", "Records", "Settings", "Codecs", "Telemetry"]),
        tests("Console", ["Console", "Records", "Settings", "Telemetry", "Topology", "Runtime", "WebServer"]),
        tests(
            "Node",
            [
                "CSQLite", "Node", "KafkaClient", "Codecs", "Runtime", "Topology", "Records", "Settings", "Simulators",
                "Telemetry",
            ],
            data: ["Topologies"]),
        tests("CLI", ["CLI", "Arguments", "KafkaClient", "Records", "Settings", "Telemetry", "Codecs", "Simulators", "Topology", "Runtime"]),
        tests("Tidy", []),
    ],
    swiftLanguageModes: [.v6]
)
