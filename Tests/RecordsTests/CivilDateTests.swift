import Foundation
import Testing

@testable import Records

/// Against Foundation's calendar and by plain counting.
struct CivilDateTests {
    static let calendar: Calendar = {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .current
        return calendar
    }()

    static func oracle(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let date = Date(timeIntervalSince1970: Double(days) * 86400)
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        return (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    @Test func agreesWithFoundation() {
        // Foundation's calendar turns Julian before 15 October 1582, day -141,427.
        for days in stride(from: -141_427, through: 900_000, by: 4_947) {
            for offset in 0..<3 {
                #expect(
                    CivilDate.date(daysFromEpoch: days + offset) == Self.oracle(days + offset), "day \(days + offset)")
            }
        }
    }

    /// Before that, by the calendar's period: 400 years are 146,097 days.
    @Test func repeatsEveryFourCenturies() {
        for days in stride(from: -100_000, through: 0, by: 997) {
            let wanted = CivilDate.date(daysFromEpoch: days)
            for period in [-725, -5, -1, 1, 700] {
                let found = CivilDate.date(daysFromEpoch: days + period * 146_097)
                #expect(
                    found == (wanted.year + period * 400, wanted.month, wanted.day), "day \(days), period \(period)")
            }
        }
    }

    @Test func everyDayOfFourCenturiesAndBack() {
        var wanted = (year: 1600, month: 1, day: 1)
        let start = CivilDate.daysFromEpoch(year: 1600, month: 1, day: 1)
        var failures = 0
        for days in start..<(start + 146_097) {
            if CivilDate.date(daysFromEpoch: days) != wanted { failures += 1 }
            if CivilDate.daysFromEpoch(year: wanted.year, month: wanted.month, day: wanted.day) != days {
                failures += 1
            }
            wanted.day += 1
            if wanted.day > CivilDate.days(inMonth: wanted.month, year: wanted.year) {
                wanted = (wanted.month == 12 ? wanted.year + 1 : wanted.year, wanted.month % 12 + 1, 1)
            }
        }
        #expect(failures == 0)
        #expect(wanted == (2000, 1, 1))
    }

    @Test(arguments: [
        (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017), (1900, 3, 1, -25_508),
        (0, 1, 1, -719_528), (-1, 12, 31, -719_529), (9999, 12, 31, 2_932_896),
    ])
    func knownDays(year: Int, month: Int, day: Int, days: Int) {
        #expect(CivilDate.daysFromEpoch(year: year, month: month, day: day) == days)
        #expect(CivilDate.date(daysFromEpoch: days) == (year, month, day))
    }

    @Test(arguments: [(1900, 28), (2000, 29), (2023, 28), (2024, 29), (0, 29), (-4, 29), (-100, 28), (-400, 29)])
    func februaries(year: Int, days: Int) {
        #expect(CivilDate.days(inMonth: 2, year: year) == days)
        let next = CivilDate.daysFromEpoch(year: year, month: 3, day: 1)
        #expect(next - CivilDate.daysFromEpoch(year: year, month: 2, day: 1) == days)
    }
}
