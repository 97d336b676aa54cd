"""`wsfake verify`, against a real server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ports.test_ports import save, save_all
from tests.servers import dead_url, server
from wsfake.cli import main
from wsfake.model import Accept, Close, Event, Open

__all__ = ["dead_url", "server"]

SHOUTS: list[tuple[int, str, Event]] = [
    (1, "server", Accept()),
    (2, "client", "a"),
    (3, "server", "A"),
    (4, "client", Close(1000)),
    (5, "server", Close(1000)),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shout.msgpack"


def test_a_server_that_says_the_same_is_found_to_do_so(
    path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save(path, [(0, "client", Open(f"{server}/shout")), *SHOUTS])
    assert main(["verify", "--quiet", str(path)]) == 0
    assert capsys.readouterr().out == (
        "wsfake: the server says what the cassette says (1 connection)\n"
    )


def test_the_dialogue_is_shown_as_it_was_this_time(
    path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save(path, [(0, "client", Open(f"{server}/shout")), *SHOUTS])
    assert main(["verify", str(path)]) == 0
    said = [
        line.split("  ")[-2:] for line in capsys.readouterr().out.splitlines() if " ms " in line
    ]
    assert [" ".join(words) for words in said[1:]] == [
        "server accepts",
        'client "a"',
        'server "A"',
        "client close 1000",
        "server close 1000",
    ]


def test_a_server_that_says_something_else_is_a_finding(
    path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save(path, [(0, "client", Open(f"{server}/echo")), *SHOUTS])
    assert main(["verify", "--quiet", str(path)]) == 1
    err = capsys.readouterr().err
    assert "wsfake: server message #1 does not match the recording" in err
    assert '  expected  "A"\n  actual    "a"\n' in err


def test_a_server_that_says_less_is_a_finding(
    path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    opening = (0, "client", Open(f"{server}/close/1000"))
    save(path, [opening, (1, "server", Accept()), (2, "server", "welcome"), (3, "server", Close())])
    assert main(["verify", "--quiet", str(path)]) == 1
    err = capsys.readouterr().err
    assert '  expected  "welcome"\n  actual    close 1000 "closed with 1000"\n' in err


def test_a_server_that_is_gone_is_a_finding(
    path: Path, dead_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save(path, [(0, "client", Open(f"{dead_url}/shout")), *SHOUTS])
    assert main(["verify", "--quiet", str(path)]) == 1
    told = capsys.readouterr().err
    assert '  expected  accepts\n  actual    refuses "refused"\n' in told
    assert "  nobody listens there: start the server, and try again\n" in told


def test_several_connections_are_made_at_their_own_urls(
    path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    openings: list[tuple[int, int, str, Event]] = [
        (0, number, "client", Open(f"{server}/{name}")) for number, name in ((1, "shout"), (2, ""))
    ]
    shouts = [(at, 1, side, what) for at, side, what in SHOUTS]
    echoes = [(at, 2, side, "a" if what == "A" else what) for at, side, what in SHOUTS]
    save_all(path, sorted([*openings, *shouts, *echoes], key=lambda entry: entry[:2]))
    assert main(["verify", "--quiet", str(path)]) == 0
    assert "(2 connections)" in capsys.readouterr().out


def test_a_server_that_has_moved_is_found_where_it_is_said_to_be(
    path: Path, server: str, dead_url: str
) -> None:
    save(path, [(0, "client", Open(f"{dead_url}/shout")), *SHOUTS])
    assert main(["verify", "--quiet", "--at", server, str(path)]) == 0


def test_what_differs_from_run_to_run_can_be_named(path: Path, server: str) -> None:
    request, reply = (2, "client", '{"id": 1}'), (3, "server", '{"id": 2}')
    opening = (0, "client", Open(server))
    save(path, [opening, SHOUTS[0], request, reply, *SHOUTS[3:]])
    assert main(["verify", "--quiet", str(path)]) == 1
    assert main(["verify", "--quiet", "--volatile", "id", str(path)]) == 0


def test_what_a_client_cannot_say_again_is_said_before_anything_is_connected(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    login = (2, "client", '{"password": "<redacted>"}')
    save(path, [(0, "client", Open("wss://feed.test/")), SHOUTS[0], login, *SHOUTS[3:]])
    assert main(["verify", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"wsfake: {path}, entry 3: a secret was taken out of what the client says, and cannot be"
        ' said again: 0.002 ms  client  {"password": "<redacted>"}\n'
        "  a test can say it, under pytest --ws-mode=verify;"
        " of a URL, the whole can be given with --at URL\n"
    )


def test_a_header_that_a_client_cannot_say_again_is_told(
    path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = (("Accept", "*/*"), ("Authorization", "<redacted>"))
    save(path, [(0, "client", Open(f"{server}/shout", headers)), *SHOUTS])

    assert main(["verify", "--quiet", str(path)]) == 0
    assert capsys.readouterr().err == (
        f"wsfake: warning: {path}: the secrets in Authorization were taken out, and the server gets"
        " <redacted> in their place; a test can say them, under pytest --ws-mode=verify\n"
    )


def test_a_url_with_a_secret_is_given_anew(
    path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save(path, [(0, "client", Open("wss://feed.test/shout?token=<redacted>")), *SHOUTS])
    assert main(["verify", "--quiet", str(path)]) == 2
    assert "with --at URL" in capsys.readouterr().err
    assert main(["verify", "--quiet", "--at", f"{server}/shout?token=abc", str(path)]) == 0


def test_clients_of_a_script_are_acted_where_its_server_is(
    path: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save(path, [(0, "client", Open("server 1/shout")), *SHOUTS])
    assert main(["verify", "--quiet", str(path)]) == 2
    assert "say where it is, with --at URL" in capsys.readouterr().err
    assert main(["verify", "--quiet", "--at", server, str(path)]) == 0


def test_a_cassette_without_connections_verifies_nothing(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(path, [])
    assert main(["verify", str(path)]) == 2
    assert "there is no connection in this cassette" in capsys.readouterr().err
