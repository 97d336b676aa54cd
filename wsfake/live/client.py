"""A real server at the other end of a socket of our own."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

from wsfake.errors import UsageError
from wsfake.live.client_handshake import Answer, ClientHandshake
from wsfake.live.connection import Connection
from wsfake.live.connector import Connector
from wsfake.live.framing import Framing
from wsfake.live.reactor import Reactor
from wsfake.live.states import Happening, State
from wsfake.live.transport import Transport
from wsfake.model import Accept, Close, Drop, Event, Open, Refuse, Reject, Side, Stall

__all__ = ["LiveClient"]


class LiveClient(Connection):
    """Connects for real, and is the server's end of the connection.

    It says `Accept`, `Reject` or `Refuse` first, and then what the server says. `Reject` comes
    once its body is whole; a `Drop` follows when TCP ends too. What is not HTTP is a `Raw`; no
    answer, or one that breaks off in its headers, is a `Drop` alone.

    The request is what RFC 6455 asks for, the offer of permessage-deflate unless `compression` is
    False, and the headers of `opening`. No proxy, no redirect, no keepalive and no limit of a
    message's size. `open_timeout` (seconds) is for all of name, TCP, TLS and answer together; then
    it says `Refuse("timeout")` where TCP is not up, the part of a refusal that came, or `Stall`.
    A certificate is checked,
    unless an `ssl_context` says otherwise. `tolerant` is that of `ClientHandshake`.

    Raises `UsageError` for a URL or headers that cannot be sent.
    """

    def __init__(
        self,
        reactor: Reactor,
        opening: Open,
        say: Callable[[Event], None],
        *,
        ssl_context: ssl.SSLContext | None = None,
        open_timeout: float = 10.0,
        close_timeout: float = 10.0,
        compression: bool = True,
        tolerant: bool = False,
    ) -> None:
        self._handshake = ClientHandshake(opening, compression=compression, tolerant=tolerant)
        super().__init__(
            reactor, Side.CLIENT, say, open_timeout=open_timeout, close_timeout=close_timeout
        )
        self.opening_sent = self._handshake.opening_sent
        """What was asked for, with the headers as they are sent, without Sec-WebSocket-Key."""
        self.on_connected: Callable[[], None] | None = None
        """Called when TCP, and TLS where it is used, is up and the request is sent."""
        self.failure = ""
        """Why there is no connection, in the words of the system, after a `Refuse`."""
        tls = (ssl_context or _checking_context()) if self._handshake.secure else None
        self._connector = Connector(
            reactor,
            self._handshake.host,
            self._handshake.port,
            tls=tls,
            on_connected=self._connected,
            on_failed=self._failed,
        )

    def _connected(self, sock: socket.socket) -> None:
        self._start(Transport(self._reactor, sock, self))
        self._need_transport().write(self._handshake.request)
        if self.on_connected is not None:
            self._reactor.call_soon(self.on_connected)

    def _failed(self, why: str, detail: str) -> None:
        self.failure = detail
        self._happen(Happening.ABANDONED, Refuse(why))

    def _handshake_received(self, data: bytes) -> None:
        self._answered(self._handshake.receive(data))

    def _handshake_ended(self) -> None:
        self._answered(self._handshake.receive_end())

    def _handshake_timed_out(self) -> None:
        self._connector.abort()
        self._answered(self._handshake.receive_end())
        if self.state is State.CONNECTING:
            self.failure = "no connection in time"
            self._happen(Happening.TIMEOUT, Refuse("timeout"))
        elif self.state is State.OPENING:
            # Hosts wait for an answer for ever: what there is to tell is the silence.
            self.failure = "no answer in time"
            self._happen(Happening.TIMEOUT, Stall())

    def _answered(self, answer: Answer | None) -> None:
        if answer is None:
            return
        if isinstance(answer, Accept):
            self._tell(answer)
            self._open(self._handshake.deflate, self._handshake.rest)
            return
        self._cancel_timer()
        rejected = isinstance(answer, Reject)
        self._happen(Happening.REJECTED if rejected else Happening.VIOLATION, answer)

    def _abandon(self, how: Drop) -> None:
        self._connector.abort()
        super()._abandon(how)

    def _test_ended(self) -> None:
        self._connector.abort()
        super()._test_ended()

    def _arrive_early(self, what: Event) -> None:
        # Hosts on Qt send their Close before there are frames, too, and end TCP with it.
        if not isinstance(what, Close):
            raise UsageError(f"the connection is {self.state.value}, and cannot send {what!r} yet")
        if self._transport is not None:
            self._transport.write(Framing(Side.CLIENT).encode(what))
        self._abandon(Drop())


def _checking_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
