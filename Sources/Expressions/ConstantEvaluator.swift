import Records

/// Computes constant expressions with the kernels that rows go through, on a batch of one row without columns.
enum ConstantEvaluator {
    struct Failure: Error { var reason: FailureReason }

    static func value(of node: TypedNode) -> Result<Value, Failure> {
        let machine = Machine(Compiler.value(node), capacity: 1)
        let row: UInt32 = 0
        return withUnsafePointer(to: row) { row in
            _ = machine.run(Rows(rows: row, count: 1, isDense: true), kept: nil)
            if machine.resultHasFailures, let failure = machine.failure(inRow: 0) {
                return .failure(Failure(reason: failure.reason))
            }
            return .success(machine.result.value(at: 0))
        }
    }
}
