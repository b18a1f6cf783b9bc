extension MistakeTests {
    static let textMistakes: [Mistake] = [
        Mistake(
            "a field in double quotes",
            "filter: celsius > 10.0",
            "filter: \"site.orValue(\\\"\\u00e9\\\") == ¦tnk\"",
            """
            unknown field `tnk`
            hint: did you mean `tank`? fields: tank, site, celsius, count
            """),
        Mistake(
            "a field in a block",
            "  warm: { from: readings, filter: celsius > 10.0 }",
            """
              warm:
                from: readings
                filter: |
                  count > 1 &&
                  ¦celsiuss > 10.0
            """,
            """
            unknown field `celsiuss`
            hint: did you mean `celsius`? fields: tank, site, celsius, count
            """),
        Mistake(
            "a field in a folded block",
            "  warm: { from: readings, filter: celsius > 10.0 }",
            """
              warm:
                from: readings
                filter: >-
                  count > 1
                  && ¦celsiuss > 10.0
            """,
            """
            unknown field `celsiuss`
            hint: did you mean `celsius`? fields: tank, site, celsius, count
            """),
        Mistake(
            "types that do not compare",
            "celsius > 10.0",
            "¦celsius > tank",
            """
            can't compare double with string in `celsius > tank`
            hint: convert it: `double(tank)`
            """),
        Mistake(
            "an expression that is cut off",
            "celsius > 10.0",
            "celsius >¦",
            "expected a value, found the end of the expression"),
        Mistake(
            "a condition that is no bool",
            "filter: celsius > 10.0",
            "filter: ¦celsius + 1.0",
            """
            expected a bool expression, this is double
            hint: compare it with something: `celsius + 1.0 > 0.0`
            """),
        Mistake(
            "an optional field unguarded",
            "filter: celsius > 10.0",
            "filter: '¦site == \"a\"'",
            """
            field `site` is optional and may be absent here
            hint: guard it, `has(site) && …`, or give a value for its absence, `site.orValue("?")`
            """),
        Mistake(
            "a mapping for an expression",
            "filter: celsius > 10.0",
            "filter: ¦{ a: celsius }",
            """
            expected an expression, found a mapping
            hint: quote it if YAML reads it otherwise: 'a > b'
            """),
        Mistake(
            "a field selected twice over",
            "warm, select: { tank: tank,",
            "warm, extend: { ¦tank: tank,",
            """
            field 'tank' is there already
            hint: choose another name, or list all fields with 'select'
            """),
        Mistake(
            "an error in a label",
            "labels: { n: n }",
            "labels: { n: 'n + ¦m' }",
            """
            unknown field `m`
            hint: fields: tank, window_start, window_end, mean, n
            """),
        Mistake(
            "a label that is taken",
            "labels: { n: n }",
            "labels: { ¦severity: n }",
            """
            the label 'severity' is set by the alert itself
            hint: choose another name
            """),
        Mistake(
            "a label of the key's name",
            "labels: { n: n }",
            "labels: { ¦tank: n }",
            """
            the label 'tank' is set by the alert itself
            hint: choose another name
            """),
        Mistake(
            "an error in a summary",
            "'Cuve {tank}'",
            "'Cuve {¦tanc}'",
            """
            unknown field `tanc`
            hint: did you mean `tank`? fields: tank, window_start, window_end, mean, n
            """),
        Mistake(
            "an error late in a summary",
            "at {mean:.1f}'",
            "at {mean:.1f} and {¦menn}'",
            """
            unknown field `menn`
            hint: did you mean `mean`? fields: tank, window_start, window_end, mean, n
            """),
        Mistake(
            "a brace not closed",
            "'Cuve {tank}'",
            "'Cuve ¦{tank'",
            """
            `{` has no closing `}`
            hint: a brace in text is written `{{`
            """),
        Mistake(
            "no severity",
            """
                  when: mean > 60.0
                  for: 3m
                  severity: warning

            """,
            """
                  ¦when: mean > 60.0
                  for: 3m

            """,
            "missing key 'severity' in 'alert' of step 'hot'"),
        Mistake(
            "a severity misspelt",
            "severity: warning",
            "severity: ¦warnin",
            """
            no severity 'warnin'
            hint: did you mean 'warning'? one of critical, major, warning, notice, info, or an expression that \
            yields a text
            """),
        Mistake(
            "an unknown key in an alert",
            "      for: 3m",
            "      ¦fro: 3m",
            """
            unknown key 'fro' in 'alert' of step 'hot'
            hint: did you mean 'for'? known here: when, clear, for, keep-firing, expire, severity, summary, \
            labels, value, threshold
            """),
        Mistake(
            "a sink from nowhere",
            "alerts: { from: hot",
            "alerts: { from: ¦hott",
            """
            sink 'alerts' reads from 'hott', which is neither a source nor a step
            hint: did you mean 'hot'? there are readings, warm, shown, means, hot
            """),
        Mistake(
            "a sink's topic",
            "topic: out.alerts",
            "topic: ¦out/alerts",
            """
            'topic' in sink 'alerts' is no topic name
            hint: 1 to 249 letters, digits, '.', '_' or '-'
            """),
        Mistake(
            "a sink's key",
            "topic: out.shown }",
            "topic: out.shown, key: ¦tanks }",
            """
            no field 'tanks' in 'shown'
            hint: did you mean 'tank'? fields: tank, f
            """),
        Mistake(
            "a test's source",
            "source: readings,",
            "source: ¦reading,",
            """
            'source' in test input is no source: 'reading'
            hint: did you mean 'readings'? there are readings
            """),
        Mistake(
            "a test's time",
            "at: '2026-01-01T00:00:00Z'",
            "at: ¦yesterday",
            """
            'at' in test input is no RFC 3339 time: 'yesterday'
            hint: at: '2026-01-01T10:00:00Z'
            """),
        Mistake(
            "a test's sink",
            "      alerts: []",
            "      ¦alert: []",
            """
            'alert' is no sink of this topology
            hint: did you mean 'alerts'? there are alerts, shown, dead-letters
            """),
        Mistake(
            "a test without records",
            "alerts: []",
            "alerts: ¦none",
            """
            expected a list of records, found "none"
            hint: alerts: [] for none
            """),
        Mistake(
            "no sinks",
            """
            sinks:
              alerts: { from: hot, topic: out.alerts }
              shown: { from: shown, topic: out.shown }
            tests:
              - name: nothing
                given:
                  - { source: readings, value: { sensor: { id: T } }, at: '2026-01-01T00:00:00Z' }
                expect:
                  alerts: []

            """,
            """
            sinks: ¦{}

            """,
            "'sinks' in topology is empty"),
    ]
}
