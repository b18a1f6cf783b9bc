/// Finds the name somebody meant.
public struct Suggestion {
    /// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours; case is free), when
    /// it is close enough to be a slip: at most a third of the longer name, at least one edit. The first of equals.
    public static func nearest(to name: String, in candidates: [String]) -> String? {
        let wanted = Array(name.lowercased().unicodeScalars)
        guard !wanted.isEmpty, wanted.count <= 100 else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates where candidate != name {
            let letters = Array(candidate.lowercased().unicodeScalars)
            let bound = max(1, max(wanted.count, letters.count) / 3)
            // Names of one or two letters are all within one edit of each other: those differ in nothing but case.
            let allowed = min(wanted.count, letters.count) < 3 ? (wanted == letters ? 0 : -1) : bound
            guard allowed >= 0, abs(wanted.count - letters.count) <= allowed else { continue }
            let distance = distance(wanted, letters)
            if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// Optimal string alignment distance.
    static func distance<Letter: Equatable>(_ left: [Letter], _ right: [Letter]) -> Int {
        var before: [Int] = []
        var previous = Array(0...right.count)
        for i in left.indices {
            var current = [i + 1]
            for j in right.indices {
                var cost = min(previous[j + 1], current[j]) + 1
                cost = min(cost, previous[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, before[j - 1] + 1)
                }
                current.append(cost)
            }
            before = previous
            previous = current
        }
        return previous[right.count]
    }
}
