"""`WebSocketServer`, as scripts of Qt hosts see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from wsfake.model import Accept, Drop, Refuse, Side
from wsfake.model.urls import one_name
from wsfake.network import Connection, End, Network
from wsfake.script_api.signals import Signal
from wsfake.script_api.socket import ScriptSocket
from wsfake.script_api.urls import READERS

if TYPE_CHECKING:
    from wsfake.script_api.host import Host

__all__ = ["Servers", "WebSocketServer"]

_HERE = {"localhost", "0.0.0.0"}  # noqa: S104 - it is compared, not bound
_FIRST_PORT = 50000


class WebSocketServer:
    """A server, as a script sees it: `WebSocketServer({"port": 8080, "serverName": "..."})`.

    A port counts only if it is a number, and 0 is a free one; a port that is taken raises nothing,
    and `listening` is then false. Keywords may be used as well as the object.
    """

    _host: ClassVar[Host]

    def __init__(self, options: object = None, **keywords: object) -> None:
        host = self._host
        if isinstance(options, int | float):
            host.lints.port_as_number(options)
        named = (dict(options) if isinstance(options, dict) else {}) | keywords
        port, name = named.get("port"), named.get("serverName")
        self._server_name = name if isinstance(name, str) else host.profile.server_name
        self._peers: list[ScriptSocket] = []
        self._new_connection = Signal(host.call, twice=host.profile.signal_connects_twice)
        with host.network.lock:
            self._port = host.servers.listen(self, _port_asked_for(port))

    @property
    def url(self) -> str:
        """`ws://127.0.0.1:PORT` while listening, "" otherwise."""
        return f"ws://127.0.0.1:{self._port}" if self._port else ""

    @url.setter
    def url(self, value: object) -> None:
        """Read-only; assigning is no error."""

    @property
    def port(self) -> int:
        """The port it listens on, 0 when it does not listen."""
        return self._port

    @port.setter
    def port(self, value: object) -> None:
        """Read-only; assigning is no error."""

    @property
    def listening(self) -> bool:
        return self._port != 0

    @listening.setter
    def listening(self, value: object) -> None:
        """Read-only; assigning is no error."""

    @property
    def newConnection(self) -> Signal:
        """Calls a function with the `WebSocket` of each client: `.connect(f)`, `.disconnect(f)`."""
        return self._new_connection

    def close(self, *ignored: Any) -> None:
        """Close every connection with 1001 "Server closing.", then stop listening."""
        with self._host.network.lock:
            if self._port:
                for peer in tuple(self._peers):
                    peer.close(1001, "Server closing.")
                self._host.servers.unlisten(self)
                self._port = 0

    @property
    def server_name(self) -> str:
        """What it says it is, in the `Server` header."""
        return self._server_name

    def answer(self, connection: Connection) -> ScriptSocket:
        """Take a connection; the script hears of it when the clock runs."""
        host = self._host
        socket = ScriptSocket(host, Side.SERVER)
        socket.attach(connection)
        socket.shown_url = self._peer_url(connection.url)
        connection.posted = isinstance(connection.client, ScriptSocket)
        host.network.clock.call_soon(lambda: self._welcome(socket, connection))
        return socket

    def _peer_url(self, url: str) -> str:
        """Return what the host shows of a client: "ws://", its Host header, the path with a slash.

        A recording knows a server by its name, and not by its port.
        """
        read = READERS[self._host.profile.urls]
        name, scheme, _ = url.partition("://")
        asked = read(url if scheme else f"{self.url}/{name.partition('/')[2]}")
        return read(f"ws://{asked.host}{asked.target}").shown

    def _welcome(self, socket: ScriptSocket, connection: Connection) -> None:
        left = connection.ended  # it was closed by its script before it was welcomed
        if isinstance(left, Drop) or not self._port:
            socket.goto("closed")
            if left is None:
                connection.say(Side.SERVER, Refuse())
            return
        socket.goto("open")
        self._peers.append(socket)
        connection.say(Side.SERVER, Accept())
        peer = self._host.WebSocket._of_peer(socket)
        self._new_connection.emit(peer)
        if left is not None:
            socket.arrive(left)

    def __repr__(self) -> str:
        return f"<WebSocketServer {self.url or 'not listening'}>"


def _port_asked_for(port: object) -> int:
    """Return the port that a script means: 0, a free one, for NaN and for what is no number.

    What no 16 bits hold stays out of their range, whatever its size: nothing listens there.
    """
    if not isinstance(port, int | float) or isinstance(port, bool) or port != port:  # noqa: PLR0124 - NaN
        return 0
    return int(max(-1, min(port, 65536)))


class Servers:
    """The servers of a test's scripts, by their ports in the in-memory network."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._by_port: dict[int, WebSocketServer] = {}
        self._closed: set[int] = set()
        self.all: list[WebSocketServer] = []
        self.listen_for_real: Callable[[WebSocketServer, int], int] | None = None
        """Lets a server listen on a real port too; returns it, or 0 where it cannot."""

        self.on_listen: Callable[[WebSocketServer], None] | None = None
        self.on_unlisten: Callable[[int], None] | None = None

    def listen(self, server: WebSocketServer, port: int) -> int:
        """Return the port on which a server now listens, or 0 where it cannot."""
        self.all.append(server)
        if port in self._by_port or not 0 <= port <= 65535:
            return 0
        if self.listen_for_real is not None:
            port = self.listen_for_real(server, port)
            if port == 0:
                return 0
        elif port == 0:
            port = next(p for p in range(_FIRST_PORT, 65536) if p not in self._by_port)
        self._by_port[port] = server
        if self.on_listen is not None:
            self.on_listen(server)
        return port

    @property
    def ports(self) -> list[int]:
        """The ports that are taken."""
        return list(self._by_port)

    def unlisten(self, server: WebSocketServer) -> None:
        self._by_port.pop(server.port, None)
        self._closed.add(server.port)
        if self.on_unlisten is not None:
            self.on_unlisten(server.port)

    def is_at(self, host: str, port: int | None) -> bool:
        """Tell whether a server listens at a host and port; None is any port."""
        here = bool(self._by_port) if port is None else port in self._by_port
        return here and one_name(host) in _HERE

    def name(self, server: WebSocketServer) -> str:
        """What a server is called in cassettes: `server 1` for the first that was constructed."""
        return f"server {self.all.index(server) + 1}"

    def answer(self, connection: Connection) -> End | None:
        if not self.all:
            return None
        try:
            parts = urlsplit(connection.url)
            port = parts.port or 80
        except ValueError:
            return None
        if one_name(parts.hostname or "") not in _HERE:
            return None
        server = self._by_port.get(port)
        if server is not None:
            return server.answer(connection)
        return self._network.refuse_later(connection) if port in self._closed else None
