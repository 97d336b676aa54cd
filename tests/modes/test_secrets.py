"""Secrets that are known by their shape or by their value, recorded from a real server."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from wsfake import Harness, Transcript, UsageError
from wsfake.cassette import load
from wsfake.errors import UnexpectedClose, UnexpectedMessage, UnsafeCassette

URL = "ws://feed.test/echo"
KEY = "feed-key-17"
SAYS = [f"login {KEY}", "then sk-proj-Ab12Cd34Ef56Gh78Ij90", "Bearer abc123def456"]


def talk(ws_fake: Harness, *says: str | bytes) -> list[str | bytes]:
    """Say one thing after the other, each when the one before has come back."""
    heard: list[str | bytes] = []
    left = list(says)
    socket = ws_fake.WebSocket(URL)

    def on_message(message: str | bytes) -> None:
        heard.append(message)
        if left:
            socket.send(left.pop(0))
        else:
            socket.close()

    socket.onopen = lambda: socket.send(left.pop(0))
    socket.onmessage = lambda message: on_message(message.data)
    ws_fake.run()
    return heard


@pytest.fixture
def cassette(tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEED_KEY", KEY)
    path = tmp_path / "a.msgpack"
    with Harness(path, "rewrite", redact_env=["FEED_KEY", "NOT_SET"]) as ws_fake:
        ws_fake.alias(URL, to=f"{server}/echo")
        assert talk(ws_fake, *SAYS) == SAYS
    return path


def test_they_are_not_in_the_file_and_its_header_names_the_rules(cassette: Path) -> None:
    data = cassette.read_bytes()
    for secret in (KEY, "sk-proj", "abc123"):
        assert secret.encode() not in data
    assert {"tokens", "value:FEED_KEY"} <= set(load(cassette).header.redacted)


@pytest.mark.parametrize("key", [KEY, "another-key-18", None])
def test_any_other_secret_matches_also_where_the_variable_is_not_set(
    key: str | None, cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FEED_KEY")
    if key is not None:
        monkeypatch.setenv("FEED_KEY", key)

    with Harness(cassette, redact_env=["FEED_KEY"]) as ws_fake:
        heard = talk(ws_fake, f"login {key}", "then sk-ant-0123456789abcdefgh", "Bearer x9y8z7w6v5")

    assert heard == ["login <redacted>", "then <redacted>", "Bearer <redacted>"]


def test_the_rest_of_a_message_with_a_secret_is_compared(cassette: Path) -> None:
    with pytest.raises(UnexpectedMessage), Harness(cassette) as ws_fake:
        talk(ws_fake, "logout any")


def test_a_secret_that_cannot_be_taken_out_leaves_no_cassette(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_KEY", KEY)
    path = tmp_path / "a.msgpack"

    ws_fake = Harness(path, "rewrite", redact_env=["FEED_KEY"])
    ws_fake.alias(URL, to=f"{server}/echo")
    talk(ws_fake, b"\x00" + KEY.encode())
    with pytest.raises(UnsafeCassette, match="the value of FEED_KEY stands in this recording"):
        ws_fake.finish()

    assert not path.exists()


def test_a_value_that_is_too_short_is_refused_before_anything_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIN", "1234567")
    monkeypatch.setenv("EMPTY", "")
    with pytest.raises(UsageError, match="got 7 characters in PIN"):
        Harness(redact_env=["PIN"])
    Harness(redact_env=["EMPTY"]).finish()


def test_secrets_are_not_shown_in_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_KEY", KEY)
    with pytest.raises(UnexpectedMessage) as caught, Harness(redact_env=["FEED_KEY"]) as ws_fake:
        ws_fake.serve(URL, Transcript().client("hello"))
        talk(ws_fake, f"hello {KEY} AKIAIOSFODNN7EXAMPLE")
    assert KEY not in str(caught.value)
    assert "AKIA" not in str(caught.value)
    assert "hello <redacted> <redacted>" in str(caught.value)


# What is no text message


def recorded(server: str, path: Path, talk: Callable[[Harness], object], **settings: Any) -> None:
    """Record, and replay the same with nobody there."""
    for mode in ("rewrite", "none"):
        with Harness(path, mode, **settings) as ws_fake:
            ws_fake.alias(URL, to=f"{server}/echo")
            talk(ws_fake)


def test_a_secret_in_binary_json_matches_as_one_in_a_text_does(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEED_KEY", KEY)
    path = tmp_path / "a.msgpack"
    say = b'{"password": "hunter2", "key": "%s", "n": 1}' % KEY.encode()

    recorded(server, path, lambda ws_fake: talk(ws_fake, say), redact_env=["FEED_KEY"])

    for secret in (b"hunter2", KEY.encode()):
        assert secret not in path.read_bytes()
    for other in (say.replace(b"1}", b"2}"), b"\xff<redacted>", say.decode()):
        with pytest.raises(UnexpectedMessage) as caught, Harness(path) as ws_fake:
            talk(ws_fake, other)
        assert "hunter2" not in str(caught.value)


def test_a_secret_in_the_reason_of_a_close_matches(server: str, tmp_path: Path) -> None:
    path = tmp_path / "a.msgpack"

    def leave(ws_fake: Harness, reason: str = "no more: Bearer abcdef123456") -> None:
        socket = ws_fake.WebSocket(URL)
        socket.onopen = lambda: socket.close(4000, reason)
        ws_fake.run()

    recorded(server, path, leave)

    assert b"abcdef123456" not in path.read_bytes()
    with pytest.raises(UnexpectedClose) as caught, Harness(path) as ws_fake:
        leave(ws_fake, "enough: Bearer abcdef123456")
    assert "abcdef123456" not in str(caught.value)


def test_a_token_that_the_server_accepts_as_the_subprotocol_is_accepted_in_replay(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.msgpack"
    token = Subprotocol("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ0aWdlciJ9.c2lnbmF0dXJl")
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript().server_accepts(subprotocol=token).server("hello"))
        with connect(ws_fake.url_for(URL), subprotocols=[Subprotocol("chat"), token]) as connection:
            assert connection.recv() == "hello"
        ws_fake.save(path)
    assert token.encode() not in path.read_bytes()

    other = Subprotocol(token.replace("c2ln", "d2ln"))
    with (
        Harness(path) as ws_fake,
        connect(ws_fake.url_for(URL), subprotocols=[Subprotocol("chat"), other]) as connection,
    ):
        assert connection.recv() == "hello"
        assert connection.subprotocol == other
