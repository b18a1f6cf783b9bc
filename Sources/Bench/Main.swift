import Arguments
import Foundation

/// The binary `vigie-bench`: one case per file. Figures are processor time, not wall time, each beside a reference
/// measured in the same run.
@main
enum Main {
    static let cases: [any BenchCase.Type] = [HotPathCase.self, KafkaCase.self]

    static func main() {
        let program = Program(
            Command(
                "vigie-bench", summary: "measures Vigie's hot paths",
                discussion: "Build it with swift build -c release --product vigie-bench.",
                subcommands: cases.map { $0.declaration }),
            version: "0.1.0")
        do {
            switch try program.parse(Array(CommandLine.arguments.dropFirst())) {
            case .text(let text, let code):
                print(text)
                exit(code.rawValue)
            case .run(let arguments):
                guard let found = cases.first(where: { $0.declaration.name == arguments.command.first }) else {
                    exit(64)
                }
                try found.run(arguments)
            }
        } catch {
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(ExitCode.unavailable.rawValue)
        }
    }
}

protocol BenchCase: SendableMetatype {
    static var declaration: Command { get }
    static func run(_ arguments: ParsedArguments) throws
}

/// A figure with a fixed number of decimals.
func fixed(_ value: Double, _ decimals: Int) -> String {
    var text = String(Int64((value.magnitude * pow(10, Double(decimals))).rounded()))
    while text.count <= decimals { text = "0" + text }
    if decimals > 0 { text.insert(".", at: text.index(text.endIndex, offsetBy: -decimals)) }
    return (value < 0 ? "-" : "") + text
}
