/// Reads the fields of one mapping: typed, with a diagnostic for each that is missing or wrong, and in `finish()` for
/// each that nobody asked for. Copies share what was asked for.
///
///     let reader = FieldReader(node, what: "source 'readings'", diagnostics)
///     let topic = reader.string("topic")
///     let idle = reader.duration("idle", default: .seconds(60))
///     reader.finish()
///
/// A method that gives nil or the default because of a mistake has added the diagnostic. More reads are in
/// `FieldReader+Values.swift`.
public struct FieldReader {
    /// What the mapping is, as messages name it: `source 'readings'`.
    public let what: String
    public let diagnostics: Diagnostics
    /// The mapping; also where a missing key is reported.
    public let node: ConfigNode
    private let state: State

    private final class State {
        var asked: [String] = []
        /// Diagnostics of missing keys, withdrawn when it turns out that the key is there with a slip.
        var missing: [String: Diagnostics.Ticket] = [:]
        /// False for something that is no mapping: then nothing is missing either, as that was told already.
        var isMapping = true
    }

    /// Anything but a mapping is a diagnostic, and then as if empty but with nothing missing.
    public init(_ node: ConfigNode, what: String, _ diagnostics: Diagnostics) {
        self.what = what
        self.diagnostics = diagnostics
        self.node = node
        state = State()
        if node.entries == nil {
            state.isMapping = false
            diagnostics.error(
                node.place, "\(what) has to be a mapping, found \(node.found)", hint: "write it as `key: value` lines")
        }
    }

    /// Where the mapping starts.
    public var place: Place { node.place }

    /// Whether a key is there, null or not. Counts as asking for it.
    public func has(_ key: String) -> Bool { optionalNode(key) != nil }

    /// The place of a key's value, or of the mapping when it isn't there.
    public func place(of key: String) -> Place { node[key]?.place ?? node.place }

    /// The place of a key, or of the mapping when it isn't there.
    public func keyPlace(of key: String) -> Place {
        node.entries?.first { $0.key == key }?.keyPlace ?? node.place
    }

    /// The value under a key, as it stands; nil without a diagnostic when the key isn't there.
    public func optionalNode(_ key: String) -> ConfigNode? {
        if !state.asked.contains(key) { state.asked.append(key) }
        return node[key]
    }

    /// The value under a key that has to be there.
    public func node(_ key: String) -> ConfigNode? {
        required(key, optionalNode(key), "")
    }

    /// Allows a key without reading it.
    public func ignore(_ key: String) { _ = optionalNode(key) }

    /// Adds an error at a key's value (or at the mapping): "'key' in source 'x' message".
    public func error(at key: String, _ message: String, hint: String? = nil) {
        diagnostics.error(place(of: key), "'\(key)' in \(what) \(message)", hint: hint)
    }

    /// Reports every key that was not asked for, with the nearest name and all that may stand here. To be called
    /// once, after the last read.
    public func finish() {
        for entry in node.entries ?? [] where !state.asked.contains(entry.key) {
            let free = state.asked.filter { node[$0] == nil }
            let nearest = Suggestion.nearest(to: entry.key, in: free)
            if let nearest, let ticket = state.missing.removeValue(forKey: nearest) { diagnostics.withdraw(ticket) }
            var hint = nearest.map { "did you mean '\($0)'? " } ?? ""
            hint +=
                state.asked.isEmpty ? "nothing may stand here" : "known here: \(state.asked.joined(separator: ", "))"
            diagnostics.error(entry.keyPlace, "unknown key '\(entry.key)' in \(what)", hint: hint)
        }
    }

    // MARK: For the typed reads

    /// Passes a value on, or reports that it is missing.
    func required<Value>(_ key: String, _ value: Value?, _ example: String) -> Value? {
        if value == nil, node[key] == nil, state.isMapping, state.missing[key] == nil {
            state.missing[key] = diagnostics.error(
                node.place, "missing key '\(key)' in \(what)", hint: example.isEmpty ? nil : "add `\(key): \(example)`")
        }
        return value
    }

    /// Reports a value of the wrong kind.
    func wrong(_ key: String, _ value: ConfigNode, expected: String, hint: String? = nil) {
        diagnostics.error(
            value.place, "'\(key)' in \(what) has to be \(expected), found \(value.found)", hint: hint)
    }
}
