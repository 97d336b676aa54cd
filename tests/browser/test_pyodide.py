import sys
from typing import Any

import pytest

from wsfake import Harness, Transcript, UsageError

PYODIDE = """
import js
from pyodide.ffi import create_proxy, to_js, JsException

socket = js.WebSocket.new("ws://h.test/feed", to_js(["v1"]))
socket.binaryType = "arraybuffer"
log = []

def on_message(event):
    data = event.data if isinstance(event.data, str) else event.data.to_py().tobytes()
    log.append((data, socket.readyState == js.WebSocket.OPEN))

proxy = create_proxy(on_message)
socket.addEventListener("message", proxy)
socket.onopen = create_proxy(lambda event: socket.send(js.Uint8Array.new(b"\\x01\\x02")))
socket.onclose = lambda: proxy.destroy()
try:
    socket.send("too early")
except JsException as error:
    log.append(error.name)
"""

PYSCRIPT = """
from pyscript import WebSocket

log = []

def on_open(event):
    log.append(event.type)
    socket.send("hello")
    socket.send(bytearray(b"\\x00"))

def on_message(event):
    log.append(event.data if isinstance(event.data, str) else event.data.tobytes())

socket = WebSocket(url="ws://h.test/feed", protocols="v1", onopen=on_open)
socket.binaryType = "arraybuffer"
socket.onmessage = on_message
socket.onclose = lambda event: log.append((event.code, socket.readyState == WebSocket.CLOSED))
"""

ASYNC = """
import js

log = []
socket = js.WebSocket.new("ws://h.test/feed")

async def on_message(event):
    log.append(await event.data.text())

socket.onmessage = on_message
"""


def run(ws_fake: Harness, code: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    with ws_fake.pyodide():
        exec(compile(code, "script.py", "exec"), names)
        ws_fake.run()
    return names


@pytest.fixture
def ws_fake() -> Any:
    with Harness(profile="browser") as harness:
        yield harness


def test_code_for_pyodide_runs(ws_fake: Harness) -> None:
    feed = Transcript(subprotocol="v1").client(b"\1\2").server("text").server(b"\3")
    ws_fake.serve("ws://h.test/feed", feed)

    names = run(ws_fake, PYODIDE)

    assert names["log"] == ["InvalidStateError", ("text", True), (b"\3", True)]


def test_code_for_pyscript_runs(ws_fake: Harness) -> None:
    feed = Transcript(subprotocol="v1").client("hello").client(b"\0").server("text").server(b"\3")
    ws_fake.serve("ws://h.test/feed", feed)

    names = run(ws_fake, PYSCRIPT)
    assert names["log"] == ["open", "text", b"\3"]

    names["socket"].close(code=3000, reason="done")
    ws_fake.run()
    assert names["log"][3:] == [(3000, True)]


def test_an_async_listener_runs_where_it_awaits_what_is_there(ws_fake: Harness) -> None:
    ws_fake.serve("ws://h.test/feed", Transcript().server(b"text"))

    assert run(ws_fake, ASYNC)["log"] == ["text"]


def test_an_async_listener_that_waits_for_anything_else_is_an_error(ws_fake: Harness) -> None:
    ws_fake.serve("ws://h.test/feed", Transcript())
    code = """
import asyncio, js

async def on_open():
    await asyncio.sleep(0)

socket = js.WebSocket.new("ws://h.test/feed")
socket.onopen = on_open
"""
    with pytest.raises(UsageError) as raised:
        run(ws_fake, code)

    assert str(raised.value) == (
        "the async listener on_open waits for something that is not there at once:"
        " only what events and blobs hold can be awaited in it"
    )


def test_the_modules_are_there_in_the_block_alone(ws_fake: Harness) -> None:
    before = sys.modules.get("js")
    with ws_fake.pyodide():
        import js  # type: ignore[import-not-found]
        import pyscript  # type: ignore[import-not-found]

        assert js.WebSocket.OPEN == 1
        assert isinstance(js.Event.new("x"), js.Event)
        assert pyscript.ffi.to_js(5) == 5
    assert sys.modules.get("js") is before
    assert "pyscript" not in sys.modules


def test_a_module_that_was_there_comes_back(
    ws_fake: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine: Any = object()
    monkeypatch.setitem(sys.modules, "js", mine)
    with ws_fake.pyodide():
        assert sys.modules["js"] is not mine
    assert sys.modules["js"] is mine


def test_what_a_module_does_not_have_is_said(ws_fake: Harness) -> None:
    with ws_fake.pyodide():
        import pyscript

        with pytest.raises(AttributeError) as raised:
            pyscript.document  # noqa: B018
        assert not hasattr(pyscript, "__document__")
    assert str(raised.value) == (
        "pyscript.document is not there: ws_fake.pyodide() gives it WebSocket, ffi, websocket"
    )


def test_a_class_of_javascript_is_made_with_new(ws_fake: Harness) -> None:
    with ws_fake.pyodide():
        import js

        with pytest.raises(TypeError, match=r"expected js\.WebSocket\.new\(\.\.\.\)"):
            js.WebSocket("ws://h.test/")


def test_bytes_are_assigned_to_a_typed_array(ws_fake: Harness) -> None:
    with ws_fake.pyodide():
        import js

        array = js.Uint8Array.new(3)
        array.assign(b"abc")
    assert (array.to_py(), array.to_bytes()) == (memoryview(b"abc"), b"abc")


def test_pyscript_takes_no_handler_of_another_name(ws_fake: Harness) -> None:
    ws_fake.serve("ws://h.test/", Transcript())
    with ws_fake.pyodide():
        from pyscript import WebSocket

        with pytest.raises(TypeError, match="expected a handler, one of onopen, onmessage"):
            WebSocket(url="ws://h.test/", onfoo=print)


def test_another_profile_has_no_pyodide() -> None:
    with (
        Harness() as harness,
        pytest.raises(UsageError, match=r"pyodide\(\) needs the profile 'browser'"),
        harness.pyodide(),
    ):
        pass
