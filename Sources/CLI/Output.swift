import Glibc

/// What commands print.
enum Output {
    /// Results, to standard output.
    static func line(_ text: String = "") { write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO) }
    /// Results without a line's end.
    static func text(_ text: String) { write(text, to: STDOUT_FILENO) }
    /// What went wrong, to standard error.
    static func error(_ text: String) { write(text.hasSuffix("\n") ? text : text + "\n", to: STDERR_FILENO) }
    /// Bytes as they are, to standard output.
    static func bytes(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { write($0, to: STDOUT_FILENO) } }
    /// Beside results, without a line's end: progress.
    static func errorText(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Bytes of results, to standard output.
    static func bytes(_ bytes: UnsafeBufferPointer<UInt8>) { write(bytes, to: STDOUT_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { write($0, to: descriptor) }
    }

    private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if count < 0 {
                if errno == EINTR { continue }
                // Nobody reads any more.
                if errno == EPIPE { exit(0) }
                return
            }
            done += count
        }
    }
}

/// The terminal a command runs in.
enum Terminal {
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns; 80 where that is not known.
    static var width: Int { size.columns }

    static var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// The environment of the process.
enum Environment {
    static var variables: [String: String] {
        var found: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let equals = pair.firstIndex(of: "=") {
                found[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
            }
            entry += 1
        }
        return found
    }
}
