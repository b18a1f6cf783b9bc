/// What the process ends with. The numbers are those of sysexits.h, so that systemd and scripts can tell them apart.
public enum ExitCode: Int32, Sendable, CaseIterable {
    /// Done, or stopped as asked.
    case ok = 0
    /// The command line is wrong: an unknown command or option, a value that can't be read.
    case usage = 64
    /// The data is wrong: a file to replay that can't be read, a topology's tests that fail.
    case data = 65
    /// Something needed can't be reached: the broker, a port that is taken.
    case unavailable = 69
    /// A bug of Vigie.
    case `internal` = 70
    /// A settings or topology file is wrong; every problem was listed.
    case configuration = 78

    /// One line for the help.
    public var meaning: String {
        switch self {
        case .ok: "done, or stopped as asked"
        case .usage: "the command line is wrong"
        case .data: "the data is wrong, or a test failed"
        case .unavailable: "something needed can't be reached, such as the broker"
        case .internal: "an internal error of vigie"
        case .configuration: "a settings or topology file is wrong; every problem is listed"
        }
    }
}
