from __future__ import annotations

import time

import pytest
from hypothesis import given, strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

from wsfake.errors import UsageError
from wsfake.live.framing import Framing, encode_text
from wsfake.model import Accept, Close, Drop, End, Event, Ping, Pong, Raw, Side, Stall

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    TEXTS,
    st.binary(max_size=300),
    st.builds(Ping, st.binary(max_size=125)),
    st.builds(Pong, st.binary(max_size=125)),
)
CLOSES = st.one_of(
    st.just(Close()),
    st.builds(Close, st.integers(0, 65535), st.text("aé€", max_size=40)),
)


def deflate() -> PerMessageDeflate:
    return PerMessageDeflate(False, False, 15, 15)


def pair(*, compressed: bool, side: Side = Side.CLIENT) -> tuple[Framing, Framing]:
    """Return who speaks, as `side`, and who listens."""
    if compressed:
        return Framing(side, deflate()), Framing(side.other, deflate())
    return Framing(side), Framing(side.other)


def heard(data: bytes, *, compressed: bool = False, side: Side = Side.CLIENT) -> list[Event]:
    """Return what a side hears; a client by default."""
    return Framing(side, deflate() if compressed else None).receive(data)


@given(st.lists(EVENTS, max_size=8), CLOSES, st.booleans(), st.sampled_from(Side), st.data())
def test_what_one_side_says_the_other_hears_however_it_is_split(
    said: list[Event], last: Close, compressed: bool, side: Side, data: st.DataObject
) -> None:
    speaker, listener = pair(compressed=compressed, side=side)
    stream = b"".join(speaker.encode(event) for event in [*said, last])
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    result: list[Event] = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        result += listener.receive(stream[start:end])
    assert result == [*said, last]


@given(st.binary(max_size=200), st.booleans(), st.sampled_from(Side))
def test_any_bytes_are_heard_and_in_single_bytes_as_well(
    stream: bytes, compressed: bool, side: Side
) -> None:
    def listen(segments: list[bytes]) -> tuple[list[Event], object]:
        framing = Framing(side, deflate() if compressed else None)
        events = [event for segment in segments for event in framing.receive(segment)]
        return events, framing.inside()

    whole, inside = listen([stream])
    single, single_inside = listen([stream[i : i + 1] for i in range(len(stream))])
    assert single_inside == inside
    if whole and isinstance(whole[-1], Raw):
        # In single bytes a violation is known before the bytes behind it are there.
        raw = single.pop()
        assert isinstance(raw, Raw)
        assert raw.data
        assert whole.pop().data.startswith(raw.data)  # type: ignore[union-attr]
    assert single == whole


@given(st.one_of(TEXTS, st.binary(max_size=300)), st.booleans(), st.sampled_from(Side))
def test_a_message_that_is_cut_off_is_known_as_far_as_it_came(
    message: str | bytes, compressed: bool, side: Side
) -> None:
    speaker, listener = pair(compressed=compressed, side=side)
    assert listener.receive(speaker.encode(Drop(inside=message))) == []
    assert listener.inside() == message


def test_a_compressed_message_that_is_cut_off_is_decompressed_as_far_as_possible() -> None:
    speaker, listener = pair(compressed=True)
    whole = "".join(str(number) for number in range(50_000))
    listener.receive(speaker.encode(whole)[:-1000])
    inside = listener.inside()
    assert isinstance(inside, str)
    assert len(inside) > 1000
    assert whole.startswith(inside)


def test_a_cut_message_that_does_not_decompress_is_empty() -> None:
    listener = Framing(Side.CLIENT, deflate())
    listener.receive(b"\xc2\x10\xff\xff\xff\xff")
    assert listener.inside() == b""


@pytest.mark.parametrize(
    ("stream", "inside"),
    [
        (b"", None),
        (b"\x81", None),
        (b"\x81\x02", ""),
        (b"\x82\x7e\x10", b""),
        (b"\x81\x04\xf0\x9f", "\ufffd"),
        (b"\x01\x02ab", "ab"),
        (b"\x01\x02ab\x80\x05c", "abc"),
        (b"\x01\x02ab\x89\x05c", "ab"),
        (b"\x02\x02ab\x80\x05c", b"abc"),
        (b"\x89\x05c", None),
        (b"\x81\x02ab", None),
        (b"\x88\x00\x81\x02a", None),
    ],
)
def test_the_inside_of_a_drop(stream: bytes, inside: str | bytes | None) -> None:
    framing = Framing(Side.CLIENT)
    framing.receive(stream)
    assert framing.inside() == inside


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b"\xc1\x01a", id="first reserved bit without compression"),
        pytest.param(b"\xa1\x01a", id="second reserved bit"),
        pytest.param(b"\x91\x01a", id="third reserved bit"),
        pytest.param(b"\x83\x01a", id="reserved data opcode"),
        pytest.param(b"\x8b\x01a", id="reserved control opcode"),
        pytest.param(b"\x09\x01a", id="fragmented ping"),
        pytest.param(b"\x89\x7e\x00\x7e", id="ping of 126 bytes, at its header"),
        pytest.param(b"\x80\x01a", id="continuation of nothing"),
        pytest.param(b"\x01\x01a\x81\x01b", id="message inside a message"),
        pytest.param(b"\x81\x81\x00\x00\x00\x00a", id="masked by the server"),
        pytest.param(b"\x81\x7e\x00\x7d", id="length not in its shortest form"),
        pytest.param(b"\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff", id="64-bit length not shortest"),
        pytest.param(b"\x81\x7f\x80\x00\x00\x00\x00\x00\x00\x00", id="length of 64 bits"),
        pytest.param(b"\x81\x02\xc3\x28", id="text that is not UTF-8"),
        pytest.param(b"\x81\x03\xed\xa0\x80", id="text with a surrogate"),
        pytest.param(b"\x01\x01\xc3\x80\x01\x28", id="fragments that are not UTF-8"),
        pytest.param(b"\x01\x01\xc3\x80\x00", id="fragments that end inside a character"),
        pytest.param(b"\x88\x01a", id="close of one byte"),
        pytest.param(b"\x88\x03\x03\xe8\xff", id="close reason that is not UTF-8"),
    ],
)
def test_a_violation_is_told_as_the_bytes_that_it_is(stream: bytes) -> None:
    framing = Framing(Side.CLIENT)
    assert framing.receive(b"\x81\x01x" + stream + b"\x81\x01z") == [
        "x",
        Raw(stream + b"\x81\x01z"),
    ]
    assert framing.receive(b"\x81\x01y") == []
    assert framing.inside() is None


def test_a_client_that_does_not_mask_violates_the_protocol() -> None:
    assert heard(b"\x81\x01a", side=Side.SERVER) == [Raw(b"\x81\x01a")]


def test_text_that_cannot_become_utf8_any_more_is_told_at_its_fragment() -> None:
    assert heard(b"\x01\x02\xc3\x28") == [Raw(b"\x01\x02\xc3\x28")]


def test_control_frames_between_fragments_are_told_when_they_come() -> None:
    assert heard(b"\x01\x01\xc3\x89\x01p\x8a\x00\x80\x01\xa9") == [Ping(b"p"), Pong(), "é"]


def test_a_broken_message_is_told_without_the_ping_inside_it() -> None:
    assert heard(b"\x01\x01a\x89\x00\x83\x00") == [Ping(), Raw(b"\x01\x01a\x83\x00")]


def test_fragments_may_be_compressed() -> None:
    encoder = deflate()
    frames = [Frame(Opcode.TEXT, b"hello ", fin=False), Frame(Opcode.CONT, b"world")]
    stream = b"".join(frame.serialize(mask=False, extensions=[encoder]) for frame in frames)
    assert heard(stream, compressed=True) == ["hello world"]


def test_what_does_not_decompress_is_a_violation() -> None:
    assert heard(b"\xc1\x02\xff\xff", compressed=True) == [Raw(b"\xc1\x02\xff\xff")]


def test_empty_messages_are_messages() -> None:
    assert heard(b"\x81\x00\x82\x00\x01\x00\x80\x00") == ["", b"", ""]


def test_nothing_is_heard_after_a_close() -> None:
    framing = Framing(Side.CLIENT)
    assert framing.receive(b"\x88\x02\x03\xe8\x81\x01a") == [Close(1000)]
    assert framing.receive(b"\x81\x01a") == []


@pytest.mark.parametrize("code", [0, 1, 999, 1000, 1005, 1006, 1015, 2999, 4999, 5000, 65535])
@pytest.mark.parametrize("side", Side)
def test_any_close_code_is_said_and_heard_as_it_is(code: int, side: Side) -> None:
    speaker, listener = pair(compressed=False, side=side)
    assert listener.receive(speaker.encode(Close(code, "why"))) == [Close(code, "why")]


def test_raw_bytes_go_out_as_they_are_and_some_events_are_no_bytes() -> None:
    framing = Framing(Side.CLIENT)
    assert framing.encode(Raw(b"\xff\x00")) == b"\xff\x00"
    assert [framing.encode(what) for what in (Drop(), End(), Stall())] == [b"", b"", b""]


@pytest.mark.parametrize(
    ("what", "error"),
    [
        (Ping(b"x" * 126), "ping of 126 bytes: control frame too long"),
        (Close(1000, "x" * 124), "close of 126 bytes: control frame too long"),
        (Close(65536), "a close code has 16 bits, got 65536"),
        (Close(-1), "a close code has 16 bits, got -1"),
        (
            Accept(),
            "an open connection cannot say Accept(subprotocol=None, headers=(), extensions=())",
        ),
    ],
)
def test_what_cannot_be_said_is_refused(what: Event, error: str) -> None:
    with pytest.raises(UsageError) as caught:
        Framing(Side.CLIENT).encode(what)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("é", "é"),
        ("a\ud83db", "a\ufffdb"),
        ("\ud83d", "\ufffd"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("\ud83d\ude00\ud83d", "😀\ufffd"),
    ],
)
def test_lone_surrogates_are_replaced_and_pairs_are_characters(text: str, sent: str) -> None:
    assert encode_text(text) == sent.encode()


@pytest.mark.parametrize("compressed", [False, True])
def test_ten_mebibytes_in_small_segments_take_linear_time(compressed: bool) -> None:
    speaker, listener = pair(compressed=compressed)
    message = b"0123456789abcdef" * (10 * 65536)
    stream = (
        speaker.encode(message)
        if compressed
        else b"".join(Frame(Opcode.BINARY, message).serialize(mask=True) for _ in range(1))
    )
    started = time.monotonic()
    events = [e for i in range(0, len(stream), 64) for e in listener.receive(stream[i : i + 64])]
    assert events == [message]
    assert time.monotonic() - started < 5
