"""An ASGI application as the server of a connection: no socket, no server program.

The messages are those of the ASGI specification for WebSockets, version 2.4.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from wsfake.errors import Failure
from wsfake.intercept.loop import VirtualLoop
from wsfake.intercept.world import World
from wsfake.model import Accept, Close, Drop, Event, Headers, Open, Ping, Pong, Reject, Side
from wsfake.network import Connection, PlayerEnd
from wsfake.player import Player

__all__ = ["Application", "play"]

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

_GOING_AWAY = 1001
_NO_CODE = 1005
_DROPPED = 1006
_INTERNAL_ERROR = 1011
_FORBIDDEN = 403
_SERVER_ERROR = 500


def play(world: World, application: Application, player: Player, url: str) -> None:
    """Act a client against an application, on virtual time, until the application returns.

    Where the transcript is over and the application still waits, the client goes away. Raises what
    the application raises, and `NotHappened` where it waits for something else for ever.
    """
    server = _Server(application)
    loop = VirtualLoop(_Leaving(world, server))
    try:
        PlayerEnd(world.network, player, url=url, to=server).schedule()
        loop.run_until_complete(server.run())
    finally:
        loop.close()


class _Leaving:
    """A world in which the client goes away where nothing else can happen."""

    def __init__(self, world: World, server: _Server) -> None:
        self._world = world
        self._server = server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def give_way(self) -> bool:
        return self._world.give_way() or self._server.leave()


class _Server:
    """Runs an application for one connection, as the end of it that is the server's."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._connection: Connection | None = None
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._opened = asyncio.Event()
        self._scope: Message = {}
        self._accepted = False
        self._over = False
        self._rejection: Reject | None = None

    def answer(self, connection: Connection) -> _Server:
        self._connection = connection
        return self

    async def run(self) -> None:
        await self._opened.wait()
        try:
            await self._application(self._scope, self._incoming.get, self._send)
        except Exception:
            self._fail()
            raise
        self._end(Drop() if self._accepted else Reject(_SERVER_ERROR))

    def leave(self) -> bool:
        """Let the client go away; tell whether it was still there."""
        if self._over or not self._opened.is_set():
            return False
        self._over = True
        self._disconnect(_GOING_AWAY, "")
        return True

    # From the client

    def arrive(self, what: Event) -> None:
        match what:
            case Open():
                self._scope = _scope(what)
                self._incoming.put_nowait({"type": "websocket.connect"})
                self._opened.set()
            case str():
                self._incoming.put_nowait({"type": "websocket.receive", "text": what})
            case bytes():
                self._incoming.put_nowait({"type": "websocket.receive", "bytes": what})
            case Ping(payload):
                self._say(Pong(payload))
            case Close(code, reason):
                self._end(Close(code))
                self._disconnect(_NO_CODE if code is None else code, reason or "")
            case Drop():
                self._over = True
                self._disconnect(_DROPPED, "")

    def _disconnect(self, code: int, reason: str) -> None:
        message = {"type": "websocket.disconnect", "code": code, "reason": reason}
        self._incoming.put_nowait(message)

    # From the application

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if self._over:
            return
        if kind == "websocket.accept":
            self._accepted = True
            headers = _texts(message.get("headers", ()))
            self._say(Accept(message.get("subprotocol"), headers))
        elif kind == "websocket.send":
            text = message.get("text")
            self._say(message["bytes"] if text is None else text)
        elif kind == "websocket.close":
            close = Close(message.get("code", 1000), message.get("reason") or "")
            self._end(close if self._accepted else Reject(_FORBIDDEN))
        elif kind == "websocket.http.response.start":
            self._rejection = Reject(message["status"], _texts(message.get("headers", ())))
        elif kind == "websocket.http.response.body":
            self._add_to_rejection(message)
        else:
            raise RuntimeError(f"expected a message of ASGI for a WebSocket, got {kind!r}")

    def _add_to_rejection(self, message: Message) -> None:
        begun = self._rejection
        if begun is None:
            raise RuntimeError("websocket.http.response.body came before its start")
        body = begun.body + message.get("body", b"")
        self._rejection = Reject(begun.status, begun.headers, body)
        if not message.get("more_body", False):
            self._end(self._rejection)

    def _fail(self) -> None:
        """Let the client see what a server makes of an error of its application.

        The error is told: a verdict on what follows from it would only hide it.
        """
        assert self._connection is not None
        try:
            self._end(Close(_INTERNAL_ERROR) if self._accepted else Reject(_SERVER_ERROR))
        except Failure as failure:
            self._connection.network.failures.remove(failure)

    def _say(self, what: Event) -> None:
        assert self._connection is not None
        self._connection.say(Side.SERVER, what)

    def _end(self, what: Event) -> None:
        if not self._over:
            self._over = True
            self._say(what)


def _scope(opening: Open) -> Message:
    parts = urlsplit(opening.url)
    secure = parts.scheme == "wss"
    port = parts.port or (443 if secure else 80)
    headers = [(name.lower().encode(), value.encode()) for name, value in opening.headers]
    if not any(name == b"host" for name, _ in headers):
        headers.insert(0, (b"host", parts.netloc.encode()))
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 50000),
        "server": (parts.hostname or "", port),
        "subprotocols": list(opening.subprotocols),
        "extensions": {"websocket.http.response": {}},
    }


def _texts(headers: Any) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
