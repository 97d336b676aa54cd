"""Requests and replies in memory, read as Qt reads them."""

from __future__ import annotations

import pytest

from wsfake.model import Accept, Open, Reject
from wsfake.wire.replies import KEY, ReplyReader, accept_for
from wsfake.wire.requests import Refusal, RequestReader

REPLY = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
    f"Sec-WebSocket-Accept: {accept_for(KEY)}\r\n\r\n"
).encode()
REQUEST = (
    "GET /chat?x=1 HTTP/1.1\r\nHost: peer.example\r\nUpgrade: websocket\r\n"
    f"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: Chat, superchat\r\n\r\n"
).encode()


def answers(data: bytes) -> list[Accept | Reject]:
    return list(ReplyReader().feed(data))


def test_the_answer_to_the_key_of_the_rfc_is_that_of_the_rfc() -> None:
    assert accept_for(KEY) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_a_reply_accepts_and_what_is_behind_it_is_left() -> None:
    reader = ReplyReader()
    (answer,) = reader.feed(REPLY + b"\x81\x00")
    assert isinstance(answer, Accept)
    assert reader.rest == b"\x81\x00"


def test_a_reply_may_come_byte_by_byte() -> None:
    reader = ReplyReader()
    heard = [answer for byte in REPLY for answer in reader.feed(bytes([byte]))]
    assert len(heard) == 1
    assert reader.accepted


@pytest.mark.parametrize("missing", [b"Upgrade", b"Connection", b"Sec-WebSocket-Accept"])
def test_a_reply_that_lacks_a_header_refuses(missing: bytes) -> None:
    (answer,) = answers(REPLY.replace(b"\n" + missing, b"\nX"))
    assert isinstance(answer, Reject)
    assert answer.status == 101


def test_each_line_that_is_no_reply_is_a_refusal() -> None:
    assert answers(b"one\n\r\nthree") == [Reject(0), Reject(0)]


def test_a_line_that_is_no_header_is_passed_over() -> None:
    assert answers(b"HTTP/1.0 404\r\nnonsense\r\n\r\n") == [Reject(404)]


def test_a_request_is_an_opening_handshake() -> None:
    reader = RequestReader()
    assert reader.feed(REQUEST[:30]) is None
    asked = reader.feed(REQUEST[30:] + b"\x81")
    assert isinstance(asked, Open)
    assert asked.url == "ws://peer.example/chat?x=1"
    assert asked.subprotocols == ("Chat", "superchat")
    assert reader.rest == b"\x81"


@pytest.mark.parametrize("missing", [b"Host", b"Upgrade", b"Connection", b"Sec-WebSocket-Key"])
def test_a_request_that_lacks_a_header_is_refused_without_a_word(missing: bytes) -> None:
    assert RequestReader().feed(REQUEST.replace(b"\n" + missing, b"\nX")) == Refusal(b"")


def test_another_method_is_refused_without_a_word() -> None:
    assert RequestReader().feed(REQUEST.replace(b"GET", b"POST")) == Refusal(b"")


def test_another_version_is_answered() -> None:
    asked = RequestReader().feed(REQUEST.replace(b"Version: 13", b"Version: 8"))
    assert asked == Refusal(b"HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 13\r\n\r\n")
