"""The modes, against a real server in a process of its own, through `Harness` outside pytest."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from tests.live.peers import Wire, WireServer
from tests.processes import VARIED_SERVER, running
from wsfake import Harness, Transcript, UsageError
from wsfake.cassette import load
from wsfake.errors import (
    CassetteError,
    ConnectionNotAnswered,
    Drift,
    LiveConnectionError,
    OutOfOrder,
    UnexpectedHandshake,
    WsfakeWarning,
)
from wsfake.harness.answering import Aliases
from wsfake.model import Open, Reject

URL = "ws://feed.test"


class Bot:
    """A script that notes what happens to it."""

    def __init__(self, ws_fake: Harness, path: str, *says: str | bytes) -> None:
        self.got: list[str | bytes] = []
        self.closed: list[tuple[int, str, bool]] = []
        self.socket = ws_fake.WebSocket(URL + path)
        self.socket.onopen = lambda: list(map(self.socket.send, says))
        self.socket.onmessage = lambda message: self.got.append(message.data)
        self.socket.onclose = lambda event: self.closed.append(
            (event.code, event.reason, event.wasClean)
        )


Play = Callable[..., Harness]


@pytest.fixture
def play(tmp_path: Path, server: str) -> Play:
    """Make a harness of which each path is an alias for one of the server."""

    def make(mode: str = "none", real: str = server, **settings: Any) -> Harness:
        ws_fake = Harness(tmp_path / "a.msgpack", mode, **settings)
        for path in PATHS:
            ws_fake.alias(URL + path, to=real + path)
        return ws_fake

    return make


PATHS = (
    *("/echo", "/reject", "/drop", "/greet", "/login", "/shout", "/close/4001", "/close/1001"),
    *("/echo?token=one-long-token", "/echo?token=another-token", "/echo?token="),
)


def echo(ws_fake: Harness, *says: str | bytes) -> list[str | bytes]:
    bot = Bot(ws_fake, "/echo", *says)
    ws_fake.run(until=lambda: len(bot.got) == len(says))
    bot.socket.close()
    ws_fake.run(until=lambda: bot.closed)
    return bot.got


def test_none_replays_and_connects_nowhere(play: Play) -> None:
    ws_fake = play("none")
    with pytest.raises(ConnectionNotAnswered), ws_fake:
        assert not ws_fake.is_live
        echo(ws_fake, "a")


def test_once_records_the_first_time_and_replays_then(play: Play, tmp_path: Path) -> None:
    with play("once") as ws_fake:
        assert (ws_fake.is_live, ws_fake.is_recording) == (True, True)
        echo(ws_fake, "a")
    before = (tmp_path / "a.msgpack").read_bytes()

    with play("once", real="ws://127.0.0.1:1") as ws_fake:
        assert (ws_fake.is_live, ws_fake.is_recording) == (False, False)
        assert echo(ws_fake, "a") == ["a"]

    assert (tmp_path / "a.msgpack").read_bytes() == before


def test_new_episodes_replays_what_there_is_and_records_the_rest(
    play: Play, tmp_path: Path
) -> None:
    with play("rewrite") as ws_fake:
        echo(ws_fake, "a")
    with play("new_episodes") as ws_fake:
        echo(ws_fake, "a")
        bot = Bot(ws_fake, "/greet")
        ws_fake.run(until=lambda: bot.got)
    assert (ws_fake.summary.replayed, ws_fake.summary.recorded) == (1, 4)

    entries = load(tmp_path / "a.msgpack").entries
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    with play() as ws_fake:
        echo(ws_fake, "a")
        bot = Bot(ws_fake, "/greet")
        ws_fake.run(until=lambda: bot.got)
    assert ws_fake.summary.replayed == 2


def test_what_is_below_an_alias_is_below_what_it_stands_for(tmp_path: Path, server: str) -> None:
    path = tmp_path / "a.msgpack"
    for mode in ("rewrite", "none"):
        with Harness(path, mode) as ws_fake:
            ws_fake.alias(f"{URL}/", to=server)
            assert echo(ws_fake, "a") == ["a"]
    opening = load(path).entries[0].what
    assert isinstance(opening, Open)
    assert opening.url == f"{URL}/echo"


def test_what_is_below_an_alias_keeps_the_query_of_what_it_stands_for() -> None:
    aliases = Aliases()
    aliases.add("ws://kernel.test/api", "ws://127.0.0.1:1/api/?token=abc")
    assert aliases.real("ws://kernel.test/api") == "ws://127.0.0.1:1/api/?token=abc"
    assert aliases.real("ws://kernel.test/api/x") == "ws://127.0.0.1:1/api/x?token=abc"
    assert aliases.real("ws://kernel.test/api/x?y=1") == "ws://127.0.0.1:1/api/x?token=abc&y=1"


def test_live_keeps_nothing(play: Play, tmp_path: Path) -> None:
    with play("live") as ws_fake:
        assert (ws_fake.is_live, ws_fake.is_recording) == (True, False)
        assert echo(ws_fake, "a") == ["a"]

    assert list(tmp_path.iterdir()) == []


def test_verify_is_content_with_a_server_that_says_the_same(play: Play) -> None:
    with play("rewrite") as ws_fake:
        echo(ws_fake, "a", "b")
    with play("verify") as ws_fake:
        ws_fake.serve("ws://other.test", Transcript().server("scripted"))
        ws_fake.WebSocket("ws://other.test")
        echo(ws_fake, "a", "b")


def test_verify_tells_how_the_server_has_drifted(play: Play, server: str, tmp_path: Path) -> None:
    with play("rewrite") as ws_fake:
        echo(ws_fake, "a", "b")
    before = (tmp_path / "a.msgpack").read_bytes()
    changed = Harness(tmp_path / "a.msgpack", "verify")
    changed.alias(f"{URL}/echo", to=f"{server}/shout")

    with pytest.raises(Drift) as caught, changed:
        echo(changed, "a", "b")

    assert str(caught.value).splitlines()[:3] == [
        "the server no longer says what the cassette says",
        f"  cassette  {tmp_path}/a.msgpack",
        "",
    ]
    assert '  -server  "a"' in str(caught.value).splitlines()
    assert '  +server  "A"' in str(caught.value).splitlines()
    assert str(caught.value).endswith("\n\n  to accept what it says now, record again")
    assert (tmp_path / "a.msgpack").read_bytes() == before


def test_verify_tells_of_another_url_as_replay_does(play: Play, server: str) -> None:
    with play("rewrite") as ws_fake:
        echo(ws_fake, "a")

    with pytest.raises(Drift) as caught, play("verify") as ws_fake:
        ws_fake.alias(f"{URL}/echo?v=2", to=f"{server}/echo")
        bot = Bot(ws_fake, "/echo?v=2", "a")
        ws_fake.run(until=lambda: bot.got)

    lines = str(caught.value).splitlines()
    assert f"  -client  connect {URL}/echo" in lines
    assert f"  +client  connect {URL}/echo?v=2" in lines


def test_verify_takes_connections_by_their_urls_as_replay_does(play: Play) -> None:
    with play("rewrite") as ws_fake:
        bots = [Bot(ws_fake, path) for path in ("/greet", "/close/4001")]
        ws_fake.run(until=lambda: bots[0].got and bots[1].closed)

    with play("verify") as ws_fake:
        bots = [Bot(ws_fake, path) for path in ("/close/4001", "/greet")]
        ws_fake.run(until=lambda: bots[1].got and bots[0].closed)


def test_verify_tells_of_a_test_that_makes_no_connection(play: Play, tmp_path: Path) -> None:
    with play("rewrite") as ws_fake:
        bot = Bot(ws_fake, "/greet")
        ws_fake.run(until=lambda: bot.got)

    with pytest.raises(Drift) as caught, play("verify"):
        pass

    assert str(caught.value) == (
        "not every connection of the cassette was made\n"
        f"  cassette  {tmp_path}/a.msgpack\n"
        "\n"
        "  --- cassette\n"
        "  +++ server\n"
        "  @@ -1,3 +0,0 @@\n"
        f"  -client  connect {URL}/greet\n"
        "  -server  accepts\n"
        '  -server  "hello"\n'
        "\n"
        "  make it in the test, or take the cassette away"
    )


def test_verify_tells_of_a_connection_that_the_test_no_longer_makes(
    play: Play, tmp_path: Path
) -> None:
    with play("rewrite") as ws_fake:
        echo(ws_fake, "a")
        echo(ws_fake, "b")

    with pytest.raises(Drift) as caught, play("verify") as ws_fake:
        echo(ws_fake, "a")

    lines = str(caught.value).splitlines()
    assert lines[0] == "not every connection of the cassette was made"
    assert '  -client  "b"' in lines
    assert '  -client  "a"' not in lines
    assert lines[-1] == "  make it in the test, or record again"


def test_verify_is_content_with_a_test_that_has_no_cassette_and_connects_to_nobody(
    play: Play,
) -> None:
    with play("verify") as ws_fake:
        ws_fake.serve("ws://other.test", Transcript().server("scripted"))
        ws_fake.WebSocket("ws://other.test")
        ws_fake.run()


def test_verify_without_a_cassette_says_that_there_is_none(play: Play, tmp_path: Path) -> None:
    with pytest.raises(Drift) as caught, play("verify") as ws_fake:
        echo(ws_fake, "a")

    assert str(caught.value) == (
        "there is nothing to compare the server with\n"
        f"  cassette  {tmp_path}/a.msgpack (there is none)\n"
        "  to do: record it first"
    )


@pytest.mark.parametrize(("mode", "purpose"), [("rewrite", "recorded"), ("verify", "verified")])
def test_a_server_that_is_not_there_is_told(
    play: Play, tmp_path: Path, dead_url: str, mode: str, purpose: str
) -> None:
    with play("rewrite") as ws_fake:
        echo(ws_fake, "a")
    before = (tmp_path / "a.msgpack").read_bytes()

    with pytest.raises(LiveConnectionError) as caught, play(mode, real=dead_url) as ws_fake:
        Bot(ws_fake, "/echo")
        ws_fake.run()

    first = f"nothing could be {purpose}: no server answered at {URL}/echo"
    assert str(caught.value).splitlines()[0] == first
    assert (tmp_path / "a.msgpack").read_bytes() == before


@pytest.mark.parametrize("mode", ["once", "new_episodes", "rewrite", "verify"])
def test_a_mode_that_needs_a_cassette_says_so(mode: str) -> None:
    with pytest.raises(UsageError) as caught:
        Harness(mode=mode)

    assert str(caught.value) == (
        f"mode {mode!r} needs a cassette, and none is named: Harness(cassette=path)"
    )


@pytest.mark.parametrize("mode", ["none", "rewrite"])
@pytest.mark.parametrize(
    ("name", "reason"), [("n" * 300, "File name too long"), ("a\0b", "embedded null")]
)
def test_a_path_that_cannot_be_looked_at_is_told(
    tmp_path: Path, mode: str, name: str, reason: str
) -> None:
    with pytest.raises(CassetteError) as caught:
        Harness(tmp_path / name, mode)
    path = tmp_path / name
    shown = str(path) if name.isprintable() else repr(str(path))
    said, _, why = str(caught.value).partition(": this cassette cannot be read: ")
    assert (said, reason in why) == (shown, True)


@pytest.mark.parametrize("name", ["feed.part", "feed.failed", "feed.interrupted", "feed.Retried"])
def test_what_a_recording_of_another_cassette_is_called_is_replayed_and_never_recorded(
    play: Play, tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"{name}.msgpack"
    with pytest.raises(UsageError) as caught:
        Harness(path, "rewrite")
    assert str(caught.value) == (
        f"{path}: expected another name for what is recorded: a recording of feed.msgpack is called"
        " so, while it is made or where it is set aside"
    )
    with play("rewrite") as ws_fake:
        echo(ws_fake, "a")
    (tmp_path / "a.msgpack").rename(path)
    with Harness(path) as ws_fake:
        assert echo(ws_fake, "a") == ["a"]


def test_two_harnesses_do_not_record_one_cassette_at_once(play: Play, tmp_path: Path) -> None:
    with play("rewrite") as one:
        echo(one, "a")
        with pytest.raises(CassetteError, match="recorded already"), play("rewrite") as other:
            echo(other, "b")
    assert "a" in [entry.what for entry in load(tmp_path / "a.msgpack").entries]


@contextmanager
def full_disk() -> Iterator[None]:
    """Let files grow no more."""
    resource = pytest.importorskip("resource", reason="needs a limit on the size of files")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_when_sockets_end_costs_no_recording_and_leaves_none_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsfake.harness.recording.FLUSH_SECONDS", 0)
    ended: SimpleQueue[str] = SimpleQueue()

    def greet(connection: ServerConnection) -> None:
        connection.send("hello")
        with suppress(ConnectionClosed):
            connection.recv()
        ended.put("ended")

    path, part = tmp_path / "a.msgpack", tmp_path / "a.part.msgpack"
    with serve(greet, "127.0.0.1", 0) as server:
        Thread(target=server.serve_forever).start()
        ws_fake = Harness(path, "rewrite")
        ws_fake.alias(f"{URL}/greet", to=f"ws://127.0.0.1:{server.socket.getsockname()[1]}")
        with pytest.raises(CassetteError) as caught, ExitStack() as at_the_end, ws_fake:
            bots = [Bot(ws_fake, "/greet") for _ in range(2)]
            ws_fake.run(until=lambda: all(bot.got for bot in bots))
            at_the_end.enter_context(full_disk())
        assert [ended.get(timeout=20) for _ in bots] == ["ended"] * 2
        server.shutdown()

    assert str(caught.value) == refused(path)
    assert [entry.what for entry in load(part).entries].count("hello") == 2


def refused(path: Path) -> str:
    part = path.with_name("a.part.msgpack")
    return (
        f"{part}: this cassette cannot be written: File too large\n"
        f"  what was recorded is in {part}\n"
        f"  to make a cassette of it: wsfake convert --recover {part} {path}"
    )


@pytest.mark.parametrize("messages", [1, 1000])
@pytest.mark.parametrize("swallowed", [False, True])
def test_a_disk_that_is_full_while_a_script_is_recorded_is_one_error_that_names_what_there_is(
    play: Play, tmp_path: Path, swallowed: bool, messages: int
) -> None:
    ws_fake = play("rewrite")
    with pytest.raises(CassetteError) as caught, ws_fake:
        echo(ws_fake, "first")
        with full_disk(), suppress(*[CassetteError] * swallowed):
            echo(ws_fake, *["x" * 100] * messages)
    assert str(caught.value) == refused(tmp_path / "a.msgpack")
    assert not isinstance(caught.value.__context__, CassetteError)
    assert [path.name for path in tmp_path.iterdir()] == ["a.part.msgpack"]
    assert "first" in [entry.what for entry in load(tmp_path / "a.part.msgpack").entries]
    assert ws_fake.summary.written is None


# What is recorded is what is replayed


def both(play: Play, talk: Callable[[Harness], Any], **settings: Any) -> Any:
    """Record, replay with no server, and return what the script saw, which is the same."""
    with play("rewrite", **settings) as ws_fake:
        recorded = talk(ws_fake)
    with play(real="ws://127.0.0.1:1", **settings) as ws_fake:
        replayed = talk(ws_fake)
    assert replayed == recorded
    return recorded


@pytest.mark.parametrize("code", [1001, 4001])
def test_the_close_of_a_server_keeps_its_code_and_reason(play: Play, code: int) -> None:
    def talk(ws_fake: Harness) -> Any:
        bot = Bot(ws_fake, f"/close/{code}")
        ws_fake.run(until=lambda: bot.closed)
        return bot.closed

    assert [closed[:2] for closed in both(play, talk)] == [(code, f"closed with {code}")]


def test_a_drop_is_replayed_as_a_drop(play: Play) -> None:
    def talk(ws_fake: Harness) -> Any:
        bot = Bot(ws_fake, "/drop")
        ws_fake.run(until=lambda: bot.closed)
        return bot.got, bot.closed

    _, closed = both(play, talk)
    assert len(closed) == 1


def test_a_rejection_keeps_its_status_headers_and_body(play: Play, tmp_path: Path) -> None:
    def talk(ws_fake: Harness) -> Any:
        bot = Bot(ws_fake, "/reject")
        ws_fake.run()
        return bot.closed, bot.socket.readyState

    both(play, talk)
    rejection: Any = load(tmp_path / "a.msgpack").entries[1].what
    assert (rejection.status, rejection.body) == (503, b"come back later\n")
    assert ("Retry-After", "1") in rejection.headers


def test_a_script_that_reconnects_is_replayed_connection_by_connection(play: Play) -> None:
    def talk(ws_fake: Harness) -> Any:
        bots = [Bot(ws_fake, "/drop")]
        ws_fake.run(until=lambda: bots[0].closed)
        ws_fake.call_later(0.01, lambda: bots.append(Bot(ws_fake, "/echo", "again")))
        ws_fake.run(until=lambda: len(bots) == 2 and bots[1].got)
        return [bot.got for bot in bots]

    assert both(play, talk)[1] == ["again"]


MESSAGES: dict[str, tuple[str | bytes, ...]] = {
    "empty": ("", b""),
    "binary": (bytes(range(256)), "\x00λ\U0001f600"),
    "1 MiB": (b"\xa5" * 2**20, "x" * 2**20),
    "10 MiB": (bytes(range(256)) * 4 * 10 * 2**10,),
}


@pytest.mark.parametrize("what", MESSAGES)
def test_messages_come_back_byte_for_byte(play: Play, what: str) -> None:
    assert both(play, lambda ws_fake: echo(ws_fake, *MESSAGES[what])) == list(MESSAGES[what])


def test_tls_is_recorded_and_replayed(tmp_path: Path) -> None:
    import ssl

    import trustme

    authority = trustme.CA()
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(
        tmp_path / "server.pem"
    )
    context = ssl.create_default_context()
    authority.configure_trust(context)
    url = "wss://secure.test/echo"

    def talk(mode: str, real: str) -> None:
        with Harness(tmp_path / "a.msgpack", mode, ssl_context=context) as ws_fake:
            ws_fake.alias(url, to=real)
            got: list[Any] = []
            socket = ws_fake.WebSocket(url)
            socket.onopen = lambda: socket.send("safe")
            socket.onmessage = lambda message: got.append(message.data)
            ws_fake.run(until=lambda: got)

    with running(VARIED_SERVER, str(tmp_path / "server.pem")) as real:
        talk("rewrite", f"{real}/echo")
        with (
            pytest.raises(LiveConnectionError) as caught,
            Harness(tmp_path / "b.msgpack", "rewrite") as ws_fake,
        ):
            ws_fake.WebSocket(f"{real}/echo")
            ws_fake.run()
    assert str(caught.value).splitlines()[2] == (
        "  actual    the TLS handshake failed, or the certificate is not trusted"
    )
    talk("none", "wss://127.0.0.1:1")


# Several connections


def _longer(heard: list[str], number: int) -> bool:
    return len(heard) > number


def two(ws_fake: Harness, *, swapped: bool = False) -> list[str]:
    """Speak on two connections in turn; swapped, the second begins."""
    heard: list[str] = []
    sockets = {name: ws_fake.WebSocket(f"{URL}/echo") for name in "ab"}
    for name, socket in sockets.items():
        socket.onmessage = lambda message, name=name: heard.append(f"{name}{message.data}")
    ws_fake.run(until=lambda: all(socket.readyState == 1 for socket in sockets.values()))
    for number, name in enumerate("baba" if swapped else "abab"):
        sockets[name].send(f"{name}")
        ws_fake.run(until=partial(_longer, heard, number))
    return heard


def test_the_order_across_connections_is_replayed(play: Play) -> None:
    assert both(play, two) == ["aa", "bb", "aa", "bb"]


def test_the_order_across_connections_gives_way_with_a_warning(play: Play, tmp_path: Path) -> None:
    with play("rewrite") as ws_fake:
        two(ws_fake)

    with pytest.warns(WsfakeWarning) as warned, play() as ws_fake:
        assert two(ws_fake, swapped=True) == ["bb", "aa", "bb", "aa"]

    assert [str(warning.message) for warning in warned] == [
        f"{tmp_path}/a.msgpack: the order across connections is not that of the recording:"
        " nothing else could happen"
    ]
    assert ws_fake.summary.gave_way > 0


def test_the_order_across_connections_can_be_strict(play: Play) -> None:
    with play("rewrite") as ws_fake:
        two(ws_fake)

    with pytest.raises(OutOfOrder) as caught, play(order="strict") as ws_fake:
        two(ws_fake, swapped=True)

    assert str(caught.value).splitlines()[0] == (
        "the order across connections is not that of the recording: nothing else could happen"
    )


# Secrets


def test_secrets_are_not_in_the_cassette_and_any_others_match(play: Play, tmp_path: Path) -> None:
    def talk(ws_fake: Harness, token: str, password: str) -> str:
        echoed = Bot(ws_fake, f"/echo?token={token}", "x")
        login = Bot(ws_fake, "/login", json.dumps({"password": password, "user": "ada"}))
        ws_fake.run(until=lambda: echoed.got and login.got)
        return str(login.got[0])

    with play("rewrite") as ws_fake:
        assert json.loads(talk(ws_fake, "one-long-token", "s3cret-word"))["token"] == (
            "fresh-s3cret-word"
        )
    data = (tmp_path / "a.msgpack").read_bytes()
    assert b"s3cret-word" not in data
    assert b"one-long-token" not in data
    assert b"ada" in data
    for token, password in (("another-token", "other"), ("", "")):
        with play() as ws_fake:
            told = json.loads(talk(ws_fake, token, password))
        assert told == {"token": "<redacted>", "ok": True}


def test_user_info_is_not_in_the_cassette(tmp_path: Path, server: str) -> None:
    def greet(mode: str, url: str) -> None:
        with Harness(tmp_path / "a.msgpack", mode) as ws_fake:
            got: list[Any] = []
            ws_fake.WebSocket(f"{url}/greet").onmessage = lambda message: got.append(message.data)
            ws_fake.run(until=lambda: got)

    greet("rewrite", server.replace("ws://", "ws://ada:lovelace@"))
    greet("none", server.replace("ws://", "ws://ada:other@"))

    assert b"lovelace" not in (tmp_path / "a.msgpack").read_bytes()


# What is left of a recording


def test_silence_ends_a_recording_and_is_said(play: Play, tmp_path: Path) -> None:
    with play("rewrite", record_idle=0.2) as ws_fake:
        bot = Bot(ws_fake, "/greet")
        ws_fake.run(until=lambda: bot.got)
        ws_fake.run()
    assert bot.got == ["hello"]
    assert ws_fake.summary.ended_by_silence
    footer = load(tmp_path / "a.msgpack").footer
    assert footer is not None
    assert footer.ended == "silence"


def test_a_rejection_behind_which_tcp_stays_open_ends_in_silence_too(tmp_path: Path) -> None:
    def reject(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno")
        wire.read_to_end()

    with (
        WireServer(reject) as server,
        Harness(tmp_path / "a.msgpack", "rewrite", record_idle=0.2) as ws_fake,
    ):
        ws_fake.WebSocket(server.url)
        ws_fake.run()
    assert ws_fake.summary.ended_by_silence
    assert isinstance(load(tmp_path / "a.msgpack").entries[1].what, Reject)


KILLED = """
import sys
from wsfake import Harness

with Harness(sys.argv[1], "rewrite") as ws_fake:
    got = []
    socket = ws_fake.WebSocket(sys.argv[2])
    socket.onmessage = lambda message: got.append(message.data)
    socket.onopen = lambda: [socket.send(str(n)) for n in range(300)]
    ws_fake.run(until=lambda: len(got) == 300)
    print("said", flush=True)
    sys.stdin.read()  # as a test that does something else by now
"""


def test_a_test_that_is_killed_leaves_the_cassette_and_what_it_recorded(
    play: Play, tmp_path: Path, server: str
) -> None:
    with play("rewrite") as ws_fake:
        echo(ws_fake, "a")
    path = tmp_path / "a.msgpack"
    before = path.read_bytes()
    command = [sys.executable, "-c", KILLED, str(path), f"{server}/echo"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "said\n"
        process.send_signal(signal.SIGKILL)

    assert path.read_bytes() == before
    part = load(tmp_path / "a.part.msgpack")
    assert part.cut
    said = 2 + 300 + 300  # the opening handshake, and the messages of either side
    assert len(part.entries) == said


KILLED_WHILE_IT_SAYS_MUCH = """
import os, signal, sys
from wsfake import Harness

def say_much():
    for n in range(1000):
        socket.send(str(n))
    os.kill(os.getpid(), signal.SIGKILL)

with Harness(sys.argv[1], "rewrite") as ws_fake:
    socket = ws_fake.WebSocket(sys.argv[2])
    socket.onopen = say_much
    ws_fake.run()
"""


def test_a_kill_inside_a_handler_that_says_much_costs_no_more(tmp_path: Path, server: str) -> None:
    command = [sys.executable, "-c", KILLED_WHILE_IT_SAYS_MUCH]
    killed = subprocess.run([*command, tmp_path / "a.msgpack", f"{server}/echo"], check=False)
    assert killed.returncode == -signal.SIGKILL
    said = 2 + 1000
    assert len(load(tmp_path / "a.part.msgpack").entries) > said - 256


def test_the_sidecar_is_the_text_of_the_cassette(play: Play, tmp_path: Path) -> None:
    with play("rewrite", text_sidecar=True) as ws_fake:
        echo(ws_fake, "a")

    assert '  client  "a"\n' in (tmp_path / "a.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["feed.v1", "feed.v2", "feed.txt", "feed.v1.msgpack"])
def test_the_sidecar_is_named_after_the_whole_cassette_whatever_its_name(
    play: Play, server: str, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    with Harness(path, "rewrite", text_sidecar=True) as ws_fake:
        ws_fake.alias(f"{URL}/echo", to=f"{server}/echo")
        echo(ws_fake, "a")

    assert "a" in [entry.what for entry in load(path).entries]
    sidecar = tmp_path / f"{name.removesuffix('.msgpack')}.txt"
    assert '  client  "a"\n' in sidecar.read_text(encoding="utf-8")


def test_a_recording_that_failed_is_found_whatever_the_name_of_the_cassette(tmp_path: Path) -> None:
    (tmp_path / "feed.v1.failed.msgpack").touch()
    with pytest.raises(ConnectionNotAnswered) as caught, Harness(tmp_path / "feed.v1") as ws_fake:
        ws_fake.WebSocket(URL)

    assert "feed.v1 (there is none, but feed.v1.failed.msgpack of a recording" in str(caught.value)


ODD_ACCEPTANCES = {
    "a subprotocol that nobody asked for": {"Sec_WebSocket_Protocol": "chat"},
    "an extension that nobody asked for": {"Sec_WebSocket_Extensions": "x-foo"},
    "more than one connection option": {"Connection": "keep-alive, Upgrade"},
}
TAKEN = {
    "overte": ["a subprotocol that nobody asked for", "an extension that nobody asked for"],
    "browser": ["more than one connection option"],
}


@pytest.mark.parametrize("profile", TAKEN)
@pytest.mark.parametrize("odd", ODD_ACCEPTANCES)
def test_what_an_odd_acceptance_comes_to_is_for_the_host_to_say(
    profile: str, odd: str, tmp_path: Path
) -> None:
    def answer(wire: Wire) -> None:
        wire.accept(b"\x81\x02hi", **ODD_ACCEPTANCES[odd])
        with suppress(ConnectionResetError):
            wire.read_to_end()

    def listen(ws_fake: Harness) -> list[str]:
        heard: list[str] = []
        socket = ws_fake.WebSocket("ws://feed.test/")
        socket.onopen = lambda: heard.append("open")
        socket.onmessage = lambda message: heard.append(message.data)
        socket.onerror = lambda: heard.append("error")
        ws_fake.run(until=lambda: heard and heard[-1] in ("hi", "error"), timeout=60)
        return heard

    expected = ["open", "hi"] if odd in TAKEN[profile] else ["error"]
    cassette = tmp_path / "a.msgpack"
    settings: dict[str, Any] = {"profile": profile, "base_url": "http://feed.test/"}
    with WireServer(answer) as server, Harness(cassette, "rewrite", **settings) as ws_fake:
        ws_fake.alias("ws://feed.test/", to=server.url)
        assert listen(ws_fake) == expected
    with Harness(cassette, **settings) as ws_fake:
        assert listen(ws_fake) == expected


def test_a_client_that_is_acted_is_as_strict_as_the_standard() -> None:
    with (
        WireServer(lambda wire: wire.accept(Sec_WebSocket_Protocol="chat")) as server,
        pytest.raises(UnexpectedHandshake),
        Harness(mode="live") as ws_fake,
    ):
        ws_fake.play_client(server.url, Transcript().server("hi"), live=True)
        ws_fake.run()
