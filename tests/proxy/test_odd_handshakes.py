"""Opening handshakes that follow no rule: they pass, and the recording knows of them."""

from __future__ import annotations

import pytest

from tests.live.peers import Wire
from tests.proxy.port import Proxy
from tests.proxy.test_relay import KEY, REQUEST, relay_raw
from wsfake.model import Accept, Drop, Gap, Open, Raw, Reject

SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


def test_a_request_without_a_host_is_recorded(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.accept(b"\x81\x02hi")

    def talk(wire: Wire) -> None:
        wire.send(REQUEST.replace(b"hOsT:   127.0.0.1:1\r\n", b""))
        assert wire.read_to_end().endswith(b"\r\n\r\n\x81\x02hi")

    told = relay_raw(proxy, serve, talk)
    assert isinstance(told.lines[1][1], Accept)
    assert told.behind[0] == ("server", "hi")


@pytest.mark.parametrize(
    ("valid", "invalid"),
    [
        (KEY.encode(), b"short"),
        (b"Version: 13", b"Version: 14"),
        (b"Upgrade: websocket", b"Upgrade: WebSocket, h2c"),
    ],
)
def test_a_handshake_that_only_the_server_takes_for_one_is_a_gap(
    proxy: Proxy, valid: bytes, invalid: bytes
) -> None:
    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(SWITCHED[:9])
        wire.send(SWITCHED[9:] + b"\x81\x02hi")

    def talk(wire: Wire) -> None:
        wire.send(REQUEST.replace(valid, invalid))
        assert wire.read_to_end() == SWITCHED + b"\x81\x02hi"

    (first, opening), (second, gap), *rest = relay_raw(proxy, serve, talk).lines
    assert (first, second) == ("client", "server")
    assert isinstance(opening, Open)
    assert ("Origin", "http://page.example") in opening.headers
    assert isinstance(gap, Gap)
    assert gap.why.startswith("everything: the server took what is no valid opening handshake (")
    assert rest == [("server", Drop())]


def test_a_handshake_that_nobody_takes_for_one_is_not_told(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    def talk(wire: Wire) -> None:
        wire.send(REQUEST.replace(KEY.encode(), b"short"))
        wire.read_to_end()

    assert relay_raw(proxy, serve, talk).lines == []


def test_half_the_head_of_an_answer_is_told_as_bytes(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 101 Swi")

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        assert wire.read_to_end() == b"HTTP/1.1 101 Swi"

    told = relay_raw(proxy, serve, talk)
    assert told.lines[1:] == [("server", Raw(b"HTTP/1.1 101 Swi")), ("server", Drop())]


def test_what_comes_behind_an_answer_that_does_not_accept_is_told_as_bytes(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(SWITCHED + b"\x81\x02hi")  # without the headers that make it an acceptance

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        assert wire.read_to_end() == SWITCHED + b"\x81\x02hi"

    told = relay_raw(proxy, serve, talk)
    assert told.lines[1:] == [
        ("server", Reject(101)),
        ("server", Raw(b"\x81\x02hi")),
        ("server", Drop()),
    ]
