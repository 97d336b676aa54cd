"""Mistakes that real scripts contain are noticed, and change nothing."""

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from wsfake import Harness, Transcript
from wsfake.errors import LintWarning

URL = "ws://feed.example/v1"


def lints_of(script: Callable[[Harness], object], *plans: Transcript) -> list[str]:
    """Run a script, and return what is said of it."""
    with warnings.catch_warnings(record=True) as caught, Harness(unplayed="ignore") as ws_fake:
        warnings.simplefilter("always")
        ws_fake.serve(URL, *plans)
        script(ws_fake)
        ws_fake.run()
    assert all(warning.filename == __file__ for warning in caught)
    assert all(issubclass(warning.category, LintWarning) for warning in caught)
    return [str(warning.message) for warning in caught]


def reconnecting(ws_fake: Harness, *events: str, seconds: float | None = None) -> None:
    """Connect, and connect again once from each of these events of the first socket."""
    socket = ws_fake.WebSocket(URL)

    def connect() -> None:
        ws_fake.WebSocket(URL)

    for event in events:
        again = connect if seconds is None else lambda: ws_fake.call_later(seconds, connect)
        setattr(socket, event, again)


REFUSED = Transcript().server_refuses()
TWICE = (
    f"{URL} is connected to again from both onclose and onerror: one failure makes two"
    " connections; reconnect from onclose alone"
)


@pytest.mark.parametrize("seconds", [None, 5])
def test_reconnecting_from_both_handlers_of_one_failure_is_noticed(seconds: float | None) -> None:
    def script(ws_fake: Harness) -> None:
        reconnecting(ws_fake, "onclose", "onerror", seconds=seconds)

    assert lints_of(script, REFUSED, Transcript(), Transcript()) == [TWICE]


@pytest.mark.parametrize("event", ["onclose", "onerror"])
def test_reconnecting_from_one_handler_is_fine(event: str) -> None:
    assert lints_of(lambda ws_fake: reconnecting(ws_fake, event), REFUSED, Transcript()) == []


def test_a_message_before_the_connection_is_open_is_noticed_and_lost() -> None:
    found = lints_of(lambda ws_fake: ws_fake.WebSocket(URL).send("too early"), Transcript())

    assert found == ["sent before the connection was open: the message is lost; send it in onopen"]


def test_a_message_on_a_closed_socket_is_noticed_and_lost() -> None:
    def script(ws_fake: Harness) -> None:
        socket = ws_fake.WebSocket(URL)

        def on_open() -> None:
            socket.close()
            socket.send("too late")

        socket.onopen = on_open

    assert lints_of(script, Transcript()) == [
        "sent after the connection was closed: the message is lost"
    ]


def test_a_port_that_is_passed_as_a_number_is_noticed_and_ignored() -> None:
    ports: list[int] = []

    def script(ws_fake: Harness) -> None:
        ports.append(ws_fake.WebSocketServer(8080).port)

    assert lints_of(script) == [
        "WebSocketServer(8080) ignores the number and takes a free port:"
        ' write WebSocketServer({"port": 8080})'
    ]
    assert ports != [8080]


def test_a_constant_of_the_class_is_noticed_and_undefined() -> None:
    values: list[Any] = []

    assert lints_of(lambda ws_fake: values.append(ws_fake.WebSocket.OPEN)) == [
        "WebSocket.OPEN is undefined on this host: use the constant of an instance, socket.OPEN"
    ]
    assert values == [None]


def test_an_error_handler_that_expects_an_argument_is_noticed_and_gets_none() -> None:
    seen: list[Any] = []

    def script(ws_fake: Harness) -> None:
        def on_error(problem: Any) -> None:
            seen.append(problem)

        ws_fake.WebSocket(URL).onerror = on_error

    assert lints_of(script, REFUSED) == [
        "onerror is called without an argument on this host: problem is undefined there"
    ]
    assert seen == [None]


def test_a_handler_that_would_have_to_be_awaited_is_noticed() -> None:
    async def on_message() -> None: ...

    def script(ws_fake: Harness) -> None:
        ws_fake.WebSocket(URL).onmessage = on_message

    assert lints_of(script) == [
        "onmessage is a coroutine function: it is called, and nothing awaits what it returns"
    ]


@pytest.mark.parametrize("profile", ["overte", "browser"])
@pytest.mark.parametrize("name", ["on_message", "onMessage"])
def test_a_handler_under_another_name_is_noticed_and_kept(name: str, profile: str) -> None:
    with warnings.catch_warnings(record=True) as caught, Harness(profile=profile) as ws_fake:
        warnings.simplefilter("always")
        ws_fake.serve(URL)
        socket = ws_fake.WebSocket(URL)
        assert not hasattr(socket, name)
        setattr(socket, name, print)
        assert getattr(socket, name) is print
        setattr(socket, name, None)
    (warning,) = caught
    assert str(warning.message) == f"{name} is never called: the handler is onmessage"
    assert warning.filename == __file__


def test_lints_can_be_turned_off() -> None:
    with warnings.catch_warnings(), Harness() as ws_fake:
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", LintWarning)
        assert ws_fake.WebSocket.OPEN is None


def test_lints_can_be_turned_into_errors() -> None:
    with warnings.catch_warnings(), Harness() as ws_fake:
        warnings.simplefilter("error", LintWarning)
        with pytest.raises(LintWarning, match=r"WebSocket\.OPEN is undefined"):
            assert ws_fake.WebSocket.OPEN is None
