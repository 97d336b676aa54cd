"""The interceptions of this process, and which of them answers for a name or a place."""

from __future__ import annotations

from threading import RLock
from typing import Any

from wsfake.intercept.interception import Interception, Place
from wsfake.intercept.lookout import Lookout
from wsfake.intercept.names import names, number_of

__all__ = [
    "active",
    "for_name",
    "for_place",
    "latest_first",
    "lock",
    "lookout",
    "origin_of",
    "watcher_of",
]

lock = RLock()
active: list[Interception] = []
lookout = Lookout()


def latest_first() -> list[Interception]:
    with lock:  # not held while a test is asked: it has a lock of its own
        return active[::-1]


def for_name(host: Any) -> Interception | None:
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or not name:
        return None
    return next((each for each in latest_first() if each.claims_name(name)), None)


def for_place(address: Any) -> tuple[Interception, Place] | None:
    if not isinstance(address, tuple) or len(address) < 2 or not isinstance(address[0], str):
        return None
    port = number_of(address[1])
    if port is None:
        return None
    if any(each.ground.is_own(address[0], port) for each in active):
        return None
    place = names.host_of(address[0]), port
    return next(((each, place) for each in latest_first() if each.claims(place)), None)


def watcher_of(address: Any) -> Interception | None:
    """Return whose network a connection is closed out of, if it is for a WebSocket."""
    if not isinstance(address, tuple) or len(address) < 2 or not isinstance(address[0], str):
        return None
    port = number_of(address[1])
    if port is None or any(each.ground.is_own(address[0], port) for each in active):
        return None
    watchers = [each for each in latest_first() if not each.ground.is_live]
    watch = bool(watchers) and all(each.watches((address[0], port)) for each in watchers)
    return watchers[0] if watch else None


def origin_of(address: Any) -> str | None:
    """Return the host behind an address of ours, of which another port is wanted."""
    if isinstance(address, tuple) and address and isinstance(address[0], str):
        host = names.host_of(address[0])
        return None if host == address[0] else host
    return None
