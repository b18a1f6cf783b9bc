import Arguments
import Glibc

/// A file or standard input, byte by byte through a buffer, with the line and column of the next byte.
final class ByteInput {
    let name: String
    /// Of the file; nil for what can't be measured, such as a pipe.
    let size: Int64?
    /// Bytes taken so far.
    var offset: Int64 { before + Int64(position) }
    /// 1-based, of the next byte.
    private(set) var line = 1
    /// 1-based, in characters.
    private(set) var column = 1
    /// Why reading ended before the end, if it did.
    private(set) var failure: String?

    private let descriptor: Int32
    private let buffer: UnsafeMutablePointer<UInt8>
    private static let capacity = 256 << 10
    private var position = 0
    private var end = 0
    /// Bytes of the file before the buffer.
    private var before: Int64 = 0
    private var isAtEnd = false

    /// `-` is standard input.
    init(path: String) throws(CommandFailure) {
        name = path == "-" ? "<stdin>" : path
        descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure(
                .data, "\(name): \(reason)", hint: "name a file that vigie may read, or - for standard input")
        }
        size = status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
        buffer = .allocate(capacity: Self.capacity)
    }

    deinit {
        buffer.deallocate()
        close(descriptor)
    }

    /// The next byte, left where it is; nil at the end.
    @inline(__always)
    var peek: UInt8? {
        if position == end, !fill() { return nil }
        return buffer[position]
    }

    /// Takes the next byte, which must be there.
    @inline(__always)
    func skip() {
        let byte = buffer[position]
        position += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xc0 != 0x80 {
            column += 1
        }
    }

    /// Takes a byte order mark of UTF-8, if the input starts with one.
    func skipByteOrderMark() {
        guard offset == 0, peek == 0xef, end - position >= 3, buffer[position + 1] == 0xbb, buffer[position + 2] == 0xbf
        else { return }
        position += 3
    }

    /// Takes everything up to the end of the line, and that.
    func skipLine() {
        while let byte = peek {
            skip()
            if byte == UInt8(ascii: "\n") { return }
        }
    }

    private func fill() -> Bool {
        if isAtEnd { return false }
        before += Int64(end)
        position = 0
        end = 0
        while true {
            let count = read(descriptor, buffer, Self.capacity)
            if count > 0 {
                end = count
                return true
            }
            if count < 0, errno == EINTR { continue }
            if count < 0 { failure = String(cString: strerror(errno)) }
            isAtEnd = true
            return false
        }
    }
}
