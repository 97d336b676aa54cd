from typing import Any

import pytest

from wsfake import Harness, Transcript, UsageError
from wsfake.script_api.browser import AbortController, DOMException, Event, EventTarget
from wsfake.script_api.interpreter import compile_profile
from wsfake.script_api.profiles import PROFILES
from wsfake.script_api.urls import READERS

OVERTE, BROWSER = PROFILES["overte"], PROFILES["browser"]


def test_the_operations_of_browsers_are_there_for_every_profile() -> None:
    thrown: Any = ["throw", "InvalidStateError", "not yet"]
    rows = {
        "connecting send": [thrown],
        "open send": [["wire", "message"], ["buffer", "leaving"], ["later", "drop"]],
    }
    profile = OVERTE._replace(name="strict", local={**OVERTE.local, **rows}, lints=())
    with Harness(profile=profile) as ws_fake:
        ws_fake.serve("ws://h.test/", Transcript().client("x"))
        socket: Any = ws_fake.WebSocket("ws://h.test/")
        with pytest.raises(DOMException, match="not yet"):
            socket._socket._compiled.local["connecting", "send"](socket._socket, None)
        ws_fake.run()
        socket.send("x")
        assert (socket.bufferedAmount, socket.readyState) == (0, 1)
        ws_fake.run()
        assert socket.readyState == 3


def test_a_fact_that_there_is_not_cannot_come_later() -> None:
    profile = BROWSER._replace(local={**BROWSER.local, "open close": [["later", "rain"]]})

    with pytest.raises(UsageError, match="expected a fact, one of connected, accept,"):
        compile_profile(profile)


def test_the_reader_of_urls_is_found_by_its_name() -> None:
    read = READERS[BROWSER.urls]("http://H.test:80")

    assert (read.shown, read.connects, read.hopeless) == ("ws://h.test/", True, False)


def test_a_signal_comes_after_its_listener_was_removed() -> None:
    target, got, controller = EventTarget(), list[str](), AbortController()

    def note() -> None:
        got.append("x")

    target.addEventListener("x", note, once=True, signal=controller.signal)
    target.dispatchEvent(Event("x"))
    controller.abort()
    target.dispatchEvent(Event("x"))

    assert got == ["x"]
