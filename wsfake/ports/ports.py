"""The ports of a test: each stands for an origin, and leads to whoever answers for it."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from threading import get_ident
from urllib.parse import urlsplit

from wsfake.errors import UsageError
from wsfake.live.gate import Gate
from wsfake.model import Open, normalise_url
from wsfake.model.urls import THIS_MACHINE
from wsfake.network import End
from wsfake.ports.certificates import TLS
from wsfake.ports.crossing import Crossing, Crossroads
from wsfake.ports.desk import Desk
from wsfake.ports.detour import Detour
from wsfake.ports.forks import watch_forks
from wsfake.ports.keeper import Keeper
from wsfake.ports.link import Link
from wsfake.ports.passing import Passing
from wsfake.ports.reception import Reception
from wsfake.proxy import Faults

__all__ = ["Port", "Ports"]

_MOST_CONNECTIONS = 10_000
_MOST_DROPPED = 10
"""So many reasons why clients were dropped are told."""

_SETTLE_SECONDS = 1.0
_LAST_SECONDS = 10.0
"""How long the test's end waits until what was sent is recorded: on a loaded machine, for long."""

_LINGER_SECONDS = 1.0
_STUCK_SECONDS = 1.0


class Port:
    """Listens for an origin. `url` is what takes the place of `origin` in a client's URL."""

    def __init__(
        self, ports: Ports, gate: Gate, origin: str, hall: Reception | Crossroads | Detour
    ) -> None:
        self.origin = origin
        self.host = gate.host
        self.port = gate.port
        self.url = gate.origin
        self._ports = ports
        self._gate = gate
        self._hall = hall

    @property
    def connections(self) -> list[Link | Passing]:
        """Those that are still open; of a port with faults, they are at the port behind them."""
        return [] if isinstance(self._hall, Detour) else self._hall.open

    @property
    def waiting(self) -> int:
        """How many clients have not asked for anything yet."""
        return self._gate.waiting

    def expect(self, client: int, server: socket.socket) -> None:
        """Have a connection to the real server at hand for who comes from a port; at a crossing."""
        assert isinstance(self._hall, Crossroads)
        self._hall.expect(client, server)

    def close(self) -> None:
        """Listen no more; connections go on. May be called again."""
        with self._ports.desk.network.lock:
            self._gate.abort()

    def leave(self) -> None:
        """Listen no more, and end what is still open, as the test's end."""
        self.close()
        self._hall.leave()


class Ports:
    """Every port of one test, served by one thread from the first of them on.

    `order_wait` is how many seconds an order across connections is waited for that does not come.
    `process` is the id of the process whose test it is: in one that was forked from it no port is
    opened, as what is said there would be said to nobody.
    """

    def __init__(self, desk: Desk, *, process: int, order_wait: float = 5.0) -> None:
        self.desk = desk
        self._process = process
        self._order_wait = order_wait
        self._keeper: Keeper | None = None
        self._dropped_for: set[str] = set()
        self._ports: dict[tuple[str, str, int, TLS | None, int], Port] = {}
        self.on_news: Callable[[], None] = _nothing
        """Called, by the thread of the ports, whenever anything has happened there."""

        desk.network.on_error.append(self._let_clients_know)
        self.stuck = False
        """Whether its thread could not be ended."""

    def open(
        self,
        origin: str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: TLS | None = None,
        faults: Faults | None = None,
    ) -> Port:
        """Listen for an origin (the scheme and authority of a URL); the same again is the same.

        `faults` happen on the way, whoever answers. May be called from any thread. Raises
        `UsageError` where it cannot listen.
        """
        origin = origin_of(origin)
        key = (origin, host, port, tls, id(faults))
        with self.desk.network.lock:
            known = self._ports.get(key)
            if known is not None:
                return known
            keeper = self._keep()
            if faults is None:
                reception = Reception(self.desk, keeper, origin)
                gate = self._listen(reception, host, port, tls)
                reception.authority = gate.origin.partition("://")[2]
                opened = Port(self, gate, origin, reception)
            else:
                plain = self.open(origin)
                detour = Detour(keeper, plain.url, faults)
                gate = self._listen(detour, host, port, tls)
                opened = Port(self, gate, origin, detour)
            self._ports[key] = opened
        keeper.wake()
        return opened

    def cross(self, host: str, port: int, tls: Callable[[], TLS] | None) -> Port:
        """Listen for a host and port at which it is not known what is spoken.

        Who asks for a WebSocket there is received; everything else passes to the real host. `tls`
        is asked for with the first client that speaks TLS; without it, TLS passes unread.
        """
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        key = (authority, "", port, None, int(tls is not None))
        with self.desk.network.lock:
            known = self._ports.get(key)
            if known is not None:
                return known
            keeper = self._keep()
            plain = Reception(self.desk, keeper, origin_of(f"ws://{authority}"))
            secure = Reception(self.desk, keeper, origin_of(f"wss://{authority}"))
            for reception in (plain, secure):
                reception.authority = authority
                reception.names = THIS_MACHINE
            # who finds nobody at one address of this machine tries the other: so do we
            meant = "localhost" if host == "::1" else host
            roads = Crossroads(
                keeper.reactor, (meant, port), plain, None if tls is None else secure
            )
            gate = Crossing(
                keeper.reactor,
                roads,
                tls=_unspoken if tls is None else lambda: tls().context,
                most=_MOST_CONNECTIONS,
            )
            opened = self._ports[key] = Port(self, gate, authority, roads)
        keeper.wake()
        return opened

    def is_at(self, host: str, port: int) -> bool:
        """Tell whether one of the ports is at an address."""
        return any((each.host, each.port) == (host, port) for each in self._ports.values())

    def _listen(self, hall: Reception | Detour, host: str, port: int, tls: TLS | None) -> Gate:
        try:
            return Gate(
                self._keep().reactor,
                hall.admit,
                host=host,
                port=port,
                tls=None if tls is None else tls.context,
                most=_MOST_CONNECTIONS,
                busy=lambda: hall.count,
                on_dropped=self._on_dropped,
            )
        except (OSError, OverflowError) as error:
            words = getattr(error, "strerror", None) or error
            raise UsageError(
                f"expected an address to listen at, got {host}:{port}: {words}"
            ) from None

    def connect(self, opening: Open, client: End) -> None:
        """Open a connection of a client that needs no socket: it is to be refused."""
        with self.desk.network.lock:
            keeper = self._keep()
            self.desk.network.connect(opening, client, to=self.desk, clock=keeper.lane)
        keeper.wake()

    def _keep(self) -> Keeper:
        if self._is_copy:
            raise UsageError(
                "expected a port that was open before this process was forked: the process that it"
                " was forked from serves the ports, and opens no more for this one;"
                " connect once before the fork, or hand it the URL of ws_fake.url_for()"
            )
        if self._keeper is None:
            self._keeper = Keeper(self.desk, self._order_wait, self._tell, self._has_news)
            watch_forks(self)
        return self._keeper

    # A fork

    @property
    def _is_copy(self) -> bool:
        return os.getpid() != self._process

    def hold(self) -> ExitStack:
        """Keep the thread from whatever it does, until the stack is closed."""
        held = ExitStack()
        held.enter_context(self.desk.network.lock)
        if self._keeper is not None:
            held.enter_context(self._keeper.reactor.hold())
        return held

    def be_a_copy(self) -> None:
        """Leave everything to the process that this one was forked from."""
        self._keeper = None

    # The pump, as `run` in the test's thread sees it

    @property
    def busy(self) -> bool:
        """Whether anything may still come: a port listens, or a connection is open."""
        return bool(self._ports)

    @property
    def settling(self) -> bool:
        """Whether a handshake is under way, or something waits for another connection."""
        with self.desk.network.lock:
            return self.desk.held() is not None or any(
                port.waiting or any(c.settling for c in port.connections)
                for port in self._ports.values()
            )

    def wait(self, seconds: float) -> bool:
        """Wait until anything happens, but not longer than so many seconds."""
        keeper = self._keeper
        if keeper is None:
            return False
        happened = keeper.news.wait(seconds)
        keeper.news.clear()
        return happened

    def hear(self) -> None:
        """Hear what clients have said so far, before the test looks at it; bounded.

        Not inside what is called by the thread of the ports, or by `run`: nothing goes on then.
        """
        keeper = self._keeper
        if keeper is not None and self.desk.network.held_by != get_ident():
            keeper.settle(_SETTLE_SECONDS)

    # The end

    def settle(self) -> None:
        """Hear what clients have said so far, for a bounded time.

        Raises `UsageError` where the thread is not free to do so.
        """
        if self._keeper is None:
            return
        if self._keeper.settle(_LAST_SECONDS):
            return
        lock = self.desk.network.lock
        if not lock.acquire(timeout=_STUCK_SECONDS):
            raise UsageError(
                "something that the ports have called does not return, such as a handler of"
                f" serve(): waited for {_LAST_SECONDS:g} s"
            )
        lock.release()

    def leave(self) -> None:
        """Listen no more, and end what is still open, as the test's end."""
        if self._is_copy:
            return
        with self.desk.network.lock:
            if self._keeper is not None:
                self._keeper.lane.stop()
            for port in self._ports.values():
                port.leave()

    def close(self) -> None:
        """Let what was said go out, for a bounded time, stop the thread and free every socket."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.linger(self._all_finished, _LINGER_SECONDS)
            self.stuck = not keeper.stop()

    def _all_finished(self) -> bool:
        return not any(port.connections for port in self._ports.values())

    def _on_dropped(self, why: str) -> None:
        if why not in self._dropped_for and len(self._dropped_for) < _MOST_DROPPED:
            self._dropped_for.add(why)
            self.desk.network.remark(f"a client was dropped: {why}")

    def _has_news(self) -> None:
        self.on_news()

    def _tell(self, error: Exception) -> None:
        for each in error.exceptions if isinstance(error, ExceptionGroup) else [error]:
            self.desk.network.report(each)

    def _let_clients_know(self, error: Exception) -> None:
        if self._is_copy:
            return
        for port in self._ports.values():
            for connection in port.connections:
                connection.fail_if_stopped(error)


def _nothing() -> None:
    """Nobody is to know."""


def _unspoken() -> ssl.SSLContext:
    raise AssertionError("where no TLS is spoken, none is asked for")


def origin_of(url: str) -> str:
    """Return the scheme and the authority of a ws or wss URL. Raises `UsageError` for another."""
    parts = urlsplit(normalise_url(url))
    return f"{parts.scheme}://{parts.netloc}"
