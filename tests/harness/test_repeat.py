"""A cassette that begins anew where a client comes again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from wsfake import Harness
from wsfake.cassette import write_cassette
from wsfake.errors import ConnectionNotAnswered
from wsfake.model import Accept, Close, Drop, Entry, Open, Side

C, S = Side.CLIENT, Side.SERVER
URL = "ws://feed.test/"


@pytest.fixture
def replay(tmp_path: Path) -> Callable[..., Harness]:
    def make(*connections: Sequence[tuple[Side, Any]], repeat: bool = True) -> Harness:
        entries = [
            Entry(0, number, side, what)
            for number, said in enumerate(connections, 1)
            for side, what in ((C, Open(URL)), (S, Accept()), *said)
        ]
        path = write_cassette(tmp_path / "a.msgpack", entries)
        return Harness(path, repeat=repeat, unplayed="ignore")

    return make


def heard(ws_fake: Harness, say: str = "", leave: bool = False) -> list[object]:
    """Connect once more; return what comes."""
    socket = ws_fake.WebSocket(URL)
    came: list[object] = []
    socket.onmessage = lambda message: came.append(message.data)
    if say:
        socket.onopen = lambda: socket.send(say)
    if leave:
        socket.onopen = socket.close
    ws_fake.run()
    return came


FIRST = ((S, "first"), (S, Drop()))
SECOND = ((S, "second"),)


def test_each_round_has_every_connection_once(replay: Callable[..., Harness]) -> None:
    with replay(FIRST, SECOND) as ws_fake:
        assert [heard(ws_fake) for _ in range(5)] == [
            ["first"], ["second"], ["first"], ["second"], ["first"],
        ]  # fmt: skip


def test_a_connection_that_was_left_too_soon_ends_its_round(
    replay: Callable[..., Harness],
) -> None:
    with replay(((C, "hi"), (S, "first"), (C, Close(1000))), SECOND) as ws_fake:
        with pytest.raises(AssertionError, match="the client closed before"):
            heard(ws_fake, leave=True)
        assert heard(ws_fake, "hi") == ["first"]
        assert heard(ws_fake) == ["second"]
        with pytest.raises(AssertionError, match="the client closed before"):
            ws_fake.finish()


def test_a_connection_on_which_more_would_have_come_ends_its_round(
    replay: Callable[..., Harness],
) -> None:
    with replay(((S, "first"), (S, "more")), SECOND) as ws_fake:
        assert "more" not in heard(ws_fake, leave=True)
        assert [heard(ws_fake), heard(ws_fake)] == [["first", "more"], ["second"]]


def test_what_was_in_flight_behind_a_close_ends_no_round(replay: Callable[..., Harness]) -> None:
    crossing = ((S, "first"), (S, Close(1012)), (C, "in flight"), (C, Close(1012)))
    with replay(crossing, SECOND) as ws_fake:
        assert [heard(ws_fake) for _ in range(3)] == [["first"], ["second"], ["first"]]


def test_where_no_connection_to_a_url_was_recorded_no_round_begins(
    replay: Callable[..., Harness],
) -> None:
    with replay(FIRST, SECOND) as ws_fake:
        assert heard(ws_fake) == ["first"]
        with pytest.raises(ConnectionNotAnswered):
            ws_fake.WebSocket("ws://else.test")
        assert heard(ws_fake) == ["second"]
        with pytest.raises(ConnectionNotAnswered):
            ws_fake.finish()


def test_without_it_each_connection_is_played_once(replay: Callable[..., Harness]) -> None:
    with replay(FIRST, repeat=False) as ws_fake:
        assert heard(ws_fake) == ["first"]
        with pytest.raises(ConnectionNotAnswered):
            heard(ws_fake)
        with pytest.raises(ConnectionNotAnswered):
            ws_fake.finish()
