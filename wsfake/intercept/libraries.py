"""Libraries that do their own networking, or took the system's functions along before us."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from wsfake.intercept.active import for_name, for_place, watcher_of
from wsfake.intercept.names import number_of

__all__ = ["LIBRARIES", "OnImport", "Replace"]

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


def _install_aiodns(aiodns: Any, replace: Replace) -> None:
    replace(aiodns.DNSResolver, "getaddrinfo", _aiodns_getaddrinfo)


def _aiodns_getaddrinfo(real: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(self: Any, host: str, *arguments: Any, **keywords: Any) -> Any:
        interception = for_name(host)
        if interception is not None:
            host = interception.names.address_of(host)
        return real(self, host, *arguments, **keywords)

    return getaddrinfo


class OnImport(MetaPathFinder):
    """Calls `then` whenever one of the libraries has been imported."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._then = then
        self._looking: set[str] = set()

    def find_spec(
        self, fullname: str, path: Any = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in LIBRARIES or fullname in self._looking:
            return None
        self._looking.add(fullname)
        try:
            spec = find_spec(fullname)
        finally:
            self._looking.discard(fullname)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_module(module: ModuleType) -> None:
                execute(module)
                self._then()

            spec.loader.exec_module = execute_module  # type: ignore[method-assign]
        return spec


LIBRARIES: dict[str, Callable[[Any, Replace], None]] = {
    "aiodns": _install_aiodns,
    "aiofastnet": _install_aiofastnet,
    "uvloop": _install_uvloop,
}
"""What is put where into which module, once it is imported."""
