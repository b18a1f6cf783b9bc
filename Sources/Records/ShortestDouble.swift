extension ByteBuffer {
    /// The shortest decimal that reads back as the same double, as JSON writes numbers: no ".0" on whole numbers. NaN
    /// and infinities, which JSON lacks, are written as null. For edges; columns of doubles go through the codecs.
    public mutating func append(shortest number: Double) {
        guard number.isFinite else { return append("null") }
        if number == number.rounded(), number.magnitude < 0x1p54 { return append(Int64(number)) }
        append(text: number.description)
    }
}
