"""One client at a port, as long as its bytes are passed on to the real server."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wsfake.model import Accept, End, Event, Open, Side, without_mechanics
from wsfake.network import Connection, Network
from wsfake.proxy import Relay
from wsfake.real_time import microseconds_now

__all__ = ["Passing"]


class Passing:
    """The story of a relay, as it is told to the network; and the client's end there.

    `connection` is None for what asks for no WebSocket; if the server takes it for one that does,
    `connect` is called, for a connection to tell that of.
    """

    def __init__(
        self,
        network: Network,
        connection: Connection | None,
        connect: Callable[[Open, Passing], Connection] | None = None,
    ) -> None:
        self.relay: Relay | None = None
        self._network = network
        self._connection = connection
        self._connect = connect
        self._over = False

    @property
    def finished(self) -> bool:
        """Whether both sockets are free, and everything is told."""
        return self._over and (self.relay is None or self.relay.finished)

    @property
    def settling(self) -> bool:
        """Whether an opening or a closing handshake is under way."""
        connection = self._connection
        if self.finished or connection is None:
            return False
        return connection.ended is not None or not connection.accepted

    def arrive(self, what: Event) -> None:
        """Nothing is said to it by the network: the client has heard it already."""

    def tell(self, at: int, side: Side, events: Sequence[Event]) -> None:
        for what in events:
            if not isinstance(what, Open):
                if self._connection is not None:
                    self._note(self._connection, at, side, what)
            elif self._connection is None and self._connect is not None:
                self._connection = self._connect(what, self)
            # else the network was told of it at once

    def _note(self, connection: Connection, at: int, side: Side, what: Event) -> None:
        if isinstance(what, Accept):
            what = what.replace(headers=without_mechanics(what.headers))
        network = self._network
        at = network.time() - (microseconds_now() - at)
        connection.note(max(at, network.noted[-1][0]), side, what)

    def over(self) -> None:
        self._over = True

    def fail_if_stopped(self, error: Exception) -> None:
        """Nobody plays here."""

    def leave(self) -> None:
        """The test ends: so does what is still open."""
        connection = self._connection
        if connection is not None and not self._over and connection.ended is None:
            connection.say(Side.CLIENT, End())
        self._over = True
        if self.relay is not None:
            self.relay.abort()
