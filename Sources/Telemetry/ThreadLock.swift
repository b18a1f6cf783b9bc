#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A mutual exclusion lock over `pthread_mutex_t`, which ThreadSanitizer understands (`Synchronization.Mutex` is a bare
/// futex and gives false reports). Not recursive. For cold shared state; nothing is locked per record.
public final class ThreadLock: @unchecked Sendable {
    // Sendable: the mutex is made for use from any thread and the pointer never changes.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    public init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "pthread_mutex_init failed with \(code)")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    public func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }
}
