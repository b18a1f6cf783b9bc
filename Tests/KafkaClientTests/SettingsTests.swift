import Glibc
import Testing

@testable import KafkaClient

/// Properties, secrets and words of errors: nothing here needs a broker.
@Suite struct SettingsTests {
    private func failure(_ properties: [String: String], brokers: String = "127.0.0.1:1") throws -> KafkaError {
        try #require(throws: KafkaError.self) {
            _ = try Consumer(ClientSettings(brokers: brokers, properties: properties), group: "g", log: quiet)
        }
    }

    @Test(arguments: [
        ("enable.auto.commit", "true", "only after the outputs are delivered"),
        ("enable.auto.offset.store", "true", "explicitly"),
        ("auto.offset.reset", "latest", "start policy"),
        ("isolation.level", "read_uncommitted", "aborted"),
        ("enable.partition.eof", "false", "idle"),
        ("partition.assignment.strategy", "roundrobin", "agree"),
        ("group.id", "other", "by the node itself"),
        ("bootstrap.servers", "other:1", "by the node itself"),
        ("metadata.broker.list", "other:1", "by the node itself"),
    ])
    func whatIsPinnedStaysAndSaysWhy(_ name: String, _ value: String, _ why: String) throws {
        let error = try failure([name: value])
        #expect(error.text.contains(why), "\(error)")
        #expect(error.whoMustAct == .operator && error.hint != nil)
    }

    @Test(arguments: [
        ("acks", "1"), ("request.required.acks", "1"), ("enable.idempotence", "false"), ("partitioner", "random"),
    ])
    func theProducersPromisesStay(_ name: String, _ value: String) throws {
        let error = try #require(throws: KafkaError.self) {
            _ = try Producer(ClientSettings(brokers: "127.0.0.1:1", properties: [name: value]), log: quiet)
        }
        #expect(error.text.contains("cannot be changed"))
    }

    @Test func unknownPropertiesGetTheNearestName() throws {
        let error = try failure(["fetch.wait.max.msec": "1"])
        #expect(error.text == "unknown Kafka client property fetch.wait.max.msec")
        #expect(error.hint == "did you mean fetch.wait.max.ms?")
        #expect(try failure(["sasl.mechansim": "PLAIN"]).hint?.hasPrefix("did you mean sasl.mechanism") == true)
        #expect(try failure(["quite.something.else": "1"]).hint?.contains("CONFIGURATION.md") == true)
    }

    @Test func wrongValuesAreNamedUnlessSecret() throws {
        #expect(try failure(["session.timeout.ms": "soon"]).text.contains("session.timeout.ms"))
        #expect(try failure([:], brokers: "").text == "no broker given")
        setenv("VIGIE_TEST_BAD", "s3cret-soon", 1)
        let error = try failure(["session.timeout.ms": "env:VIGIE_TEST_BAD"])
        #expect(!"\(error)\(error.hint ?? "")".contains("s3cret") && error.text.contains("session.timeout.ms"))
    }

    @Test func referencesAreLookedUp() throws {
        setenv("VIGIE_TEST_VALUE", "from the environment", 1)
        #expect(try SecretReference("env:VIGIE_TEST_VALUE")?.resolve(for: "p") == "from the environment")
        #expect(SecretReference("plain") == nil)
        let missing = try failure(["sasl.password": "env:VIGIE_TEST_NOT_SET"])
        #expect(missing.text == "property sasl.password: the environment has no VIGIE_TEST_NOT_SET")
        let noFile = try failure(["ssl.key.password": "file:/nowhere/at/all"])
        #expect(noFile.text.contains("/nowhere/at/all cannot be read: No such file"))
    }

    @Test func descriptionsHideSecrets() {
        let settings = ClientSettings(
            brokers: "kafka:9092",
            properties: [
                "sasl.password": "hunter2", "ssl.key.password": "env:KEY_PASSWORD", "sasl.username": "me",
                "sasl.oauthbearer.client.secret": "hunter2", "ssl.key.pem": "hunter2", "linger.ms": "7",
                "sasl.oauthbearer.token.endpoint.url": "https://login",
            ])
        for text in ["\(settings)", String(reflecting: settings), "\(dumped(settings))"] {
            #expect(!text.contains("hunter2"), "\(text)")
        }
        #expect(settings.description.contains("ssl.key.password=env:KEY_PASSWORD"))
        #expect(settings.description.contains("sasl.username=me"))
        #expect(settings.description.contains("token.endpoint.url=https://login"))
    }

    private func dumped(_ settings: ClientSettings) -> String {
        var text = ""
        dump(settings, to: &text)
        return text
    }

    @Test func secretsAreTakenOutOfTexts() {
        let context = CallbackContext(hooks: nil, log: quiet, secrets: ["pa55word", "xyz"])
        #expect(context.scrub("user pa55word, pa55wordpa55word") == "user <redacted>, <redacted><redacted>")
        #expect(context.scrub("xyz is too short to hide") == "xyz is too short to hide")
        #expect(context.scrub("pa55wor") == "pa55wor")
    }

    @Test func theProtocolFollowsTheVersion() {
        #expect(!ProtocolSupport.supportsCooperative(0x0200_02ff))
        #expect(!ProtocolSupport.supportsCooperative(0x0208_00ff))
        #expect(!ProtocolSupport.supportsCooperative(0x020a_00ff))
        #expect(ProtocolSupport.supportsCooperative(0x020a_01ff))
        #expect(ProtocolSupport.supportsCooperative(0x020e_02ff))
        #expect(ProtocolSupport.warning(0x020a_01ff, "2.10.1") == nil)
        #expect(ProtocolSupport.warning(0x0200_02ff, "2.0.2")?.contains("2.0.2 is older than 2.10.1") == true)
    }

    struct Expected: CustomTestStringConvertible {
        var code: KafkaError.Code
        var text = ""
        var actor: KafkaError.Actor
        var isRetriable = false
        var isFatal = false
        var isAbortable = false
        var hint: String?
        var testDescription: String { KafkaError(code, text).name }
    }

    @Test(arguments: [
        Expected(code: .unknownTopicOrPartition, actor: .operator, hint: "create the topic"),
        Expected(code: .authentication, actor: .operator, hint: "sasl.password"),
        Expected(code: .ssl, text: "SSL handshake failed", actor: .operator, hint: "handshake"),
        Expected(code: .ssl, text: "broker certificate verify failed", actor: .operator, hint: "ssl.ca.location"),
        Expected(
            code: .transport, text: "Connect failed: Connection refused", actor: .operator, isRetriable: true,
            hint: "nothing listens"),
        Expected(code: .transport, text: "Disconnected", actor: .nobody, isRetriable: true),
        Expected(code: .allBrokersDown, actor: .operator, isRetriable: true, hint: "keeps trying"),
        Expected(code: .messageTooLarge, actor: .operator, hint: "max.message.bytes"),
        Expected(code: .illegalGeneration, actor: .nobody, isRetriable: true, isAbortable: true, hint: "next interval"),
        Expected(code: .rebalanceInProgress, actor: .nobody, isRetriable: true, hint: "next interval"),
        Expected(code: .unknownMember, actor: .nobody, isAbortable: true, hint: "joins again"),
        Expected(code: .fenced, actor: .operator, isFatal: true, hint: "identity"),
        Expected(code: .maximumPollExceeded, actor: .operator, isAbortable: true, hint: "max.poll.interval.ms"),
        Expected(code: .messageTimedOut, actor: .kafka, isRetriable: true, hint: "message.timeout.ms"),
        Expected(code: .topicAuthorizationFailed, actor: .operator, hint: "ACL"),
        Expected(code: .autoOffsetReset, actor: .operator, hint: "earliest or latest"),
        Expected(code: .timedOut, actor: .nobody, isRetriable: true),
        Expected(code: KafkaError.Code(42), actor: .kafka),
        Expected(code: KafkaError.Code(-172), actor: .developer),
    ])
    func errorsSayWhoMustActAndHow(_ expected: Expected) {
        let error = KafkaError(expected.code, expected.text, during: "doing something")
        #expect(error.whoMustAct == expected.actor)
        #expect(error.isRetriable == expected.isRetriable)
        #expect(error.isFatal == expected.isFatal)
        #expect(error.isAbortable == expected.isAbortable)
        if let hint = expected.hint { #expect(error.hint?.contains(hint) == true, "\(error.hint ?? "none")") }
        #expect(error.description.hasPrefix("doing something: "))
        #expect(error.description.contains(error.name))
    }

    @Test func propertyNamesHaveADistance() {
        func distance(_ a: String, _ b: String) -> Int { PropertyNames.editDistance(Array(a.utf8), Array(b.utf8)) }
        #expect(distance("", "abc") == 3)
        #expect(distance("kitten", "sitting") == 3)
        #expect(distance("same", "same") == 0)
    }
}
