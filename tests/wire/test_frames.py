"""Frames in memory: what is written is read again, however it is cut; wrong ones are named."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from wsfake.errors import UsageError
from wsfake.model import Close, Drop, Event, Open, Ping, Pong, Raw
from wsfake.wire.frames import FrameReader, Violation, encode

small = st.binary(max_size=125)
events: st.SearchStrategy[Event] = st.one_of(
    st.text(max_size=300),
    st.binary(max_size=300),
    st.builds(Ping, small),
    st.builds(Pong, small),
    st.builds(Close, st.integers(0, 65535), st.text(max_size=30)),
    st.just(Close()),
)
TOLERATED = {"wrong masking"}


def reader(*, masked: bool = False, tolerated: set[str] | None = None) -> FrameReader:
    return FrameReader(masked=masked, tolerated=tolerated or set(), largest=70_000)


def read(data: bytes, *, masked: bool = False) -> list[Event | Violation]:
    return list(reader(masked=masked).feed(data))


@given(st.lists(events, max_size=5), st.booleans(), st.integers(1, 50))
def test_what_is_written_is_read_again_in_pieces_of_any_size(
    said: list[Event], masked: bool, size: int
) -> None:
    data = b"".join(encode(what, masked=masked) for what in said)
    frames = reader(masked=masked)
    heard = [what for at in range(0, len(data), size) for what in frames.feed(data[at : at + size])]
    assert heard == said
    assert not frames.pending


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
def test_every_form_of_length_is_read(length: int) -> None:
    assert read(encode("x" * length, masked=True), masked=True) == ["x" * length]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("c100", "reserved bit"),
        ("8300", "reserved opcode"),
        ("0900", "fragmented control frame"),
        ("897e", "long control frame"),
        ("880103", "short close"),
        ("8000", "nothing to continue"),
        ("01008100", "new message inside a message"),
        ("8101ff", "text not utf-8"),
        ("8180", "wrong masking"),
        ("817e0005", "length of 16 bits that was not needed"),
        ("817f0000000000000005", "length of 64 bits that was not needed"),
        ("817f8000000000000000", "length with its highest bit set"),
        ("827f0000000000011171", "frame too big"),
    ],
)
def test_a_violation_is_named_and_nothing_is_read_behind_it(data: str, name: str) -> None:
    assert read(bytes.fromhex(data) + b"\x81\x01a") == [Violation(name)]


def test_fragments_may_not_be_more_than_the_limit_together() -> None:
    half = b"\x7e\xff\xff" + bytes(65535)
    assert read(b"\x02" + half + b"\x80" + half) == [Violation("message too big")]


def test_a_fragment_is_refused_as_soon_as_it_cannot_be_text() -> None:
    assert read(b"\x01\x01\xff") == [Violation("text not utf-8")]


def test_masking_against_the_rule_may_be_tolerated() -> None:
    frames = reader(tolerated=TOLERATED)
    assert list(frames.feed(b"\x81\x81\x01\x02\x03\x04`")) == ["a"]


def test_a_frame_or_a_message_that_is_not_complete_is_pending() -> None:
    frames = reader()
    assert [list(frames.feed(part)) for part in (b"\x01", b"\x01a")] == [[], []]
    assert frames.pending
    assert list(frames.feed(b"\x80\x00")) == ["a"]
    assert not frames.pending


def test_a_reason_that_is_no_text_is_kept() -> None:
    assert read(b"\x88\x03\x03\xe8\xff") == [Close(1000, "\udcff")]
    assert encode(Close(1000, "\udcff"), masked=False) == b"\x88\x03\x03\xe8\xff"


def test_a_reason_is_cut_inside_its_last_character() -> None:
    assert encode(Close(1000, "é" * 62), masked=False)[2:] == b"\x03\xe8" + ("é" * 62).encode()[:-1]


def test_a_lone_surrogate_in_a_reason_is_replaced() -> None:
    assert encode(Close(1000, "\ud83d"), masked=False)[4:] == "\ufffd".encode()


def test_bytes_are_written_as_they_are() -> None:
    assert encode(Raw(b"\x83"), masked=True) == b"\x83"


def test_a_drop_inside_a_message_is_a_frame_that_is_cut_off() -> None:
    assert encode(Drop(inside="hel"), masked=False) == b"\x81\x04hel"
    assert encode(Drop(inside=b"hel"), masked=False) == b"\x82\x04hel"
    assert encode(Drop(), masked=False) == b""


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (Ping(bytes(126)), "a control frame has at most 125 bytes, got 126"),
        (Close(1000, "x" * 124), "a control frame has at most 125 bytes, got 126"),
        (Close(65536), "a close code has 16 bits, got 65536"),
        (Open("ws://peer.example"), "an open connection cannot say Open"),
    ],
)
def test_what_no_frame_can_say_is_refused(what: Event, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        encode(what, masked=False)
    assert str(caught.value).startswith(text)
