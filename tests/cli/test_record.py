"""`wsfake record`: what is printed, written and returned."""

from __future__ import annotations

import re
import resource
import signal
import socket
import ssl
import time
from pathlib import Path

import pytest
import trustme
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from tests.ports.test_ports import port_of
from tests.proxy.recorder import recording
from wsfake import Harness
from wsfake.cassette import load
from wsfake.cli import main, record as record_command
from wsfake.cli.recording import Counts
from wsfake.model import Close, Drop, End, Open, Reject

GONE = (InvalidMessage, ConnectionError, ConnectionClosed)
"""What a client of `websockets` raises, by how far it had come when its stream was reset."""


def talk(url: str, *messages: str) -> None:
    with connect(url) as client:
        for message in messages:
            client.send(message)
            assert client.recv(20) == message


def said(path: Path) -> list[tuple[int, str, object]]:
    return [(entry.connection, str(entry.side), entry.what) for entry in load(path).entries]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_the_cassette(server: str, tmp_path: Path, how: signal.Signals) -> None:
    path = tmp_path / "talk.msgpack"
    with recording(server + "/echo?a=1", path) as recorder:
        assert recorder.url.endswith("/echo?a=1")
        talk(recorder.url, "one", "two")
        with connect(recorder.url.replace("/echo?a=1", "/other")) as open_one:
            open_one.send("three")
            assert open_one.recv(20) == "three"
            assert recorder.end(how) == 0
            with pytest.raises(ConnectionClosed):
                open_one.recv(20)
    cassette = load(path)
    assert not cassette.cut
    assert cassette.footer is not None
    assert cassette.footer.ended == "interrupted"
    entries = said(path)
    assert isinstance(entries[0][2], Open)
    assert entries[0][2].url == server + "/echo?a=1"
    assert [what for number, _, what in entries if number == 1][2:] == [
        "one", "one", "two", "two", Close(1000), Close(1000)
    ]  # fmt: skip
    assert [what for number, _, what in entries if number == 2][2:] == ["three", "three", End()]
    printed = recorder.printed
    assert printed[0].startswith("     0 ms  #1  connect ws://127.0.0.1:")
    assert [line.split("ms  ")[1] for line in printed if '"three"' in line] == [
        '#2  client  "three"', '#2  server  "three"'
    ]  # fmt: skip
    assert recorder.errors == f"wsfake: recorded {path}: 2 connections (0 open), 6 messages\n"


def test_what_was_recorded_can_be_replayed(server: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.msgpack"
    with recording(server, path, "--quiet") as recorder:
        talk(recorder.url, "one", "two")
        recorder.end()
    assert recorder.printed == []
    with Harness(path) as ws_fake:
        received = []
        socket = ws_fake.WebSocket(server)
        socket.onopen = lambda: socket.send("one")

        def on_message(message: object) -> None:
            received.append(message.data)  # type: ignore[attr-defined]
            if len(received) == 1:
                socket.send("two")
            else:
                socket.close(1000)

        socket.onmessage = on_message
        ws_fake.run()
    assert received == ["one", "two"]


def wait_for_part(path: Path, said: bytes) -> None:
    """Wait until this is in the file of a recording that goes on."""
    part = path.with_name("talk.part.msgpack")
    deadline = time.monotonic() + 20
    while not (part.exists() and said in part.read_bytes()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_was_recorded_before_a_kill_is_not_lost_by_recording_again(
    server: str, tmp_path: Path
) -> None:
    path, killed = tmp_path / "talk.msgpack", tmp_path / "talk.killed.msgpack"
    with recording(server, path, "--quiet") as recorder:
        talk(recorder.url, "before")
        wait_for_part(path, b"before")
        recorder.process.kill()
        recorder.process.wait(20)
    with recording(server, path, "--quiet") as recorder:
        talk(recorder.url, "after")
        recorder.end()
    assert "before" in [what for _, _, what in said(killed)]
    assert "after" in [what for _, _, what in said(path)]
    assert recorder.errors.startswith(
        f"wsfake: of a recording that was killed, {killed} is left:"
        f" wsfake convert --recover {killed} TARGET makes a cassette of it\n"
    )


def test_a_cassette_that_another_process_records_ends_the_recording(
    server: str, tmp_path: Path
) -> None:
    path = tmp_path / "talk.msgpack"
    with recording(server, path, "--quiet") as first, recording(server, path, "--quiet") as second:
        talk(first.url, "one")
        wait_for_part(path, b"one")  # who writes first is who records
        with pytest.raises(GONE), connect(second.url) as client:
            client.recv(20)
        assert second.process.wait(20) == 2
        assert first.end() == 0
    assert second.errors.startswith(f"wsfake: {path}: this cassette is being recorded already\n")
    assert "one" in [what for _, _, what in said(path)]


def test_large_messages_keep_their_place_among_small_ones(server: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.msgpack"
    messages = ["one", "l" * 400_000, "two", "a" * 900_000, "r" * 900_000, "three", "g" * 300_000]
    with recording(server, path, "--quiet") as recorder:
        talk(recorder.url, *messages)
        assert recorder.end() == 0
    kept = [what for _, _, what in said(path) if isinstance(what, str)]
    assert kept == [message for message in messages for _ in range(2)]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux: it limits a file's size")
def test_a_large_message_that_the_file_refuses_ends_the_recording(
    server: str, tmp_path: Path
) -> None:
    path = tmp_path / "talk.msgpack"
    with recording(server, path, "--quiet") as recorder:
        limit = 900_000  # less than a message, and more than what a measurement of coverage writes
        resource.prlimit(recorder.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        with connect(recorder.url) as client, pytest.raises(ConnectionClosed):
            while True:  # passed on until the file was tried
                client.send("l" * 1_000_000)
                client.recv(20)
        assert recorder.process.wait(20) != 0
    assert "talk.part.msgpack: this cassette cannot be written: File too large" in recorder.errors
    part = path.with_name("talk.part.msgpack")
    assert f"wsfake convert --recover {part} {path}\n" in recorder.errors
    assert load(part).cut


def test_secrets_are_neither_printed_nor_written(server: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.msgpack"
    options = ["--redact-json", "nonce", "--redact-header", "X-Mine"]
    with recording(server + "/echo?token=tiger-1", path, *options) as recorder:
        headers = {"Authorization": "tiger-2", "X-Mine": "tiger-3"}
        with connect(recorder.url, additional_headers=headers) as client:
            client.send('{"password": "tiger-4", "nonce": "tiger-5"}')
            client.recv(20)
        recorder.end()
    assert "tiger" not in "".join(recorder.printed).replace(recorder.first, "")
    assert b"tiger" not in path.read_bytes()
    assert any("<redacted>" in line for line in recorder.printed)


def test_a_redirect_is_passed_on_and_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"ws://127.0.0.1:{listening.getsockname()[1]}/"
        with recording(url, tmp_path / "talk.msgpack", "--quiet") as recorder:
            host, port = recorder.url.removeprefix("ws://").rstrip("/").split(":")
            with socket.create_connection((host, int(port)), timeout=20) as client:
                client.sendall(
                    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
                    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    b"Sec-WebSocket-Version: 13\r\n\r\n"
                )
                with listening.accept()[0] as served:
                    served.recv(65536)
                    answer = (
                        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
                        b"Location: wss://other.example/?token=tiger\r\n\r\n"
                    )
                    served.sendall(answer)
                assert client.recv(65536) == answer
            recorder.end()
    assert recorder.errors.startswith(
        "wsfake: the server redirects to wss://other.example/?token=<redacted>: passed on to the"
        " client, which leaves the recording if it goes there\n"
    )


def test_the_port_can_speak_tls_and_the_server_may_have_an_authority_of_its_own(
    tmp_path: Path,
) -> None:
    from tests.processes import VARIED_SERVER, running

    authority = trustme.CA()
    pem, ca = tmp_path / "both.pem", tmp_path / "ca.pem"
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(pem)
    authority.cert_pem.write_to_path(ca)
    context = ssl.create_default_context(cafile=str(ca))
    path = tmp_path / "talk.msgpack"
    with running(VARIED_SERVER, str(pem)) as url:
        options = ["--tls-cert", str(pem), "--ca", str(ca), "--listen", "127.0.0.1:0"]
        with recording(url, path, *options) as recorder:
            assert recorder.url.startswith("wss://127.0.0.1:")
            with connect(recorder.url, ssl=context) as client:
                client.send("x" * 200_000)
                assert client.recv(20) == "x" * 200_000
            recorder.end()
    assert ("client", "x" * 200_000) in [entry[1:] for entry in said(path)]


def test_a_certificate_can_be_thrown_away(server: str, tmp_path: Path) -> None:
    with recording(server, tmp_path / "talk.msgpack", "--quiet", "--tls") as recorder:
        (line,) = recorder.wait_for_lines(1)
        authority = line.removeprefix("wsfake: clients are to trust ")
        context = ssl.create_default_context(cafile=authority)
        with connect(recorder.url, ssl=context) as client:
            client.send("one")
            assert client.recv(20) == "one"
        assert recorder.end() == 0
    assert not Path(authority).exists()


@pytest.mark.parametrize(
    ("options", "last"),
    [
        (["--drop-after", "1"], Drop()),
        (["--reset-after", "1"], Drop(reset=True)),
        (["--close-after", "1:4001:enough"], Close(4001, "enough")),
    ],
)
def test_faults_are_options(server: str, tmp_path: Path, options: list[str], last: object) -> None:
    path = tmp_path / "talk.msgpack"
    with recording(server, path, "--latency", "5", "--jitter", "2", *options) as recorder:
        with connect(recorder.url) as client:
            client.send("one")
            assert client.recv(20) == "one"
            with pytest.raises(ConnectionClosed):
                client.recv(20)
        recorder.end()
    assert (
        next(what for _, side, what in said(path)[3:] if side == "server" and what != "one") == last
    )


HOOKS = """
from wsfake.model import Side

seen = []

def edit(side, message):
    seen.append(message)
    if side is Side.CLIENT and message == "":
        return None
    return message.upper() if side is Side.SERVER else message

def greet(handle):
    handle.server(f"{handle.url.rpartition('/')[2]} {len(seen)}")
"""


def test_functions_of_a_file_edit_swallow_and_speak(server: str, tmp_path: Path) -> None:
    path, hooks = tmp_path / "talk.msgpack", tmp_path / "hooks.py"
    hooks.write_text(HOOKS)
    options = ["--edit", f"{hooks}:edit", "--on-open", f"{hooks}:greet"]
    with recording(f"{server}/echo", path, "--quiet", *options) as recorder:
        with connect(recorder.url) as client:
            assert client.recv(20) == "echo 0"
            client.send("")
            client.send("one")
            assert client.recv(20) == "ONE"
        assert recorder.end() == 0
    assert [what for _, _, what in said(path)[2:6]] == ["echo 0", "", "one", "ONE"]


@pytest.fixture
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)  # and taken out again, with what is added


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(
    ("program", "value", "error"),
    [
        ("", "hooks.py", "expected --edit FILE.py:FUNCTION with a file that is there: 'hooks.py'"),
        ("", "no.py:edit", "expected --edit FILE.py:FUNCTION with a file that is there: 'no.py:e"),
        ("def one(): ...", "hooks.py:two", "expected --edit a function of hooks.py (one), got two"),
        ("1 / 0", "hooks.py:two", "hooks.py cannot be run: ZeroDivisionError: division by zero"),
    ],
)
def test_a_function_that_is_not_there_is_said(
    program: str,
    value: str,
    error: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "hooks.py").write_text(program)
    assert main(["record", "ws://a.test", "-o", "a.msgpack", "--edit", value]) == 2
    assert capsys.readouterr().err.startswith(f"wsfake: {error}")


def test_who_is_no_client_is_said(server: str, tmp_path: Path) -> None:
    with recording(server, tmp_path / "a.msgpack", "--quiet") as recorder:
        for begin in (b"\x16\x03\x01\x02", b"SSH-2.0-OpenSSH\r\n", b"GET / HTTP/1.1\r\nHost: x"):
            with socket.create_connection(("127.0.0.1", port_of(recorder.url)), 20) as sock:
                sock.sendall(begin)
                sock.shutdown(socket.SHUT_WR)
                assert sock.recv(65536) == b""
        with socket.create_connection(("127.0.0.1", port_of(recorder.url)), 20) as sock:
            sock.sendall(b"GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")
            assert sock.recv(65536).startswith(b"HTTP/1.1 426 ")
        assert recorder.end() == 1
    assert recorder.errors.splitlines() == [
        "wsfake: a client was dropped: it speaks TLS, and this port does not: its URL is to begin"
        " with ws",
        "wsfake: a client was dropped: expected a request of HTTP/1.1, got b'SSH-2.0-OpenSSH\\r'",
        "wsfake: a client was dropped: it left within its request, got 23 bytes of one",
        "wsfake: nothing was recorded: one request passed, and none opened a WebSocket",
    ]


def test_connections_can_be_refused_or_rejected(server: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.msgpack"
    with recording(server, path, "--reject", "418") as recorder:
        with pytest.raises(InvalidStatus), connect(recorder.url):
            pass
        recorder.end()
    reject = said(path)[1][2]
    assert isinstance(reject, Reject)
    assert reject.status == 418
    with recording(server, path, "--refuse") as recorder:
        with pytest.raises(GONE), connect(recorder.url):
            pass
        recorder.end()


def test_clients_beyond_the_most_are_refused(server: str, tmp_path: Path) -> None:
    with recording(server, tmp_path / "a.msgpack", "--max-connections", "1") as recorder:
        with connect(recorder.url) as client:
            with pytest.raises(GONE), connect(recorder.url):
                pass
            client.send("still")
            assert client.recv(20) == "still"
        recorder.end()
    assert recorder.errors.splitlines()[0] == (
        "wsfake: a client was refused: 1 are there already (--max-connections)"
    )


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["http://a.test"], "expected a ws or wss URL with a host, got 'http://a.test'"),
        (["ws://a.test", "-o", "a.txt"], "expected a path that ends in .msgpack, got a.txt"),
        (["ws://a.test", "--listen", "here"], "expected --listen HOST:PORT, got 'here'"),
        (
            ["ws://a.test", "--close-after", "x"],
            "expected --close-after N:CODE or N:CODE:REASON, got 'x'",
        ),
        (
            ["ws://a.test", "--reject", "99"],
            "expected --reject a status from 200 to 999, got 99",
        ),
        (["ws://a.test", "--max-message", "nan"], "expected --max-message so many MiB, more than"),
        (["ws://a.test", "--max-connections", "0"], "expected --max-connections 1 or more, got 0"),
        (["ws://a.test", "--tls-key", "a.pem"], "expected --tls-cert PEM, the certificate of this"),
        (["ws://a.test", "--origin", "a\nX: b"], "not a value for the header Origin: 'a\\nX: b'"),
        (
            ["ws://a.test", "-o", "folder.msgpack"],
            "expected a file to write, and folder.msgpack is",
        ),
    ],
)
def test_wrong_use_is_said(
    options: list[str],
    error: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.msgpack").mkdir()
    assert main(["record", "-o", "a.msgpack", *options]) == 2
    assert capsys.readouterr().err.startswith(f"wsfake: {error}")


def test_a_server_that_cannot_be_reached_is_a_finding_and_keeps_what_is_there(
    dead_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "talk.msgpack"
    path.write_bytes(b"what was there")
    with recording(f"{dead_url}/?token=tiger", path, "--quiet") as recorder:
        for _ in range(2):
            with pytest.raises(GONE), connect(recorder.url):
                pass
        assert recorder.end() == 1
    first, second = recorder.errors.splitlines()
    assert first == f"wsfake: {dead_url} cannot be reached: refused (connection refused)"
    assert second.startswith("wsfake: nothing could be recorded: no server answered; see ")
    assert path.read_bytes() == b"what was there"


def test_a_certificate_that_is_not_trusted_is_said_with_what_to_do(tmp_path: Path) -> None:
    from tests.processes import VARIED_SERVER, running

    pem = tmp_path / "both.pem"
    trustme.CA().issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(pem)
    with (
        running(VARIED_SERVER, str(pem)) as url,
        recording(url, tmp_path / "talk.msgpack", "--quiet") as recorder,
    ):
        with pytest.raises(GONE), connect(recorder.url):
            pass
        assert recorder.end() == 1
    assert re.search(
        r"localhost:\d+ cannot be reached: tls \(.*certificate.*\); its authority is trusted"
        r" with --ca PEM\n",
        recorder.errors,
    )


def test_a_cassette_that_cannot_be_written_is_refused_before_a_client_comes(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder.msgpack").mkdir()
    inside = tmp_path / "file" / "a.msgpack"
    folder = tmp_path / "folder.msgpack"
    for path, error in (
        (inside, f"{inside}: this cassette cannot be written: {inside.parent} is no folder"),
        (folder, f"expected a file to write, and {folder} is a folder"),
    ):
        assert main(["record", "ws://a.test", "-o", str(path)]) == 2
        assert capsys.readouterr().err == f"wsfake: {error}\n"


def test_a_recording_of_nobody_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "a.msgpack"
    with recording("ws://a.test", path) as recorder:
        assert recorder.end() == 1
    assert recorder.errors == "wsfake: nothing was recorded: no client came\n"
    assert not path.exists()


def test_a_port_that_others_reach_is_warned_of(tmp_path: Path) -> None:
    with recording("ws://a.test", tmp_path / "a.msgpack", "--listen", "0.0.0.0:0") as recorder:
        recorder.end()
    assert recorder.errors.splitlines()[0] == (
        "wsfake: warning: everybody who reaches 0.0.0.0 can connect to a.test through this port"
    )


def test_how_much_there_was_is_told_with_its_rate(capsys: pytest.CaptureFixture[str]) -> None:
    before, now = Counts(1, 1, 100), Counts(2, 1, 600)
    at = time.monotonic()
    assert record_command._tell_counts(now, before, at - 5)[0] == now
    assert re.fullmatch(
        r"wsfake: 2 connections \(1 open\), 600 messages, (100|9\d)/s\n", capsys.readouterr().err
    )
    record_command._tell_counts(now, now, at - 5)  # nothing new
    assert capsys.readouterr().err == ""
