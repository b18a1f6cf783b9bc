import Testing

@testable import CLI

@Suite struct BoardTextWidthTests {
    static let widths: [(String, Int)] = [
        ("", 0), ("abc", 3), ("74.0 °C", 7), ("événements", 10), ("e\u{301}te\u{301}", 3), ("…–·─", 4), ("港口", 4),
        ("a\u{202F}b", 3),
        ("🚢", 2), ("가", 2), ("Ｗ", 2), ("zero\u{200B}width", 9),
    ]

    @Test(arguments: widths) func countsColumns(_ text: String, _ columns: Int) {
        #expect(TextWidth.columns(text) == columns)
    }

    static let cuts: [(String, Int, String)] = [
        ("caméra", 6, "caméra"), ("caméra", 5, "camé…"), ("e\u{301}te\u{301}s", 3, "e\u{301}t…"), ("港口港口", 5, "港口…"),
        ("港口港口", 4, "港…"), ("Tank T-07 at", 9, "Tank T-0…"), ("ab cd", 4, "ab…"), ("abc", 1, "…"), ("abc", 0, ""),
        ("abc", -3, ""),
    ]

    @Test(arguments: cuts) func cutsWithinColumns(_ text: String, _ width: Int, _ expected: String) {
        let cut = TextWidth.cut(text, to: width)
        #expect(cut == expected)
        #expect(TextWidth.columns(cut) <= max(0, width))
    }

    @Test func fillsToExactlyTheWidth() {
        #expect(TextWidth.fit("été", 5) == "été  ")
        #expect(TextWidth.fit("été", 5, right: true) == "  été")
        #expect(TextWidth.columns(TextWidth.fit("港口港", 4)) == 4)
    }

    @Test func takesTheTeethOutOfControlCharacters() {
        #expect(TextWidth.harmless("a\u{1B}[2Jb\r\nc\u{9B}31m\u{7F}\u{202E}d") == "a?[2Jb??c?31m??d")
        #expect(TextWidth.harmless("Échangeur de Godomey") == "Échangeur de Godomey")
    }
}
