"""The connection to a real server, made before the client's own is led to a port of ours.

So a client meets what it would meet without us: that nobody is there. What comes about is kept for
whoever passes on what the client says.
"""

from __future__ import annotations

import _socket
import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, cast
from weakref import WeakKeyDictionary

from wsfake.intercept.active import for_place, latest_first
from wsfake.intercept.interception import Interception, Place
from wsfake.intercept.names import is_literal
from wsfake.live import system

__all__ = ["here", "is_tcp", "port_ahead_of", "sock_connect"]

_Address = tuple[int, Any]
"""A family, and an address of it."""

_MOMENT_SECONDS = 0.25
"""For so long at most is an event loop held up that connects in a way of its own."""

_dialled: WeakKeyDictionary[socket.socket, socket.socket] = WeakKeyDictionary()
"""By a client's socket that is about to be connected: the one to its real server."""

_led: WeakKeyDictionary[socket.socket, tuple[Place, int]] = WeakKeyDictionary()
"""Where a client's socket was led to; some ask to be connected again to hear whether they are."""


def is_tcp(sock: socket.socket) -> bool:
    return sock.family in {socket.AF_INET, socket.AF_INET6} and sock.type == socket.SOCK_STREAM


def here(sock: socket.socket) -> str:
    """Return the address of this machine as a socket of its family takes it."""
    return "127.0.0.1" if sock.family == socket.AF_INET else "::ffff:127.0.0.1"


def port_ahead_of(interception: Interception, place: Place, sock: socket.socket) -> int:
    """Return the port behind which somebody real is, to whom a connection is made first.

    Raises the `OSError` that the client would see without us.
    """
    led = _led.get(sock)
    if led is not None and led[0] == place:
        return led[1]
    server = _dialled.pop(sock, None)
    if server is None:
        with interception.dialling(place):
            server = _dial(place, sock.gettimeout())
    if server is None:
        port = interception.port_for(place)
    else:
        try:
            port = interception.port_ahead_of(place, _own_port(sock), server)
        except BaseException:
            server.close()
            raise
    _led[sock] = place, port
    return port


def _own_port(sock: socket.socket) -> int:
    """Return the port that a socket will come from, by which it is known again."""
    with suppress(OSError):  # of a system that knows none before
        port: int = sock.getsockname()[1]
        if port:
            return port
    sock.bind((here(sock), 0))
    return int(sock.getsockname()[1])


def sock_connect(real: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Let the event loops of asyncio, whose sockets never block, go on meanwhile."""

    async def sock_connect(self: Any, sock: socket.socket, address: Any) -> None:
        found = _foreign(sock, address)
        if found is None:
            await real(self, sock, address)
            return
        interception, place = found
        with interception.dialling(place):
            server = await _dial_in_loop(self, partial(real, self), place)
        with _at_hand(sock, server):
            await real(self, sock, address)

    return sock_connect


def _foreign(sock: Any, address: Any) -> tuple[Interception, Place] | None:
    """Return who leads a socket to somebody real, and to whom; None where nobody does."""
    if not any(each.ground.is_live for each in latest_first()):
        return None
    if not isinstance(sock, socket.socket) or not is_tcp(sock):
        return None
    found = for_place(address)
    return found if found is not None and found[0].is_foreign(*found[1]) else None


@contextmanager
def _at_hand(client: socket.socket, server: socket.socket) -> Iterator[None]:
    _dialled[client] = server
    try:
        yield
    finally:
        left = _dialled.pop(client, None)
        if left is not None:
            left.close()


def _dial(place: Place, seconds: float | None) -> socket.socket | None:
    """Return a socket that is connected to a place, after at most so many seconds an address.

    With 0 seconds, as sockets have it that never block, it is tried for a moment only, and None is
    what was not decided by then. Raises the `OSError` of the system.
    """
    errors: list[OSError] = []
    for family, address in _addresses_of(place):
        try:
            with _new(family) as server:
                server.settimeout(seconds or (None if seconds is None else _MOMENT_SECONDS))
                server.connect(address)
                return _kept(server)
        except OSError as error:
            errors.append(error)
    failed = _most_telling(errors)
    if seconds == 0 and isinstance(failed, TimeoutError):
        return None
    raise failed


async def _dial_in_loop(
    loop: asyncio.AbstractEventLoop,
    connect: Callable[[socket.socket, Any], Awaitable[None]],
    place: Place,
) -> socket.socket:
    """Do as `_dial`, by the loop's own way to connect a socket: `connect`."""
    if is_literal(place[0]):
        addresses = _addresses_of(place)
    else:
        addresses = await loop.run_in_executor(None, _addresses_of, place)
    errors: list[OSError] = []
    for family, address in addresses:
        try:
            with _new(family) as server:
                server.setblocking(False)
                await connect(cast(socket.socket, server), address)
                return _kept(server)
        except OSError as error:
            errors.append(error)
    raise _most_telling(errors)


def _addresses_of(place: Place) -> list[_Address]:
    host, port = place
    infos = system.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses: list[_Address] = [(family, address) for family, _, _, _, address in infos]
    if host == "::1":  # who finds nobody at this address of this machine tries the other
        addresses.append((socket.AF_INET, ("127.0.0.1", port)))
    return addresses


@contextmanager
def _new(family: int) -> Iterator[_socket.socket]:
    """Make a socket that nobody intercepts; it is closed, unless it is kept.

    Raises `OSError` for a family that this machine does not have.
    """
    server = _socket.socket(family, socket.SOCK_STREAM)
    try:
        yield server
    finally:
        server.close()


def _kept(server: _socket.socket) -> socket.socket:
    return socket.socket(server.family, server.type, server.proto, fileno=server.detach())


def _most_telling(errors: list[OSError]) -> OSError:
    """Return that one address refuses, as then the host is there; else the first error."""
    return next((each for each in errors if isinstance(each, ConnectionRefusedError)), errors[0])
