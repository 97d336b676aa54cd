"""A script's server on a real port."""

from __future__ import annotations

from collections.abc import Callable

from wsfake.live.gate import Gate
from wsfake.live.reactor import Reactor
from wsfake.live.server_end import LiveServerEnd
from wsfake.live.server_handshake import NotAWebSocket, ServerHandshake
from wsfake.live.transport import Transport
from wsfake.model import Event, Open

__all__ = ["LiveListener"]


class LiveListener:
    """Listens on a real port, and calls `on_open` for each client that asks for a WebSocket.

    `on_open` is called from inside `Reactor.wait()` and has to set the `say` of the end that it
    gets before it returns. Port 0 is a free one. `server_name` is the `Server` header of every
    answer. A client that sends no whole request in `open_timeout` seconds is dropped silently, and
    one that asks for no WebSocket sees TCP close with no response (measured with Qt 5.15.2).

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
        self._close_timeout = close_timeout
        self._gate = Gate(reactor, self._admit, host=host, port=port, head_seconds=open_timeout)

    @property
    def closed(self) -> bool:
        """Whether it listens no more."""
        return self._gate.closed

    @property
    def port(self) -> int:
        """The port that was asked for, or the free one that was found; 0 once it is closed."""
        return 0 if self.closed else self._gate.port

    def close(self) -> None:
        """Stop listening; connections go on. May be called again."""
        self._gate.abort()

    def _admit(self, client: Transport, received: bytes) -> None:
        handshake = ServerHandshake(self._gate.origin.partition("://")[2], self._server_name)
        try:
            opening = handshake.receive(received)
        except NotAWebSocket:
            opening = None
        if opening is None:
            client.close()
            return
        end = LiveServerEnd(
            self._reactor, client, handshake, _to_nobody, close_timeout=self._close_timeout
        )
        self._on_open(opening, end)


def _to_nobody(_: Event) -> None:
    """Listen to a client before anybody does."""
