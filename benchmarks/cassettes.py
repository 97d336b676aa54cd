"""Writing and reading cassettes of 200 B messages, beside bare msgpack over the same arrays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgpack

from benchmarks.cassetter import PAIRS, cassetter
from benchmarks.children import Unavailable
from benchmarks.measuring import Row, Skipped, compare, compare_seconds, seconds
from wsfake.cassette import load, read_cassette, write_cassette
from wsfake.cassette.schema import encode
from wsfake.model import Entry, Open, Side

__all__ = ["rows"]

_MESSAGES = 500_000
_TEXT = "{:0200}"


def _entries(count: int) -> list[Entry]:
    opening = Entry(0, 1, Side.CLIENT, Open("ws://feed.example/v1"))
    sides = (Side.CLIENT, Side.SERVER)
    return [opening, *(Entry(i, 1, sides[i % 2], _TEXT.format(i)) for i in range(count))]


def rows() -> Iterator[Row | Skipped]:
    yield from _beside_msgpack()
    yield from _beside_cassetter()


def _beside_cassetter() -> Iterator[Row | Skipped]:
    what, peer, goal = "cassette load, per message", "cassetter", 1 / 15
    with tempfile.TemporaryDirectory() as folder:
        path = write_cassette(Path(folder, "ours.msgpack"), _entries(2 * PAIRS))
        try:
            with cassetter(Path(folder, "echo.yaml"), _TEXT) as ask:
                yield compare_seconds(
                    what,
                    lambda: seconds(lambda: load(path)) / PAIRS / 2,
                    peer,
                    lambda: ask("load") / PAIRS / 2,
                    goal=goal,
                )
        except Unavailable as error:
            yield Skipped(what, peer, goal, "seconds", str(error))


def _beside_msgpack() -> Iterator[Row]:
    entries = _entries(_MESSAGES)
    arrays = [encode(entry) for entry in entries]
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = Path(folder, "ours.msgpack"), Path(folder, "bare.msgpack")

        def write() -> int:
            write_cassette(ours, entries)
            return len(entries)

        def write_bare() -> int:
            pack = msgpack.Packer().pack
            with bare.open("wb") as file:
                for array in arrays:
                    file.write(pack(array))
            return len(arrays)

        def read() -> int:
            with read_cassette(ours) as reader:
                return sum(1 for _ in reader)

        def read_bare() -> int:
            with bare.open("rb") as file:
                return sum(1 for _ in msgpack.Unpacker(file))

        packer, unpacker = "bare msgpack.Packer", "bare msgpack.Unpacker"
        yield compare("cassette write", write, packer, write_bare, goal=0.7)
        yield compare("cassette read to values", read, unpacker, read_bare, goal=0.3)
