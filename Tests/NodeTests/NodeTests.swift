import Testing

/// Whole nodes on real brokers. One after the other: they share two cores and one Kafka with everything else that runs.
@Suite(.serialized) enum NodeTests {}
