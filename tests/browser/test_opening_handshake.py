from typing import Any

import pytest

from tests.browser.servers import listen
from wsfake import Harness, Transcript
from wsfake.model import Accept, Close, Drop, Raw, Reject, Side, Stall
from wsfake.script_api.browser import DOMException

FAILED = ["error at 3", "close 1006 at 3"]


@pytest.mark.parametrize(
    "transcript",
    [
        Transcript().server_refuses(),
        Transcript().server_refuses("not found"),
        Transcript().server_refuses("tls"),
        Transcript().server_rejects(200),
        Transcript().server_rejects(301, headers={"Location": "/echo"}),
        Transcript().server_rejects(401),
        Transcript().server_rejects(404, body=b"one\ntwo\nthree"),
        Transcript().server_rejects(500).server_drops(),
        Transcript().fault("handshake", Drop()),
        Transcript().fault("handshake", Drop(reset=True)),
        Transcript().fault("handshake", Raw(b"FOO BAR BAZ\r\n\r\n")),
        Transcript().fault("handshake", Reject(101)),
    ],
)
@pytest.mark.parametrize("scheme", ["ws", "wss"])
def test_every_failure_of_the_handshake_looks_alike(
    page: Harness, scheme: str, transcript: Transcript
) -> None:
    page.serve(f"{scheme}://h.test/", transcript)
    log = listen(page.WebSocket(f"{scheme}://h.test/"))
    page.run()

    assert log == FAILED


def test_a_redirect_is_not_followed(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().server_rejects(301, headers={"Location": "/echo"}))
    page.WebSocket("ws://h.test/")
    page.run()

    assert len([e for e in page.dialogue.entries if e.side is Side.CLIENT]) == 2
    assert page.dialogue.entries[-1].what == Drop()  # of the connection that was refused


def test_a_server_that_never_answers_leaves_the_socket_connecting(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().fault("handshake", Stall()))
    socket = page.WebSocket("ws://h.test/")
    log = listen(socket)
    page.run()

    assert socket.readyState == 0
    assert log == []


def test_a_socket_opens_and_closes_cleanly(page: Harness, opened: Any) -> None:
    log = listen(opened)
    opened.close()
    page.run()

    assert log == ["close 1005 clean at 3"]


def test_refused_urls_and_then_a_good_one(page: Harness) -> None:
    logs = []
    for path in ("invalid1", "invalid2", "invalid3", "echo"):
        if path != "echo":
            page.serve(f"ws://h.test/{path}", Transcript().server_rejects(404))
        socket: Any = page.WebSocket(f"ws://h.test/{path}")
        logs.append(listen(socket))
        socket.onopen = lambda event: event.target.close()
        page.run()

    assert logs == [FAILED, FAILED, FAILED, ["open at 1", "close 1005 clean at 3"]]


def test_two_slow_handshakes_are_told_in_turn(page: Harness) -> None:
    page.serve("ws://h.test/slow", Transcript().pause(2).server_accepts(), connections=None)
    times: list[float] = []
    for _ in range(2):
        socket: Any = page.WebSocket("ws://h.test/slow")
        socket.onopen = lambda event: times.append(event.timeStamp)
    page.run()

    assert times == [2000.0, 2000.0]


def test_credentials_in_the_url_are_asked_for_with(page: Harness) -> None:
    page.serve("ws://foo:bar@h.test/basic_auth", Transcript())
    log = listen(page.WebSocket("ws://foo:bar@h.test/basic_auth"))
    page.run()

    assert log == ["open at 1"]


def test_a_message_and_a_close_in_the_same_breath_as_the_answer(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().server("hi").server_closes(1000, "bye"))
    log = listen(page.WebSocket("ws://h.test/"))
    page.run()

    assert log == ["open at 1", "message 'hi' at 1", "close 1000 clean at 3"]


def test_extensions_are_shown_as_the_server_chose_them(page: Harness) -> None:
    page.serve("ws://h.test/", lambda peer: None)
    socket: Any = page.WebSocket("ws://h.test/")
    socket._socket.arrive(Accept(extensions=("permessage-deflate",)))

    assert socket.extensions == "permessage-deflate"


@pytest.mark.parametrize("extensions", [("x-foo",), ("permessage-deflate", "x-foo; a=1")])
def test_an_extension_that_was_not_asked_for_fails_the_connection(
    page: Harness, extensions: tuple[str, ...]
) -> None:
    page.serve("ws://h.test/", Transcript().server_accepts(extensions=extensions))
    log = listen(page.WebSocket("ws://h.test/"))

    page.run()

    assert log == ["error at 3", "close 1006 at 3"]


def test_a_ping_is_answered_and_not_told(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().server_pings(b"1").client_pongs(b"1"))
    log = listen(page.WebSocket("ws://h.test/"))
    page.run()

    assert log == ["open at 1"]


VIOLATIONS = {
    "a reserved bit": (b"\xc1\x01a", 1002),
    "a reserved opcode": (b"\x83\x03LOL", 1002),
    "a control frame in fragments": (b"\x09\x01a", 1002),
    "a control frame that is too long": (b"\x89\x7e\x00\x7e" + bytes(126), 1002),
    "a continuation of nothing": (b"\x80\x01a", 1002),
    "a text that is not utf-8": (b"\x81\x01\xff", 1007),
    "a close of one byte": (b"\x88\x01a", 1002),
    "a close with a reason that is not utf-8": (b"\x88\x03\x03\xe8\xff", 1007),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_bytes_that_violate_the_protocol_fail_the_connection(page: Harness, name: str) -> None:
    data, code = VIOLATIONS[name]
    page.serve("ws://h.test/", Transcript().server("first").server_raw(data))
    log = listen(page.WebSocket("ws://h.test/"))
    page.run()

    assert log == ["open at 1", "message 'first' at 1", *FAILED]
    said = [e.what for e in page.dialogue.entries if e.side is Side.CLIENT]
    assert said[1:] == [Close(code), Drop()]


def test_the_name_and_the_code_of_an_exception() -> None:
    plain = DOMException()
    named = DOMException("text", "AbortError")

    assert (plain.name, plain.code, plain.message, str(plain)) == ("Error", 0, "", "Error")
    assert (named.name, named.code, str(named)) == ("AbortError", 20, "AbortError: text")
    assert repr(named) == "DOMException('text', 'AbortError')"
