from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.servers import listen
from wsfake import Harness, Transcript
from wsfake.model import Close, Drop, Side
from wsfake.script_api.browser import CloseEvent, DOMException

Connect = Callable[..., Any]


def closes(page: Harness, side: Side = Side.CLIENT) -> list[Close]:
    return [
        entry.what
        for entry in page.dialogue.entries
        if isinstance(entry.what, Close) and entry.side is side
    ]


@pytest.mark.parametrize(
    ("arguments", "sent", "code", "reason"),
    [
        ((), Close(None), 1005, ""),
        ((None,), Close(None), 1005, ""),
        ((None, None), Close(None), 1005, ""),
        ((1000,), Close(1000), 1000, ""),
        ((1000, "Clean Close"), Close(1000, "Clean Close"), 1000, "Clean Close"),
        ((3000, "Clean Close"), Close(3000, "Clean Close"), 3000, "Clean Close"),
        ((4999, "x"), Close(4999, "x"), 4999, "x"),
        ((None, "only a reason"), Close(1000, "only a reason"), 1000, "only a reason"),
        (("3000",), Close(3000), 3000, ""),
        ((3000.5,), Close(3000), 3000, ""),
        ((1000, 5), Close(1000, "5"), 1000, "5"),
        ((1000, "\ud807"), Close(1000, "\ufffd"), 1000, "\ufffd"),
        ((1000, "å" * 61), Close(1000, "å" * 61), 1000, "å" * 61),
    ],
)
def test_close_is_clean_with_what_the_server_answers(
    page: Harness, arguments: tuple[Any, ...], sent: Close, code: int, reason: str
) -> None:
    answer = Transcript().client_closes().server_closes(sent.code, sent.reason)
    page.serve("ws://h.test/", answer if sent.code is not None else Transcript())
    socket = page.WebSocket("ws://h.test/")
    events: list[Any] = []
    socket.onopen = lambda: socket.close(*arguments)
    socket.onclose = events.append
    socket.onerror = events.append
    page.run()

    [event] = events
    assert (event.code, event.reason, event.wasClean) == (code, reason, True)
    assert socket.readyState == 3
    assert closes(page) == [sent]


@pytest.mark.parametrize(
    "code", [0, 500, float("nan"), "string", 0x10000 + 1000, 999, 1001, 1005, 1006, 2999, 5000, -1]
)
def test_a_code_that_a_script_may_not_use_raises_an_invalid_access_error(
    page: Harness, opened: Any, code: object
) -> None:
    log = listen(opened)

    with pytest.raises(DOMException) as raised:
        opened.close(code, "reason")

    assert (raised.value.name, raised.value.code) == ("InvalidAccessError", 15)
    page.run()
    assert opened.readyState == 1
    assert log == []


@pytest.mark.parametrize("code", [0, 500, float("nan"), "string", 0x10000 + 1000])
def test_an_invalid_code_raises_also_while_it_connects(
    page: Harness, connect: Connect, code: object
) -> None:
    socket = connect()

    with pytest.raises(DOMException, match="expected a close code, 1000 or 3000 to 4999, got"):
        socket.close(code)

    assert socket.readyState == 0


def test_a_code_is_converted_as_the_interface_says(opened: Any) -> None:
    with pytest.raises(DOMException) as raised:
        opened.close("Close with only reason")
    assert raised.value.message == "expected a close code, 1000 or 3000 to 4999, got 0"

    with pytest.raises(DOMException) as raised:
        opened.close(2**16 + 1000)
    assert raised.value.message == "expected a close code, 1000 or 3000 to 4999, got 65535"


@pytest.mark.parametrize("reason", ["0" * 124, "å" * 62, "\ud807" * 42])
def test_a_reason_over_123_bytes_raises_a_syntax_error(
    page: Harness, opened: Any, reason: str
) -> None:
    with pytest.raises(DOMException) as raised:
        opened.close(1000, reason)

    assert raised.value.name == "SyntaxError"
    assert opened.readyState == 1


def test_close_goes_to_closing_at_once_and_to_closed_with_the_answer(
    page: Harness, opened: Any
) -> None:
    log = listen(opened)

    assert opened.close() is None
    assert opened.readyState == 2
    assert log == []
    page.run()

    assert log == ["close 1005 clean at 3"]


def test_close_waits_for_the_answer_of_a_slow_server(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().client_closes().pause(1).server_closes(1000))
    socket: Any = page.WebSocket("ws://h.test/")
    times: list[float] = []
    socket.onopen = lambda event: socket.close()
    socket.onclose = lambda event: times.append(event.timeStamp)
    page.run()

    assert times == [1000.0]


def test_a_server_that_never_answers_a_close_leaves_the_socket_closing(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().client_closes().server_stalls())
    socket: Any = page.WebSocket("ws://h.test/")
    log = listen(socket)
    socket.onopen = lambda event: socket.close()
    page.run()

    assert socket.readyState == 2
    assert log == ["open at 1"]


def test_close_again_does_nothing(page: Harness, opened: Any) -> None:
    log = listen(opened)
    opened.close()
    opened.close(3000)
    page.run()
    opened.close()
    page.run()

    assert log == ["close 1005 clean at 3"]
    assert closes(page) == [Close(None)]


def test_close_inside_onclose_does_nothing(page: Harness, opened: Any) -> None:
    log = listen(opened)
    opened.onclose = lambda event: opened.close()
    opened.close()
    page.run()

    assert log == ["close 1005 clean at 3"]
    assert opened.readyState == 3


def test_close_while_it_connects_fails_the_connection_after_the_call(
    page: Harness, connect: Connect
) -> None:
    socket = connect()
    log = listen(socket)

    socket.close()

    assert socket.readyState == 2
    assert log == []
    page.run()
    assert log == ["error at 3", "close 1006 at 3"]
    assert [entry.what for entry in page.dialogue.entries][1:] == [Drop()]


def test_close_three_times_while_it_connects_is_told_once(page: Harness, connect: Connect) -> None:
    socket = connect()
    log = listen(socket)
    for _ in range(3):
        socket.close()
    page.run()

    assert log == ["error at 3", "close 1006 at 3"]


def test_close_while_a_slow_server_lets_it_wait(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().server_stalls())
    socket = page.WebSocket("ws://h.test/")
    log = listen(socket)
    page.advance(1)
    assert socket.readyState == 0

    socket.close()
    page.run()

    assert log == ["error at 3", "close 1006 at 3"]


def test_a_server_may_close_with_a_code_of_its_own(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().client_closes().server_closes(1001, "PASS"))
    socket = page.WebSocket("ws://h.test/")
    events: list[Any] = []
    socket.onopen = lambda event: socket.close()
    socket.onclose = events.append
    page.run()

    [event] = events
    assert (event.code, event.reason, event.wasClean) == (1001, "PASS", True)


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 4999])
def test_a_close_of_the_server_is_clean_and_answered(page: Harness, code: int) -> None:
    page.serve("ws://h.test/", Transcript().server_closes(code, "bye"))
    log = listen(page.WebSocket("ws://h.test/"))
    page.run()

    assert log == ["open at 1", f"close {code} clean at 3"]
    assert closes(page) == [Close(code, "bye")]


def test_a_close_of_the_server_after_a_message_is_clean(page: Harness, connect: Connect) -> None:
    socket = connect("ws://h.test/goodbye")
    log = listen(socket)
    socket.onopen = lambda: socket.send("Goodbye")
    page.run()

    assert log == ["open at 1", "close 1000 clean at 3"]


def test_a_close_without_a_code_is_1005_and_answered_without_one(page: Harness) -> None:
    page.serve("ws://h.test/", lambda peer: peer._say(Close(None)))
    log = listen(page.WebSocket("ws://h.test/"))
    page.run()

    assert log == ["open at 1", "close 1005 clean at 3"]
    assert closes(page) == [Close(None)]


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 2999, 5000])
def test_a_code_that_a_server_may_not_use_fails_the_connection(page: Harness, code: int) -> None:
    page.serve("ws://h.test/", Transcript().server_closes(code))
    log = listen(page.WebSocket("ws://h.test/"))
    page.run()

    assert log == ["open at 1", "error at 3", "close 1006 at 3"]
    assert closes(page) == [Close(1002)]


def test_messages_that_come_while_it_closes_are_lost(page: Harness, opened: Any) -> None:
    log = listen(opened)
    opened.close()
    opened._socket.connection.say(Side.SERVER, "in flight")
    page.run()

    assert log == ["close 1005 clean at 3"]


@pytest.mark.parametrize("reset", [False, True])
def test_a_dropped_connection_is_an_error_and_not_clean(page: Harness, reset: bool) -> None:
    page.serve("ws://h.test/", Transcript().server("x").server_drops(reset=reset))
    log = listen(page.WebSocket("ws://h.test/"))
    page.run()

    assert log == ["open at 1", "message 'x' at 1", "error at 3", "close 1006 at 3"]


def test_a_drop_in_place_of_the_answer_to_a_close_is_not_clean(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().fault("close", Drop()))
    socket: Any = page.WebSocket("ws://h.test/")
    log = listen(socket)
    socket.onopen = lambda event: socket.close()
    page.run()

    assert log == ["open at 1", "error at 3", "close 1006 at 3"]


def test_close_is_told_by_a_close_event(page: Harness, opened: Any) -> None:
    events: list[Any] = []
    opened.onclose = events.append
    opened.close()
    page.run()

    [event] = events
    assert isinstance(event, CloseEvent)
    assert repr(event) == "<CloseEvent close 1005 '' clean>"


def test_close_can_be_replaced(connect: Connect) -> None:
    socket = connect()

    socket.close = socket.send = 5

    assert (socket.close, socket.send) == (5, 5)
