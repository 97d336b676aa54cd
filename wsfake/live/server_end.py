"""A real client at the other end of a socket that was accepted."""

from __future__ import annotations

from collections.abc import Callable

from wsfake.errors import UsageError
from wsfake.live.connection import Connection
from wsfake.live.http import deflate_of
from wsfake.live.reactor import Reactor
from wsfake.live.server_handshake import ServerHandshake
from wsfake.live.states import Happening
from wsfake.live.transport import Transport
from wsfake.model import Accept, Close, Drop, Event, Raw, Refuse, Reject, Side

__all__ = ["LiveServerEnd"]


class LiveServerEnd(Connection):
    """A real client that has asked for a WebSocket: the client's end of the connection.

    `handshake` has read its request. It awaits an `Accept`, a `Reject` (behind which TCP stays
    open until a `Drop` arrives), or a `Drop`; `say` tells what the client does.
    """

    def __init__(
        self,
        reactor: Reactor,
        transport: Transport,
        handshake: ServerHandshake,
        say: Callable[[Event], None],
        *,
        close_timeout: float = 10.0,
    ) -> None:
        super().__init__(reactor, Side.SERVER, say, open_timeout=0, close_timeout=close_timeout)
        self._cancel_timer()  # whoever is to answer takes all the time that it wants
        self._handshake = handshake
        transport.adopt(self)
        self._start(transport)

    def _handshake_received(self, data: bytes) -> None:
        self._handshake.receive(data)  # it keeps what comes behind the request

    def _handshake_ended(self) -> None:
        """Say nothing more than the Drop: the client speaks first, and has done so."""

    def _handshake_timed_out(self) -> None:
        """Nothing is waited for."""

    def _arrive_early(self, what: Event) -> None:
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
