from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.servers import listen
from wsfake import Harness
from wsfake.script_api.browser import CloseEvent

Connect = Callable[..., Any]
CONSTANTS = [("CONNECTING", 0), ("OPEN", 1), ("CLOSING", 2), ("CLOSED", 3)]
READ_ONLY = [
    ("url", "ws://h.test/echo"),
    ("readyState", 0),
    ("bufferedAmount", 0),
    ("extensions", ""),
    ("protocol", ""),
]
METHODS = ("send", "close", "addEventListener", "removeEventListener", "dispatchEvent")
HANDLERS = ("onopen", "onmessage", "onerror", "onclose")


@pytest.mark.parametrize(("name", "value"), CONSTANTS)
def test_a_constant_is_on_the_class_and_on_sockets(
    page: Harness, connect: Connect, name: str, value: int
) -> None:
    assert getattr(page.WebSocket, name) == value
    assert getattr(connect(), name) == value


@pytest.mark.parametrize(("name", "value"), CONSTANTS)
def test_a_constant_cannot_be_changed_or_deleted(
    page: Harness, connect: Connect, name: str, value: int
) -> None:
    socket = connect()
    for place in (page.WebSocket, socket):
        setattr(place, name, 5)
        delattr(place, name)

    assert getattr(page.WebSocket, name) == getattr(socket, name) == value


@pytest.mark.parametrize(("name", "value"), READ_ONLY)
def test_a_read_only_attribute_cannot_be_changed_or_deleted(
    connect: Connect, name: str, value: object
) -> None:
    socket = connect()
    assert getattr(socket, name) == value

    setattr(socket, name, "other")
    delattr(socket, name)

    assert getattr(socket, name) == value


@pytest.mark.parametrize(("name", "value"), READ_ONLY)
def test_an_attribute_may_be_redefined_for_a_class_of_its_own(
    page: Harness, name: str, value: object
) -> None:
    ran: list[Any] = []
    redefined = property(lambda self: "foo", lambda self, value: ran.append(value))
    kind: Any = type("Redefined", (page.WebSocket,), {name: redefined})

    socket = kind("ws://h.test/echo")
    setattr(socket, name, "setter ran")

    assert getattr(socket, name) == "foo"
    assert ran == ["setter ran"]


def test_every_member_of_the_interface_is_there(page: Harness, connect: Connect) -> None:
    socket = connect()

    assert page.WebSocket.__name__ == "WebSocket"
    for name in METHODS:
        assert callable(getattr(socket, name))
    for name in HANDLERS:
        assert getattr(socket, name) is None
    assert socket.binaryType == "blob"
    assert [getattr(socket, name) for name, _ in READ_ONLY] == [value for _, value in READ_ONLY]
    assert [getattr(socket, name) for name, _ in CONSTANTS] == [value for _, value in CONSTANTS]
    assert str(socket) == "[object WebSocket]"
    assert repr(socket) == "<WebSocket ws://h.test/echo readyState=0>"


def test_every_member_of_a_close_event_is_there() -> None:
    event = CloseEvent("close")

    assert (event.wasClean, event.code, event.reason) == (False, 0, "")
    assert str(event) == "[object CloseEvent]"


def test_there_is_no_url_in_capitals(page: Harness, connect: Connect) -> None:
    assert not hasattr(connect(), "URL")
    assert not hasattr(page.WebSocket, "URL")


def test_the_ready_state_goes_from_connecting_to_closed(page: Harness, connect: Connect) -> None:
    socket = connect()
    states = [socket.readyState]

    def close() -> None:
        states.append(socket.readyState)
        socket.close()
        states.append(socket.readyState)

    socket.onopen = close
    socket.onclose = lambda: states.append(socket.readyState)
    page.run()

    assert states == [0, 1, 2, 3]


def test_extensions_and_protocol_are_empty_once_open_if_there_are_none(opened: Any) -> None:
    assert (opened.extensions, opened.protocol) == ("", "")


def test_the_binary_type_is_blob_once_open(page: Harness, opened: Any) -> None:
    log = listen(opened)
    assert opened.binaryType == "blob"

    opened.close()
    page.run()

    assert log == ["close 1005 clean at 3"]
