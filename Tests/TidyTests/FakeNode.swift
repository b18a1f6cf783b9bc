import Foundation

/// A stand-in for a Vigie node, for tests of `Deploy/scale`: a Perl script (Debian always has Perl) that takes the
/// arguments of `vigie run`, answers `/health/ready` and `/status`, and shares six partitions with its peers by way of
/// a folder. A node is not ready at once and sees its peers come and go a little later, as in a real group.
struct FakeCluster: ~Copyable {
    let folder: URL
    let settings: URL
    let basePort: Int

    /// Settings for a cluster of its own; `behaviour` is read by the script (see there).
    init(behaviour: String = "") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "vigie-scale-\(UUID().uuidString)")
        settings = folder.appending(path: "vigie.env")
        basePort = Int.random(in: 20_000..<31_000)
        try FileManager.default.createDirectory(at: folder.appending(path: "group"), withIntermediateDirectories: true)
        let script = folder.appending(path: "node.pl")
        try Data(Self.script.utf8).write(to: script)
        let path = folder.path(percentEncoded: false)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: script.path(percentEncoded: false))
        let text = """
            # A comment, and a value in quotes.
            VIGIE_BINARY="\(path)/node.pl"
            VIGIE_HTTP_BASE=\(basePort)
            VIGIE_RUN_DIR=\(path)/run
            VIGIE_STATE_DIR=\(path)/state
            VIGIE_NODE_PREFIX=test
            VIGIE_ARGUMENTS=--group-folder \(path)/group --behaviour x\(behaviour)
            """
        try Data(text.utf8).write(to: settings)
    }

    deinit {
        _ = try? Shell.run(
            "Deploy/scale", "0", "--processes", "--stop-limit", "1", "--env-file", settings.path(percentEncoded: false),
            in: Repository.root)
        try? FileManager.default.removeItem(at: folder)
    }

    /// Runs `Deploy/scale` on plain processes with these settings.
    func scale(_ arguments: String...) throws -> Shell.Result {
        try Shell.run(
            ["Deploy/scale", "--processes", "--env-file", settings.path(percentEncoded: false)] + arguments,
            in: Repository.root)
    }

    /// Runs `Deploy/scale` with a systemctl that starts and ends the same nodes, and writes down what it was asked.
    func scaleUnits(_ arguments: String...) throws -> Shell.Result {
        let bin = folder.appending(path: "bin")
        try FileManager.default.createDirectory(at: bin, withIntermediateDirectories: true)
        let systemctl = bin.appending(path: "systemctl")
        try Data(Self.systemctl.utf8).write(to: systemctl)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: systemctl.path(percentEncoded: false))
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try Shell.run(
            [
                "PATH=\(bin.path(percentEncoded: false)):\(path)", "FOLDER=\(folder.path(percentEncoded: false))",
                "BASE=\(basePort)", "Deploy/scale", "--systemd", "--env-file",
                settings.path(percentEncoded: false),
            ] + arguments, in: Repository.root)
    }

    static let systemctl = #"""
        #!/bin/bash
        unit=${!#} && i=${unit//[^0-9]/}
        case $1 in
        list-units)
            for file in "$FOLDER"/unit-*; do
                [ ! -e "$file" ] || echo "vigie@${file##*-}.service loaded active running Vigie, node ${file##*-}"
            done
            echo "vigie@9.service loaded failed failed Vigie, node 9" ;;
        is-failed) exit 1 ;;
        enable)
            # With nothing open that the test waits for the end of.
            (
                for fd in "/proc/$BASHPID/fd/"*; do fd=${fd##*/} && [ "$fd" -le 2 ] || eval "exec $fd>&-"; done
                exec setsid "$FOLDER/node.pl" run --node "test-$i" --http-port $((BASE + i)) \
                    --group-folder "$FOLDER/group" --behaviour x
            ) >/dev/null 2>&1 </dev/null &
            echo $! >"$FOLDER/unit-$i" && echo "$*" >>"$FOLDER/asked" ;;
        disable)
            kill "$(cat "$FOLDER/unit-$i")" && rm "$FOLDER/unit-$i" && echo "$*" >>"$FOLDER/asked" ;;
        esac
        """#

    /// The names of the nodes that run, as their group sees it.
    var members: [String] {
        let path = folder.appending(path: "group").path(percentEncoded: false)
        return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    static let script = #"""
        #!/usr/bin/perl
        # --behaviour: xdies ends at once with a message; xmute is never ready; xstubborn ignores SIGTERM.
        use strict; use warnings; use IO::Socket::INET; use Time::HiRes qw(time sleep); use POSIX ();
        # A thread of Dispatch, under which a test may run, blocks signals, and what it starts inherits that.
        POSIX::sigprocmask(POSIX::SIG_UNBLOCK(), POSIX::SigSet->new(POSIX::SIGTERM()));
        my ($command, %option) = @ARGV;
        die "not run" unless $command eq 'run';
        my ($node, $group, $behaviour) = @option{'--node', '--group-folder', '--behaviour'};
        if ($behaviour eq 'xdies') { print STDERR "no broker, said the node\n"; exit 69 }
        my $began = time;
        my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $option{'--http-port'},
            Listen => 16, ReuseAddr => 1) or die "port: $!";
        open(my $member, '>', "$group/$node") or die; close $member;
        $SIG{TERM} = sub { return if $behaviour eq 'xstubborn'; unlink "$group/$node"; exit 0 };
        my ($seen, $since) = ('', 0);
        my @mine;
        while (1) {
            my $client = $server->accept or next;
            my $line = <$client> // '';
            while (my $head = <$client>) { last if $head =~ /^\r?\n$/ }
            my @members = map { s{.*/}{}r } sort glob "$group/*";
            if ("@members" ne $seen) { ($seen, $since) = ("@members", time) }
            my ($place) = grep { $members[$_] eq $node } 0 .. $#members;
            # Half a second for a rebalance; until then each keeps what it had.
            my $running = time - $since > 0.5;
            @mine = grep { $_ % @members == $place } 0 .. 5 if $running;
            my ($code, $body) = ('404 Not Found', '');
            if ($line =~ m{ /health/ready }) {
                $code = time - $began > 0.5 && $behaviour ne 'xmute' ? '200 OK' : '503 Service Unavailable';
            } elsif ($line =~ m{ /status }) {
                my $state = $running ? 'running' : 'rebalancing';
                my $lag = int(rand(1000));
                $body = join ',', map { qq("port.tanks-$_") } @mine;
                $body = qq({"node":"$node","state":"$state","partitions":[$body],"lag":$lag,)
                    . qq("workers":[{"worker":0,"state":"idle"}],"tasks":[]});
                $code = '200 OK';
            }
            print $client "HTTP/1.1 $code\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
            close $client;
        }
        """#
}
