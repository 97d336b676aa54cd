"""The smallest port that there can be before a relay: it reads the head of a request."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence

from tests.live.peers import pump
from wsfake.live import Reactor
from wsfake.live.transport import Transport
from wsfake.model import Event, Side
from wsfake.proxy import Relay, Upstream


class Told:
    """A story that is kept."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, Side, Event]] = []
        self.is_over = False

    def tell(self, at: int, side: Side, events: Sequence[Event]) -> None:
        assert events
        assert not self.is_over
        assert abs(at - time.monotonic_ns() // 1000) < 3_600_000_000
        self.entries += [(at, side, what) for what in events]

    def over(self) -> None:
        assert not self.is_over
        self.is_over = True

    @property
    def lines(self) -> list[tuple[str, Event]]:
        return [(str(side), what) for _, side, what in self.entries]

    @property
    def behind(self) -> list[tuple[str, Event]]:
        """What was told after the opening handshake."""
        return self.lines[2:]


class _Head:
    """Reads the head of a request, and makes a relay of the rest."""

    def __init__(self, proxy: Proxy, sock: socket.socket) -> None:
        self.proxy = proxy
        self.data = b""
        self.transport = Transport(proxy.reactor, sock, self)

    def received(self, data: bytes) -> None:
        self.data += data
        if b"\r\n\r\n" in self.data:
            self.proxy.begin(self.transport, self.data)

    def ended(self, *, reset: bool) -> None:
        self.transport.abort()

    def flushed(self) -> None:
        pass


class Proxy:
    """A listener of which every client is relayed to `upstream`."""

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        self.upstream = Upstream("ws://127.0.0.1:1/")
        self.options: dict[str, object] = {}
        self.relays: list[Relay] = []
        self.stories: list[Told] = []
        self.make_story: Callable[[], Told] = Told
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/"
        reactor.watch(self._socket, self._ready, read=True, write=False)

    def to(self, url: str, **options: object) -> Proxy:
        """Relay to a URL, with these options of a relay; `ssl_context` and `origin` go along."""
        upstream = {
            name: options.pop(name) for name in ("ssl_context", "origin") if name in options
        }
        self.upstream = Upstream(url, **upstream)  # type: ignore[arg-type]
        self.options = options
        return self

    def begin(self, transport: Transport, data: bytes) -> None:
        self.stories.append(self.make_story())
        self.relays.append(
            Relay(self.reactor, transport, data, self.upstream, self.stories[-1], **self.options)  # type: ignore[arg-type]
        )

    def until(self, what: Callable[[], object], timeout: float = 20) -> None:
        pump(self.reactor, what, timeout)

    def until_over(self, count: int = 1, timeout: float = 20) -> Told:
        """Pump until so many connections have been told and are over; return the last story."""
        self.until(
            lambda: len(self.stories) == count and all(story.is_over for story in self.stories),
            timeout,
        )
        self.until(lambda: all(relay.finished for relay in self.relays), timeout)
        return self.stories[-1]

    def close(self) -> None:
        self.reactor.unwatch(self._socket)
        self._socket.close()

    def _ready(self) -> None:
        while True:
            try:
                sock, _ = self._socket.accept()
            except BlockingIOError:
                return
            sock.setblocking(False)
            _Head(self, sock)
