"""A port at which anybody may come: who asks for a WebSocket is received, and others pass."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from functools import partial

from wsfake.live.ahead import Ahead
from wsfake.live.connector import Connector
from wsfake.live.gate import Gate, Visitor
from wsfake.live.reactor import Reactor
from wsfake.live.transport import Transport, Unheard, close_socket
from wsfake.ports.link import Link
from wsfake.ports.passing import Passing
from wsfake.ports.reception import Reception
from wsfake.ports.tunnel import Tunnel

__all__ = ["Crossing", "Crossroads"]

_SILENT_SECONDS = 0.25
"""How long a client is given to speak first; behind that the server may."""

_TLS = b"\x16"
_METHODS = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"DELETE ", b"OPTIONS ", b"PATCH ", b"CONNECT ")
_UPGRADE = re.compile(rb"\r\nupgrade:[^\r]*websocket", re.IGNORECASE)


class Crossroads:
    """Where the clients of one host and port go: to a reception, or through to whom they meant.

    `secure` is for what comes by TLS; without one, TLS passes unread.
    """

    def __init__(
        self, reactor: Reactor, place: tuple[str, int], plain: Reception, secure: Reception | None
    ) -> None:
        self._reactor = reactor
        self.place = place
        self._plain = plain
        self.secure = secure
        self._tunnels: list[Tunnel] = []
        self._expected: dict[int, Ahead] = {}
        """Connections to the real server, by the port that a client of theirs comes from."""

    @property
    def open(self) -> list[Link | Passing]:
        """The connections that are not finished."""
        return self._plain.open + ([] if self.secure is None else self.secure.open)

    @property
    def count(self) -> int:
        """How many connections there are."""
        self._tunnels = [tunnel for tunnel in self._tunnels if not tunnel.finished]
        receptions = self._plain.count + (0 if self.secure is None else self.secure.count)
        return receptions + len(self._tunnels)

    def expect(self, client: int, server: socket.socket) -> None:
        """Have a connection to the real server at hand for who comes from a port; in any thread."""
        ahead = Ahead(server, self.place)
        old = self._expected.get(client)
        self._expected[client] = ahead
        if old is not None:  # whose client has never come
            old.abort()

    def expected(self, client: int) -> Ahead | None:
        """Return the connection to the real server that was made for who comes from a port."""
        return self._expected.pop(client, None)

    def admit(self, client: Transport, received: bytes) -> None:
        if _UPGRADE.search(received):
            self._plain.admit(client, received)
        else:
            self.let_through(client, received)

    def let_through(self, client: Transport, received: bytes) -> None:
        """Take a client to the host and port that it meant, whatever it says there."""
        server = client.take_ahead(*self.place)
        self._tunnels.append(Tunnel(self._reactor, client, received, self.place, server))

    def leave(self) -> None:
        """End every connection, as the test's end."""
        self._plain.leave()
        if self.secure is not None:
            self.secure.leave()
        for tunnel in self._tunnels:
            tunnel.abort()
        while self._expected:
            self._expected.popitem()[1].abort()


class Crossing(Gate):
    """A gate that looks at a client's first bytes before it takes one for a client of HTTP.

    `tls` is asked for what speaks TLS with the first client that does.
    """

    def __init__(
        self,
        reactor: Reactor,
        roads: Crossroads,
        *,
        tls: Callable[[], ssl.SSLContext],
        host: str = "127.0.0.1",
        most: int = 10_000,
    ) -> None:
        self._roads = roads
        self._need_tls = tls
        super().__init__(reactor, roads.admit, host=host, most=most, busy=lambda: roads.count)

    def _greet(self, sock: socket.socket, came_from: int) -> None:
        sock.setblocking(False)
        _Guest(self._reactor, self, sock, self._roads.expected(came_from))

    @property
    def place(self) -> tuple[str, int]:
        """The host and the port that its clients mean."""
        return self._roads.place

    def part(self, sock: socket.socket, first: bytes, ahead: Ahead | None) -> None:
        """Send a client on, by the first bytes that it said, with what is connected already."""
        secure = self._roads.secure
        if first.startswith(_TLS) and secure is not None:
            tls = self._need_tls()
            try:
                sock = tls.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
            except OSError:  # gone before its handshake
                _free(ahead)
            else:
                Visitor(self._reactor, self, sock, secure.admit, self._head_seconds, ahead=ahead)
        elif any(each.startswith(first[: len(each)]) for each in _METHODS):
            through = self._roads.let_through
            Visitor(
                self._reactor,
                self,
                sock,
                self._admit,
                self._head_seconds,
                on_other=through,
                ahead=ahead,
            )
        else:
            self.let_through(sock, ahead)

    def let_through(self, sock: socket.socket, ahead: Ahead | None) -> None:
        """Let a client through that speaks no HTTP, or to a server that has spoken first."""
        client = Transport(self._reactor, sock, Unheard())
        client.ahead = ahead
        self._roads.let_through(client, b"")


class _Guest:
    """A client who has said nothing yet.

    After a moment the server is connected to, unless it is so `ahead` of that, as it may be the one
    who speaks first. Whoever does decides: a loaded machine is slow to say what it was about to.
    """

    def __init__(
        self, reactor: Reactor, crossing: Crossing, sock: socket.socket, ahead: Ahead | None
    ) -> None:
        self._reactor = reactor
        self._crossing = crossing
        self._socket = sock
        self._connector: Connector | None = None
        self._ahead = ahead
        crossing.waiting += 1
        reactor.own(self)
        self._timer = reactor.call_later(_SILENT_SECONDS, self._look_ahead)
        reactor.watch(sock, self._look, read=True, write=False)

    def abort(self) -> None:
        self._done()
        _free(self._ahead)
        close_socket(self._socket)

    def _look(self) -> None:
        first = _first_of(self._socket)
        if first is None:
            return
        if first:
            self._done()
            self._crossing.part(self._socket, first, self._ahead)
        else:
            self.abort()

    def _look_ahead(self) -> None:
        if self._ahead is not None:
            self._listen_to(self._ahead)
            return
        self._connector = Connector(
            self._reactor,
            *self._crossing.place,
            tls=None,
            on_connected=self._connected,
            on_failed=lambda *_: self.abort(),
        )

    def _connected(self, server: socket.socket) -> None:
        self._ahead = Ahead(server, self._crossing.place)
        self._listen_to(self._ahead)

    def _listen_to(self, ahead: Ahead) -> None:
        listen = partial(self._listen, ahead)
        self._reactor.watch(ahead.server, listen, read=True, write=False)

    def _listen(self, ahead: Ahead) -> None:
        first = _first_of(ahead.server)
        if first is None:
            return
        if first:
            self._done()
            self._crossing.let_through(self._socket, ahead)
        else:
            self.abort()

    def _done(self) -> None:
        self._timer.cancel()
        if self._connector is not None:
            self._connector.abort()
        if self._ahead is not None:
            self._reactor.unwatch(self._ahead.server)
        self._reactor.unwatch(self._socket)
        self._reactor.disown(self)
        self._crossing.waiting -= 1


def _free(ahead: Ahead | None) -> None:
    if ahead is not None:
        ahead.abort()


def _first_of(sock: socket.socket) -> bytes | None:
    """Return what somebody says first, which stays unread; None if that has not come yet."""
    try:
        return sock.recv(8, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:
        return b""
