import Glibc

struct PropertyError: Error {
    let message: String
    let hint: String
}

/// librdkafka properties as users write them: NAME=VALUE.
enum Properties {
    static func add(_ pairs: [String], to properties: inout [String: String]) throws(PropertyError) {
        for pair in pairs {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                // Not repeated: it may be a secret.
                throw PropertyError(
                    message: "a property is not of the form NAME=VALUE", hint: "for example: -P security.protocol=ssl")
            }
            properties[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        }
    }

    static func read(file: String) throws(PropertyError) -> [String: String] {
        guard let handle = fopen(file, "re") else {
            throw PropertyError(
                message: "\(file): \(String(cString: strerror(errno)))",
                hint: "--property-file names a file of NAME=VALUE lines")
        }
        defer { fclose(handle) }
        var properties: [String: String] = [:]
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        var number = 0
        while getline(&line, &capacity, handle) >= 0, let bytes = line {
            number += 1
            let text = String(cString: bytes).trimmed
            if text.isEmpty || text.hasPrefix("#") { continue }
            do throws(PropertyError) { try add([text], to: &properties) } catch {
                throw PropertyError(message: "\(file):\(number): \(error.message)", hint: error.hint)
            }
        }
        return properties
    }
}

extension String {
    fileprivate var trimmed: String {
        let space: Set<Character> = [" ", "\t", "\n", "\r", "\r\n"]
        return String(drop { space.contains($0) }.reversed().drop { space.contains($0) }.reversed())
    }
}
