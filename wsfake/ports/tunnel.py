"""A connection that is none of a test's: its bytes pass as they are, whatever they say."""

from __future__ import annotations

import socket

from wsfake.live.connector import Connector
from wsfake.live.reactor import Reactor
from wsfake.live.transport import Transport, Unheard

__all__ = ["Tunnel"]


class Tunnel:
    """Connects a client to the host and port that it meant, and passes bytes on, both ways.

    `received` is what was read of the client so far; `server` is where a connection there is made
    already. Where the real server cannot be connected, the client's stream is reset. To be used in
    the thread of the reactor only, which owns its sockets.
    """

    def __init__(
        self,
        reactor: Reactor,
        client: Transport,
        received: bytes,
        place: tuple[str, int],
        server: socket.socket | None = None,
    ) -> None:
        self._reactor = reactor
        self._received = received
        self._client = client
        self._server: Transport | None = None
        client.adopt(Unheard())
        client.pause()
        self._connector: Connector | None = None
        if server is None:
            self._connector = Connector(
                reactor,
                *place,
                tls=None,
                on_connected=self._connected,
                on_failed=lambda *_: self.abort(reset=True),
            )
        else:
            self._connected(server)

    @property
    def finished(self) -> bool:
        """Whether both sockets are free."""
        return self._client.closed and (self._server is None or self._server.closed)

    def abort(self, *, reset: bool = False) -> None:
        """Free both sockets at once."""
        if self._connector is not None:
            self._connector.abort()
        for transport in (self._client, self._server):
            if transport is not None:
                transport.abort(reset=reset)

    def _connected(self, sock: socket.socket) -> None:
        from_client, from_server = _Way(self), _Way(self)
        self._server = server = Transport(self._reactor, sock, from_server)
        from_client.join(self._client, from_server, server)
        from_server.join(server, from_client, self._client)
        self._client.adopt(from_client)
        server.write(self._received)
        self._client.resume()


class _Way:
    """What one side says, on its way to the other one, read as fast as that takes it."""

    def __init__(self, tunnel: Tunnel) -> None:
        self._tunnel = tunnel
        self.over = False

    def join(self, side: Transport, back: _Way, other: Transport) -> None:
        self._side, self._back, self._other = side, back, other

    def received(self, data: bytes) -> None:
        self._other.write(data)
        if self._other.backed_up:
            self._side.pause()

    def flushed(self) -> None:
        self._other.resume()

    def ended(self, *, reset: bool) -> None:
        self.over = True
        if reset:
            self._tunnel.abort(reset=True)
        elif self._back.over:
            self._other.close()
            self._side.close()
        else:
            self._other.finish_writing()
