import Glibc

/// The terminal while the board is shown: alternate screen, no cursor, keys without Enter. Put back by `close`, and by
/// whatever ends the process (a signal, a trap).
final class BoardScreen {
    /// What the terminal was like, for the handler of fatal signals: it may touch nothing that allocates.
    private nonisolated(unsafe) static var saved: UnsafeMutablePointer<termios>?
    private nonisolated(unsafe) static var restoring: UnsafeMutablePointer<UInt8>?
    private nonisolated(unsafe) static var restoringCount = 0
    private static let endings = [SIGHUP, SIGQUIT, SIGSEGV, SIGABRT, SIGILL, SIGTRAP, SIGBUS, SIGFPE]

    private static let enter = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J"
    private static let leave = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"

    private var shown: [String] = []
    private var size = BoardView.Size(columns: 0, rows: 0)
    private var isOpen = false

    /// Whether a board can be shown: standard output is a terminal that knows how to move its cursor.
    static func isPossible(_ environment: [String: String]) -> Bool {
        let terminal = environment["TERM"] ?? ""
        return isatty(STDOUT_FILENO) == 1 && !terminal.isEmpty && terminal != "dumb"
    }

    func open() {
        guard !isOpen else { return }
        isOpen = true
        Self.prepareRestoring()
        var mode = termios()
        if isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &mode) == 0 {
            let kept = UnsafeMutablePointer<termios>.allocate(capacity: 1)
            kept.initialize(to: mode)
            Self.saved = kept
            mode.c_lflag &= ~tcflag_t(ICANON | ECHO)
            withUnsafeMutableBytes(of: &mode.c_cc) { characters in
                characters[Int(VMIN)] = 0
                characters[Int(VTIME)] = 0
                // A board that is suspended would leave its screen behind.
                characters[Int(VSUSP)] = 0
            }
            tcsetattr(STDIN_FILENO, TCSANOW, &mode)
        }
        Output.text(Self.enter)
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        Self.restore()
        for number in Self.endings { signal(number, SIG_DFL) }
        shown = []
    }

    /// Draws what has changed, in one write.
    func draw(_ lines: [String], size: BoardView.Size) {
        guard isOpen else { return }
        var text = ""
        if size != self.size {
            self.size = size
            shown = []
            text += "\u{1B}[2J"
        }
        for (row, line) in lines.enumerated() where row >= shown.count || shown[row] != line {
            text += "\u{1B}[\(row + 1);1H\(line)\u{1B}[0m\u{1B}[K"
        }
        shown = lines
        // Terminals that know mode 2026 show the frame at once; others ignore it.
        if !text.isEmpty { Output.text("\u{1B}[?2026h\(text)\u{1B}[?2026l") }
    }

    /// Draws everything anew next time (Ctrl-L).
    func forget() { size = BoardView.Size(columns: 0, rows: 0) }

    /// Keys pressed since the last call.
    func keys() -> [UInt8] {
        guard isOpen, Self.saved != nil else { return [] }
        var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&request, 1, 0) == 1, request.revents & Int16(POLLIN) != 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        return count > 0 ? Array(bytes[0..<count]) : []
    }

    // MARK: Putting the terminal back

    private static func prepareRestoring() {
        let bytes = Array(leave.utf8)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
        copy.initialize(from: bytes, count: bytes.count)
        restoring = copy
        restoringCount = bytes.count
        for number in endings {
            signal(number) { number in
                BoardScreen.restore()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    /// Puts the terminal back if a board has it. Only makes calls that a signal handler may make; from any thread.
    static func restore() {
        if let restoring { _ = write(STDOUT_FILENO, restoring, restoringCount) }
        if let saved { tcsetattr(STDIN_FILENO, TCSANOW, saved) }
        restoring = nil
        saved = nil
    }
}
