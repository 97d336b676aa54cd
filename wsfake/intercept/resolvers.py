"""Look-ups of names that are made by a library of its own (`aiodns`, which aiohttp takes)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from threading import RLock
from typing import Any, NamedTuple

from wsfake.intercept.importing import OnImport

__all__ = ["Found", "Namer", "add", "remove"]


class Found(NamedTuple):
    """What is to be found for a name; with `if_real`, where there is such a host in reality.

    No `address` is of a host that there is not.
    """

    address: str | None
    if_real: bool = False


Namer = Callable[[Any, str], "Found | None"]
"""Takes the event loop of a resolver and a name, and returns what is to be found there; or None."""

_lock = RLock()
_namers: dict[Namer, Callable[[str], object]] = {}
_undo: list[Callable[[], None]] = []


def _let_be(_: str) -> None:
    """Nobody is to know."""


def add(namer: Namer, on_nowhere: Callable[[str], object] = _let_be) -> None:
    """Have a namer asked first, until it is removed.

    `on_nowhere` is told each name for which there was no address in the end.
    """
    with _lock:
        _namers[namer] = on_nowhere
        if len(_namers) == 1:
            sys.meta_path.insert(0, _on_import)
        _install()


def remove(namer: Namer) -> None:
    """Ask it no more; with the last of them everything is as it was. Twice is nothing."""
    with _lock:
        _namers.pop(namer, None)
        if not _namers:
            if _on_import in sys.meta_path:
                sys.meta_path.remove(_on_import)
            while _undo:
                _undo.pop()()


def _install() -> None:
    with _lock:
        aiodns = sys.modules.get("aiodns")
        if aiodns is None or _undo or not _namers:
            return
        kind = aiodns.DNSResolver
        real = kind.getaddrinfo

        def getaddrinfo(self: Any, host: str, *arguments: Any, **keywords: Any) -> Any:
            loop = getattr(self, "loop", None)
            asked = (namer(loop, host) for namer in list(_namers))
            found = next((each for each in asked if each is not None), None)

            def look_up(name: str) -> Any:
                return real(self, name, *arguments, **keywords)

            if found is not None and not found.if_real:
                address = found.address
                return _no_host(aiodns) if address is None else look_up(address)
            looked_up = look_up(host)
            looked_up.add_done_callback(partial(_tell, host))
            if found is None or found.address is None:
                return looked_up
            return asyncio.ensure_future(_behind(looked_up, partial(look_up, found.address)))

        kind.getaddrinfo = getaddrinfo
        _undo.append(lambda: setattr(kind, "getaddrinfo", real))


def _no_host(aiodns: Any) -> asyncio.Future[Any]:
    looked_up: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    error = aiodns.error
    looked_up.set_exception(error.DNSError(error.ARES_ENOTFOUND, "Domain name not found"))
    return looked_up


async def _behind(first: Any, look_up: Callable[[], Any]) -> Any:
    await first
    return await look_up()


def _tell(host: str, looked_up: Any) -> None:
    if not looked_up.cancelled() and looked_up.exception() is not None:
        for on_nowhere in list(_namers.values()):
            on_nowhere(host)


_on_import = OnImport({"aiodns"}, _install)
