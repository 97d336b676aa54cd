"""The proxies of the environment, which are not asked for the hosts that a test answers.

A client that a proxy stands before connects to that, and not to the host that it means.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from threading import Lock

__all__ = ["add", "refresh", "remove"]

_NAMES = ("no_proxy", "NO_PROXY")

_lock = Lock()
_askers: list[Callable[[], Iterable[str]]] = []
_newest: deque[object] = deque(maxlen=1)
"""The look that began last: what an earlier one has found is old."""

_before: dict[str, str | None] = {}
_ours: dict[str, str] = {}


def add(hosts: Callable[[], Iterable[str]]) -> None:
    """Have no proxy asked for hosts, as long as it is not removed again; `*` is for all."""
    with _lock:
        _askers.append(hosts)
    refresh()


def remove(hosts: Callable[[], Iterable[str]]) -> None:
    """Put the environment back as it was, with the last of them. Twice is nothing."""
    with _lock:
        if hosts in _askers:
            _askers.remove(hosts)
    refresh()


def refresh() -> None:
    """Look again which hosts there are."""
    look = object()
    with _lock:
        _newest.append(look)
        askers = list(_askers)
    # not held while a test is asked: that has a lock of its own, and may be who asks here
    hosts = list(dict.fromkeys(host for each in askers for host in each()))
    with _lock:
        if look not in _newest:
            return
        _put_back()
        if hosts and _there_are_proxies():
            for name in _NAMES:
                _before[name] = known = os.environ.get(name)
                every = "*" in hosts
                _ours[name] = "*" if every else ",".join([*([known] if known else []), *hosts])
                os.environ[name] = _ours[name]


def _put_back() -> None:
    for name, known in _before.items():
        if os.environ.get(name) != _ours[name]:
            continue  # somebody has changed it since
        if known is None:
            del os.environ[name]
        else:
            os.environ[name] = known
    _before.clear()
    _ours.clear()


def _there_are_proxies() -> bool:
    return any(
        name.lower().endswith("_proxy") and name.lower() != "no_proxy" for name in os.environ
    )
