"""Libraries that do their own networking, or took the system's functions along before us."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

from wsfake.intercept.active import for_name, for_place, watcher_of
from wsfake.intercept.interception import Place
from wsfake.intercept.names import number_of

__all__ = ["LIBRARIES", "Replace"]

_CONNECT_SECONDS = 20.0
"""A thread that connects cannot be interrupted."""

Replace = Callable[[Any, str, Callable[[Any], Any]], None]
"""Puts something in the place of an attribute, for as long as anything is intercepted."""


def _install_uvloop(uvloop: Any, replace: Replace) -> None:
    replace(uvloop.Loop, "create_connection", _uvloop_create_connection)
    replace(uvloop.Loop, "getaddrinfo", _uvloop_getaddrinfo)


def _uvloop_create_connection(real: Callable[..., Any]) -> Callable[..., Any]:
    async def create_connection(
        self: Any, protocol_factory: Any, host: Any = None, port: Any = None, **keywords: Any
    ) -> Any:
        brought = keywords.get("sock") is not None  # and connected by Python's own function
        found = None if brought else for_place((host, port))
        watcher = None if brought or found is not None else watcher_of((host, port))
        if found is not None:
            interception, place = found
            if interception.is_foreign(*place):
                sock = await self.run_in_executor(None, _connected, place)
                if keywords.get("ssl"):
                    keywords["server_hostname"] = keywords.get("server_hostname") or host
                keywords |= {"sock": sock, "local_addr": None}
                return await real(self, protocol_factory, **keywords)
            target = await self.run_in_executor(None, interception.port_for, place)
        elif watcher is not None:
            place = host, number_of(port) or 0
            target = await self.run_in_executor(None, watcher.crossing_for, place, False)
        else:
            return await real(self, protocol_factory, host, port, **keywords)
        if keywords.get("ssl") and not keywords.get("server_hostname"):
            keywords["server_hostname"] = place[0]
        return await real(self, protocol_factory, "127.0.0.1", target, **keywords)

    return create_connection


def _connected(place: Place) -> socket.socket:
    """Return a socket that is connected by Python's own function, and so is led where it is to."""
    sock = socket.create_connection(place, _CONNECT_SECONDS)
    sock.setblocking(False)
    return sock


def _uvloop_getaddrinfo(real: Callable[..., Any]) -> Callable[..., Any]:
    async def getaddrinfo(self: Any, host: Any, port: Any, **keywords: Any) -> Any:
        if for_name(host) is None:
            return await real(self, host, port, **keywords)
        return socket.getaddrinfo(host, port, **keywords)

    return getaddrinfo


def _install_aiofastnet(aiofastnet: Any, replace: Replace) -> None:
    replace(aiofastnet, "create_connection", _aiofastnet_create_connection)


def _aiofastnet_create_connection(real: Callable[..., Any]) -> Callable[..., Any]:
    """Look at what picows says where it cannot be read along, as its TLS is made in C."""

    async def create_connection(
        loop: Any, protocol_factory: Any, host: Any = None, port: Any = None, **keywords: Any
    ) -> Any:
        foreign = keywords.get("sock") is None and for_place((host, port)) is None
        watcher = watcher_of((host, port)) if foreign and for_name(host) is None else None
        if watcher is None:
            return await real(loop, protocol_factory, host, port, **keywords)
        place, context = (host, number_of(port) or 0), keywords.get("ssl")
        if context:
            if not isinstance(context, ssl.SSLContext):
                context = ssl.create_default_context()
            watcher.be_trusted_at_once(context)
            keywords |= {"ssl": context, "server_hostname": keywords.get("server_hostname") or host}
        target = await loop.run_in_executor(None, watcher.crossing_for, place, bool(context))
        return await real(loop, protocol_factory, "127.0.0.1", target, **keywords)

    return create_connection


LIBRARIES: dict[str, Callable[[Any, Replace], None]] = {
    "aiofastnet": _install_aiofastnet,
    "uvloop": _install_uvloop,
}
"""What is put where into which module, once it is imported."""
