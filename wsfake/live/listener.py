"""A real port, and the clients that come to it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable

from wsfake.live.reactor import Reactor
from wsfake.live.server import LiveServerEnd
from wsfake.model import Open

__all__ = ["LiveListener"]

_BACKLOG = 128
_AT_ONCE = 64
"""How many clients are taken before the connections get their turn."""

_PAUSE_SECONDS = 1.0
"""How long nobody is taken after the system could not: it will not be able to at once."""


class LiveListener:
    """Listens on a real port, in clear; calls `on_open` for each opening handshake of a client.

    `port` 0 is a free one. `server_name` is what the `Server` header of an answer says.
    `open_timeout` and `close_timeout` (seconds) are those of `LiveServerEnd`.

    Raises `OSError` where it cannot listen, such as on a port in use, and `OverflowError` for a
    port that is none.
    """

    def __init__(
        self,
        reactor: Reactor,
        on_open: Callable[[Open, LiveServerEnd], None],
        host: str = "127.0.0.1",
        port: int = 0,
        server_name: str | None = None,
        *,
        open_timeout: float = 10.0,
        close_timeout: float = 10.0,
    ) -> None:
        self._reactor = reactor
        self._on_open = on_open
        self._server_name = server_name
        self._timeouts = open_timeout, close_timeout
        self._asking: set[LiveServerEnd] = set()
        reactor.own(self)
        self._closed = False
        self._port = 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._socket = socket.create_server((host, port), family=family, backlog=_BACKLOG)
        except BaseException:
            reactor.disown(self)
            raise
        self._socket.setblocking(False)
        self._port = self._socket.getsockname()[1]
        self._watch()

    @property
    def port(self) -> int:
        """The port it listens on, 0 once it is closed."""
        return self._port

    def close(self) -> None:
        """Stop listening; may be called again. The connections go on.

        Clients that have not asked for anything yet are sent away, like those that come later.
        """
        if self._closed:
            return
        self._closed = True
        self._port = 0
        self._reactor.unwatch(self._socket)
        self._reactor.disown(self)
        self._socket.close()
        for end in self._asking:
            end.dismiss()
        self._asking.clear()

    def abort(self) -> None:
        """Do as `close`: it is what a reactor calls."""
        self.close()

    def _watch(self) -> None:
        if not self._closed:
            self._reactor.watch(self._socket, self._ready, read=True, write=False)

    def _ready(self) -> None:
        with contextlib.suppress(BlockingIOError):  # all are taken
            for _ in range(_AT_ONCE):
                if self._closed:
                    return
                self._take()

    def _take(self) -> None:
        try:
            sock, _ = self._socket.accept()
        except BlockingIOError:
            raise
        except (InterruptedError, ConnectionAbortedError):  # the client has left already
            return
        except OSError:  # no descriptors, no memory
            self._reactor.unwatch(self._socket)
            self._reactor.call_later(_PAUSE_SECONDS, self._watch)
            raise
        sock.setblocking(False)
        self._asking = {end for end in self._asking if not end.finished}
        self._asking.add(self._serve(sock))

    def _serve(self, sock: socket.socket) -> LiveServerEnd:
        open_timeout, close_timeout = self._timeouts
        return LiveServerEnd(
            self._reactor,
            sock,
            self._asked,
            self._server_name,
            open_timeout=open_timeout,
            close_timeout=close_timeout,
        )

    def _asked(self, opening: Open, end: LiveServerEnd) -> None:
        self._asking.discard(end)
        self._on_open(opening, end)
