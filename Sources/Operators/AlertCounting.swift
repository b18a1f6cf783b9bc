/// What an alert step tells the console.
public protocol AlertCounting {
    /// Keys whose alert is firing, and pending.
    var firing: Int { get }
    var pending: Int { get }
    /// Transitions so far, by what became of the alert and how bad: "firing critical".
    var transitionCounts: [String: Int64] { get }
}
