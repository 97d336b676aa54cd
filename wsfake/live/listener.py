"""A script's server on a real port, and the real clients that come to it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

from wsfake.errors import UsageError
from wsfake.live.connection import Connection
from wsfake.live.http import deflate_of
from wsfake.live.reactor import Reactor
from wsfake.live.server_handshake import NotAWebSocket, ServerHandshake
from wsfake.live.states import Happening
from wsfake.live.transport import Transport
from wsfake.model import Accept, Close, Drop, Event, Open, Raw, Refuse, Reject, Side

__all__ = ["LiveListener", "LiveServerEnd"]

_BACKLOG = 128
_PAUSE_SECONDS = 1.0
"""How long nobody is taken after the system could not: at once it could not either."""


class LiveServerEnd(Connection):
    """A real client, behind a socket that was accepted: the client's end of the connection.

    Its opening is what the listener's `on_open` is called with. Then it awaits an `Accept`, a
    `Reject` (behind which TCP stays open until a `Drop` arrives), or a `Drop`; `say` tells what
    the client does. A client that asks for no WebSocket sees TCP close with no response (measured
    with Qt 5.15.2), and is nobody's.
    """

    def __init__(
        self,
        reactor: Reactor,
        sock: socket.socket,
        handshake: ServerHandshake,
        on_open: Callable[[Open, LiveServerEnd], None],
        *,
        open_timeout: float,
        close_timeout: float,
    ) -> None:
        super().__init__(
            reactor,
            Side.SERVER,
            _to_nobody,
            open_timeout=open_timeout,
            close_timeout=close_timeout,
        )
        self._handshake = handshake
        self._on_open = on_open
        self._asked = False
        self._start(Transport(reactor, sock, self))

    def _handshake_received(self, data: bytes) -> None:
        try:
            opening = self._handshake.receive(data)
        except NotAWebSocket:
            self._abandon(Drop())
            return
        if opening is None or self._asked:
            return
        self._asked = True
        self._cancel_timer()
        try:
            self._on_open(opening, self)
        except BaseException:
            self._abandon(Drop(reset=True))
            raise

    def _handshake_ended(self) -> None:
        """Say nothing more than the Drop: the client speaks first, and has done so."""

    def _handshake_timed_out(self) -> None:
        self._abandon(Drop())

    def _arrive_early(self, what: Event) -> None:
        if not self._asked:
            raise UsageError(f"the client has not asked yet, and cannot be told {what!r}")
        transport = self._need_transport()
        match what:
            case Accept():
                deflate = deflate_of(what.extensions, Side.SERVER)
                agreed = self._handshake.agree(what)
                transport.write(self._handshake.accept(agreed))
                self._open(deflate if agreed.extensions else None, self._handshake.rest)
            case Reject():
                transport.write(self._handshake.reject(what))
                self._happen(Happening.REJECTED)
            case Raw(data):
                transport.write(data)
            case Refuse():
                self._abandon(Drop(reset=True))
            case Close():
                # There is no Close frame before there are frames: a Close ends TCP, and no more.
                self._abandon(Drop())
            case _:
                raise UsageError(f"the connection is {self.state.value}, and cannot send {what!r}")


class LiveListener:
    """Listens on a real port, and calls `on_open` for each client that asks for a WebSocket.

    `on_open` is called from inside `Reactor.wait()` and has to set the `say` of the end that it
    gets before it returns. Port 0 is a free one. `server_name` is the `Server`
    header of every answer. A client that sends no whole request in `open_timeout` seconds is
    dropped silently.

    Raises `OSError` where it cannot listen, such as on a port in use, and `OverflowError` for a
    port over 65535.
    """

    def __init__(
        self,
        reactor: Reactor,
        on_open: Callable[[Open, LiveServerEnd], None],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        server_name: str | None = None,
        open_timeout: float = 10.0,
        close_timeout: float = 10.0,
    ) -> None:
        self._reactor = reactor
        self._on_open = on_open
        self._server_name = server_name
        self._open_timeout = open_timeout
        self._close_timeout = close_timeout
        if not 0 <= port <= 65535:  # `create_server` would leave its socket open
            raise OverflowError(f"a port is from 0 to 65535, got {port}")
        reactor.own(self)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except OSError:
            reactor.disown(self)
            raise
        self._socket.setblocking(False)
        self.host = host
        self._port: int = self._socket.getsockname()[1]
        self.closed = False
        self._watch()

    @property
    def port(self) -> int:
        """The port that was asked for, or the free one that was found; 0 once it is closed."""
        return 0 if self.closed else self._port

    def close(self) -> None:
        """Stop listening; connections go on. May be called again."""
        if self.closed:
            return
        self.closed = True
        self._reactor.unwatch(self._socket)
        self._reactor.disown(self)
        self._socket.close()

    def abort(self) -> None:
        """Do as `close`: a listener has nothing to say."""
        self.close()

    def _watch(self) -> None:
        if not self.closed:
            self._reactor.watch(self._socket, self._ready, read=True, write=False)

    def _ready(self) -> None:
        while not self.closed:
            try:
                sock, _ = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return  # nobody (any more)
            except OSError:  # no descriptors, no memory: the socket would be ready all the time
                self._reactor.unwatch(self._socket)
                self._reactor.call_later(_PAUSE_SECONDS, self._watch)
                raise
            with contextlib.suppress(OSError):  # gone before it was greeted
                self._greet(sock)

    def _greet(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        host = f"[{self.host}]" if ":" in self.host else self.host
        LiveServerEnd(
            self._reactor,
            sock,
            ServerHandshake(f"{host}:{self.port}", self._server_name),
            self._on_open,
            open_timeout=self._open_timeout,
            close_timeout=self._close_timeout,
        )


def _to_nobody(_: Event) -> None:
    """Listen to a client before anybody does."""
