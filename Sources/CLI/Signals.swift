import Glibc

/// SIGINT and SIGTERM, taken by a thread of their own, so that what they set off may lock and allocate. A second signal
/// ends the process at once.
enum Signals {
    private final class Action: Sendable {
        let body: @Sendable (String) -> Void
        let second: @Sendable () -> Void

        init(_ body: @escaping @Sendable (String) -> Void, _ second: @escaping @Sendable () -> Void) {
            self.body = body
            self.second = second
        }
    }

    /// Calls `body` with the signal's name at the first of them. To be called before any other thread is started:
    /// threads inherit the mask. `second`: what has to be put in order before a second signal ends the process.
    static func onStop(_ body: @escaping @Sendable (String) -> Void, second: @escaping @Sendable () -> Void = {}) {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let action = Unmanaged.passRetained(Action(body, second))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
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
                action.second()
                _exit(128 + signal)
            }, action.toOpaque())
        if code == 0 { pthread_detach(thread) } else { action.release() }
    }
}
