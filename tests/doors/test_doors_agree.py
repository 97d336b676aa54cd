"""Each golden recording is replayed through every door, and tells the same story (RULES 27)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.doors.stories import CASES, Said, connection_of, is_end, story, write
from tests.servers import no_ci
from wsfake import Harness
from wsfake.model import Close, Entry, Open, Side

__all__ = ["no_ci"]

PATIENCE = 30

LOST = (ConnectionClosed, InvalidHandshake, EOFError, ConnectionError)
"""What the library says of a connection that is refused, or ends."""


def by_script(ws_fake: Harness, entries: list[Entry]) -> None:
    opening = opening_of(entries)
    socket = ws_fake.WebSocket(opening.url)
    heard: list[object] = []
    socket.onmessage = lambda message: heard.append(message.data)
    said = 0
    for entry in entries[1:]:
        what = entry.what
        if entry.side is Side.SERVER:
            said += isinstance(what, str | bytes)
            continue
        ws_fake.run(until=lambda: socket.readyState == 1 and len(heard) == said)  # noqa: B023
        if isinstance(what, str | bytes):
            socket.send(what)
        elif isinstance(what, Close):
            socket.close(what.code, what.reason)
    ws_fake.run()
    if socket.readyState == 1:  # as the client at the port does, when its block is left
        socket.close(1000)
        ws_fake.run()


def by_port(ws_fake: Harness, entries: list[Entry]) -> None:
    opening = opening_of(entries)
    subprotocols = [Subprotocol(name) for name in opening.subprotocols] or None
    ends = any(is_end(entry.what) for entry in entries)
    with (
        suppress(*LOST) if ends else nullcontext(),
        connect(
            ws_fake.url_for(opening.url), subprotocols=subprotocols, proxy=None, max_size=None
        ) as client,
    ):
        for entry in entries[1:]:
            what = entry.what
            if entry.side is Side.SERVER and (isinstance(what, str | bytes) or is_end(what)):
                client.recv(PATIENCE)
            elif entry.side is Side.CLIENT and isinstance(what, str | bytes):
                client.send(what)
            elif entry.side is Side.CLIENT and isinstance(what, Close):
                assert what.code is not None
                client.close(what.code, what.reason)


def opening_of(entries: list[Entry]) -> Open:
    assert isinstance(entries[0].what, Open)
    return entries[0].what


DOORS: dict[str, Callable[[Harness, list[Entry]], None]] = {"script": by_script, "port": by_port}


@pytest.mark.parametrize(("name", "number"), CASES, ids=str)
def test_a_golden_recording_tells_the_same_story_through_every_door(
    name: str, number: int, tmp_path: Path
) -> None:
    entries = connection_of(name, number)
    cassette = tmp_path / "golden.msgpack"
    write(cassette, entries)
    stories: dict[str, list[Said]] = {}
    for door, play in DOORS.items():
        with Harness(cassette) as ws_fake:
            play(ws_fake, entries)
        stories[door] = story(ws_fake.dialogue.entries)

    assert stories["port"] == stories["script"]
    recorded = story(tuple(entries))
    assert stories["script"][: len(recorded)] == recorded
