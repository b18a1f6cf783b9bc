import Glibc

/// A thread for tests.
final class Thread: @unchecked Sendable {  // Its body is set once, before the thread starts.
    private let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    func start() {
        var id = pthread_t()
        pthread_create(
            &id, nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Thread>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(id)
    }

    static func sleep(_ seconds: Double) { usleep(UInt32(seconds * 1_000_000)) }
}
