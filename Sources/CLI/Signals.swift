import Glibc

/// SIGINT and SIGTERM, taken by a thread of their own, so that what they set off may lock and allocate. A second signal
/// ends the process at once.
enum Signals {
    private final class Action: Sendable {
        let body: @Sendable (String) -> Void
        init(_ body: @escaping @Sendable (String) -> Void) { self.body = body }
    }

    /// Calls `body` with the signal's name at the first of them. To be called before any other thread is started: threads
    /// inherit the mask.
    static func onStop(_ body: @escaping @Sendable (String) -> Void) {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let action = Unmanaged.passRetained(Action(body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { raw in
            guard let raw else { return nil }
            let action = Unmanaged<Action>.fromOpaque(raw).takeRetainedValue()
            var set = sigset_t()
            sigemptyset(&set)
            sigaddset(&set, SIGINT)
            sigaddset(&set, SIGTERM)
            var signal: Int32 = 0
            sigwait(&set, &signal)
            action.body(signal == SIGINT ? "SIGINT" : "SIGTERM")
            sigwait(&set, &signal)
            _exit(128 + signal)
        }, action.toOpaque())
        if code == 0 { pthread_detach(thread) } else { action.release() }
    }
}
