from __future__ import annotations

import errno
import io
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from traceback import walk_tb
from typing import Any

import pytest

from wsfake.cassette import CassetteReader, CassetteWriter, Header
from wsfake.cassette.frames import BLOCK
from wsfake.cassette.framing import Frame, FrameReader
from wsfake.errors import CassetteError
from wsfake.model import Entries, Entry, Open, Side

C = Side.CLIENT


def written(entries: list[Entry], *, singly: bool) -> bytes:
    file = io.BytesIO()
    writer = CassetteWriter(file, Header(), "x")
    if singly:
        for entry in entries:
            writer.append(entry)
    else:
        writer.extend(entries)
    writer.finish()
    return file.getvalue()


@pytest.mark.parametrize("size", [1, 5000, 300_000, 2_000_000])
def test_blocks_end_by_count_or_size_alone(size: int) -> None:
    count = 600 if size < 300_000 else 9
    entries = [Entry(at, 1, C, bytes(size)) for at in range(count)]
    entries.insert(2, Entry(1, 1, C, Open("ws://a/")))
    data = written(entries, singly=True)
    assert data == written(entries, singly=False)
    frames = FrameReader(io.BytesIO(data), "x")
    found = [frame for frame in iter(frames.read, None) if isinstance(frame, Frame)]
    bodies = [frame.body for frame in found if frame.head.kind == BLOCK]
    assert all(len(body) >= 1 << 20 or size < 5000 for body in bodies[:-1])
    assert all(len(body) < (1 << 20) + size + 100 for body in bodies)


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (
            Entry(9, 1, C, "ab\ud800"),
            "x: entry 2 cannot be written: a text with a lone surrogate at character 2, "
            "which no WebSocket can carry (RFC 6455 section 8.1)",
        ),
        (
            Entry(4, 1, C, "early"),
            "x: entry 2 cannot be written: expected a time of 5 us or later, got 4 us",
        ),
        (
            Entry(9, 0, C, "zero"),
            "x: entry 2 cannot be written: "
            "connection: expected an integer from 1 to 2147483647, got 0",
        ),
    ],
)
def test_an_entry_that_no_cassette_can_hold_is_refused_and_left_out(
    entry: Entry, text: str
) -> None:
    for many in (False, True):
        file = io.BytesIO()
        writer = CassetteWriter(file, Header(), "x")
        writer.append(Entry(5, 1, C, "first"))
        with pytest.raises(CassetteError) as caught:
            writer.extend([entry]) if many else writer.append(entry)
        assert str(caught.value) == text
        writer.append(Entry(5, 1, C, "last"))
        writer.finish()
        reader = CassetteReader(io.BytesIO(file.getvalue()), "x")
        assert [read.what for read in reader] == ["first", "last"]


def test_no_entries_are_nothing_to_write() -> None:
    assert written([], singly=True) == written([], singly=False)
    file = io.BytesIO()
    CassetteWriter(file, Header(), "x").extend(Entries())
    assert list(CassetteReader(io.BytesIO(file.getvalue()), "x")) == []


def anything(value: object) -> Any:
    return value


def test_a_header_or_footer_that_could_not_be_read_is_refused() -> None:
    with pytest.raises(CassetteError) as caught:
        CassetteWriter(io.BytesIO(), Header("today"), "x")
    assert str(caught.value) == (
        "x: this header cannot be written: a header whose date is not in ISO 8601"
    )
    for extras in ({"a": None}, {"a": 2**70}, {"a": "\ud800"}, {1: 1, "a": 1}):
        with pytest.raises(CassetteError, match="x: this footer cannot be written: "):
            CassetteWriter(io.BytesIO(), Header(), "x").finish("test", anything(extras))


def test_an_entry_of_more_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wsfake.cassette.writing.MAX_ENTRY", 1000)  # for 256 MiB
    writer = CassetteWriter(io.BytesIO(), Header(), "x")
    with pytest.raises(CassetteError) as caught:
        writer.append(Entry(0, 1, C, "x" * 1000))
    assert str(caught.value) == (
        "x: entry 1 cannot be written: expected an entry of at most 1000 bytes, got 1008 bytes"
    )


class Null(io.RawIOBase):
    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


def test_memory_does_not_grow_with_the_dialogue() -> None:
    def many() -> Iterator[Entry]:
        for at in range(100_000):
            yield Entry(at, 1, C, "x" * 200)

    writer = CassetteWriter(anything(Null()), Header(), "x")
    writer.extend(islice(many(), 300))
    tracemalloc.start()
    for entry in many():
        writer.append(entry._replace(at=entry.at + 1000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000  # the messages are twenty million bytes


@pytest.mark.parametrize("singly", [True, False])
@pytest.mark.parametrize(
    "large", ["x" * 65535, "x" * 65536, "å" * 65536, bytes(65535), bytes(65536), "å" * 700_000]
)
def test_a_large_message_is_written_as_a_small_one_would_be(
    large: str | bytes, singly: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [
        Entry(at, 1, Side.CLIENT, what) for at, what in enumerate(["before", large, large, b""])
    ]
    data = written(entries, singly=singly)
    monkeypatch.setattr("wsfake.cassette.writing._LARGE", 1 << 40)
    assert data == written(entries, singly=True)
    assert list(CassetteReader(io.BytesIO(data), "large")) == entries


def test_a_large_text_that_cannot_be_said_is_refused() -> None:
    with pytest.raises(CassetteError, match="a lone surrogate at character 65536"):
        written([Entry(0, 1, Side.CLIENT, "x" * 65536 + "\ud800")], singly=True)


class Full(io.BytesIO):
    """A file on a disk that is full behind its first block."""

    def write(self, data: Any) -> int:
        if self.tell() > 3000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


@pytest.mark.parametrize("singly", [True, False])
def test_behind_a_block_that_the_file_refuses_nothing_is_written(singly: bool) -> None:
    file = Full()
    writer = CassetteWriter(file, Header(), "x")
    entries = Entries.of([Entry(0, 1, C, "x" * 10)] * 700)

    def add() -> None:
        if singly:
            for entry in entries:
                writer.append(entry)
        else:
            writer.extend(entries)

    refusals = []
    for write in (add, add, writer.finish):
        with pytest.raises(CassetteError) as caught:
            write()
        refusals.append(caught.value)
        assert len(list(walk_tb(caught.value.__traceback__))) < 10  # nor does it grow

    assert str(refusals[0]) == "x: this cassette cannot be written: No space left on device"
    assert all(refusal is refusals[0] for refusal in refusals)
    assert len(list(CassetteReader(io.BytesIO(file.getvalue()), "x"))) == writer.written == 256
