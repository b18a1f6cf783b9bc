import Glibc
import Records

/// What local times without an offset mean.
struct ZoneRule: Sendable {
    let name: String
    /// East of UTC; nil for a zone of the system's database.
    private let fixedSeconds: Int64?

    static let utc = ZoneRule(name: "UTC", fixedSeconds: 0)

    private init(name: String, fixedSeconds: Int64?) {
        self.name = name
        self.fixedSeconds = fixedSeconds
    }

    /// `UTC`, an offset such as `+01:00`, or a name of the system's database such as `Europe/Paris`, which becomes the
    /// zone of the process. Nil when there is none of that name.
    init?(_ text: String) {
        if ["utc", "z", "gmt"].contains(text.lowercased()) {
            self = .utc
            return
        }
        let bytes = Array(text.utf8)
        if let sign = bytes.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            let digits = bytes.dropFirst().filter { $0 != UInt8(ascii: ":") }
            guard bytes.count == 6 && bytes[3] == UInt8(ascii: ":") || bytes.count == 5,
                let number = Int64(String(decoding: digits, as: UTF8.self)), digits.count == 4, number / 100 < 24,
                number % 100 < 60
            else { return nil }
            let seconds = number / 100 * 3600 + number % 100 * 60
            self.init(name: text, fixedSeconds: sign == UInt8(ascii: "-") ? -seconds : seconds)
            return
        }
        let folder = getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
        let isName = !text.isEmpty && !text.hasPrefix("/") && !text.split(separator: "/").contains("..")
        guard isName, access("\(folder)/\(text)", R_OK) == 0 else { return nil }
        self.init(name: text, fixedSeconds: nil)
        setenv("TZ", text, 1)
        tzset()
    }

    /// Unix seconds of a local time, given as if it were UTC. Of a time that there was twice, the earlier; nil for one
    /// that there was not.
    func seconds(local: Int64) -> Int64? {
        if let fixedSeconds { return local - fixedSeconds }
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        let rest = Int32(local - days * 86_400)
        let date = CivilDate.date(daysFromEpoch: Int(days))
        for isSummer: Int32 in [1, 0] {
            var parts = tm()
            parts.tm_year = Int32(date.year - 1900)
            parts.tm_mon = Int32(date.month - 1)
            parts.tm_mday = Int32(date.day)
            parts.tm_hour = rest / 3600
            parts.tm_min = rest / 60 % 60
            parts.tm_sec = rest % 60
            parts.tm_isdst = isSummer
            let found = mktime(&parts)
            let isSame =
                parts.tm_mday == Int32(date.day) && parts.tm_hour == rest / 3600 && parts.tm_min == rest / 60 % 60
            if isSame { return Int64(found) }
        }
        return nil
    }
}
