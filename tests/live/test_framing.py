from __future__ import annotations

import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate

from tests.live.peers import close_frame, frame
from wsfake.errors import UsageError
from wsfake.live.framing import Framing, encode_text
from wsfake.model import (
    Accept,
    Close,
    Drop,
    End,
    Event,
    Gap,
    Message,
    Open,
    Ping,
    Pong,
    Raw,
    Refuse,
    Reject,
    Side,
    Stall,
)

MASK = b"\x01\x02\x03\x04"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
messages = texts | st.binary(max_size=300)
pings = st.builds(Ping, st.binary(max_size=125))
pongs = st.builds(Pong, st.binary(max_size=125))
closes = st.builds(Close, st.none()) | st.builds(
    Close, st.integers(0, 0xFFFF), st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
)
said = st.lists(messages | pings | pongs, max_size=8)


def client(*, compressed: bool = False) -> Framing:
    return Framing(Side.CLIENT, deflate() if compressed else None)


def server(*, compressed: bool = False) -> Framing:
    return Framing(Side.SERVER, deflate() if compressed else None)


def deflate() -> PerMessageDeflate:
    return PerMessageDeflate(False, False, 15, 15)


def hear(framing: Framing, data: bytes, cuts: list[int]) -> list[Event]:
    """Return the events of a stream that comes in pieces; a Raw grows with each piece."""
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    heard: list[Event] = []
    for begin, end in pairwise(edges):
        heard += framing.receive(data[begin:end])
    return heard


# Both ways


@given(said, closes, st.booleans(), st.lists(st.integers(0, 10_000), max_size=10))
def test_what_the_client_says_is_what_the_server_hears(
    events: list[Event], close: Close, compressed: bool, cuts: list[int]
) -> None:
    speaker, hearer = client(compressed=compressed), server(compressed=compressed)
    stream = b"".join(speaker.encode(event) for event in [*events, close])
    assert hear(hearer, stream, cuts) == [*events, close]


@given(said, closes, st.booleans(), st.lists(st.integers(0, 10_000), max_size=10))
def test_what_the_server_says_is_what_the_client_hears(
    events: list[Event], close: Close, compressed: bool, cuts: list[int]
) -> None:
    speaker, hearer = server(compressed=compressed), client(compressed=compressed)
    stream = b"".join(speaker.encode(event) for event in [*events, close])
    assert hear(hearer, stream, cuts) == [*events, close]


@given(st.binary(max_size=200), st.lists(st.integers(0, 10_000), max_size=10))
def test_any_bytes_in_any_pieces_mean_the_same(data: bytes, cuts: list[int]) -> None:
    whole, pieces = client(), client()
    expected, heard = whole.receive(data), hear(pieces, data, cuts)
    assert len(heard) == len(expected)
    for there, here in zip(expected, heard, strict=True):
        if isinstance(there, Raw):  # it holds what had come by then
            assert isinstance(here, Raw)
            assert there.data.startswith(here.data)
        else:
            assert there == here
    assert whole.inside() == pieces.inside()


@given(texts | st.binary(max_size=300), st.data())
def test_a_message_may_come_in_any_fragments(message: Message, data: st.DataObject) -> None:
    payload = message.encode() if isinstance(message, str) else message
    edges = sorted(data.draw(st.lists(st.integers(0, len(payload)), min_size=1, max_size=5)))
    parts = [payload[i:j] for i, j in zip([0, *edges], [*edges, len(payload)], strict=True)]
    opcode = 1 if isinstance(message, str) else 2
    stream = b""
    for i, part in enumerate(parts):
        stream += frame(opcode if i == 0 else 0, part, fin=i == len(parts) - 1)
        stream += frame(9, b"between") if i < len(parts) - 1 else b""
    *between, last = client().receive(stream)
    assert between == [Ping(b"between")] * (len(parts) - 1)
    assert last == message


# On the wire


@pytest.mark.parametrize(
    ("what", "wire"),
    [
        ("Hello", b"\x81\x05Hello"),  # the examples of RFC 6455 section 5.7
        (Ping(b"Hello"), b"\x89\x05Hello"),
        (Pong(b"Hello"), b"\x8a\x05Hello"),
        (b"\0" * 256, b"\x82\x7e\x01\x00" + b"\0" * 256),
        (b"\0" * 65536, b"\x82\x7f" + (65536).to_bytes(8) + b"\0" * 65536),
        ("", b"\x81\x00"),
        (b"", b"\x82\x00"),
        (Close(), b"\x88\x00"),
        (Close(0), b"\x88\x02\x00\x00"),
        (Close(999, "x"), b"\x88\x03\x03\xe7x"),
        (Close(1005), b"\x88\x02\x03\xed"),
        (Close(65535), b"\x88\x02\xff\xff"),
        (Raw(b"\xff\xff"), b"\xff\xff"),
        (Drop(), b""),
        (Drop(reset=True), b""),
        (Drop(inside="Hel"), b"\x81\x04Hel"),
        (Drop(inside=b""), b"\x82\x01"),
        (End(), b""),
        (Stall(), b""),
    ],
)
def test_a_server_says_it_by_these_bytes(what: Event, wire: bytes) -> None:
    assert server().encode(what) == wire


def test_a_client_masks_with_another_key_each_time() -> None:
    speaker = client()
    frames = {speaker.encode("Hello") for _ in range(3)}
    assert len(frames) == 3
    assert all(wire[:2] == b"\x81\x85" for wire in frames)
    assert [server().receive(wire) for wire in frames] == [["Hello"]] * 3


def test_a_masked_text_of_the_rfc_is_understood() -> None:
    assert server().receive(b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58") == ["Hello"]


def test_compressed_messages_of_the_rfc_are_understood() -> None:
    # RFC 7692 sections 7.2.3.1 and 7.2.3.2: the second one uses the window of the first.
    first = b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"
    second = b"\xc1\x05\xf2\x00\x11\x00\x00"
    assert client(compressed=True).receive(first + second) == ["Hello", "Hello"]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (Ping(b"x" * 126), "ping of 126 bytes: control frame too long"),
        (Pong(b"x" * 126), "pong of 126 bytes: control frame too long"),
        (Close(1000, "x" * 124), "close of 126 bytes: control frame too long"),
        (Close(65536), "a close code has 16 bits, got 65536"),
        (Close(-1), "a close code has 16 bits, got -1"),
        (Open("ws://a/"), "an open connection cannot say Open("),
        (Accept(), "an open connection cannot say Accept("),
        (Reject(404), "an open connection cannot say Reject("),
        (Refuse(), "an open connection cannot say Refuse("),
        (Gap("cut"), "an open connection cannot say Gap("),
    ],
)
def test_what_frames_cannot_say_is_refused(what: Event, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        server().encode(what)
    assert str(caught.value).startswith(words)


def test_a_lone_surrogate_goes_out_as_a_replacement_and_a_pair_as_its_character() -> None:
    assert encode_text("a\ud800b") == "a\ufffdb".encode()
    assert encode_text("\ud83d\ude00") == "\U0001f600".encode()
    assert server().encode("\udfff") == b"\x81\x03\xef\xbf\xbd"


# Closes


@pytest.mark.parametrize("code", [0, 999, 1000, 1005, 1006, 1015, 4999, 65535])
def test_a_close_is_heard_with_its_code_as_it_is(code: int) -> None:
    assert client().receive(close_frame(code, "ä".encode())) == [Close(code, "ä")]


def test_a_close_with_no_payload_has_no_code() -> None:
    assert client().receive(b"\x88\x00") == [Close(None, "")]


def test_after_a_close_nothing_is_heard() -> None:
    framing = client()
    assert framing.receive(close_frame(1000) + frame(1, b"x")) == [Close(1000)]
    assert framing.receive(frame(1, b"y")) == []
    assert framing.inside() is None


# Violations


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(b"\xa1\x00", id="reserved bit 2"),
        pytest.param(b"\x91\x00", id="reserved bit 3"),
        pytest.param(b"\xc1\x00", id="compressed, and not agreed"),
        pytest.param(b"\x83\x00", id="reserved opcode"),
        pytest.param(b"\x8b\x00", id="reserved control opcode"),
        pytest.param(b"\x09\x00", id="fragmented ping"),
        pytest.param(b"\x89\x7e\x00\x7e" + b"x" * 126, id="long ping"),
        pytest.param(b"\x80\x00", id="continuation of nothing"),
        pytest.param(b"\x81\x7e\x00\x7d" + b"x" * 125, id="length of 2 bytes for 1"),
        pytest.param(b"\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff", id="length of 8 bytes for 2"),
        pytest.param(b"\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", id="length over 63 bits"),
        pytest.param(b"\x81\x81\x01\x02\x03\x04y", id="masked by a server"),
        pytest.param(b"\x81\x02\xc3\x28", id="not UTF-8"),
        pytest.param(b"\x81\x01\xc3", id="UTF-8 cut short"),
        pytest.param(b"\x81\x03\xed\xa0\x80", id="surrogate"),
        pytest.param(b"\x88\x01x", id="close of one byte"),
        pytest.param(b"\x88\x03\x03\xe8\xff", id="reason not UTF-8"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", id="no frames at all"),
    ],
)
def test_a_violation_is_told_with_its_bytes_and_what_followed(wire: bytes) -> None:
    framing = client()
    heard = framing.receive(frame(1, b"before") + wire + frame(1, b"behind"))
    assert heard == ["before", Raw(wire + frame(1, b"behind"))]
    assert framing.receive(frame(1, b"later")) == []
    assert framing.inside() is None


def test_a_header_that_violates_is_told_before_its_payload_comes() -> None:
    assert client().receive(b"\x83\x7f") == [Raw(b"\x83\x7f")]
    assert client().receive(b"\x89\x7e") == [Raw(b"\x89\x7e")]


def test_a_frame_of_a_client_without_a_mask_is_a_violation() -> None:
    assert server().receive(b"\x81\x01x") == [Raw(b"\x81\x01x")]


def test_a_violation_inside_a_message_holds_its_earlier_fragments() -> None:
    start, ping = frame(1, b"start", fin=False), frame(9, b"p")
    assert client().receive(start + ping + frame(1, b"x")) == [
        Ping(b"p"),
        Raw(start + frame(1, b"x")),
    ]


def test_fragments_that_cannot_become_text_any_more_are_a_violation_at_once() -> None:
    start, bad = frame(1, b"\xc3", fin=False), frame(0, b"(", fin=False)
    framing = client()
    assert framing.receive(start) == []
    assert framing.receive(bad) == [Raw(start + bad)]


def test_text_may_be_cut_inside_a_character_between_fragments() -> None:
    stream = frame(1, b"\xc3", fin=False) + frame(0, b"\xa4")
    assert client().receive(stream) == ["ä"]


def test_bytes_that_cannot_be_decompressed_are_a_violation() -> None:
    wire = b"\xc1\x04\xff\xff\xff\xff"
    assert client(compressed=True).receive(wire) == [Raw(wire)]


def test_a_continuation_that_says_it_is_compressed_is_a_violation() -> None:
    wire = b"\x41\x01\x00\xc0\x01\x00"
    assert client(compressed=True).receive(wire) == [Raw(wire)]


# Streams that are cut off


@pytest.mark.parametrize(
    ("wire", "inside"),
    [
        (b"", None),
        (b"\x81", None),
        (b"\x81\x05", ""),
        (b"\x81\x05Hel", "Hel"),
        (b"\x82\x05Hel", b"Hel"),
        (b"\x81\x03\xe2\x82", "\ufffd"),
        (b"\x82\x7e\x01", b""),
        (b"\x82\x7e\x01\x00abc", b"abc"),
        (b"\x82\x7f" + (65536).to_bytes(8) + b"abc", b"abc"),
        (b"\x01\x03Hel", "Hel"),
        (b"\x01\x03Hel\x80", "Hel"),
        (b"\x01\x03Hel\x80\x05l", "Hell"),
        (b"\x01\x03Hel\x89\x05p", "Hel"),
        (b"\x89\x05Hel", None),
        (b"\x88\x05\x03", None),
        (b"\x81\x01x", None),
    ],
)
def test_what_had_come_of_a_message_is_known_when_the_stream_ends(
    wire: bytes, inside: Message | None
) -> None:
    framing = client()
    framing.receive(wire)
    assert framing.inside() == inside


def test_what_had_come_of_a_masked_message_is_unmasked() -> None:
    whole = frame(1, b"Hello", mask=MASK)
    for cut in range(2, len(whole)):
        framing = server()
        assert framing.receive(whole[:cut]) == []
        assert framing.inside() == "Hello"[: max(cut - 6, 0)]


def test_what_had_come_of_a_compressed_message_is_decompressed() -> None:
    wire = server(compressed=True).encode("Hello " * 50)
    framing = client(compressed=True)
    assert framing.receive(wire[:-1]) == []
    inside = framing.inside()
    assert isinstance(inside, str)
    assert inside
    assert ("Hello " * 50).startswith(inside)


def test_compressed_bytes_that_make_no_sense_are_inside_nothing() -> None:
    framing = client(compressed=True)
    framing.receive(b"\xc2\x09\xff\xff\xff\xff")
    assert framing.inside() == b""


@given(messages)
def test_a_drop_inside_a_message_is_heard_as_one(message: Message) -> None:
    for speaker, hearer in [(client(), server()), (server(), client())]:
        assert hearer.receive(speaker.encode(Drop(inside=message))) == []
        assert hearer.inside() == message


# Cost


def test_a_large_message_in_small_segments_takes_linear_time() -> None:
    payload = bytes(2_000_000)
    wire = frame(2, payload)
    framing = client()
    heard: list[Event] = []
    for i in range(0, len(wire), 1000):
        heard += framing.receive(wire[i : i + 1000])
    assert heard == [payload]


def test_repeated_messages_are_sent_in_the_window_of_the_earlier_ones() -> None:
    text = zlib.compress(bytes(range(256))).hex()
    speaker = server(compressed=True)
    first, second = speaker.encode(text), speaker.encode(text)
    assert len(second) < len(first) / 4
