"""What a message costs among a thousand, and among a million."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from websockets.asyncio.client import connect

from benchmarks.echo import MESSAGE, echo, transcript_of
from benchmarks.measuring import Row, compare_seconds, seconds
from wsfake import Harness
from wsfake.cassette import read_cassette, write_cassette
from wsfake.model import Entry, Open, Side
from wsfake.network import write_dialogue
from wsfake.transcript.alignment import changes

__all__ = ["rows"]

_FEW = 1_000
_MANY = 1_000_000
_SHOWN = 100_000  # nobody looks at more at once, nor says more through an event loop
_URL = "ws://echo.example/"
_SIDES = (Side.CLIENT, Side.SERVER)


def _entries(count: int) -> Iterator[Entry]:
    opening = Entry(0, 1, Side.CLIENT, Open("ws://feed.example/v1"))
    said = (Entry(i, 1, _SIDES[i % 2], f"{i:0200}") for i in range(count))
    return islice(chain([opening], said), count)


def _per_message(count: int, work: Callable[[], object]) -> Callable[[], float]:
    """Return what tells the seconds per message; what is short is done many times over."""
    times = max(1, 20_000 // count)

    def measure() -> float:
        return seconds(lambda: [work() for _ in range(times)]) / times / count

    return measure


def _in_process(count: int) -> Callable[[], float]:
    transcript = transcript_of(count // 2)
    return _per_message(count, lambda: echo(transcript, count // 2))


async def _talk(url: str, pairs: int) -> None:
    async with connect(url, compression=None) as client:
        for _ in range(pairs):
            await client.send(MESSAGE)
            await client.recv()


def _at_port(count: int) -> Callable[[], float]:
    transcript = transcript_of(count // 2)

    def talk() -> None:
        with Harness() as ws_fake:
            ws_fake.serve(_URL, transcript)
            asyncio.run(_talk(ws_fake.url_for(_URL), count // 2))

    return _per_message(count, talk)


def _intercepted(count: int) -> Callable[[], float]:
    transcript = transcript_of(count // 2)

    def talk() -> None:
        with Harness() as ws_fake:
            ws_fake.serve(_URL, transcript)
            with ws_fake.intercept():
                asyncio.run(_talk(_URL, count // 2))

    return _per_message(count, talk)


def _writing(path: Path, count: int) -> Callable[[], float]:
    entries = list(_entries(count))
    return _per_message(count, lambda: write_cassette(path, entries))


def _read(path: Path) -> int:
    with read_cassette(path) as reader:
        return sum(1 for _ in reader)


def _show(path: Path) -> int:
    with read_cassette(path) as reader:
        return len(write_dialogue(list(reader)))


def _diff(one: Path, other: Path) -> None:
    with read_cassette(one) as before, read_cassette(other) as after:
        assert not list(changes(before, after, times=False))


def rows() -> Iterator[Row]:
    def row(
        what: str, few: Callable[[], float], many: Callable[[], float], count: int = _MANY
    ) -> Row:
        title = f"a message among {count:,}: {what}"
        return compare_seconds(title, many, f"among {_FEW:,}", few, goal=1.2)

    yield row("in process", _in_process(_FEW), _in_process(_MANY))
    yield row("at a real port", _at_port(_FEW), _at_port(_SHOWN), _SHOWN)
    yield row("intercepted", _intercepted(_FEW), _intercepted(_SHOWN), _SHOWN)
    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name, "few.msgpack"), Path(name, "many.msgpack")
        yield row("write", _writing(few, _FEW), _writing(many, _MANY))
        yield row(
            "read",
            _per_message(_FEW, lambda: _read(few)),
            _per_message(_MANY, lambda: _read(many)),
        )
        write_cassette(many, _entries(_SHOWN))
        yield row(
            "show",
            _per_message(_FEW, lambda: _show(few)),
            _per_message(_SHOWN, lambda: _show(many)),
            _SHOWN,
        )
        yield row(
            "diff of equal files",
            _per_message(_FEW, lambda: _diff(few, few)),
            _per_message(_SHOWN, lambda: _diff(many, many)),
            _SHOWN,
        )
