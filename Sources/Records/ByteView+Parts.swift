extension ByteView {
    /// A view of which the caller knows the prefix (the first four bytes, little-endian, zero-padded): for decoders
    /// that read it without a branch on the length.
    @inlinable @inline(always)
    public init(base: UnsafePointer<UInt8>, length: UInt32, prefix: UInt32) {
        self.base = base
        self.length = length
        self.prefix = prefix
    }
}
