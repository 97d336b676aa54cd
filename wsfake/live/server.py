"""A real client at the other end of a socket that a listener has accepted."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable

from websockets.exceptions import InvalidHandshake

from wsfake.errors import UsageError
from wsfake.live.connection import Connection
from wsfake.live.reactor import Reactor
from wsfake.live.server_handshake import ServerHandshake
from wsfake.live.states import Happening, State
from wsfake.live.transport import Transport
from wsfake.model import Accept, Close, Drop, Event, Open, Raw, Refuse, Reject, Side

__all__ = ["LiveServerEnd"]


class LiveServerEnd(Connection):
    """Holds the server's end of a TCP connection, and is the client's end of a connection.

    `on_open(opening, self)` is called once, from inside `Reactor.wait()`, when the client has asked
    for something. Then it waits for `arrive`: with `Accept`; with `Reject`, after which TCP stays
    open until a `Drop` arrives; with `Refuse`, which ends TCP without a word; or with `Raw`, bytes
    in place of an answer. Without an answer it stalls.

    What is no opening handshake, or none within `open_timeout` seconds, ends TCP without a word
    (measured of a Qt server), and nobody hears of it.
    """

    def __init__(
        self,
        reactor: Reactor,
        sock: socket.socket,
        on_open: Callable[[Open, LiveServerEnd], None],
        server_name: str | None = None,
        *,
        open_timeout: float = 10.0,
        close_timeout: float = 10.0,
    ) -> None:
        self._untold: deque[Event] = deque()
        self._on_open = on_open
        self._handshake = ServerHandshake(server_name)
        super().__init__(
            reactor, Side.SERVER, None, open_timeout=open_timeout, close_timeout=close_timeout
        )
        self._start(Transport(reactor, sock, self))

    @property
    def say(self) -> Callable[[Event], None] | None:
        """Whoever listens to the client. What it does before there is one is told then."""
        return self._say

    @say.setter
    def say(self, say: Callable[[Event], None] | None) -> None:
        self._say = say
        for _ in self._untold:
            self._reactor.call_soon(self._tell_next)

    def dismiss(self) -> None:
        """End TCP without a word; for a client that has not asked for anything yet."""
        if self.state is State.OPENING:
            self._abandon(Drop())

    def _tell(self, event: Event) -> None:
        self._untold.append(event)
        self._reactor.call_soon(self._tell_next)

    def _tell_next(self) -> None:
        if self._say is not None and self._untold:
            event = self._untold.popleft()
            if not self._silent:
                self._say(event)

    def _handshake_received(self, data: bytes) -> None:
        try:
            opening = self._handshake.receive(data)
        except (InvalidHandshake, UsageError):
            self._abandon(Drop())
            return
        if opening is None:
            return
        self._cancel_timer()
        self._happen(Happening.ASKED)
        try:
            self._on_open(opening, self)
        except BaseException:
            self._abandon(Drop())  # there is nobody who could answer
            raise

    def _handshake_ended(self) -> None:
        if self.state is State.OPENING:
            self._abandon(Drop())

    def _handshake_timed_out(self) -> None:
        self._abandon(Drop())

    def _arrive_early(self, what: Event) -> None:
        if isinstance(what, Refuse | Close):
            # There is no Close frame before there are frames: a Close ends TCP, and no more.
            self._abandon(Drop())
        elif self.state is State.ASKED and isinstance(what, Accept):
            self._need_transport().write(self._handshake.accept(what))
            self._open(self._handshake.deflate, self._handshake.rest)
        elif self.state is State.ASKED and isinstance(what, Reject):
            self._answer_otherwise(self._handshake.reject(what))
        elif self.state in {State.ASKED, State.REJECTED} and isinstance(what, Raw):
            self._answer_otherwise(what.data)
        else:
            raise UsageError(f"the connection is {self.state.value}, and cannot send {what!r} now")

    def _answer_otherwise(self, data: bytes) -> None:
        self._happen(Happening.REJECTED)
        self._need_transport().write(data)
