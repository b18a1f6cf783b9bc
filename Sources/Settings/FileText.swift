#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Reads small files whole, without Foundation.
enum FileText {
    struct Failure: Error {
        let reason: String
        let hint: String?
    }

    static func read(path: String, limit: Int) -> Result<[UInt8], Failure> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(failure(errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        let chunk = 64 << 10
        while bytes.count <= limit {
            var count = 0
            let before = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: chunk))
            count = bytes.withUnsafeMutableBytes { buffer in
                buffer.baseAddress.map { readSome(descriptor, $0 + before, chunk) } ?? 0
            }
            let code = errno
            bytes.removeLast(chunk - max(0, count))
            if count == 0 { return .success(bytes) }
            if count < 0, code != EINTR { return .failure(failure(code)) }
        }
        return .failure(Failure(reason: "larger than \(Units.format(bytes: limit))", hint: nil))
    }

    private static func readSome(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Darwin)
            Darwin.read(descriptor, buffer, count)
        #else
            Glibc.read(descriptor, buffer, count)
        #endif
    }

    private static func failure(_ code: Int32) -> Failure {
        switch code {
        case ENOENT:
            Failure(reason: "there is no such file", hint: "check the path; it is relative to where vigie runs")
        case EACCES: Failure(reason: "permission denied", hint: "the user that runs vigie has to be able to read it")
        case EISDIR: Failure(reason: "it is a directory", hint: "name a file in it")
        default: Failure(reason: String(cString: strerror(code)), hint: nil)
        }
    }
}
