"""Connections in memory: from a client's `create_connection` to whoever answers it."""

from __future__ import annotations

import _socket
import asyncio
import socket
from collections.abc import Callable
from functools import partial

from wsfake.clock import Clock
from wsfake.intercept.between import Between
from wsfake.intercept.interception import error_of
from wsfake.intercept.names import names
from wsfake.intercept.pipe import LoopReactor
from wsfake.intercept.transport import MemoryTls, MemoryTransport
from wsfake.intercept.world import World
from wsfake.live.http import HEAD_END, LARGEST_HEAD
from wsfake.live.reactor import Reactor
from wsfake.live.server_handshake import NotAWebSocket, ServerHandshake
from wsfake.live.transport import Transport
from wsfake.model import Event, Open, Refuse, normalise_url
from wsfake.model.urls import place_of
from wsfake.ports.desk import Desk
from wsfake.ports.reception import Reception
from wsfake.ports.tunnel import Tunnel

__all__ = ["Memory"]

_SYSTEM_PATIENCE_SECONDS = 127.0
"""How long Linux tries to connect before it gives up."""


class Memory:
    """Takes clients of one event loop to the reception of the origin that they ask for."""

    def __init__(self, loop: asyncio.AbstractEventLoop, between: Between, world: World) -> None:
        self.reactor: Reactor = LoopReactor(loop, between).as_reactor()
        self.lane: Clock = world.clock
        self._loop = loop
        self._between = between
        self._world = world
        self._receptions: dict[str, Reception] = {}
        self._tunnels: list[Tunnel] = []
        world.network.on_error.append(self._let_clients_know)

    def wake(self) -> None:
        """The event loop looks at what is due in each of its turns."""

    async def connect(
        self, place: tuple[str, int], tls: MemoryTls | None, sock: socket.socket | None
    ) -> MemoryTransport:
        """Return the client's half of a new connection.

        Raises the `OSError` that the test wants it to see in place of a connection.
        """
        host, port = place
        await asyncio.sleep(0)
        address = names.address_of(host), port
        why = self._world.nobody_at(host, port)
        if why is not None:
            raise await _error(why, address)
        with self._world.network.lock:
            url = self._world.next_refused(host, port, secure=tls is not None)
            refused = None if url is None else _Refused(self._world.desk, url, self._loop)
        if refused is not None:
            raise await _error(await refused.why, address)
        reception = self._reception(host, port, secure=tls is not None)
        transport = MemoryTransport(self._loop, self._between, address, tls, sock)
        _Visitor(self.reactor, transport, partial(self._admit, reception))
        return transport

    def _admit(self, reception: Reception, client: Transport, received: bytes) -> None:
        place = place_of(reception.origin)
        leads_out = self._world.is_live or self._world.passes_through(*place)
        if leads_out and not self._is_served(reception, received):
            self._lead_out(reception, client, received)
        else:
            reception.admit(client, received)

    def _is_served(self, reception: Reception, received: bytes) -> bool:
        try:
            opening = ServerHandshake(reception.authority, None).receive(received)
        except NotAWebSocket:
            return False
        return opening is not None and self._world.is_served(reception.url_of(opening))

    def _lead_out(self, reception: Reception, client: Transport, received: bytes) -> None:
        """Take a client to a real port, from where it comes to the real server."""
        port = self._world.open_port(reception.origin, None)
        place, server = (port.host, port.port), socket.socket()
        _socket.socket.connect(server, place)  # not by what others put there
        server.setblocking(False)
        tunnel = Tunnel(self.reactor, client, received, place, server)
        self._tunnels = [*(each for each in self._tunnels if not each.finished), tunnel]

    def _let_clients_know(self, error: Exception) -> None:
        for reception in self._receptions.values():
            for connection in reception.open:
                connection.fail_if_stopped(error)

    def close(self) -> None:
        """End whatever is still connected."""
        for tunnel in self._tunnels:
            tunnel.abort()
        with self._world.network.lock:
            self._world.network.on_error.remove(self._let_clients_know)
            for reception in self._receptions.values():
                reception.leave()

    def _reception(self, host: str, port: int, *, secure: bool) -> Reception:
        host = self._world.name_at(host, port)
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        origin = normalise_url(f"{'wss' if secure else 'ws'}://{authority}").removesuffix("/")
        if origin not in self._receptions:
            reception = self._receptions[origin] = Reception(self._world.desk, self, origin)
            reception.authority = authority
        return self._receptions[origin]


async def _error(why: str, address: tuple[str, int]) -> OSError:
    """Return what the system says of a connection that does not come about, when it does."""
    if why == "timeout":
        await asyncio.sleep(_SYSTEM_PATIENCE_SECONDS)
    return error_of(why, address)


class _Refused:
    """A client that nobody takes; `why` is known when the test says so."""

    def __init__(self, desk: Desk, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.why: asyncio.Future[str] = loop.create_future()
        desk.network.connect(Open(url), self, to=desk)

    def arrive(self, what: Event) -> None:
        if not self.why.done():
            self.why.set_result(what.why if isinstance(what, Refuse) else "refused")


class _Visitor:
    """A client whose request is not whole yet."""

    def __init__(
        self,
        reactor: Reactor,
        client: MemoryTransport,
        admit: Callable[[Transport, bytes], None],
    ) -> None:
        self._admit = admit
        self._received = bytearray()
        self._transport = Transport(reactor, client.server.as_socket(), self)

    def received(self, data: bytes) -> None:
        self._received += data
        if HEAD_END in self._received:
            try:
                self._admit(self._transport, bytes(self._received))
            except BaseException:
                self._transport.abort(reset=True)
                raise
        elif len(self._received) > LARGEST_HEAD:
            self._transport.abort()

    def ended(self, *, reset: bool) -> None:
        self._transport.abort()

    def flushed(self) -> None:
        """Nothing was written."""
