/// Every bound of the data path in one place, with the reason for its value.
public enum Limits {
    /// Rows of a batch. HOTPATH.md: 256 to 1,024 messages a poll is where cost per message is least.
    public static let batchRows = 1024
    /// Fields that one source may declare: the scanner keeps a bit for each in one 64-bit word.
    public static let sourceFields = 64
    /// Nested objects and arrays that a JSON value may have. Deeper is rejected: no sensor sends it, and a scanner must
    /// end.
    public static let jsonDepth = 64
    /// Bytes of a payload that are copied into a dead letter's description of the place; the payload itself travels
    /// whole.
    public static let excerptBytes = 120
    /// Bytes of a group key (all `by` fields joined).
    public static let keyBytes = 4096
}
