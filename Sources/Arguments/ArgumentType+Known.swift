import Settings

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

extension ArgumentType where Value == String {
    /// Any text that isn't empty.
    public static var text: ArgumentType<String> {
        ArgumentType(placeholder: "TEXT", expected: "some text", format: { $0 }) { text in
            text.isEmpty ? .failure(.mismatch) : .success(text)
        }
    }

    /// One of a few words. `called` gives many of them a short name in the help.
    public static func choice(_ words: [String]) -> ArgumentType<String> {
        let list =
            words.count > 1 ? words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "") : words.first
        return ArgumentType(
            placeholder: words.joined().count <= 16 ? words.joined(separator: "|") : "CHOICE",
            expected: list ?? "nothing", completion: .words(words),
            format: { $0 }
        ) { text in
            if words.contains(text) { return .success(text) }
            let nearest = Suggestion.nearest(to: text, in: words)
            return .failure(ValueProblem(hint: nearest.map { "did you mean '\($0)'?" }))
        }
    }

    /// A path of any kind, whether it exists or not.
    public static var path: ArgumentType<String> {
        ArgumentType(placeholder: "PATH", expected: "a path", completion: .files, format: { $0 }) { text in
            text.isEmpty ? .failure(.mismatch) : .success(text)
        }
    }

    /// A file that exists, or `-` for standard input when that is taken.
    public static func existingFile(orStandardInput: Bool = false) -> ArgumentType<String> {
        let expected = "a file that exists" + (orStandardInput ? ", or - for standard input" : "")
        return ArgumentType(placeholder: "FILE", expected: expected, completion: .files, format: { $0 }) { text in
            if orStandardInput, text == "-" { return .success(text) }
            return existing(text, wantsDirectory: false)
        }
    }

    /// A directory that exists.
    public static var existingDirectory: ArgumentType<String> {
        ArgumentType(
            placeholder: "DIRECTORY", expected: "a directory that exists", completion: .directories, format: { $0 }
        ) { text in
            existing(text, wantsDirectory: true)
        }
    }

    /// A file or directory that exists.
    public static var existingPath: ArgumentType<String> {
        ArgumentType(
            placeholder: "PATH", expected: "a file or directory that exists", completion: .files, format: { $0 }
        ) { text in
            existing(text, wantsDirectory: nil)
        }
    }

    private static func existing(_ path: String, wantsDirectory: Bool?) -> Result<String, ValueProblem> {
        var status = stat()
        guard !path.isEmpty else { return .failure(.mismatch) }
        guard stat(path, &status) == 0 else {
            let reason = errno == ENOENT ? "there is no \"\(path)\"" : String(cString: strerror(errno))
            let kind = wantsDirectory == true ? "directory" : wantsDirectory == false ? "file" : "file or directory"
            return .failure(
                ValueProblem(message: "has to be a \(kind) that exists: \(reason)", hint: "check the path for slips"))
        }
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        if let wantsDirectory, wantsDirectory != isDirectory {
            let found = isDirectory ? "a directory" : "no directory"
            return .failure(
                ValueProblem(
                    message: "has to be a \(wantsDirectory ? "directory" : "file"): \"\(path)\" is \(found)"))
        }
        return .success(path)
    }
}

extension ArgumentType where Value == Int {
    /// A whole number.
    public static func int(in range: ClosedRange<Int> = Int.min...Int.max) -> ArgumentType<Int> {
        let bounds: String =
            switch (range.lowerBound, range.upperBound) {
            case (.min, .max): ", such as 10"
            case (let low, .max): " of at least \(low)"
            case (.min, let high): " of at most \(high)"
            case (let low, let high): " from \(low) to \(high)"
            }
        return ArgumentType(placeholder: "NUMBER", expected: "a whole number" + bounds) { text in
            guard let number = Int(text.filter { $0 != "_" }), text.last != "_", text.first != "_" else {
                return .failure(.mismatch)
            }
            return range.contains(number) ? .success(number) : .failure(.mismatch)
        }
    }

    /// A size in bytes, such as `64KiB`.
    public static func size(in range: ClosedRange<Int> = 0...Int.max) -> ArgumentType<Int> {
        let top = range.upperBound == .max ? "" : ", at most \(Units.format(bytes: range.upperBound))"
        let bottom = range.lowerBound == 0 ? "" : ", at least \(Units.format(bytes: range.lowerBound))"
        return ArgumentType(
            placeholder: "SIZE", expected: "a size such as 64KiB or 10MB" + bottom + top,
            format: { Units.format(bytes: $0) }
        ) { text in
            do throws(Units.Failure) {
                let size = try Units.size(text)
                return range.contains(size) ? .success(size) : .failure(.mismatch)
            } catch {
                return .failure(ValueProblem(hint: "it " + error.message + (error.hint.map { ": \($0)" } ?? "")))
            }
        }
    }

    /// A TCP port; 0 lets the system choose.
    public static var port: ArgumentType<Int> { int(in: 0...65_535).called("PORT") }
}

extension ArgumentType where Value == Double {
    /// A number.
    public static func number(
        in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    ) -> ArgumentType<Double> {
        let isFree = range.lowerBound == -Double.greatestFiniteMagnitude
        let bounds = isFree ? " such as 0.5" : " from \(short(range.lowerBound)) to \(short(range.upperBound))"
        return ArgumentType(placeholder: "NUMBER", expected: "a number" + bounds) { text in
            guard let number = Double(text), number.isFinite, range.contains(number) else { return .failure(.mismatch) }
            return .success(number)
        }
    }
}

/// A number without a needless ".0".
private func short(_ number: Double) -> String {
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

extension ArgumentType where Value == Duration {
    /// A duration, such as `30s`.
    public static func duration(in range: ClosedRange<Duration>? = nil) -> ArgumentType<Duration> {
        let bounds = range.map { range in
            range.upperBound >= Units.maxDuration
                ? " of at least \(Units.format(range.lowerBound))"
                : ", from \(Units.format(range.lowerBound)) to \(Units.format(range.upperBound))"
        }
        return ArgumentType(
            placeholder: "DURATION", expected: "a duration such as 30s, 5m or 1h30m" + (bounds ?? ""),
            format: { Units.format($0) }
        ) { text in
            do throws(Units.Failure) {
                let duration = try Units.duration(text)
                return range?.contains(duration) ?? true ? .success(duration) : .failure(.mismatch)
            } catch {
                return .failure(ValueProblem(hint: "it " + error.message + (error.hint.map { ": \($0)" } ?? "")))
            }
        }
    }
}

extension ArgumentType where Value == HostPort {
    /// `host:port`; with a default port, `host` alone, too. An IPv6 address stands in brackets.
    public static func hostPort(defaultPort: Int? = nil) -> ArgumentType<HostPort> {
        ArgumentType(placeholder: "HOST:PORT", expected: "host:port, such as localhost:\(defaultPort ?? 9092)") {
            text in
            var host = Substring(text)
            var port = defaultPort
            let colon = text.lastIndex(of: ":")
            if let colon, !text.hasSuffix("]") {
                host = text[..<colon]
                let digits = text[text.index(after: colon)...]
                guard let number = Int(digits), digits.allSatisfy(\.isASCII), (1...65_535).contains(number) else {
                    return .failure(ValueProblem(hint: "a port is a number from 1 to 65535"))
                }
                port = number
            }
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = host.dropFirst().dropLast()
            } else if host.contains(":") {
                return .failure(ValueProblem(hint: "an IPv6 address stands in brackets, like [::1]:9092"))
            }
            let isHost =
                !host.isEmpty && host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_:%".contains($0)) }
            guard isHost, let port else { return .failure(.mismatch) }
            return .success(HostPort(host: String(host), port: port))
        }
    }
}

extension ArgumentType {
    /// Several values with commas between them.
    public static func list<Element>(of element: ArgumentType<Element>) -> ArgumentType<[Element]>
    where Value == [Element] {
        ArgumentType<[Element]>(
            placeholder: element.placeholder + ",…", expected: element.expected + "; several with commas between them",
            format: { $0.map(element.format).joined(separator: ",") }
        ) { text in
            var values: [Element] = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                switch element.parse(String(part)) {
                case .success(let value): values.append(value)
                case .failure(let problem): return .failure(problem)
                }
            }
            return .success(values)
        }
    }
}
