import Glibc

/// A thread that runs one function and is joined by its owner.
final class BackgroundThread {
    private var handle: pthread_t?
    private let ended = Locked(false)

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread, which takes no signals. Where no thread can be had, `isRunning` is false at once.
    init(name: String, _ body: @escaping @Sendable () -> Void) {
        let ended = ended
        let start = Unmanaged.passRetained(
            Body {
                Self.prepare(name)
                body()
                ended.value = true
            })
        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
        if code == 0 {
            self.handle = handle
        } else {
            start.release()
            ended.value = true
        }
    }

    var isRunning: Bool { !ended.value }

    /// Waits for its end.
    func join() {
        if let handle { pthread_join(handle, nil) }
        handle = nil
    }

    /// Signals are for the main thread; the name is what top and gdb show (at most 15 bytes).
    private static func prepare(_ name: String) {
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        if descriptor < 0 { return }
        defer { close(descriptor) }
        let text = Array(name.utf8.prefix(15))
        _ = write(descriptor, text, text.count)
    }
}
