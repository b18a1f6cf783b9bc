import Glibc
import Runtime
import Synchronization

/// A named thread that runs one worker until it is told to stop. Everything of the worker is made, used and destroyed
/// on it.
final class WorkerThread: Sendable {
    private let name: String
    private let shouldStop = Atomic<Bool>(false)
    private let hasEnded = Atomic<Bool>(false)
    private let thread: Handle
    /// What the worker gave as its reason when it had to give up.
    private let failure = LockedValue<String?>(nil)

    /// Written once by `start`, read by `join`, both by the owner.
    private final class Handle: @unchecked Sendable { var value: pthread_t? }

    private final class Start: @unchecked Sendable {
        let thread: WorkerThread
        let make: @Sendable () -> Result<Worker, NodeError>

        init(_ thread: WorkerThread, _ make: @escaping @Sendable () -> Result<Worker, NodeError>) {
            self.thread = thread
            self.make = make
        }
    }

    init(name: String) {
        self.name = name
        thread = Handle()
    }

    var reason: String? { failure.value }
    var isRunning: Bool { !hasEnded.load(ordering: .acquiring) }

    /// Starts the thread; `make` runs on it.
    func start(_ make: @escaping @Sendable () -> Result<Worker, NodeError>) {
        let start = Unmanaged.passRetained(Start(self, make))
        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { raw in
                guard let raw else { return nil }
                let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
                start.thread.run(start.make)
                return nil
            }, start.toOpaque())
        if code != 0 {
            start.release()
            failure.value = "no thread could be started: \(String(cString: strerror(code)))"
            hasEnded.store(true, ordering: .releasing)
            return
        }
        thread.value = handle
    }

    private func run(_ make: @Sendable () -> Result<Worker, NodeError>) {
        // Signals are for the main thread.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        nameThread()
        switch make() {
        case .failure(let error): failure.value = error.description
        case .success(let worker):
            while !shouldStop.load(ordering: .relaxed), worker.failure == nil { worker.runOnce() }
            worker.stop()
            if let reason = worker.failure { failure.value = reason }
        }
        hasEnded.store(true, ordering: .releasing)
    }

    /// As top and gdb show it; Glibc's call for it is not visible to Swift.
    private func nameThread() {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        if descriptor < 0 { return }
        defer { close(descriptor) }
        let text = Array(name.utf8.prefix(15))
        _ = write(descriptor, text, text.count)
    }

    func stop() { shouldStop.store(true, ordering: .relaxed) }

    func join() {
        if let handle = thread.value { pthread_join(handle, nil) }
        thread.value = nil
    }
}

/// A value behind a pthread lock (ThreadSanitizer does not understand `Synchronization.Mutex`: STYLE.md 9.3).
final class LockedValue<Value: Sendable>: @unchecked Sendable {
    private var stored: Value
    private let lock: UnsafeMutablePointer<pthread_mutex_t>

    init(_ value: Value) {
        stored = value
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    var value: Value {
        get {
            pthread_mutex_lock(lock)
            defer { pthread_mutex_unlock(lock) }
            return stored
        }
        set {
            pthread_mutex_lock(lock)
            stored = newValue
            pthread_mutex_unlock(lock)
        }
    }
}
