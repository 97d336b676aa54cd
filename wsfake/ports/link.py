"""One client at a port, as long as a transcript or a handler answers it."""

from __future__ import annotations

from collections.abc import Callable

from wsfake.errors import Failure
from wsfake.live import LiveServerEnd, Reactor
from wsfake.live.server_handshake import ServerHandshake
from wsfake.live.transport import Transport
from wsfake.model import Accept, Drop, End, Event, Refuse, Reject, Side
from wsfake.network import Connection, Network, PlayerEnd
from wsfake.network.failures import verdict_close, words_of
from wsfake.ports.refusals import refuse

__all__ = ["Link"]

_NOT_FOUND = 404
"""Of the statuses that a client does not try again at."""


class Link:
    """Stands for the client on the network, and speaks with it as the server that was asked for.

    A failure closes the connection with 1011 and a reason that begins `wsfake:`, or refuses the
    opening handshake with its text. Nothing more is played or told then (RULES 3).
    """

    def __init__(
        self,
        network: Network,
        reactor: Reactor,
        transport: Transport,
        handshake: ServerHandshake,
        wake: Callable[[], None],
    ) -> None:
        self.connection: Connection = None  # type: ignore[assignment]  # until it is connected
        self._network = network
        self._reactor = reactor
        self._transport = transport
        self._handshake = handshake
        self._wake = wake
        self._client = LiveServerEnd(reactor, transport, handshake, self.say)
        self._answered = False
        self._failed = False

    @property
    def finished(self) -> bool:
        """Whether nothing more is said, and the socket is free."""
        return self._transport.closed

    @property
    def settling(self) -> bool:
        """Whether an opening or a closing handshake is under way."""
        ended = self.connection is not None and self.connection.ended is not None
        return not self.finished and (ended or not self._answered)

    def ready(self, connection: Connection) -> None:
        self.connection = connection

    # From the network: what the server says

    def arrive(self, what: Event) -> None:
        if self._failed:
            return
        if not self._answered:
            if isinstance(what, Accept):
                recorded = self.connection.offers_recorded
                extensions = self._handshake.negotiate(what.extensions, recorded)
                what = what.replace(extensions=extensions)
            self._answered = isinstance(what, Accept | Reject | Refuse)
        try:
            self._client.arrive(what)
        except Exception as error:  # what cannot be said: the client is not left waiting for it
            self._network.report(error)  # first: the test may end with that
            self.drop()
            raise
        finally:
            self._wake()

    # From the client

    def say(self, what: Event) -> None:
        if self._failed:
            return
        try:
            self.connection.say(Side.CLIENT, what)
        except Failure as failure:
            self.fail(failure)
        except Exception as error:  # noqa: BLE001 - what a handler raised; `run` raises it
            self._network.report(error)

    # The end

    def fail(self, failure: Exception, *, told: bool = False) -> None:
        """Let the client know that the test has failed here, and the test, unless it was `told`."""
        if self._failed:
            return
        self._failed = True
        if not told:
            self._network.report(failure)
        if self._client.finished:
            return
        if self._answered:
            self._client.arrive(verdict_close(failure))
        else:
            refuse(self._reactor, self._transport, _NOT_FOUND, f"wsfake: {words_of(failure)}")
        self._wake()

    def fail_if_stopped(self, error: Exception) -> None:
        """Do as `fail` where the player of this connection has given up."""
        server = self.connection.server
        if isinstance(server, PlayerEnd) and server.player.failed:
            self.fail(error)

    def leave(self) -> None:
        """The test ends: so does what is still open."""
        if not self.finished and not self._failed and self.connection.ended is None:
            self.connection.say(Side.CLIENT, End())
        self._failed = True
        self._client.arrive(End())

    def drop(self) -> None:
        """End TCP at once."""
        self._failed = True
        self._client.arrive(Drop(reset=True))
