import CMicroHTTPD

/// A place in an event stream: after the events that had been published when it was taken.
public struct EventCursor: Hashable, Sendable {
    var next: UInt64
}

/// Server-sent events for any number of readers: published once, kept for a while, read by each at its own pace.
///
/// The latest events are kept within a bound of number and of bytes, shared by all readers; a reader that falls behind
/// them is disconnected when it next reads, or when it has not read for `WebServerLimits.idle`. The browser then
/// connects again with `Last-Event-ID`, and `cursor(after:)` tells the handler whether it can go on without a gap.
/// Publishing never waits for a reader. Usable from any thread.
public final class EventStream: @unchecked Sendable {  // everything mutable is under `lock`
    private let lock = Lock()
    private let mostEvents: Int
    private let mostBytes: Int
    /// Tells the events of this stream from those of an earlier process.
    private let epoch: String

    /// The kept events, formatted: number n stands at `n % mostEvents`.
    private var ring: [[UInt8]]
    private var first: UInt64 = 1
    private var next: UInt64 = 1
    private var bytesHeld = 0
    private var readers: [ObjectIdentifier: EventReader] = [:]
    private var isClosed = false

    /// `events`, `bytes`: how much is kept for readers that are behind.
    public init(events: Int = 1024, bytes: Int = 1 << 20) {
        mostEvents = max(1, events)
        mostBytes = max(1, bytes)
        ring = Array(repeating: [], count: mostEvents)
        epoch = String(UInt64.random(in: 0..<(1 << 48)), radix: 36)
    }

    /// Readers that are connected.
    public var readerCount: Int { lock.withLock { readers.count } }

    /// After all that has been published.
    public var now: EventCursor { lock.withLock { EventCursor(next: next) } }

    /// Where a reader goes on that has seen the event with this id (the header `Last-Event-ID`); nil when the events
    /// after it are no longer kept, or the id is not one of this stream: then a snapshot is due.
    public func cursor(after lastEventID: String?) -> EventCursor? {
        guard let parts = lastEventID?.split(separator: "-"), parts.count == 2, parts[0] == epoch,
            let seen = UInt64(parts[1])
        else { return nil }
        return lock.withLock { seen < next && seen + 1 >= first ? EventCursor(next: seen + 1) : nil }
    }

    /// Publishes an event to all readers. `name`: the event's type, a word; nil: "message". Line breaks in the data are
    /// kept. After `close` nothing happens.
    public func publish(_ name: String? = nil, data: String) {
        // The id depends on the number, and the number on the order under the lock: formatted around it.
        let rest = Self.format(name, data: data)
        lock.withLock {
            if isClosed { return }
            let event = Array("id: \(epoch)-\(next)\n".utf8) + rest
            let slot = Int(next % UInt64(mostEvents))
            if next - first >= UInt64(mostEvents) { drop() }
            ring[slot] = event
            bytesHeld += event.count
            next += 1
            while bytesHeld > mostBytes, next - first > 1 { drop() }
            wakeAll()
        }
    }

    /// An event without an id, as text: for the preface of a response.
    public static func format(_ name: String? = nil, data: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(data.utf8.count + 32)
        if let name { bytes += Array("event: \(name.filter { !$0.isNewline })\n".utf8) }
        bytes += Array("data: ".utf8)
        var previous: UInt8 = 0
        for byte in data.utf8 {
            switch byte {
            case UInt8(ascii: "\n") where previous == UInt8(ascii: "\r"): break
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): bytes += Array("\ndata: ".utf8)
            default: bytes.append(byte)
            }
            previous = byte
        }
        bytes += Array("\n\n".utf8)
        return bytes
    }

    /// Sends every reader a comment, so that proxies keep the connection and the server notices readers that are gone.
    /// A running server does so every `WebServerLimits.heartbeat`.
    public func pulse() {
        lock.withLock {
            for reader in readers.values { reader.owesPulse = true }
            wakeAll()
        }
    }

    /// Ends the stream for all its readers, once they have read what was published; new ones are ended at once.
    public func close() {
        lock.withLock {
            isClosed = true
            wakeAll()
        }
    }

    // MARK: Under the lock

    private func drop() {
        let slot = Int(first % UInt64(mostEvents))
        bytesHeld -= ring[slot].count
        ring[slot] = []
        first += 1
    }

    private func wakeAll() {
        for reader in readers.values { wake(reader) }
    }

    private func wake(_ reader: EventReader) {
        guard reader.isSuspended else { return }
        reader.isSuspended = false
        MHD_resume_connection(reader.connection)
    }

    // MARK: For the server

    func add(_ reader: EventReader) { lock.withLock { readers[ObjectIdentifier(reader)] = reader } }

    func remove(_ reader: EventReader) { lock.withLock { readers[ObjectIdentifier(reader)] = nil } }

    /// Has the reader's connection finish.
    func end(_ reader: EventReader) {
        lock.withLock {
            reader.isEnded = true
            wake(reader)
        }
    }

    /// Copies what the reader is due into its connection's buffer; called by the server's thread. With nothing to send
    /// it suspends the connection, under the lock that publishing takes to resume it, and returns 0. Returns -1 at the
    /// end of the stream.
    func fill(_ reader: EventReader, _ target: UnsafeMutablePointer<UInt8>, room: Int) -> Int {
        lock.withLock {
            if reader.isEnded { return -1 }
            var filled = 0
            while filled < room {
                if reader.position == reader.current.count {
                    guard let event = following(reader) else { break }
                    reader.current = event
                    reader.position = 0
                }
                let part = reader.current[reader.position...].prefix(room - filled)
                part.withUnsafeBufferPointer { source in
                    if let base = source.baseAddress { (target + filled).update(from: base, count: source.count) }
                }
                filled += part.count
                reader.position += part.count
            }
            if filled > 0 { return filled }
            if isClosed || reader.next < first { return -1 }
            reader.isSuspended = true
            MHD_suspend_connection(reader.connection)
            return 0
        }
    }

    /// The next thing for a reader; nil: nothing for now, or it has fallen behind.
    private func following(_ reader: EventReader) -> [UInt8]? {
        if reader.next >= first, reader.next < next {
            reader.owesPulse = false
            defer { reader.next += 1 }
            return ring[Int(reader.next % UInt64(mostEvents))]
        }
        guard reader.owesPulse, reader.next == next else { return nil }
        reader.owesPulse = false
        return Array(":\n\n".utf8)
    }
}

/// A connection that reads an event stream. Everything mutable is under the stream's lock.
final class EventReader: @unchecked Sendable {
    let stream: EventStream
    let connection: OpaquePointer
    var next: UInt64
    /// What is being sent, and how much of it has been.
    var current: [UInt8]
    var position = 0
    var owesPulse = false
    var isSuspended = false
    var isEnded = false

    init(stream: EventStream, connection: OpaquePointer, from cursor: EventCursor, preface: [UInt8]) {
        self.stream = stream
        self.connection = connection
        next = cursor.next
        current = preface
    }
}
