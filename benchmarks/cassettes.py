"""Writing and reading cassettes of 200 B messages, beside bare msgpack over the same arrays."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgpack

from benchmarks.measuring import Row, compare
from wsfake.cassette import read_cassette, write_cassette
from wsfake.cassette.schema import encode
from wsfake.model import Entry, Open, Side

__all__ = ["rows"]

_MESSAGES = 200_000


def _entries() -> list[Entry]:
    opening = Entry(0, 1, Side.CLIENT, Open("ws://feed.example/v1"))
    sides = (Side.CLIENT, Side.SERVER)
    return [opening, *(Entry(i, 1, sides[i % 2], f"{i:0200}") for i in range(_MESSAGES))]


def rows() -> Iterator[Row]:
    entries = _entries()
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
