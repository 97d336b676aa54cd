"""Which harness `from wsfake import WebSocket` means."""

import threading
from contextvars import copy_context

import pytest

from tests.harness.texts import URL
from wsfake import Harness, Transcript, WebSocket, WebSocketServer
from wsfake.errors import LintWarning, NoHarness
from wsfake.harness import active


def in_thread(function: object) -> object:
    """Return what a function returns, or raises, in a thread of its own."""
    results: list[object] = []

    def call() -> None:
        try:
            results.append(function())  # type: ignore[operator]
        except NoHarness as error:
            results.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    return results[0]


def test_outside_a_harness_there_is_none() -> None:
    with pytest.raises(NoHarness, match="no harness is active"):
        WebSocket(URL)
    with pytest.raises(NoHarness):
        _ = WebSocketServer.url


def test_the_proxies_are_the_classes_of_the_active_harness() -> None:
    with Harness() as ws_fake:
        ws_fake.serve(URL, Transcript())
        socket = WebSocket(URL)
        server = WebSocketServer({"port": 8080})
        assert isinstance(socket, ws_fake.WebSocket)
        assert isinstance(server, ws_fake.WebSocketServer)
        assert isinstance(socket, WebSocket)
        assert not isinstance(server, WebSocket)
        assert issubclass(ws_fake.WebSocket, WebSocket)
        assert issubclass(ws_fake.WebSocketServer, WebSocketServer)
        ws_fake.run()


def test_class_constants_are_asked_of_the_active_harness() -> None:
    with Harness() as ws_fake, pytest.warns(LintWarning):
        assert WebSocket.OPEN is ws_fake.WebSocket.OPEN


def test_a_private_name_of_a_proxy_asks_no_harness() -> None:
    assert not hasattr(WebSocket, "_nothing")


def test_the_innermost_harness_is_meant_and_then_the_one_around_it() -> None:
    with Harness() as outer:
        assert active.current() is outer
        with Harness() as middle:
            with Harness() as inner:
                assert active.current() is inner
            assert active.current() is middle
        assert active.current() is outer


def test_a_thread_sees_the_only_live_harness() -> None:
    with Harness() as ws_fake:
        assert in_thread(active.current) is ws_fake


def test_two_live_harnesses_are_an_error_where_none_is_chosen() -> None:
    with Harness(), Harness():
        found = in_thread(active.current)
        assert isinstance(found, NoHarness)
        assert str(found).startswith("2 harnesses are active here, and none is chosen:")


def test_a_context_narrows_the_choice() -> None:
    with Harness() as outer:
        context = copy_context()
        with Harness():
            assert context.run(active.current) is outer
            assert in_thread(lambda: context.run(active.current)) is outer


def test_a_harness_that_has_ended_is_not_meant_in_a_context_that_remembers_it() -> None:
    with Harness():
        context = copy_context()
    with pytest.raises(NoHarness):
        context.run(active.current)


def test_leaving_a_harness_that_is_not_live_is_nothing() -> None:
    active.leave(Harness())


def test_an_activated_harness_is_ended_by_whoever_made_it() -> None:
    ws_fake = Harness()
    ws_fake.activate()
    assert active.current() is ws_fake
    ws_fake.deactivate()
    with pytest.raises(NoHarness):
        active.current()
    ws_fake.finish()


def test_a_harness_that_cannot_intercept_is_not_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(ws_fake: Harness) -> None:
        raise RuntimeError("nothing can be patched")

    monkeypatch.setattr(Harness, "_begin_intercepting", fail)
    ws_fake = Harness(intercept=True)
    with pytest.raises(RuntimeError):
        ws_fake.activate()
    with pytest.raises(NoHarness):
        active.current()
    ws_fake.finish()
