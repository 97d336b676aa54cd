"""The public API as type checkers see it: checked by mypy, and never run."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, TypedDict, assert_type

from starlette.applications import Starlette

import wsfake
from wsfake.clock import Timer
from wsfake.harness import Summary
from wsfake.javascript import Script
from wsfake.model import Close, Drop, Refuse, Reject
from wsfake.network import Dialogue, Peer, Served


def harness(ws_fake: wsfake.Harness) -> None:
    served = ws_fake.serve("ws://a.test", wsfake.Transcript().client("x").server(b"y"))
    assert_type(served, Served)
    assert_type(ws_fake.play_client("ws://a.test", wsfake.Transcript()), None)
    assert_type(ws_fake.run(until=lambda: True, timeout=1), None)
    assert_type(ws_fake.now, float)
    assert_type(ws_fake.call_later(1, lambda: None), Timer)
    assert_type(ws_fake.dialogue, Dialogue)
    assert_type(ws_fake.save("a.msgpack"), Path)
    assert_type(ws_fake.is_live, bool)
    assert_type(ws_fake.is_recording, bool)
    assert_type(ws_fake.cassette, Path | None)
    assert_type(ws_fake.failures, tuple[wsfake.Failure, ...])
    assert_type(ws_fake.summary, Summary)
    socket = ws_fake.WebSocket("ws://a.test")
    assert_type(socket.readyState, int)
    assert_type(ws_fake.WebSocketServer().url, str)
    script(ws_fake.WebSocket)
    script(wsfake.WebSocket)
    serve(ws_fake.WebSocketServer)
    serve(wsfake.WebSocketServer)


def script(kind: type[wsfake.WebSocket]) -> None:
    socket = kind("ws://a.test", ["of", "browsers"])
    socket.onopen = lambda: socket.send("hello")
    socket.onmessage = lambda message: socket.send(message.data)
    socket.addEventListener("close", lambda _: socket.close())
    assert_type(socket.readyState, int)


def serve(kind: type[wsfake.WebSocketServer]) -> None:
    assert_type(kind(port=0).url, str)


def handler(peer: Peer) -> None:
    def gone(how: Close | Drop) -> Close | None:
        return Close(4000) if isinstance(how, Close) else None

    peer.accept("chat")
    peer.on_close(gone)
    peer.on_message(peer.send)
    assert_type(peer.closed, Close | Drop | Refuse | Reject | None)


class Scope(TypedDict):
    type: Literal["websocket"]


class Said(TypedDict):
    type: Literal["websocket.send"]
    text: str


class Framework:
    """An application whose messages are types of its own, as those of asgiref are."""

    async def __call__(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Said]],
        send: Callable[[Said], Awaitable[None]],
    ) -> None: ...


def applications(ws_fake: wsfake.Harness) -> None:
    assert_type(ws_fake.play_client(Starlette(), wsfake.Transcript(), path="/ws"), None)
    assert_type(ws_fake.play_client(Framework(), wsfake.Transcript()), None)
    assert_type(ws_fake.play_client(Framework().__call__, wsfake.Transcript()), None)


def alone() -> None:
    with wsfake.Harness("a.msgpack", "once") as ws_fake:
        assert_type(ws_fake, wsfake.Harness)
    assert_type(wsfake.Transcript.parse("connect"), wsfake.Transcript)


def alias(ws_fake: wsfake.Harness, find: Callable[[], str]) -> None:
    ws_fake.alias("ws://a.test", to=find)
    ws_fake.alias("ws://a.test", to="ws://localhost:1")


def javascript(ws_fake: wsfake.Harness) -> None:
    script = ws_fake.load_script("a.js", kind="interface", files={"b.js": "c.js"}, time_limit=1)
    assert_type(script, Script)
    assert_type(script.printed, list[str])
    script.emit("Controller.keyPressEvent", {"text": "q"})
    script.stop()
