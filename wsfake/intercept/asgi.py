"""An ASGI application as the server of a connection: no socket, no server program.

What a server does is in the specification of ASGI for WebSockets, version 2.4.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from wsfake.clock import microseconds
from wsfake.errors import Failure
from wsfake.intercept import asgi_messages
from wsfake.intercept.asgi_messages import Message
from wsfake.intercept.loop import VirtualLoop
from wsfake.intercept.world import World
from wsfake.model import Close, Drop, Event, Open, Ping, Pong, Reject, Side
from wsfake.network import Connection, PlayerEnd
from wsfake.player import Player

__all__ = ["Application", "play"]

Application = Callable[[Any, Any, Any], Awaitable[None]]
"""Called with a scope, `receive` and `send`; each framework has types of its own for these."""

_GOING_AWAY = 1001
_NO_CODE = 1005
_DROPPED = 1006
_INTERNAL_ERROR = 1011
_FORBIDDEN = 403
_SERVER_ERROR = 500


def play(world: World, application: Application, player: Player, url: str) -> None:
    """Act a client against an application, on virtual time, until the application returns.

    Where the transcript is over and the application still waits, or does nothing but wait for its
    own timers for the world's `timeout`, the client goes away. Tasks that it has left are
    cancelled at the end, as by `asyncio.run`. Raises what the application raises, and `NotHappened`
    where it waits for something else for ever.
    """
    server = _Server(application)
    leaving = _Leaving(world, server, player)
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(leaving)) as runner:
        PlayerEnd(world.network, player, url=url, to=server).schedule()
        try:
            runner.run(server.run())
        finally:
            server.leave()  # nobody is to hear what tasks say when they are cancelled


class _Leaving:
    """A world in which the client goes away where nothing else can happen."""

    def __init__(self, world: World, server: _Server, player: Player) -> None:
        self._world = world
        self._server = server
        self._player = player
        self._patience = microseconds(world.timeout)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def give_way(self) -> bool:
        return self._world.give_way() or self._server.leave()

    def give_way_to_timers(self, silent: int) -> bool:
        if self._world.give_way_to_timers(silent):
            return True
        waits = silent <= self._patience or self._player.unplayed()
        return not waits and self._server.leave()


class _ClientGone(ConnectionError):
    """What `send` raises once the client has gone: section `Disconnected Client`.

    An application that does not catch it ends by it, and this is no error.
    """


class _Server:
    """Runs an application for one connection, as the end of it that is the server's."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._connection: Connection | None = None
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self._opened = asyncio.Event()
        self._opening: Open | None = None
        self._state = "connecting"
        """Then `open`, or `rejecting`; `ended` by the application, or the client is `gone`."""
        self._rejection = Reject(_SERVER_ERROR)

    def answer(self, connection: Connection) -> _Server:
        self._connection = connection
        return self

    async def run(self) -> None:
        await self._opened.wait()
        assert self._opening is not None
        scope = asgi_messages.scope(self._opening)
        try:
            await self._application(scope, self._incoming.get, self._send)
        except _ClientGone:
            return
        except Exception:
            self._fail()
            raise
        self._end_with(Drop())

    def leave(self) -> bool:
        """Let the client go away; tell whether it was still there."""
        if self._over or not self._opened.is_set():
            return False
        self._lose_client(_GOING_AWAY, "")
        return True

    @property
    def _over(self) -> bool:
        return self._state in ("ended", "gone")

    # From the client

    def arrive(self, what: Event) -> None:
        match what:
            case Open():
                self._opening = what
                self._incoming.put_nowait({"type": "websocket.connect"})
                self._opened.set()
            case str():
                self._incoming.put_nowait({"type": "websocket.receive", "text": what})
            case bytes():
                self._incoming.put_nowait({"type": "websocket.receive", "bytes": what})
            case Ping(payload):
                self._say(Pong(payload))
            case Close(code, reason):
                is_answer = self._over
                self._lose_client(_NO_CODE if code is None else code, reason or "")
                if not is_answer:
                    self._say(Close(code))
            case Drop():
                self._lose_client(_DROPPED, "")

    def _lose_client(self, code: int, reason: str) -> None:
        if not self._over:
            self._state = "gone"
        message = {"type": "websocket.disconnect", "code": code, "reason": reason}
        self._incoming.put_nowait(message)

    # From the application

    async def _send(self, message: Message) -> None:
        if self._state == "gone":
            raise _ClientGone("the client has gone, and hears nothing more")
        match asgi_messages.kind(message, self._state):
            case "websocket.accept":
                accept = asgi_messages.accept(message)
                self._state = "open"
                self._say(accept)
            case "websocket.send":
                self._say(asgi_messages.said(message))
            case "websocket.close":
                self._end_with(asgi_messages.close(message), _FORBIDDEN)
            case "websocket.http.response.start":
                self._rejection = asgi_messages.rejection(message)
                self._state = "rejecting"
            case "websocket.http.response.body":
                self._add_to_rejection(message)

    def _add_to_rejection(self, message: Message) -> None:
        begun = self._rejection
        body = begun.body + asgi_messages.body(message)
        self._rejection = Reject(begun.status, begun.headers, body)
        if not message.get("more_body", False):
            self._end(self._rejection)

    def _fail(self) -> None:
        """Let the client see what a server makes of an error of its application.

        The error is told: a verdict on what follows from it would only hide it.
        """
        assert self._connection is not None
        try:
            self._end_with(Close(_INTERNAL_ERROR))
        except Failure as failure:
            self._connection.network.failures.remove(failure)

    def _end_with(self, ending: Close | Drop, status: int = _SERVER_ERROR) -> None:
        """End it so where it is open; a client that still waits to be accepted is rejected."""
        self._end(ending if self._state == "open" else Reject(status))

    def _end(self, what: Event) -> None:
        if not self._over:
            self._state = "ended"
            self._say(what)

    def _say(self, what: Event) -> None:
        assert self._connection is not None
        self._connection.say(Side.SERVER, what)
