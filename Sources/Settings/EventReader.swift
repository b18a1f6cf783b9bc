import CYaml

/// Builds the tree from libyaml's events. One per document read; owns the parser.
final class EventReader {
    private let source: SourceText
    private let diagnostics: Diagnostics
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let event: UnsafeMutablePointer<yaml_event_t>
    private var holdsEvent = false
    private var cursor = SourceText.Cursor()
    /// Finished anchors, with how many nodes each stands for.
    private var anchors: [String: (node: ConfigNode, weight: Int)] = [:]
    /// Anchors whose value is being read: an alias to one would contain itself.
    private var openAnchors: Set<String> = []
    private var nodeCount = 0

    /// Ends the reading; the diagnostic is already there.
    private struct Stop: Error {}

    init(_ source: SourceText, _ diagnostics: Diagnostics) {
        self.source = source
        self.diagnostics = diagnostics
        parser = .allocate(capacity: 1)
        event = .allocate(capacity: 1)
    }

    deinit {
        parser.deallocate()
        event.deallocate()
    }

    func readDocument() -> ConfigNode? {
        guard yaml_parser_initialize(parser) == 1 else {
            diagnostics.error(source.place(atByte: 0), "out of memory while reading the file")
            return nil
        }
        defer {
            dropEvent()
            yaml_parser_delete(parser)
        }
        return source.bytes.withUnsafeBufferPointer { buffer in
            var empty: UInt8 = 0
            return withUnsafePointer(to: &empty) { nothing in
                yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
                yaml_parser_set_input_string(parser, buffer.baseAddress ?? nothing, buffer.count)
                return try? readStream()
            }
        }
    }

    private func readStream() throws(Stop) -> ConfigNode? {
        try advance()  // stream start
        try advance()
        guard event.pointee.type == YAML_DOCUMENT_START_EVENT else {
            diagnostics.error(
                source.place(atByte: 0), "the file is empty", hint: "it has to hold a mapping, `key: value`")
            return nil
        }
        try advance()
        let root = try readNode(depth: 1)
        try advance()  // document end
        try advance()
        if event.pointee.type == YAML_DOCUMENT_START_EVENT {
            diagnostics.error(
                place, "a second document starts here", hint: "one file holds one document: remove `---`, or split it")
            throw Stop()
        }
        return root
    }

    // MARK: Events

    private func advance() throws(Stop) {
        dropEvent()
        guard yaml_parser_parse(parser, event) == 1 else {
            SyntaxError(parser.pointee, source).add(to: diagnostics)
            throw Stop()
        }
        holdsEvent = true
    }

    private func dropEvent() {
        if holdsEvent { yaml_event_delete(event) }
        holdsEvent = false
    }

    private func byte(of mark: yaml_mark_t) -> Int { source.byteOffset(ofScalar: mark.index, &cursor) }
    private var startByte: Int { byte(of: event.pointee.start_mark) }
    private var place: Place { source.place(atByte: startByte, &cursor) }

    // MARK: Nodes

    /// Reads the node the current event starts. The event that ends it is current afterwards.
    private func readNode(depth: Int) throws(Stop) -> ConfigNode {
        nodeCount += 1
        let place = place
        guard depth <= YAMLReader.maxDepth else {
            diagnostics.error(place, "nested deeper than \(YAMLReader.maxDepth) levels")
            throw Stop()
        }
        try checkCount(place)
        switch event.pointee.type {
        case YAML_ALIAS_EVENT: return try readAlias(place)
        case YAML_SCALAR_EVENT: return readScalar(place)
        case YAML_SEQUENCE_START_EVENT:
            checkTag(event.pointee.data.sequence_start.tag, place)
            return try anchored(event.pointee.data.sequence_start.anchor) { () throws(Stop) in
                try readSequence(place, depth)
            }
        case YAML_MAPPING_START_EVENT:
            checkTag(event.pointee.data.mapping_start.tag, place)
            return try anchored(event.pointee.data.mapping_start.anchor) { () throws(Stop) in
                try readMapping(place, depth)
            }
        default:
            diagnostics.error(place, "expected a value")
            throw Stop()
        }
    }

    private func checkCount(_ place: Place) throws(Stop) {
        if nodeCount > YAMLReader.maxNodes {
            diagnostics.error(place, "more than \(YAMLReader.maxNodes) values in one file, aliases counted each time")
            throw Stop()
        }
    }

    private func readScalar(_ place: Place) -> ConfigNode {
        let scalar = event.pointee.data.scalar
        checkTag(scalar.tag, place)
        let text = String(
            decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
        var start = startByte
        let end = byte(of: event.pointee.end_mark)
        if scalar.anchor != nil || scalar.tag != nil { start = skipProperties(from: start, to: end) }
        let span = ScalarSpan(source: source, range: start..<max(start, end), style: style(scalar.style), value: text)
        let node = ConfigNode(
            place: source.place(atByte: start, &cursor),
            content: .scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), span: span)
        if let anchor = Self.string(scalar.anchor) { anchors[anchor] = (node, 1) }
        return node
    }

    private func readSequence(_ place: Place, _ depth: Int) throws(Stop) -> ConfigNode {
        var elements: [ConfigNode] = []
        try advance()
        while event.pointee.type != YAML_SEQUENCE_END_EVENT {
            elements.append(try readNode(depth: depth + 1))
            try advance()
        }
        return ConfigNode(place: place, content: .sequence(elements), span: nil)
    }

    private func readMapping(_ place: Place, _ depth: Int) throws(Stop) -> ConfigNode {
        var entries: [ConfigNode.Entry] = []
        var places: [String: Place] = [:]
        try advance()
        while event.pointee.type != YAML_MAPPING_END_EVENT {
            let keyNode = try readNode(depth: depth + 1)
            try advance()
            let value = try readNode(depth: depth + 1)
            try advance()
            guard let key = usableKey(keyNode) else { continue }
            if let first = places[key] {
                diagnostics.error(
                    keyNode.place, "the key '\(key)' is there twice",
                    hint: "it stands first in line \(first.line), column \(first.column); keep one of them")
                continue
            }
            places[key] = keyNode.place
            entries.append(ConfigNode.Entry(key: key, keyPlace: keyNode.place, value: value))
        }
        return ConfigNode(place: place, content: .mapping(entries), span: nil)
    }

    private func usableKey(_ node: ConfigNode) -> String? {
        guard let key = node.text else {
            diagnostics.error(node.place, "a key has to be text, found \(node.found)")
            return nil
        }
        if key == "<<", case .scalar(_, isPlain: true) = node.content {
            diagnostics.error(
                node.place, "merge keys (`<<`) are not supported",
                hint: "write the keys out, or use an alias for a value")
            return nil
        }
        return key
    }

    // MARK: Properties

    private func readAlias(_ place: Place) throws(Stop) -> ConfigNode {
        let name = Self.string(event.pointee.data.alias.anchor) ?? ""
        if let anchor = anchors[name] {
            nodeCount += anchor.weight
            try checkCount(place)
            return anchor.node
        }
        if openAnchors.contains(name) {
            diagnostics.error(place, "the alias '*\(name)' stands inside the value it names")
        } else {
            let nearest =
                Suggestion.nearest(to: name, in: anchors.keys.sorted()).map { "did you mean '*\($0)'? " } ?? ""
            diagnostics.error(
                place, "no anchor '&\(name)' stands before this alias",
                hint: nearest + "a text that starts with '*' has to be quoted")
        }
        return ConfigNode(place: place, content: .scalar("", isPlain: true), span: nil)
    }

    private func anchored(
        _ anchor: UnsafeMutablePointer<yaml_char_t>?, _ read: () throws(Stop) -> ConfigNode
    ) throws(Stop) -> ConfigNode {
        guard let name = Self.string(anchor) else { return try read() }
        openAnchors.insert(name)
        anchors[name] = nil
        let before = nodeCount
        let node = try read()
        openAnchors.remove(name)
        anchors[name] = (node, nodeCount - before + 1)
        return node
    }

    private func checkTag(_ tag: UnsafeMutablePointer<yaml_char_t>?, _ place: Place) {
        guard let tag = Self.string(tag) else { return }
        let standard = "tag:yaml.org,2002:"
        let written = tag.hasPrefix(standard) ? "!!" + tag.dropFirst(standard.count) : tag
        diagnostics.error(
            place, "YAML tags are not supported, found '\(written)'",
            hint: "a text or expression that starts with '!' has to be quoted: '!…'")
    }

    /// A scalar's event starts at its anchor or tag: the first byte of the scalar itself.
    private func skipProperties(from start: Int, to end: Int) -> Int {
        let bytes = source.bytes
        var at = start
        while at < end {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            case UInt8(ascii: "#"):
                while at < end, bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
            case UInt8(ascii: "&"), UInt8(ascii: "!"):
                while at < end, !UInt8.isBlankOrBreak(bytes[at]) { at += 1 }
            default: return at
            }
        }
        return at
    }

    private func style(_ style: yaml_scalar_style_t) -> ScalarSpan.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let pointer else { return nil }
        var count = 0
        while pointer[count] != 0 { count += 1 }
        return String(decoding: UnsafeBufferPointer(start: pointer, count: count), as: UTF8.self)
    }
}

extension UInt8 {
    static func isBlankOrBreak(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
