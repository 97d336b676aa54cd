"""Bytes that a transcript puts on the wire mean to a script what they mean on a real one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.script_api.stories import Story, seen
from wsfake import Transcript
from wsfake.model import Raw
from wsfake.wire.frames import encode
from wsfake.wire.replies import KEY, accept_for

OPEN = ("open", 1)
REPLY = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Accept: {accept_for(KEY)}\r\n\r\n"
).encode()
RESERVED = "Used reserved opcode"


def raw(*parts: bytes) -> Transcript:
    transcript = Transcript()
    for part in parts:
        transcript = transcript.server_raw(part)
    return transcript


def test_a_well_formed_frame_is_its_message() -> None:
    assert seen(raw(b"\x81\x05hello")) == [OPEN, ("message", 1, "hello")]


def test_several_frames_in_one_piece_are_several_messages() -> None:
    assert seen(raw(b"\x81\x01a\x82\x01b")) == [OPEN, ("message", 1, "a"), ("message", 1, b"b")]


def test_a_frame_may_come_in_pieces() -> None:
    assert seen(raw(b"\x81", b"\x05hel", b"lo")) == [OPEN, ("message", 1, "hello")]


def test_a_message_may_come_in_fragments_with_a_ping_between() -> None:
    story = Story(raw(b"\x01\x02ab", b"\x89\x01p", b"\x80\x01c"))
    assert story.run() == [OPEN, ("message", 1, "abc")]
    assert 'client  pong b"p"' in story.dialogue


def test_what_is_said_as_an_event_falls_into_an_incomplete_frame() -> None:
    transcript = raw(b"\x82\x06").server("hell")
    assert seen(transcript) == [OPEN, ("message", 1, b"\x81\x04hell")]


def test_a_violation_is_answered_and_closes() -> None:
    story = Story(raw(b"\x83\x01x"))
    assert story.run() == [OPEN, ("close", 3, 1002, RESERVED, True)]
    assert f'client  close 1002 "{RESERVED}"' in story.dialogue


def test_nothing_is_read_behind_a_violation() -> None:
    assert seen(raw(b"\x81\x01a\x83\x01x\x81\x01b")) == [
        OPEN,
        ("message", 1, "a"),
        ("close", 3, 1002, RESERVED, True),
    ]


def test_a_close_in_bytes_is_a_close() -> None:
    assert seen(raw(encode_close(4000, "enough"))) == [OPEN, ("close", 3, 4000, "enough", True)]


def encode_close(code: int, reason: str) -> bytes:
    from wsfake.model import Close

    return encode(Close(code, reason), masked=False)


def test_messages_behind_a_script_that_closed_are_lost() -> None:
    story = Story(raw(b"\x81\x01a\x81\x01b"))

    def on_message() -> None:
        story.note("message")
        story.socket.close()

    story.socket.onmessage = on_message
    assert story.run() == [OPEN, ("message", 1), ("close", 3, 1000, "", True)]


def test_a_frame_that_is_cut_off_by_the_end_of_the_stream_is_a_drop() -> None:
    assert seen(raw(b"\x81\x05hel").server_drops()) == [
        OPEN,
        ("error", 1),
        ("close", 3, 1006, "", False),
    ]


def test_masking_against_the_rule_is_no_violation_to_qt() -> None:
    assert seen(raw(b"\x81\x81\x01\x02\x03\x04`")) == [OPEN, ("message", 1, "a")]


@pytest.mark.parametrize("profile", ["overte", "vircadia"])
def test_an_incomplete_frame_is_waited_for_without_end(profile: str) -> None:
    assert seen(raw(b"\x81\x05hel"), profile) == [OPEN]


def test_an_incomplete_frame_fails_after_five_seconds_on_hifi() -> None:
    story = Story(raw(b"\x81\x05hel"), "hifi")
    text = "Timeout when reading data from socket."
    assert story.run() == [OPEN, ("error", 1), ("close", 3, 1006, text, False)]
    assert story.ws_fake.now == 5


def test_a_frame_that_is_completed_in_time_is_its_message_on_hifi() -> None:
    transcript = raw(b"\x81\x05hel").pause(4.9).server_raw(b"l").pause(4.9).server_raw(b"o")
    assert seen(transcript, "hifi") == [OPEN, ("message", 1, "hello")]


def test_a_reply_in_bytes_is_read_and_what_is_behind_it_too() -> None:
    transcript = Transcript().fault("handshake", Raw(REPLY + b"\x81\x01a")).server("b")
    assert seen(transcript) == [OPEN, ("message", 1, "a"), ("message", 1, "b")]


def test_every_line_that_is_no_reply_is_an_error() -> None:
    assert seen(Transcript().fault("handshake", Raw(b"SSH-2.0\r\n\r\nmore"))) == [
        ("error", 0),
        ("error", 0),
    ]


def test_a_refusal_has_an_error_for_every_line_of_its_body() -> None:
    assert (
        seen(Transcript().server_rejects(404, body=b"one\n\ntwo\nthree", keep_open=True))
        == [("error", 0)] * 4
    )


def test_a_reply_after_a_refusal_opens() -> None:
    refusal = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    transcript = Transcript().fault("handshake", Raw(refusal)).server_raw(REPLY)
    assert seen(transcript) == [("error", 0), OPEN]


def test_a_client_that_speaks_bytes_is_understood_by_a_server_of_the_script() -> None:
    story = Story(Transcript())
    heard: list[str] = []
    server = story.ws_fake.WebSocketServer()

    def on_connection(peer: object) -> None:
        peer.onmessage = lambda message: heard.append(message.data)  # type: ignore[attr-defined]

    server.newConnection.connect(on_connection)
    frame = encode("hello", masked=True)
    story.ws_fake.play_client(server.url, Transcript().client_raw(frame))
    story.run()
    assert heard == ["hello"]


@pytest.mark.parametrize(
    ("transcript", "loaded"),
    [("Transcript().server('hello')", False), ("Transcript().server_raw(b'\\x81\\x01a')", True)],
)
def test_what_reads_bytes_is_loaded_only_for_bytes(transcript: str, loaded: bool) -> None:
    code = (
        "import sys\nfrom wsfake import Harness, Transcript\nws_fake = Harness()\n"
        f"ws_fake.serve('ws://peer.example', {transcript})\n"
        "ws_fake.WebSocket('ws://peer.example')\nws_fake.run()\n"
        "print('wsfake.wire.frames' in sys.modules, 'websockets' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(loaded), "False"]
