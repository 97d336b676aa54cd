"""Bytes from anywhere: one family of errors, and memory in proportion to what is really there."""

from __future__ import annotations

import io
import random
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any, BinaryIO

import pytest
from hypothesis import given, strategies as st

from tests.cassette.golden import conformance, frame, invalid
from wsfake.cassette import CassetteReader, CassetteWriter, Footer, Header
from wsfake.cassette.frames import BLOCK, FOOTER, HEADER, MAX_BODY, Head, pack_head
from wsfake.errors import CassetteError
from wsfake.model import Entry, Side

HEAD = frame(HEADER, 0, 0, 0, Header().pack())
AT = len(HEAD)


def read(data: bytes, *, recover: bool = False) -> CassetteReader | str:
    """The reader at its end, or the text of its error."""
    try:
        reader = CassetteReader(io.BytesIO(data), "x.msgpack", recover=recover)
        for _ in reader:
            pass
    except CassetteError as error:
        return str(error)
    return reader


def peak(act: Callable[[], object]) -> int:
    act()  # what is imported and compiled on first use does not count
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("seed", range(20))
def test_random_bytes_are_refused(seed: int) -> None:
    data = random.Random(seed).randbytes(5000)
    for whole in (data, b"\x99\xa6wsfake" + data):
        for recover in (False, True):
            found = read(whole, recover=recover)
            assert isinstance(found, str)
            assert found.startswith("x.msgpack: this is not a cassette, or its header is damaged\n")


bodies = st.binary(max_size=60) | st.lists(
    st.sampled_from(
        [b"\x95\x00\x01\x00\x00\xa0", b"\x94\x00\x01\x00\x0a", b"\x91", b"\xdd", b"\xc1"]
    ),
    max_size=6,
).map(b"".join)
frames = st.tuples(st.sampled_from([HEADER, BLOCK, FOOTER]), st.integers(0, 3), bodies)


@given(st.lists(frames, max_size=5), st.binary(max_size=8), st.booleans())
def test_sound_frames_of_anything_raise_nothing_else(
    drawn: list[tuple[int, int, bytes]], rest: bytes, recover: bool
) -> None:
    data, seen = HEAD, 0
    for kind, count, body in drawn:
        data += frame(kind, len(data), seen, count if kind == BLOCK else 0, body)
        seen += count if kind == BLOCK else 0
    found = read(data + rest, recover=recover)
    if isinstance(found, CassetteReader) and not recover:
        assert found.damage == []


@given(st.sampled_from(sorted(conformance())), st.data())
def test_any_change_of_a_golden_cassette_is_read_or_refused(name: str, draw: Any) -> None:
    data = bytearray(conformance()[name][:3000])
    for _ in range(draw.draw(st.integers(1, 4))):
        place = draw.draw(st.integers(0, len(data)))
        data[place : place + draw.draw(st.integers(0, 9))] = draw.draw(st.binary(max_size=9))
    for recover in (False, True):
        read(bytes(data), recover=recover)


@pytest.mark.parametrize("name", [name for name in invalid() if name.endswith(".msgpack")])
def test_broken_cassettes_take_next_to_no_memory(name: str) -> None:
    data = invalid()[name]
    assert peak(lambda: (read(data), read(data, recover=True))) < 500_000


@pytest.mark.parametrize(
    "body",
    [
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff\x01",
        b"\x9f" * 100_000,
        b"\x90" * 1_000_000,
        b"\xc0" * 1_000_000,
    ],
)
def test_lengths_that_are_claimed_are_not_believed(body: bytes) -> None:
    data = HEAD + frame(BLOCK, AT, 0, 256, body)
    assert isinstance(read(data), str)
    assert peak(lambda: (read(data), read(data, recover=True))) < 6 * len(body) + 3_000_000


def test_arrays_that_are_claimed_within_arrays_take_no_more_than_the_stack_is_deep() -> None:
    data = HEAD + frame(BLOCK, AT, 0, 1, b"\xdc\x10\x00" * 100_000)
    assert peak(lambda: read(data)) < 40_000_000


def test_a_body_that_is_claimed_and_not_there_is_a_cut_that_takes_no_memory() -> None:
    data = HEAD + pack_head(Head(BLOCK, AT, 0, 1, MAX_BODY, 0)) + b"\x95\x00\x01\x00\x00\xa1x"
    found = read(data)
    assert isinstance(found, CassetteReader)
    assert found.cut
    assert peak(lambda: read(data)) < 3_000_000


def test_a_footer_that_claims_entries_that_never_came_is_refused() -> None:
    data = HEAD + frame(FOOTER, AT, 0, 0, Footer(sys.maxsize, bytes(32)).pack())
    assert "expected  9223372036854775807 entries" in str(read(data))


class Stream(io.RawIOBase):
    """A file that cannot be read after its header."""

    def __init__(self, error: OSError) -> None:
        self._file = io.BytesIO(HEAD)
        self._error = error

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size) or self._fail()

    def _fail(self) -> bytes:
        raise self._error


def test_a_file_that_fails_in_the_middle_is_told() -> None:
    file: Any = Stream(OSError(5, "Input/output error"))
    with pytest.raises(CassetteError) as caught:
        list(CassetteReader(file, "x.msgpack"))
    assert str(caught.value) == "x.msgpack: this cassette cannot be read: Input/output error"


def test_a_hundred_thousand_entries_are_read_in_flat_memory(tmp_path: Any) -> None:
    path = tmp_path / "long.msgpack"

    def write(file: BinaryIO) -> None:
        writer = CassetteWriter(file, Header(), "x")
        writer.extend(Entry(at, 1, Side.CLIENT, f"{at:0200}") for at in range(100_000))
        writer.finish()

    def stream(file: BinaryIO) -> None:
        last = -1
        for entry in CassetteReader(file, "x"):
            last += 1
            assert entry.at == last
        assert last == 99_999

    with path.open("wb") as file:
        write(file)
    assert path.stat().st_size > 20_000_000
    with path.open("rb") as file:
        tracemalloc.start()
        stream(file)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
        tracemalloc.stop()
