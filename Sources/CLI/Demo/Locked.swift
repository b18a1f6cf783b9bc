import Telemetry

/// A value that threads share, for a few reads and writes a second.
final class Locked<Value: Sendable>: @unchecked Sendable {
    // Sendable: the value is only touched under the lock.
    private let lock = ThreadLock()
    private var stored: Value

    init(_ value: Value) { stored = value }

    var value: Value {
        get { lock.withLock { stored } }
        set { lock.withLock { stored = newValue } }
    }

    func update(_ change: (inout Value) -> Void) { lock.withLock { change(&stored) } }
}
