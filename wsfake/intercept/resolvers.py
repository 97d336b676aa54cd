"""Look-ups of names that are made by a library of its own (`aiodns`, which aiohttp takes)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import RLock
from typing import Any

from wsfake.intercept.importing import OnImport

__all__ = ["Namer", "add", "remove"]

Namer = Callable[[Any, str], "str | None"]
"""Takes the event loop of a resolver and a name, and returns the address to be found; or None."""

_lock = RLock()
_namers: list[Namer] = []
_undo: list[Callable[[], None]] = []


def add(namer: Namer) -> None:
    """Have a namer asked first, until it is removed."""
    with _lock:
        _namers.append(namer)
        if len(_namers) == 1:
            sys.meta_path.insert(0, _on_import)
        _install()


def remove(namer: Namer) -> None:
    """Ask it no more; with the last of them everything is as it was. Twice is nothing."""
    with _lock:
        if namer in _namers:
            _namers.remove(namer)
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
            found = (namer(loop, host) for namer in list(_namers))
            address = next((each for each in found if each is not None), host)
            return real(self, address, *arguments, **keywords)

        kind.getaddrinfo = getaddrinfo
        _undo.append(lambda: setattr(kind, "getaddrinfo", real))


_on_import = OnImport({"aiodns"}, _install)
