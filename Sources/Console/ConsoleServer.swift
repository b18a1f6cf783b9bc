public import Runtime
public import Telemetry
import WebServer

/// A node's pages: health, readiness, metrics and status.
public final class ConsoleServer: Sendable {
    private let server: WebServer
    public var url: String { server.url }

    /// Throws with words for the operator when the address can't be had.
    public init(
        host: String, port: Int, node: NodeDescription, board: StatusBoard, phase: @escaping @Sendable () -> NodePhase,
        log: Log
    ) throws {
        var settings = WebServerSettings(address: ListenAddress(host: host, port: UInt16(clamping: port)))
        settings.log = { log.with(["what": $0]).warning("http", every: .seconds(10)) }
        server = try WebServer(settings, routes: ConsoleRoutes(node: node, board: board, phase: phase).all)
    }

    public func stop() { _ = server.stop() }
}

/// All routes in one table.
struct ConsoleRoutes: Sendable {
    let node: NodeDescription
    let board: StatusBoard
    let phase: @Sendable () -> NodePhase

    var all: [Route] {
        [
            Route(.get, "/") { _ in .text(ConsoleRoutes.index) },
            Route(.get, "/health/live") { _ in .text("alive\n") },
            Route(.get, "/health/ready") { _ in self.readiness },
            Route(.get, "/metrics") { _ in
                .text(
                    PrometheusText.render(StatusMetrics.samples(self.board.all) + ProcessMetrics.samples()),
                    contentType: PrometheusText.contentType)
            },
            Route(.get, "/status") { _ in .json(StatusJSON.render(self.node, self.phase(), self.board.all)) },
        ]
    }

    static let index = """
        Vigie node
          /health/live    200 while the process runs
          /health/ready   200 once it has its partitions and a broker answers, else 503 with the reason
          /metrics        Prometheus text
          /status         JSON: workers, tasks, positions, watermarks, alerts

        """

    /// Ready: running, every worker connected. A node without partitions is ready too: there may be more nodes than
    /// those.
    private var readiness: Response {
        let phase = phase()
        guard phase == .running else { return .text("not ready: \(phase.rawValue)\n", status: 503) }
        let workers = board.all
        if workers.isEmpty { return .text("not ready: workers are starting\n", status: 503) }
        if let cut = workers.first(where: { !$0.isConnected }) {
            return .text("not ready: worker \(cut.worker) has no broker\n", status: 503)
        }
        return .text("ready\n")
    }
}
