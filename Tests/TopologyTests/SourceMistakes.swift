extension MistakeTests {
    static let sourceMistakes: [Mistake] = [
        Mistake(
            "another version",
            "vigie: 1",
            "vigie: ¦2",
            """
            'vigie' in topology is version 2, which this release does not know
            hint: vigie: 1
            """),
        Mistake(
            "no version",
            """
            vigie: 1

            """,
            "¦",
            """
            missing key 'vigie' in topology
            hint: add `vigie: 1`
            """),
        Mistake(
            "a name with a capital",
            "name: tanks",
            "name: ¦Tanks",
            """
            'name' in topology has to be a name, found "Tanks"
            hint: lower-case letters, digits, '-' and '_', starting with a letter, at most 64 characters, like \
            tank-level
            """),
        Mistake(
            "an unknown key at the top",
            "title:",
            "¦titel:",
            """
            unknown key 'titel' in topology
            hint: did you mean 'title'? known here: vigie, name, title, sources, steps, sinks, tests
            """),
        Mistake(
            "no language",
            "{ en: Tanks,",
            "{ ¦english: Tanks,",
            """
            'english' in 'title' of topology is no language
            hint: write en, fr, …
            """),
        Mistake(
            "a topic with a space",
            "topic: in",
            "topic: ¦in put",
            """
            'topic' in source 'readings' is no topic name
            hint: 1 to 249 letters, digits, '.', '_' or '-'
            """),
        Mistake(
            "a source without topic",
            """
                topic: in
                key
            """,
            "    ¦key",
            """
            missing key 'topic' in source 'readings'
            hint: add `topic: some text`
            """),
        Mistake(
            "a key that is no field",
            "key: tank",
            "key: ¦tanc",
            """
            no field 'tanc' in source 'readings'
            hint: did you mean 'tank'? key names the field that the topic's key holds: tank, site, celsius, count
            """),
        Mistake(
            "an unknown format",
            """
            topic: in

            """,
            """
            topic: in
                format: ¦jsn

            """,
            """
            'format' in source 'readings' has to be 'json' or 'deepstream', found "jsn"
            hint: did you mean 'json'?
            """),
        Mistake(
            "an unknown type",
            "celsius: double",
            "celsius: ¦dobule",
            """
            field 'celsius' of source 'readings' has no such type: "dobule"
            hint: did you mean 'double'? types: bool, int, uint, double, string, bytes, timestamp, duration
            """),
        Mistake(
            "an unknown type in a mapping",
            "{ type: string, optional",
            "{ type: ¦strin, optional",
            """
            'type' in field 'site' of source 'readings' has to be 'bool', 'int', 'uint', 'double', 'string', \
            'bytes', 'timestamp' or 'duration', found "strin"
            hint: did you mean 'string'?
            """),
        Mistake(
            "a bad path",
            "at: sensor.id",
            "at: ¦sensor..id",
            """
            'sensor..id' is no path into a record
            hint: keys joined by dots, as in sensor.id; a key with a dot in quotes: '"@iot.id"'
            """),
        Mistake(
            "a path without type",
            "tank: { type: string, at: sensor.id }",
            "tank: ¦{ at: sensor.id }",
            """
            missing key 'type' in field 'tank' of source 'readings'
            hint: add `type: bool | int | uint | double | string | bytes | timestamp | duration`
            """),
        Mistake(
            "a format that does not fit",
            "{ type: string, optional: true }",
            "{ type: string, optional: true, format: ¦rfc3339 }",
            """
            'format' in field 'site' of source 'readings' is for timestamps, the type is string
            hint: leave it out, or type: timestamp
            """),
        Mistake(
            "an optional that is no bool",
            "optional: true",
            "optional: ¦yes",
            """
            'optional' in field 'site' of source 'readings' has to be true or false, found "yes"
            hint: write true
            """),
        Mistake(
            "no timestamp",
            """
                topic: in
                key: tank
                fields:
                  tank: { type: string, at: sensor.id }
                  site: { type: string, optional: true }
                  celsius: double
                  count: int
                timestamp: { field: observed_at, format: rfc3339 }

            """,
            """
                ¦topic: in
                fields: { celsius: double }

            """,
            "missing key 'timestamp' in source 'readings'"),
        Mistake(
            "a timestamp of a kind unknown",
            "timestamp: { field: observed_at, format: rfc3339 }",
            "timestamp: ¦broker",
            """
            'timestamp' in source 'readings' has to be 'record' or a field with its format, found "broker"
            hint: timestamp: { field: observed_at, format: rfc3339 }
            """),
        Mistake(
            "a timestamp's format",
            "format: rfc3339",
            "format: ¦rfc3330",
            """
            'format' in 'timestamp' of source 'readings' has to be 'rfc3339', 'unix-ms' or 'unix-s', found "rfc3330"
            hint: did you mean 'rfc3339'?
            """),
        Mistake(
            "a bad duration",
            "delay: 2s",
            "delay: ¦2x",
            """
            'delay' in 'watermark' of source 'readings' has the unknown unit 'x'
            hint: units are w, d, h, m, s, ms, us and ns
            """),
        Mistake(
            "a duration without unit",
            "delay: 2s",
            "delay: ¦2",
            """
            'delay' in 'watermark' of source 'readings' has no unit: "2"
            hint: write it like 250ms, 10s, 5m, 1h30m or 2d
            """),
        Mistake(
            "no idle time",
            "idle: 30s",
            "idle: ¦0s",
            """
            'idle' in 'watermark' of source 'readings' must be longer than nothing
            hint: idle: 1m
            """),
        Mistake(
            "an unknown key in the watermark",
            "idle: 30s",
            "¦idel: 30s",
            """
            unknown key 'idel' in 'watermark' of source 'readings'
            hint: did you mean 'idle'? known here: delay, idle, ahead
            """),
        Mistake(
            "an unknown policy",
            """
            topic: in

            """,
            """
            topic: in
                on-error: ¦ignore

            """,
            "'on-error' in source 'readings' has to be 'dead-letter', 'skip' or 'stop', found \"ignore\""),
        Mistake(
            "deepstream with fields",
            """
            key: tank
                fields:
                  tank: { type: string, at: sensor.id }
                  site: { type: string, optional: true }
                  celsius: double
                  count: int
                timestamp: { field: observed_at, format: rfc3339 }
                watermark: { delay: 2s, idle: 30s }
            steps:
              warm: { from: readings, filter: celsius
            """,
            """
            key: camera
                format: deepstream
                fields: ¦{ tank: string }
                timestamp: ¦record
            steps:
              warm: { from: readings, filter: celsius
            """,
            """
            'fields' in source 'readings' can't be set for the format deepstream, which brings its own
            hint: fields: camera, frame, track, left, top, right, bottom, class, confidence, x, y
            'timestamp' in source 'readings' can't be set for the format deepstream, which brings its own
            hint: fields: camera, frame, track, left, top, right, bottom, class, confidence, x, y
            """),
        Mistake(
            "a name twice",
            "  shown: { from: warm, select: { tank: tank, f: celsius * 1.8 + 32.0 } }",
            """
              shown: { from: warm, select: { tank: tank, f: celsius * 1.8 + 32.0 } }
              ¦readings: { from: warm, filter: celsius > 0.0 }
            """,
            """
            'readings' is the name of a source, at line 5
            hint: steps and sources share one set of names; choose another
            """),
        Mistake(
            "a key twice",
            "  means:",
            """
              ¦warm: { from: shown, filter: f > 1.0 }
              means:
            """,
            """
            the key 'warm' is there twice
            hint: it stands first in line 16, column 3; keep one of them
            """),
        Mistake(
            "a step of unknown kind",
            "  warm: { from: readings, filter: celsius",
            "  ¦warm: { from: readings, fliter: celsius",
            """
            step 'warm' does nothing known
            hint: did you mean 'filter'? a step has one of: filter, select, extend, aggregate, detect, alert
            """),
        Mistake(
            "a step of two kinds",
            "  warm: { from: readings,",
            "  ¦warm: { from: readings, extend: { a: celsius },",
            """
            step 'warm' has 'filter' and 'extend': one step does one thing
            hint: make two steps, the second reading from the first
            """),
    ]
}
