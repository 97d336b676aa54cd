"""The real world, as the harness uses it: connections that are made, and servers that listen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from wsfake.clock import VirtualClock
from wsfake.harness.answering import Aliases
from wsfake.live import LiveClient, LiveListener, LiveServerEnd, Reactor
from wsfake.model import (
    Accept,
    Close,
    Drop,
    Event,
    Open,
    Refuse,
    Side,
    without_host,
    without_mechanics,
)
from wsfake.network import Connection, End, Network, PlayerEnd
from wsfake.network.failures import verdict_close
from wsfake.real_time import microseconds_now, seconds_now

if TYPE_CHECKING:
    from wsfake.harness.recording import CassetteDeck
    from wsfake.script_api import WebSocketServer

__all__ = ["RealWorld"]

_LINGER_SECONDS = 1.0


class RealWorld:
    """Makes real connections, and is the pump that moves them.

    The clock follows real time from the first of them on.
    """

    def __init__(
        self,
        network: Network,
        clock: VirtualClock,
        aliases: Aliases,
        deck: CassetteDeck | None,
        ssl_context: Any,
    ) -> None:
        self.connections: list[Connection] = []
        self._network = network
        self._clock = clock
        self._aliases = aliases
        self._deck = None if deck is None or deck.recorder is None else deck
        self._ssl_context = ssl_context
        self._reactor: Reactor | None = None
        self._ends: list[tuple[Connection, LiveClient | LiveServerEnd]] = []
        self._opening: set[int] = set()
        self._listeners: list[LiveListener] = []
        self._failed: set[int] = set()
        network.on_error.append(self._let_servers_know)

    # Connections of the script

    def answer(self, connection: Connection) -> End | None:
        reactor = self._open_world()
        url = connection.url
        real = self._aliases.real(url)
        client = LiveClient(
            reactor,
            connection.opening.replace(url=real),
            self._teller(connection, Side.SERVER),
            ssl_context=self._ssl_context,
            # A script's host may be; a client that is acted is as strict as RFC 6455.
            tolerant=not isinstance(connection.client, PlayerEnd),
        )
        sent = client.opening_sent
        headers = without_mechanics(sent.headers)
        if real != url:  # what the alias stands for differs from run to run
            headers = without_host(headers)
        connection.opening = sent.replace(url=url, headers=headers)
        connection.reachable = False
        client.on_connected = self._connected(connection)
        self._admit(connection)
        self._ends.append((connection, client))
        return client

    # Servers of the script

    def listen(self, server: WebSocketServer, port: int, name: str) -> int:
        """Let a script's server listen; return its port, or 0 where it cannot."""
        reactor = self._open_world()

        def on_open(opening: Open, end: LiveServerEnd) -> None:
            path = opening.url.partition("://")[2].partition("/")[2]
            headers = without_host(without_mechanics(opening.headers))
            known = opening.replace(url=f"{name}/{path}" if path else name, headers=headers)
            connection = self._network.connect(known, end, to=server, ready=self._admit)
            self._ends.append((connection, end))
            end.say = self._teller(connection, Side.CLIENT)

        try:
            listener = LiveListener(reactor, on_open, port=port, server_name=server.server_name)
        except (OSError, OverflowError):
            return 0
        self._listeners.append(listener)
        return listener.port

    def unlisten(self, port: int) -> None:
        for listener in self._listeners:
            if listener.port == port:
                listener.close()

    def _admit(self, connection: Connection) -> None:
        self._opening.add(connection.number)
        self.admit(connection)

    def admit(self, connection: Connection) -> None:
        """Take a connection for a real one, which is recorded where the mode records."""
        self.connections.append(connection)
        if self._deck is not None:
            self._deck.admit(connection.number)

    def _teller(self, connection: Connection, side: Side) -> Callable[[Event], None]:
        network = self._network

        def say(what: Event) -> None:
            if isinstance(what, Accept):
                what = what.replace(headers=without_mechanics(what.headers))
            with network.lock:
                self._opening.discard(connection.number)
                try:
                    connection.say(side, what)
                except Exception as error:  # noqa: BLE001 - a verdict, or of a handler; `run` raises it
                    network.report(error)

        return say

    def _let_servers_know(self, error: Exception) -> None:
        """Let real servers know whose players have given up by this (RULES 3)."""
        for connection, server in self._ends:
            client, number = connection.client, connection.number
            if not (isinstance(client, PlayerEnd) and client.player.failed):
                continue
            if number not in self._failed:
                self._failed.add(number)
                server.arrive(verdict_close(error) if connection.accepted else Drop())

    def _connected(self, connection: Connection) -> Callable[[], None]:
        def tell() -> None:
            with self._network.lock:
                connection.tell(Side.CLIENT, "connected")

        return tell

    def _open_world(self) -> Reactor:
        if self._reactor is None:
            self._reactor = Reactor(self._network.lock)  # other threads send, too
            if not self._clock.real:
                self._clock.follow(microseconds_now)
        return self._reactor

    # The pump

    @property
    def busy(self) -> bool:
        return not self._finished or any(listener.port for listener in self._listeners)

    @property
    def settling(self) -> bool:
        """Whether a handshake is under way: an opening one, or a closing one that was begun.

        Behind a rejection none is: many servers keep TCP for another request, for a minute.
        """
        return any(
            connection.number in self._opening
            or (isinstance(connection.ended, Close | Drop | Refuse) and not end.finished)
            for connection, end in self._ends
        )

    def wait(self, seconds: float) -> bool:
        if self._reactor is None:
            return False
        noted = self._network.noted
        before = len(noted)
        happened = self._reactor.wait(seconds)
        if self._deck is not None and len(noted) == before:  # else that has seen to what is due
            self._flush_if_due(self._deck)
        return happened

    def _flush_if_due(self, deck: CassetteDeck) -> None:
        """Flush after a wait, which is so short (see `Pumps`) that it need not end for that."""
        if deck.due_in() == 0:
            with self._network.lock:
                deck.flush()

    @property
    def is_open(self) -> bool:
        """Whether there is anything to wait for."""
        return self._reactor is not None

    def wake(self) -> None:
        """End a `wait` that is under way in another thread."""
        if self._reactor is not None:
            self._reactor.call_soon_threadsafe(lambda: None)

    def close(self) -> None:
        """Let what was said go out, for a bounded time, and free every socket."""
        if self._reactor is None:
            return
        end = seconds_now() + _LINGER_SECONDS
        try:
            for listener in self._listeners:
                listener.close()
            while not self._finished and (left := end - seconds_now()) > 0:
                self._reactor.wait(left)
        finally:
            self._reactor.close()

    @property
    def _finished(self) -> bool:
        return all(end.finished for _, end in self._ends)

    def abort(self) -> None:
        """Free every socket at once, without a word."""
        if self._reactor is not None:
            self._reactor.close()

    def refused(self) -> list[Connection]:
        """Return the connections to which no server answered at all, if that is all of them."""
        dead = [c for c in self.connections if c.refused]
        return dead if len(dead) == len(self.connections) else []
