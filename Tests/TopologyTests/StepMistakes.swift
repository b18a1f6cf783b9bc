extension MistakeTests {
    static let stepMistakes: [Mistake] = [
        Mistake(
            "an unknown from",
            "warm: { from: readings,",
            "warm: { from: ¦reading,",
            """
            step 'warm' reads from 'reading', which is neither a source nor a step
            hint: did you mean 'readings'? there are readings, warm, shown, means, hot
            """),
        Mistake(
            "no from",
            "warm: { from: readings, filter",
            "warm: ¦{ filter",
            """
            missing key 'from' in step 'warm'
            hint: add `from: some text`
            """),
        Mistake(
            "a circle",
            """
            warm: { from: readings, filter: celsius > 10.0 }
              shown
            """,
            """
            ¦warm: { from: shown, filter: celsius > 10.0 }
              ¦shown
            """,
            """
            step 'warm' reads itself by way of others
            hint: follow 'from' upwards: it must end at a source
            step 'shown' reads itself by way of others
            hint: follow 'from' upwards: it must end at a source
            """),
        Mistake(
            "a step that reads itself",
            "warm: { from: readings,",
            "¦warm: { from: warm,",
            """
            step 'warm' reads itself
            hint: follow 'from' upwards: it must end at a source
            """),
        Mistake(
            "by without the partition key",
            "by: [tank]",
            "by: ¦[site]",
            """
            'by' must contain 'tank', the field by which the topic is partitioned
            hint: write the topic with the key site, or add 'tank' to 'by'
            """),
        Mistake(
            "by a field that is not there",
            "by: [tank]",
            "by: ¦[tnak]",
            """
            no field 'tnak' in 'warm'
            hint: did you mean 'tank'? fields: tank, site, celsius, count
            """),
        Mistake(
            "by a field twice",
            "by: [tank]",
            "by: ¦[tank, tank]",
            """
            field 'tank' stands twice in 'by'
            hint: name each field once
            """),
        Mistake(
            "a window too short",
            "window: { tumbling: 1m",
            "window: ¦{ tumbling: 100us",
            """
            a window must be at least 1 ms long
            hint: tumbling: 1m
            """),
        Mistake(
            "a window of unknown kind",
            "tumbling: 1m",
            "¦tumblin: 1m",
            """
            unknown key 'tumblin' in window
            hint: did you mean 'tumbling'? known here: tumbling, grace, emit
            """),
        Mistake(
            "an unknown aggregate",
            "avg(celsius)",
            "¦agv(celsius)",
            """
            no aggregate function 'agv'
            hint: did you mean 'avg'? there are count, sum, min, max, avg, first, last
            """),
        Mistake(
            "an aggregate without parentheses",
            "avg(celsius)",
            "¦celsius",
            """
            expected an aggregate function with its argument in parentheses
            hint: one of count(…), sum(…), min(…), max(…), avg(…), first(…), last(…), e.g. avg(celsius)
            """),
        Mistake(
            "an aggregate without argument",
            "avg(celsius)",
            "¦avg()",
            """
            'avg' needs an argument
            hint: avg(field)
            """),
        Mistake(
            "an aggregate of the wrong type",
            "avg(celsius)",
            "avg(¦tank)",
            """
            'avg' does not take a string
            hint: it takes a double or an int
            """),
        Mistake(
            "an aggregate of an unknown field",
            "avg(celsius)",
            "avg(¦celcius)",
            """
            unknown field `celcius`
            hint: did you mean `celsius`? fields: tank, site, celsius, count
            """),
        Mistake(
            "an aggregate's name that is taken",
            "{ mean: avg(celsius), n",
            "{ mean: avg(celsius), ¦tank: count(), n",
            """
            'tank' is taken by a key field or the window's bounds
            hint: choose another name
            """),
        Mistake(
            "aggregates as a list",
            "aggregate: { mean: avg(celsius), n: count() }",
            "aggregate: ¦[count()]",
            """
            expected a mapping of field names to aggregates
            hint: aggregate: { mean: avg(celsius) }
            """),
        Mistake(
            "a field in a plain scalar",
            "celsius > 10.0",
            "count > 1 && ¦celsiuss > 10.0",
            """
            unknown field `celsiuss`
            hint: did you mean `celsius`? fields: tank, site, celsius, count
            """),
        Mistake(
            "a field in single quotes",
            "filter: celsius > 10.0",
            "filter: 'site.orValue(\"it''s\") == ¦tnk'",
            """
            unknown field `tnk`
            hint: did you mean `tank`? fields: tank, site, celsius, count
            """),
    ]
}
