"""`wsfake serve`, as a process of its own."""

from __future__ import annotations

import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from tests.ports.test_ports import PATIENCE, connect, save
from tests.servers import server
from wsfake.cassette import write_cassette
from wsfake.cli import main
from wsfake.model import Accept, Close, Entry, Event, Open, Side

__all__ = ["server"]


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "shout.msgpack"
    url = "wss://feed.test/shout"
    save(
        path,
        [
            (0, "client", Open(url)),
            (1, "server", Accept()),
            (2, "client", "a"),
            (3, "server", "A"),
            (4, "client", Close(1000)),
            (5, "server", Close(1000)),
        ],
    )
    return path


class Served:
    """A process that serves: what it says where it is, and how it ends."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.line = process.stdout.readline()
        self.url = self.line.split(" at ")[1].split(" ")[0]

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, err


@contextmanager
def serving(*arguments: str) -> Iterator[Served]:
    with subprocess.Popen(
        [sys.executable, "-m", "wsfake.cli", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Served(process)
        finally:
            process.kill()


def talk(url: str) -> None:
    """Do what the recorded client did."""
    with connect(url) as connection:
        connection.send("a")
        assert connection.recv(PATIENCE) == "A"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cassette_is_served_until_a_signal_comes(cassette: Path, number: int) -> None:
    with serving(str(cassette)) as served:
        assert served.line == (
            f"wsfake: listening at {served.url} for wss://feed.test/shout (Ctrl-C ends it)\n"
        )
        assert served.url.endswith("/shout")
        with connect(served.url) as connection:
            connection.send("a")
            assert connection.recv(PATIENCE) == "A"
        code, out, err = served.end(number)
    assert (code, err) == (0, "")
    assert '  client  "a"\n' in out
    assert '  server  "A"\n' in out


def test_a_mismatch_is_a_finding_that_is_told_once(cassette: Path) -> None:
    with serving(str(cassette), "--quiet") as served:
        with connect(served.url) as connection:
            connection.send("b")
            with pytest.raises(Exception, match="wsfake: client message #1 does not match"):
                connection.recv(PATIENCE)
        code, out, err = served.end()
    assert (code, out) == (1, "")
    assert err.count("client message #1 does not match the recording") == 1
    assert "to accept it: wsfake record URL -o" in err


def test_what_was_not_played_is_a_finding(cassette: Path) -> None:
    with serving(str(cassette)) as served:
        code, _, err = served.end()
    assert code == 1
    assert err.startswith("wsfake: the replay ended before everything was played\n")
    assert err.endswith("\n  to play it: connect a client to the URL above\n")


def test_a_throw_away_certificate_is_named(cassette: Path) -> None:
    with serving(str(cassette), "--tls") as served:
        assert served.process.stdout is not None
        said = served.process.stdout.readline()
        assert said.startswith("wsfake: clients are to trust ")
        context = ssl.create_default_context(cafile=said.split(" trust ")[1].strip())
        with connect(served.url, ssl=context) as connection:
            connection.send("a")
            assert connection.recv(PATIENCE) == "A"
        assert served.end()[0] == 0


def test_the_recorded_client_is_acted_against_a_server(
    cassette: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", str(cassette), "--side", "client", "--at", server, "--quiet"]) == 0
    assert main(["serve", str(cassette), "--side", "client", "--at", f"{server}/greet"]) == 1
    told = capsys.readouterr()
    assert "server message #1 does not match the recording" in told.err
    assert '  server  "hello"' in told.out


def test_where_it_listens_is_a_url_without_the_user_info_that_was_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "users.msgpack"
    save(path, [(0, "client", Open("ws://<redacted>@feed.test/a")), (1, "server", Accept())])
    with serving(str(path), "--quiet") as served:
        assert served.line.endswith(" for ws://<redacted>@feed.test/a (Ctrl-C ends it)\n")
        with connect(served.url):
            pass
        assert served.end() == (0, "", "")


def test_what_cannot_be_printed_is_escaped_where_it_listens(tmp_path: Path) -> None:
    path = tmp_path / "odd.msgpack"
    save(path, [(0, "client", Open("ws://feed.test/\x1b[31m")), (1, "server", Accept())])
    with serving(str(path), "--quiet") as served:
        assert served.line.endswith(r" for ws://feed.test/\u001b[31m (Ctrl-C ends it)" "\n")
        assert served.line.rstrip("\n").isprintable()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("wss://[::1", "expected a ws or wss URL, got 'wss://[::1': Invalid IPv6 URL"),
        (
            "ws://a:99999/",
            "expected a ws or wss URL, got 'ws://a:99999/': Port out of range 0-65535",
        ),
        ("ftp://a/", "expected a ws or wss URL with a host, got 'ftp://a/'"),
        (
            "server 1",
            "these are clients of a script's server, server 1:"
            " act them with --side client --at URL",
        ),
    ],
)
def test_a_cassette_of_what_cannot_be_listened_for_is_wrong_use(
    url: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.msgpack"
    save(path, [(0, "client", Open(url)), (1, "server", Accept())])
    assert main(["serve", str(path)]) == 2
    assert capsys.readouterr().err == f"wsfake: {path}: {said}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--side", "client"], "expected --at URL with --side client, and not without"),
        (
            ["--repeat", "--side", "client", "--at", "ws://x.test"],
            "--repeat is for clients that come again: a recorded client comes once",
        ),
        (["--at", "ws://x.test"], "expected --at URL with --side client, and not without"),
        (["--listen", "8080"], "expected --listen HOST:PORT, got '8080'"),
        (["--tls-cert", "nothing.pem"], "expected a certificate and its key in nothing.pem: "),
        (["--speed", "-1"], "expected speed to be 0 (at once), 1 (as recorded) or how many"),
    ],
)
def test_wrong_use_is_said(
    arguments: list[str], said: str, cassette: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", str(cassette), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_cassette_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "nothing.msgpack"]) == 2
    assert "nothing.msgpack" in capsys.readouterr().err


def record(path: Path, *told: tuple[int, int, str, Event]) -> str:
    """Write a cassette of several connections: when, which connection, who, what."""
    write_cassette(path, [Entry(at, number, Side(side), what) for at, number, side, what in told])
    return str(path)


def test_a_connection_more_than_was_recorded_is_refused_with_what_to_type(cassette: Path) -> None:
    with serving(str(cassette), "--quiet") as served:
        talk(served.url)
        with pytest.raises(InvalidStatus) as caught:
            connect(served.url)
        code, _, err = served.end()
    assert code == 1
    assert err == (
        "wsfake: nothing answers wss://feed.test/shout\n"
        "  mode      none (the network is closed)\n"
        "  served    nothing\n"
        f"  cassette  {cassette}\n"
        "            wss://feed.test/shout (opened)\n"
        "\n"
        f"  to play it again: wsfake serve {cassette} --repeat\n"
        f"  to record it: wsfake record URL -o {cassette}\n"
    )
    assert caught.value.response.body == err.encode()


def test_a_url_that_was_not_recorded_is_not_played_again(cassette: Path) -> None:
    with serving(str(cassette), "--quiet") as served:
        talk(served.url)
        with pytest.raises(InvalidStatus):
            connect(f"{served.url}/else")
        assert "--repeat" not in served.end()[2]


def test_a_client_that_comes_again_is_played_to_anew(cassette: Path) -> None:
    with serving(str(cassette), "--repeat") as served:
        for _ in range(3):
            talk(served.url)
        code, out, err = served.end()
    assert (code, err) == (0, "")
    assert out.count('  server  "A"\n') == 3


def test_with_repeat_not_all_needs_to_be_played(cassette: Path) -> None:
    with serving(str(cassette), "--repeat", "--quiet") as served:
        assert served.end() == (0, "", "")


def test_with_repeat_a_mistaken_client_is_told_and_comes_again(cassette: Path) -> None:
    with serving(str(cassette), "--repeat", "--quiet") as served:
        with connect(served.url) as connection:
            connection.send("b")
            with pytest.raises(ConnectionClosedError, match="wsfake: client message #1 does not"):
                connection.recv(PATIENCE)
        talk(served.url)
        code, _, err = served.end()
    assert code == 1
    assert err.count("client message #1 does not match the recording") == 1


def test_with_repeat_a_url_that_was_not_recorded_ends_no_round(tmp_path: Path) -> None:
    path = record(
        tmp_path / "two.msgpack",
        *((n, n, "client", Open("ws://feed.test/")) for n in (1, 2)),
        *((3, n, "server", Accept()) for n in (1, 2)),
        (4, 1, "server", "first"),
        (5, 2, "server", "second"),
    )
    with serving(path, "--repeat", "--quiet") as served:
        with connect(served.url) as one:
            assert one.recv(PATIENCE) == "first"
            with pytest.raises(InvalidStatus):
                connect(f"{served.url}else")
            with connect(served.url) as other:
                assert other.recv(PATIENCE) == "second"
        assert served.end()[0] == 1


RECONNECTS = (
    (0, 1, "client", Open("ws://feed.test/")),
    (0, 1, "server", Accept()),
    (1, 1, "server", "one"),
    (1, 1, "client", "more"),
    (1, 1, "server", "two"),
    (2, 1, "server", Close(1012)),
    (2, 1, "client", "in flight"),
    (2, 1, "client", Close(1012)),
    (3, 2, "client", Open("ws://feed.test/")),
    (3, 2, "server", Accept()),
    (4, 2, "server", "welcome back"),
)


def test_with_repeat_a_client_that_reconnects_sees_all_of_it_in_each_round(tmp_path: Path) -> None:
    path = record(tmp_path / "reconnects.msgpack", *RECONNECTS)
    with serving(path, "--repeat", "--quiet") as served:
        for _ in range(3):
            with connect(served.url) as connection:
                assert connection.recv(PATIENCE) == "one"
                connection.send("more")
                assert connection.recv(PATIENCE) == "two"
                with pytest.raises(ConnectionClosedError):
                    connection.recv(PATIENCE)
            with connect(served.url) as connection:
                assert connection.recv(PATIENCE) == "welcome back"
        assert served.end() == (0, "", "")


def test_with_repeat_a_client_that_went_too_soon_begins_anew(tmp_path: Path) -> None:
    path = record(tmp_path / "reconnects.msgpack", *RECONNECTS)
    with serving(path, "--repeat", "--quiet") as served:
        for _ in range(2):
            with connect(served.url) as connection:
                assert connection.recv(PATIENCE) == "one"
        code, _, err = served.end()
    assert code == 1
    assert "the client closed before it had said what the recording has" in err


def test_with_repeat_what_is_left_of_a_round_waits_for_nothing(tmp_path: Path) -> None:
    path = record(
        tmp_path / "rounds.msgpack",
        (0, 1, "client", Open("ws://feed.test/a")),
        (0, 1, "server", Accept()),
        (1, 2, "client", Open("ws://feed.test/b")),
        (1, 2, "server", Accept()),
        (2, 1, "server", "both are here"),
    )
    with serving(path, "--repeat", "--quiet") as served, connect(served.url) as before:
        with connect(served.url) as after:
            assert before.recv(PATIENCE) == "both are here"
            with connect(served.url.replace("/a", "/b")):
                assert after.recv(PATIENCE) == "both are here"
        assert served.end() == (0, "", "")
