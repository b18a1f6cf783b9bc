import Records

/// One detected object of DeepStream's minimal schema: `trackingId|left|top|right|bottom|class`, then, behind `|#|`,
/// secondary attributes of which the last is the confidence (`…|#|sedan|Bugatti|M|blue|CA 444|California|0.8`).
///
/// Source: NVIDIA DeepStream, Gst-nvmsgconv, deepstream_schema / eventmsg_payload.cpp
/// (`generate_event_message_minimal`).
struct DeepStreamObject {
    /// Empty when the tracker has none: −1, or the same as an unsigned number.
    var track: ByteView
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double
    var label: ByteView
    /// Nil when unknown: not there, or negative (−0.1).
    var confidence: Double?

    /// Reads a line. Both ends must lie in the numbers' window, and a byte that belongs to no number must follow the
    /// line (the closing quote). Nil when there are fewer than six parts or a coordinate is not a number.
    init?(_ first: Bytes, _ last: Bytes, _ numbers: NumberScan) {
        var at = first
        guard let track = Self.part(&at, last), let left = Self.number(&at, last, numbers),
            let top = Self.number(&at, last, numbers), let right = Self.number(&at, last, numbers),
            let bottom = Self.number(&at, last, numbers), let label = Self.part(&at, last)
        else { return nil }
        self.track = Self.isUnknown(track) ? .empty : track
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
        self.label = label
        confidence = Self.confidence(at, last, numbers)
    }

    /// The text up to the next bar; moves behind it. Nil when the line has ended.
    private static func part(_ at: inout Bytes, _ last: Bytes) -> ByteView? {
        if at > last { return nil }
        let start = at
        while at < last, at.pointee != UInt8(ascii: "|") { at += 1 }
        let view = ByteView(base: start, count: at - start)
        at += 1
        return view
    }

    /// The number up to the next bar; moves behind it.
    private static func number(_ at: inout Bytes, _ last: Bytes, _ numbers: NumberScan) -> Double? {
        var value = 0.0
        guard at < last, let end = numbers.double(at, into: &value), end == last || end.pointee == UInt8(ascii: "|")
        else {
            return nil
        }
        at = end + 1
        return value
    }

    private static func isUnknown(_ track: ByteView) -> Bool {
        track.count == 0 || (track.count == 2 && track.base[0] == .minus && track.base[1] == UInt8(ascii: "1"))
            || (track.count == 20 && track == Self.unsignedMinusOne)
    }

    private static let unsignedMinusOne: ByteView = {
        // Kept for the life of the process.
        let text = Array("18446744073709551615".utf8)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: text.count)
        copy.initialize(from: text, count: text.count)
        return ByteView(base: UnsafePointer(copy), count: text.count)
    }()

    /// The last part of the first section of secondary attributes, if it is a number that is not negative.
    private static func confidence(_ start: Bytes, _ last: Bytes, _ numbers: NumberScan) -> Double? {
        var at = start
        guard let mark = part(&at, last), isMark(mark) else { return nil }
        var final = ByteView.empty
        while let next = part(&at, last), !isMark(next) { final = next }
        var value = 0.0
        guard final.count > 0, let end = numbers.double(final.base, into: &value), end == final.base + final.count,
            value >= 0, value.sign == .plus
        else { return nil }
        return value
    }

    private static func isMark(_ part: ByteView) -> Bool { part.count == 1 && part.base[0] == UInt8(ascii: "#") }
}
