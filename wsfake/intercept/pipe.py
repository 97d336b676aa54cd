"""A TCP connection in memory: at one side asyncio's transport, at the other what looks a socket.

The server's side is handed to the same `Transport` that real sockets are, so that what a client
meets in memory is what it meets at a port.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any, cast

from wsfake.intercept.between import Between
from wsfake.live.reactor import Closable, Reactor

__all__ = ["Far", "LoopReactor", "ServerSocket"]


class Far:
    """What the server's half does to the client's."""

    def deliver(self, data: bytes) -> None: ...

    def deliver_end(self) -> None: ...

    def deliver_close(self, *, reset: bool) -> None: ...


class ServerSocket:
    """The server's half: as much of a non-blocking socket as `live.Transport` asks of one."""

    def __init__(self, client: Far) -> None:
        self.on_readable: Callable[[], None] | None = None
        self._client = client
        self._received = bytearray()
        self._ended = False
        self._was_reset = False
        self._resets = False
        self._closed = False

    def as_socket(self) -> socket.socket:
        return cast(socket.socket, self)

    # What the client's half calls

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take what the client has sent."""
        if not self._closed:
            self._received += data
            self._notify()

    def feed_end(self, *, reset: bool = False) -> None:
        """Take note that nothing more comes."""
        if not self._ended or reset:
            self._ended = True
            self._was_reset = reset
            self._notify()

    @property
    def readable(self) -> bool:
        return bool(self._received) or self._ended

    def _notify(self) -> None:
        if self.on_readable is not None:
            self.on_readable()

    # What a transport calls

    def recv(self, most: int) -> bytes:
        if self._was_reset:
            raise ConnectionResetError(104, "the client has reset the connection")
        if not self._received:
            if self._ended:
                return b""
            raise BlockingIOError
        data = bytes(self._received[:most])
        del self._received[:most]
        return data

    def send(self, data: memoryview) -> int:
        self._client.deliver(bytes(data))
        return len(data)

    def shutdown(self, how: int) -> None:
        self._client.deliver_end()

    def setsockopt(self, level: int, option: int, value: Any) -> None:
        self._resets = self._resets or option == socket.SO_LINGER

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._client.deliver_close(reset=self._resets or bool(self._received))


class _Call:
    """A call that an event loop will make, under the name that a reactor gives it."""

    def __init__(self, handle: asyncio.TimerHandle) -> None:
        self._handle = handle

    def cancel(self) -> None:
        self._handle.cancel()


class LoopReactor:
    """The reactor of connections in memory: an event loop's time, and what is between its turns."""

    def __init__(self, loop: asyncio.AbstractEventLoop, between: Between) -> None:
        self._loop = loop
        self.call_soon = between.call_soon

    def as_reactor(self) -> Reactor:
        return cast(Reactor, self)

    def call_later(self, seconds: float, call: Callable[[], None]) -> _Call:
        return _Call(self._loop.call_later(seconds, self.call_soon, call))

    def watch(
        self,
        sock: ServerSocket | socket.socket,
        call: Callable[[], None],
        *,
        read: bool,
        write: bool,
    ) -> None:
        """Call when there is something to read; what is written in memory never waits."""
        if not isinstance(sock, ServerSocket):
            self._watch_real(sock, call, read, write)
            return
        sock.on_readable = _Once(self.call_soon, call) if read else None
        if read and sock.readable:
            sock._notify()

    def _watch_real(
        self, sock: socket.socket, call: Callable[[], None], read: bool, write: bool
    ) -> None:
        loop = self._loop
        if read:
            loop.add_reader(sock, call)
        else:
            loop.remove_reader(sock)
        if write:
            loop.add_writer(sock, call)
        else:
            loop.remove_writer(sock)

    def unwatch(self, sock: ServerSocket | socket.socket) -> None:
        if isinstance(sock, ServerSocket):
            sock.on_readable = None
        else:
            self._watch_real(sock, _nothing, read=False, write=False)

    def own(self, closable: Closable) -> None:
        """Nothing is closed here: who has made a connection ends it, with the loop."""

    def disown(self, closable: Closable) -> None:
        """Nothing was owned."""


def _nothing() -> None:
    """Nobody is called."""


class _Once:
    """Asks for a call soon, once for all that comes before it."""

    __slots__ = ("_asked", "_call", "_call_soon")

    def __init__(
        self, call_soon: Callable[[Callable[[], None]], None], call: Callable[[], None]
    ) -> None:
        self._call_soon = call_soon
        self._call = call
        self._asked = False

    def __call__(self) -> None:
        if not self._asked:
            self._asked = True
            self._call_soon(self._make)

    def _make(self) -> None:
        self._asked = False
        self._call()
