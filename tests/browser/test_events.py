from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.servers import EVENTS, listen
from wsfake import Harness, Transcript
from wsfake.script_api.browser import (
    AbortController,
    CloseEvent,
    DOMException,
    Event,
    EventTarget,
    MessageEvent,
)

Connect = Callable[..., Any]
NAMES = [f"on{name}" for name in EVENTS]


@pytest.fixture
def failing(page: Harness) -> Any:
    """Return a socket that is opened, told a text, and then bytes that are no frames."""
    broken = Transcript().server("test").server_raw(b"\x83\x03LOL")
    page.serve("ws://h.test/broken", broken)
    return page.WebSocket("ws://h.test/broken")


# Handlers


@pytest.mark.parametrize("name", NAMES)
def test_a_handler_is_none_at_first(connect: Connect, name: str) -> None:
    socket = connect()

    assert hasattr(socket, name)
    assert getattr(socket, name) is None


@pytest.mark.parametrize("name", NAMES)
def test_a_handler_is_read_back(connect: Connect, name: str) -> None:
    socket = connect()

    def handle() -> None: ...

    setattr(socket, name, handle)
    assert getattr(socket, name) is handle


@pytest.mark.parametrize("value", [None, 1, 2.5, True, ";", b""])
@pytest.mark.parametrize("name", NAMES)
def test_a_handler_that_is_no_object_is_none(connect: Connect, name: str, value: object) -> None:
    socket = connect()
    setattr(socket, name, lambda: None)

    setattr(socket, name, value)

    assert getattr(socket, name) is None


@pytest.mark.parametrize("name", NAMES)
def test_an_object_as_handler_is_kept_and_not_called(connect: Connect, name: str) -> None:
    class Handler:
        def handleEvent(self) -> None:  # noqa: N802
            raise AssertionError("it was called")

    socket, handler = connect(), Handler()
    setattr(socket, name, handler)

    assert getattr(socket, name) is handler
    socket.dispatchEvent(Event(name.removeprefix("on")))


@pytest.mark.parametrize("name", EVENTS)
def test_a_handler_is_called_with_an_event_that_a_script_dispatches(
    connect: Connect, name: str
) -> None:
    socket = connect()
    came: list[Any] = []
    setattr(socket, f"on{name}", came.append)
    event = Event(name)
    event.detail = 5  # type: ignore[attr-defined]

    assert socket.dispatchEvent(event) is True

    assert came == [event]
    assert came[0].detail == 5


def test_a_handler_takes_as_many_arguments_as_it_likes(page: Harness, connect: Connect) -> None:
    socket = connect()
    came: list[Any] = []
    socket.onopen = lambda: came.append("none")
    socket.addEventListener("open", lambda event, more: came.append((event.type, more)))
    socket.addEventListener("open", lambda *all: came.append(len(all)))
    page.run()

    assert came == ["none", ("open", None), 1]


def test_listeners_and_the_handler_are_called_in_the_order_in_which_they_were_set(
    page: Harness, connect: Connect
) -> None:
    socket = connect()
    log: list[str] = []
    for name in EVENTS:
        socket.addEventListener(name, lambda event: log.append(f"{event.type} 1"))
        setattr(socket, f"on{name}", lambda event: log.append(f"{event.type} 2"))
        socket.addEventListener(name, lambda event: log.append(f"{event.type} 3"))
    socket.addEventListener("open", lambda: socket.send("Goodbye"))
    socket.addEventListener("message", lambda event: socket.close())
    page.run()

    assert log == [
        *("open 1", "open 2", "open 3"),
        *("message 1", "message 2", "message 3"),
        *("close 1", "close 2", "close 3"),
    ]


def test_a_handler_keeps_its_place_when_changed_and_loses_it_when_none(connect: Connect) -> None:
    socket, log = connect(), []
    socket.onopen = lambda: log.append("first")
    socket.addEventListener("open", lambda: log.append("listener"))
    socket.onopen = lambda: log.append("second")
    socket.dispatchEvent(Event("open"))
    assert log == ["second", "listener"]

    log.clear()
    socket.onopen = None
    socket.onopen = lambda: log.append("third")
    socket.dispatchEvent(Event("open"))
    assert log == ["listener", "third"]


def test_a_handler_that_returns_false_prevents_the_default(connect: Connect) -> None:
    socket = connect()
    socket.onopen = lambda: False
    socket.addEventListener("message", lambda: False)

    assert socket.dispatchEvent(Event("open", {"cancelable": True})) is False
    assert socket.dispatchEvent(Event("open")) is True
    assert socket.dispatchEvent(Event("message", cancelable=True)) is True


# Events


def test_every_event_is_of_its_class(page: Harness, failing: Any) -> None:
    seen: list[Any] = []
    for name in EVENTS:
        setattr(failing, f"on{name}", seen.append)
    page.run()

    assert [type(event) for event in seen] == [Event, MessageEvent, Event, CloseEvent]
    assert [str(event) for event in seen] == [
        "[object Event]",
        "[object MessageEvent]",
        "[object Event]",
        "[object CloseEvent]",
    ]
    assert {(event.bubbles, event.cancelable, event.isTrusted) for event in seen} == {
        (False, False, True)
    }
    assert [event.type for event in seen] == list(EVENTS)


def test_the_target_of_every_event_is_the_socket(page: Harness, failing: Any) -> None:
    seen: list[Any] = []

    def note(event: Event) -> None:
        assert event.target is event.currentTarget is event.srcElement is failing
        assert event.composedPath() == [failing]
        assert event.eventPhase == Event.AT_TARGET == 2
        seen.append(event)

    for name in EVENTS:
        failing.addEventListener(name, note)
    page.run()

    assert [event.type for event in seen] == list(EVENTS)
    assert {(event.currentTarget, event.eventPhase) for event in seen} == {(None, 0)}
    assert {event.target for event in seen} == {failing}
    assert seen[0].composedPath() == []


def test_a_violation_of_the_protocol_is_an_error_and_then_a_close(
    page: Harness, failing: Any
) -> None:
    log = listen(failing)
    page.run()

    assert log == ["open at 1", "message 'test' at 1", "error at 3", "close 1006 at 3"]


def test_a_host_that_there_is_not_is_an_error_and_then_a_close(page: Harness) -> None:
    page.serve("ws://example.invalid/", Transcript().server_refuses("not found"))
    log = listen(page.WebSocket("ws://example.invalid/"))
    page.run()

    assert log == ["error at 3", "close 1006 at 3"]


def test_a_message_has_the_origin_of_the_url(page: Harness) -> None:
    page.serve("wss://xn--rss835b.h.test:8443/path?query", Transcript().server("x"))
    socket: Any = page.WebSocket("wss://天気.h.test:8443/path?query")
    came: list[Any] = []
    socket.onmessage = came.append
    page.run()

    [event] = came
    assert event.origin == "wss://xn--rss835b.h.test:8443"
    assert (event.lastEventId, event.source, event.ports) == ("", None, ())


def test_the_time_of_an_event_is_that_of_the_clock(page: Harness) -> None:
    page.serve("ws://h.test/", Transcript().pause(1.5).server("x").pause(0.25).server("y"))
    socket: Any = page.WebSocket("ws://h.test/")
    times: list[float] = []
    socket.onmessage = lambda event: times.append(event.timeStamp)
    page.run()

    assert times == [1500.0, 1750.0]


def test_an_attribute_of_an_event_cannot_be_changed_or_deleted(page: Harness, opened: Any) -> None:
    events: list[Any] = []
    opened.onclose = events.append
    opened.close()
    page.run()
    [event] = events

    event.wasClean = False
    del event.wasClean
    event.type = "x"

    assert (event.wasClean, event.type) == (True, "close")


def test_a_close_event_is_constructed_with_and_without_values() -> None:
    plain = CloseEvent("foo")
    full = CloseEvent(
        "foo", {"bubbles": True, "cancelable": True, "wasClean": True, "code": 7, "reason": "x"}
    )

    assert (plain.type, plain.bubbles, plain.cancelable) == ("foo", False, False)
    assert (plain.wasClean, plain.code, plain.reason) == (False, 0, "")
    assert (full.type, full.bubbles, full.cancelable) == ("foo", True, True)
    assert (full.wasClean, full.code, full.reason) == (True, 7, "x")
    assert not hasattr(full, "initCloseEvent")
    assert not plain.isTrusted


def test_a_message_event_is_constructed() -> None:
    event = MessageEvent("message", data=5, origin="ws://h.test", lastEventId="1")

    assert (event.data, event.origin, event.lastEventId) == (5, "ws://h.test", "1")
    assert repr(event) == "<MessageEvent message>"


# Listeners


@pytest.mark.parametrize("name", EVENTS)
def test_a_listener_that_was_removed_is_not_called(connect: Connect, name: str) -> None:
    socket = connect()
    got: list[Any] = []
    socket.close()
    socket.addEventListener(name, got.append, False)
    socket.removeEventListener(name, got.append, False)
    socket.removeEventListener(name, got.append)

    socket.dispatchEvent(Event(name))

    assert got == []


def test_an_object_with_handle_event_is_a_listener() -> None:
    class Listener:
        def handleEvent(self, event: Event) -> None:  # noqa: N802
            got.append(event.type)

    got: list[str] = []
    target = EventTarget()
    target.addEventListener("x", Listener())
    target.addEventListener("x", None)
    target.dispatchEvent(Event("x"))

    assert got == ["x"]


def test_an_object_without_handle_event_fails_when_it_is_called() -> None:
    target = EventTarget()
    target.addEventListener("x", {})

    with pytest.raises(TypeError, match=r"expected a listener with a method handleEvent, got \{\}"):
        target.dispatchEvent(Event("x"))


@pytest.mark.parametrize("listener", [5, "text", True])
def test_what_is_no_object_cannot_listen(listener: Any) -> None:
    with pytest.raises(TypeError, match="expected a function, or an object with handleEvent"):
        EventTarget().addEventListener("x", listener)


@pytest.mark.parametrize("method", ["addEventListener", "removeEventListener"])
def test_a_type_alone_is_a_type_error(method: str) -> None:
    with pytest.raises(TypeError, match="expected a type and a listener"):
        getattr(EventTarget(), method)("x")


def test_a_listener_is_added_once_for_each_phase() -> None:
    target, got = EventTarget(), []

    def note() -> None:
        got.append(1)

    for options in (None, False, {"capture": False}, {"once": True}):
        target.addEventListener("x", note, options)
    target.addEventListener("x", note, True)
    target.dispatchEvent(Event("x"))
    assert len(got) == 2

    target.removeEventListener("x", note, capture=True)
    target.dispatchEvent(Event("x"))
    assert len(got) == 3


def test_a_listener_that_listens_once_is_called_once() -> None:
    target, got = EventTarget(), []

    def again() -> None:
        got.append("x")
        target.dispatchEvent(Event("x"))

    target.addEventListener("x", again, once=True)
    target.dispatchEvent(Event("x"))

    assert got == ["x"]


def test_capturing_listeners_are_called_in_their_turn_at_the_target() -> None:
    target, got = EventTarget(), []
    target.addEventListener("x", lambda: got.append("bubbling"))
    target.addEventListener("x", lambda: got.append("capturing"), True)
    target.dispatchEvent(Event("x"))

    assert got == ["bubbling", "capturing"]


def test_propagation_is_stopped_at_once_or_not_at_all() -> None:
    target, got = EventTarget(), []
    target.addEventListener("x", lambda event: event.stopPropagation(), True)
    target.addEventListener("x", lambda: got.append("capturing too"), True)
    target.addEventListener("x", lambda: got.append("bubbling"))
    target.addEventListener("y", lambda event: event.stopImmediatePropagation())
    target.addEventListener("y", lambda: got.append("after it"))
    target.dispatchEvent(Event("x"))
    target.dispatchEvent(Event("y"))

    assert got == ["capturing too", "bubbling"]


def test_a_listener_that_is_added_or_removed_by_another_one() -> None:
    target, got = EventTarget(), []

    def second() -> None:
        got.append("second")

    def first() -> None:
        target.removeEventListener("x", second)
        target.addEventListener("x", lambda: got.append("third"))

    target.addEventListener("x", first)
    target.addEventListener("x", second)
    target.dispatchEvent(Event("x"))
    assert got == []

    target.dispatchEvent(Event("x"))
    assert got == ["third"]


def test_the_default_is_prevented_unless_the_listener_is_passive() -> None:
    target = EventTarget()
    target.addEventListener("x", lambda event: event.preventDefault(), passive=True)
    assert target.dispatchEvent(Event("x", cancelable=True)) is True

    target.addEventListener("x", lambda event: event.preventDefault())
    event = Event("x", cancelable=True)
    assert target.dispatchEvent(event) is False
    assert event.defaultPrevented is True


def test_an_event_is_not_dispatched_while_it_is() -> None:
    target = EventTarget()
    target.addEventListener("x", target.dispatchEvent)

    with pytest.raises(DOMException) as raised:
        target.dispatchEvent(Event("x"))

    assert str(raised.value) == "InvalidStateError: the event is being dispatched already"


def test_only_events_are_dispatched() -> None:
    with pytest.raises(TypeError, match="expected an Event, got 'x'"):
        EventTarget().dispatchEvent("x")  # type: ignore[arg-type]


def test_an_event_of_a_script_is_not_trusted(page: Harness, opened: Any) -> None:
    events: list[Any] = []
    opened.onmessage = events.append
    opened.send("x")
    page.run()
    assert events[0].isTrusted is True

    opened.dispatchEvent(events[0])

    assert events[0].isTrusted is False


def test_a_signal_takes_a_listener_back() -> None:
    target, got, controller = EventTarget(), [], AbortController()
    controller.signal.onabort = lambda event: got.append(event.type)
    target.addEventListener("x", lambda: got.append("x"), {"signal": controller.signal})
    target.dispatchEvent(Event("x"))
    controller.abort()
    controller.abort("again")
    target.dispatchEvent(Event("x"))
    target.addEventListener("x", lambda: got.append("late"), signal=controller.signal)
    target.dispatchEvent(Event("x"))

    assert got == ["x", "abort"]
    assert controller.signal.aborted is True
    assert controller.signal.reason.name == "AbortError"


def test_the_reason_of_a_signal_is_what_was_given() -> None:
    controller = AbortController()
    controller.abort("enough")

    assert controller.signal.reason == "enough"


# What listeners raise


def test_what_a_listener_raises_does_not_stop_the_others_and_comes_out_of_run(
    page: Harness, connect: Connect
) -> None:
    socket, got = connect(), []

    def fail() -> None:
        raise ValueError("in a listener")

    socket.addEventListener("open", fail)
    socket.onopen = lambda: got.append("handler")
    socket.addEventListener("open", lambda: socket.send("later"))
    socket.onmessage = lambda event: got.append(event.data)

    with pytest.raises(ValueError, match="in a listener"):
        page.run()
    page.run()

    assert got == ["handler", "later"]


def test_what_several_listeners_raise_is_a_group(page: Harness, connect: Connect) -> None:
    def fail() -> None:
        raise ValueError("one")

    def fail_too() -> None:
        raise KeyError("two")

    socket, target = connect(), EventTarget()
    for each in (socket, target):
        each.addEventListener("open", fail)
        each.addEventListener("open", fail_too)
    with pytest.raises(ExceptionGroup) as raised:
        page.run()
    assert [type(error) for error in raised.value.exceptions] == [ValueError, KeyError]

    with pytest.raises(ExceptionGroup, match="several listeners raised"):
        target.dispatchEvent(Event("open"))


def test_what_a_listener_of_a_dispatched_event_raises_comes_out_of_run(
    page: Harness, opened: Any
) -> None:
    def fail() -> None:
        raise ValueError("dispatched")

    opened.onmessage = fail
    assert opened.dispatchEvent(Event("message")) is True

    with pytest.raises(ValueError, match="dispatched"):
        page.run()
