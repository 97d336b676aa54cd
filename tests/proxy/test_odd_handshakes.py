"""Opening handshakes that follow no rule: they pass, and the recording knows of them."""

from __future__ import annotations

import contextlib

import pytest

from tests.live.peers import Wire
from tests.proxy.port import Proxy
from tests.proxy.test_relay import KEY, REQUEST, relay_raw
from wsfake.model import Accept, Close, Drop, Event, Gap, Open, Raw, Reject
from wsfake.proxy import Faults

LENGTH = (("Content-Length", "9"),)
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
LONG = INTERIM.replace(b"/x", b"/" + b"x" * 70_000)


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
        wire.send(
            REQUEST.replace(valid, invalid).replace(b"Origin", b"A B: c\r\n\x1b: d\r\nOrigin")
        )
        assert wire.read_to_end() == SWITCHED + b"\x81\x02hi"

    (first, opening), (second, gap), *rest = relay_raw(proxy, serve, talk).lines
    assert (first, second) == ("client", "server")
    assert isinstance(opening, Open)
    assert ("Origin", "http://page.example") in opening.headers
    assert {"A B", "\x1b"}.isdisjoint(dict(opening.headers))
    assert isinstance(gap, Gap)
    assert gap.why.startswith("everything: the server took what is no valid opening handshake (")
    assert rest == []


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


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"HTTP/1.1 503 No\r\nContent-Length: 9\r\n\r\nsor", Reject(503, LENGTH, b"sor")),
        (b"HTTP/1.1 503 No\r\n\r\n", Reject(503)),
        (INTERIM, Raw(INTERIM)),
    ],
)
@pytest.mark.parametrize("reset", [False, True])
def test_an_answer_that_the_client_does_not_wait_for_is_told_as_far_as_it_came(
    proxy: Proxy, sent: bytes, told: Event, reset: bool
) -> None:
    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(sent)
        with contextlib.suppress(ConnectionResetError):
            assert wire.read_to_end() == b""

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        assert wire.read(len(sent)) == sent
        if reset:
            wire.reset()

    lines = relay_raw(proxy, serve, talk).lines
    assert lines[1:] == [("server", told), ("client", Drop(reset=reset))]


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


@pytest.mark.parametrize("faults", [None, Faults(edit=lambda _, message: message)])
@pytest.mark.parametrize("pieces", [[INTERIM], [INTERIM * 3], [INTERIM[:7], INTERIM[7:] + INTERIM]])
def test_interim_answers_pass_and_what_is_told_is_the_answer_behind_them(
    proxy: Proxy, pieces: list[bytes], faults: Faults | None
) -> None:
    interim = b"".join(pieces)

    def serve(wire: Wire) -> None:
        for piece in pieces:
            wire.send(piece)
        wire.accept()
        assert wire.frame() == (0x81, b"hi")
        wire.send(b"\x81\x02ok\x88\x02\x03\xe8")
        assert wire.frame() == (0x88, b"\x03\xe8")

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        assert wire.read(len(interim)) == interim
        assert wire.request()[""] == "HTTP/1.1 101 Switching Protocols"
        wire.send(b"\x81\x82\0\0\0\0hi")
        assert wire.read(4) == b"\x81\x02ok"
        assert wire.read(4) == b"\x88\x02\x03\xe8"
        wire.send(b"\x88\x82\0\0\0\0\x03\xe8")
        wire.read_to_end()

    told = relay_raw(proxy, serve, talk, faults=faults)
    assert [type(what) for _, what in told.lines[:2]] == [Open, Accept]
    assert told.behind == [
        ("client", "hi"),
        ("server", "ok"),
        ("server", Close(1000)),
        ("client", Close(1000)),
    ]


def test_an_interim_answer_that_is_longer_than_any_passes_with_all_behind_it(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.send(LONG)
        wire.accept()
        assert wire.frame() == (0x81, b"hi")

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        assert wire.read(len(LONG)) == LONG
        wire.request()
        wire.send(b"\x81\x82\0\0\0\0hi")
        wire.read_to_end()

    told = relay_raw(proxy, serve, talk)
    assert isinstance(told.lines[1][1], Raw)


@pytest.mark.parametrize("status", [b"101 Switching Protocols", b"400 Bad Request"])
def test_interim_answers_to_no_valid_handshake_say_nothing(proxy: Proxy, status: bytes) -> None:
    def serve(wire: Wire) -> None:
        wire.request()
        wire.send(INTERIM + b"HTTP/1.1 " + status + b"\r\n\r\n")

    def talk(wire: Wire) -> None:
        wire.send(REQUEST.replace(KEY.encode(), b"short"))
        wire.read_to_end()

    told = [type(what) for _, what in relay_raw(proxy, serve, talk).lines]
    assert told == ([Open, Gap] if status.startswith(b"101") else [])


def test_what_nobody_asked_for_is_told_and_does_not_hide_what_is_said(proxy: Proxy) -> None:
    def serve(wire: Wire) -> None:
        wire.accept(b"\x81\x02hi", Sec_WebSocket_Protocol="a", Sec_WebSocket_Extensions="x-foo")
        assert wire.frame() == (0x81, b"yo")

    def talk(wire: Wire) -> None:
        wire.send(REQUEST)
        wire.request()
        assert wire.read(4) == b"\x81\x02hi"
        wire.send(b"\x81\x82\0\0\0\0yo")
        wire.read_to_end()

    told = relay_raw(proxy, serve, talk)
    answer = told.lines[1][1]
    assert isinstance(answer, Accept)
    assert (answer.subprotocol, answer.extensions) == ("a", ("x-foo",))
    assert told.behind == [("server", "hi"), ("client", "yo"), ("server", Drop())]


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize(
    "answer", [SWITCHED, b"hello\n", SWITCHED.replace(b"\r\n\r\n", b"\r\nUpgrade: h2c\r\n\r\n")]
)
def test_what_a_client_says_all_the_same_behind_an_answer_that_does_not_accept_is_a_gap(
    proxy: Proxy, answer: bytes, early: bool
) -> None:
    frame = b"\x81\x82\0\0\0\0hi"

    def serve(wire: Wire) -> None:
        wire.request()
        if early:
            assert wire.read(len(frame)) == frame
        wire.send(answer)
        assert wire.read(len(frame)) == frame

    def talk(wire: Wire) -> None:
        wire.send(REQUEST + (frame if early else b""))
        assert wire.read(len(answer)) == answer
        wire.send(frame)
        wire.read_to_end()

    told = relay_raw(proxy, serve, talk)
    gap = Gap("what the client said, whose opening handshake was not accepted")
    assert [type(what) for _, what in told.lines[:2]] in ([Open, Reject], [Open, Raw])
    assert told.behind == [("client", gap), ("server", Drop())]
