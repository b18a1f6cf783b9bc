import Arguments
import KafkaClient
import Records

/// Sends letters back to the topics their records came from.
///
/// Each record goes once, however many letters speak of it; what notes say was replayed stays, unless asked for again;
/// what did not arrive is told. After each batch a note of what was delivered is written into the dead-letter topic.
struct DeadLetterReplay {
    /// What is to be done with the letters found.
    struct Plan {
        var sends: [DeadLetter] = []
        /// Other letters of records that are sent.
        var doubles: [DeadLetter] = []
        var alreadyReplayed = 0
        var impossible: [DeadLetter] = []
    }

    static let header = "vigie-replayed-from"
    private static let batch = 500

    let settings: ClientSettings
    let topic: String

    /// `again`: also what was replayed before.
    static func plan(_ found: DeadLetterScan.Result, again: Bool, limit: Int?) -> Plan {
        var plan = Plan()
        var places = Set<Position>()
        let ordered = found.letters.sorted {
            ($0.sourceTopic, $0.sourcePartition ?? -1, $0.sourceOffset ?? -1, $0.place.offset)
                < ($1.sourceTopic, $1.sourcePartition ?? -1, $1.sourceOffset ?? -1, $1.place.offset)
        }
        // A record counts as replayed when any letter of it was.
        var done = Set<Position>()
        for letter in found.letters where found.replayed.contains(letter.id) {
            if let record = letter.record { done.insert(record) }
        }
        for letter in ordered {
            if letter.obstacle != nil {
                plan.impossible.append(letter)
            } else if let record = letter.record {
                if !again, done.contains(record) {
                    plan.alreadyReplayed += 1
                } else if places.contains(record) {
                    plan.doubles.append(letter)
                } else if plan.sends.count < limit ?? .max {
                    places.insert(record)
                    plan.sends.append(letter)
                }
            }
        }
        return plan
    }

    /// Sends them; how many arrived. `report` is told of each that did not.
    func send(
        _ plan: Plan, _ admin: Admin, isStopped: () -> Bool, report: (String) -> Void
    ) throws(CommandFailure) -> Int {
        let partitions = try partitionCounts(plan, admin)
        let producer: Producer
        do throws(KafkaError) {
            producer = try Producer(settings, lingerMilliseconds: 5, log: KafkaAccess.silence)
        } catch {
            throw KafkaAccess.failure(error, settings)
        }
        var arrived = 0
        var at = 0
        while at < plan.sends.count, !isStopped() {
            let end = min(at + Self.batch, plan.sends.count)
            let delivered = try send(plan.sends[at..<end], partitions, producer, report)
            arrived += delivered.count
            try note(delivered, plan, producer)
            at = end
        }
        return arrived
    }

    /// Partitions of the topics that records go to; one that is gone ends it before anything was sent.
    private func partitionCounts(_ plan: Plan, _ admin: Admin) throws(CommandFailure) -> [String: Int] {
        var counts: [String: Int] = [:]
        for letter in plan.sends where counts[letter.sourceTopic] == nil {
            do throws(KafkaError) {
                guard let known = try admin.topic(letter.sourceTopic) else { continue }
                counts[letter.sourceTopic] = known.partitions.count
            } catch { throw KafkaAccess.failure(error, settings) }
        }
        for letter in plan.sends where counts[letter.sourceTopic] == nil {
            throw CommandFailure(
                .usage, "the topic '\(letter.sourceTopic)' of \(letter.name) is no longer there",
                hint: "make it again, or leave its letters out with --source")
        }
        return counts
    }

    /// One batch; the letters whose delivery was confirmed.
    private func send(
        _ letters: ArraySlice<DeadLetter>, _ partitions: [String: Int], _ producer: Producer, _ report: (String) -> Void
    ) throws(CommandFailure) -> [DeadLetter] {
        var failed = Set<Int>()
        for (number, letter) in letters.enumerated() {
            if let problem = try send(letter, partitions[letter.sourceTopic] ?? 0, producer, epoch: number) {
                report("error: \(letter.name) can't be sent to \(letter.sourceTopic): \(problem)")
                failed.insert(number)
            }
        }
        while producer.outstandingTotal > 0 { _ = producer.flush(timeout: .seconds(1)) }
        for failure in producer.takeFailures() {
            failed.insert(failure.epoch)
            report(
                "error: \(letters[letters.startIndex + failure.epoch].name) was not delivered to \(failure.topic): \(failure.error)"
            )
        }
        if let error = producer.fatalError { throw KafkaAccess.failure(error, settings) }
        return letters.enumerated().filter { !failed.contains($0.offset) }.map(\.element)
    }

    private func send(
        _ letter: DeadLetter, _ partitions: Int, _ producer: Producer, epoch: Int
    ) throws(CommandFailure) -> String? {
        let handle: TopicHandle
        do throws(KafkaError) { handle = try producer.topic(letter.sourceTopic) } catch {
            throw KafkaAccess.failure(error, settings)
        }
        // Where it was before, so that it stays with the records of its key whatever chose the partition.
        let old = letter.sourcePartition ?? -1
        let partition = old < Int32(clamping: partitions) ? old : -1
        while true {
            let outcome = Self.lend(letter.value) { value in
                Self.lend(letter.key) { key in
                    producer.send(
                        to: handle, partition: partition, key: key, value: value,
                        headers: [MessageHeader(Self.header, Array(letter.name.utf8))],
                        timestampMilliseconds: max(letter.sourceTimestamp ?? 0, 0), epoch: epoch)
                }
            }
            switch outcome {
            case .queued: return nil
            case .queueFull: producer.poll(timeout: .milliseconds(100))
            case .refused(let error): return "\(error)"
            }
        }
    }

    /// Writes down that these were replayed, and the other letters of the same records.
    private func note(_ letters: [DeadLetter], _ plan: Plan, _ producer: Producer) throws(CommandFailure) {
        guard !letters.isEmpty else { return }
        let records = Set(letters.compactMap(\.record))
        let all = letters + plan.doubles.filter { letter in letter.record.map { records.contains($0) } ?? false }
        let value = ReplayNote.write(all.map(\.id))
        do throws(KafkaError) {
            let handle = try producer.topic(topic)
            let outcome = value.withUnsafeBufferPointer {
                producer.send(
                    to: handle, key: nil, value: $0,
                    headers: [MessageHeader(ReplayNote.header, Array(ReplayNote.content.utf8))], epoch: 0)
            }
            if case .refused(let error) = outcome { throw error }
            let before = producer.failedTotal
            while producer.outstandingTotal > 0 { _ = producer.flush(timeout: .seconds(1)) }
            if producer.failedTotal > before, let failure = producer.takeFailures().last { throw failure.error }
        } catch {
            throw CommandFailure(
                .unavailable,
                "\(letters.count) records were sent, but a note of it could not be written to \(topic): \(error)",
                hint:
                    "sent again they would come twice: from \(letters.first?.name ?? "") to \(letters.last?.name ?? "")"
            )
        }
    }

    private static func lend<R>(_ bytes: [UInt8]?, _ body: (UnsafeBufferPointer<UInt8>?) -> R) -> R {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBufferPointer { body($0) }
    }
}

extension DeadLetter {
    var id: LetterID { LetterID(partition: place.partition, offset: place.offset) }

    /// The record it speaks of; nil for a row that a step made.
    var record: Position? {
        guard let sourcePartition, let sourceOffset else { return nil }
        return Position(topic: sourceTopic, partition: sourcePartition, offset: sourceOffset)
    }
}
