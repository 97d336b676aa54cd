"""The page on the format is complete: its example is right, and a reader made from it works."""

from __future__ import annotations

import hashlib
import io
import re
import zlib
from pathlib import Path
from typing import Any

import msgpack
from hypothesis import given

from tests.cassette.strategies import dialogues
from wsfake.cassette import CassetteWriter, Header, write_cassette
from wsfake.cassette.schema import encode
from wsfake.model import Accept, Close, Entry, Open, Side

PAGE = Path(__file__).parents[2] / "docs" / "cassette-format.md"

EXAMPLE = [
    Entry(0, 1, Side.CLIENT, Open("ws://a/")),
    Entry(0, 1, Side.SERVER, Accept()),
    Entry(1000, 1, Side.CLIENT, "hi"),
    Entry(2000, 1, Side.SERVER, Close(1000)),
]


def read_by_the_page(data: bytes) -> tuple[Any, list[Any], Any]:
    """Header, entries and footer; knows nothing of wsfake but what the page says."""
    place = seen = 0
    entries: list[Any] = []
    sums = b""
    header = None
    while True:
        head = data[place : place + 52]
        assert head[:8] == b"\x99\xa6wsfake"
        codes = [head[9], head[18], *head[27:52:5]]
        assert codes == [0xCF, 0xCF, 0xCE, 0xCE, 0xCE, 0xCE, 0xC6]
        offset, before = (int.from_bytes(head[at : at + 8]) for at in (10, 19))
        count, length, checksum, own, again = (
            int.from_bytes(head[at : at + 4]) for at in (28, 33, 38, 43, 48)
        )
        assert (offset, before, again) == (place, seen, length)
        assert zlib.crc32(head[:42]) == own
        body = data[place + 52 : place + 52 + length]
        assert zlib.crc32(body) == checksum
        place += 52 + length
        if head[8] == 0:
            header = msgpack.unpackb(body)
        elif head[8] == 1:
            unpacker = msgpack.Unpacker(io.BytesIO(body))
            block = list(unpacker)
            assert len(block) == count <= 256
            seen += count
            sums += checksum.to_bytes(4)
            entries += block
        else:
            footer = msgpack.unpackb(body)
            assert footer["entries"] == seen
            assert footer["digest"] == hashlib.sha256(sums).digest()
            assert place == len(data)
            return header, entries, footer


def as_lists(value: Any) -> Any:
    return [as_lists(item) for item in value] if isinstance(value, tuple) else value


@given(dialogues)
def test_a_reader_made_from_the_page_reads_what_is_written(dialogue: list[Entry]) -> None:
    file = io.BytesIO()
    writer = CassetteWriter(file, Header("2024-05-01", ("json",)), "x")
    for number, entry in enumerate(dialogue):
        writer.append(entry)
        if number % 5 == 4:
            writer.flush()
    writer.finish("silence", {"b": 1, "a": "x"})
    header, entries, footer = read_by_the_page(file.getvalue())
    assert header == {
        "format": "wsfake",
        "version": 1,
        "recorded": "2024-05-01",
        "redacted": ["json"],
    }
    assert entries == [as_lists(encode(entry)) for entry in dialogue]
    assert (footer["ended"], footer["extras"]) == ("silence", {"a": "x", "b": 1})


def test_the_file_of_the_example_is_what_is_written(tmp_path: Path) -> None:
    found = re.search(r"is this file:\n\n```\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    shown = bytes.fromhex("".join(line[4:] for line in found[1].splitlines()))
    assert shown == write_cassette(tmp_path / "x.msgpack", EXAMPLE).read_bytes()


def test_a_cassette_is_a_stream_of_msgpack_for_any_tool(tmp_path: Path) -> None:
    path = write_cassette(tmp_path / "x.msgpack", EXAMPLE)
    with path.open("rb") as file:
        frames = list(msgpack.Unpacker(file))
    assert [(frame[0], frame[1], frame[4]) for frame in frames] == [
        ("wsfake", 0, 0),
        ("wsfake", 1, 4),
        ("wsfake", 2, 0),
    ]
