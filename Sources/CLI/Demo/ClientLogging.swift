import KafkaClient
import Telemetry

extension Log {
    /// librdkafka's own lines under our levels.
    var forClients: ClientLog {
        let log = self
        return { level, facility, text in
            log.with(["facility": facility, "what": text]).write(
                level <= .error ? .warning : .debug, "kafka client", [:], .seconds(10))
        }
    }
}
