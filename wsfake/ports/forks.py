"""What becomes of ports when their process forks: the parent goes on serving them.

The child has a copy of them, but not of their thread. What that held at the moment would be held
there for ever, and what the child did to sockets and selectors, which are shared, would be done to
the parent's. So a fork waits until the thread is between two turns, and the child's copy is left.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from threading import RLock
from typing import Protocol
from weakref import WeakSet

__all__ = ["watch_forks"]


class Forked(Protocol):
    """What is served by a thread."""

    def hold(self) -> ExitStack:
        """Keep the thread from whatever it does, until the stack is closed."""

    def be_a_copy(self) -> None:
        """Take note that this is the child's copy, which nobody serves."""


_watched: WeakSet[Forked] = WeakSet()
_lock = RLock()
_held = ExitStack()
_known: list[Forked] = []


def watch_forks(ports: Forked) -> None:
    """Have a fork of this process mind these, as long as they live."""
    with _lock:
        _watched.add(ports)


def _before() -> None:
    _held.enter_context(_lock)
    _known[:] = _watched
    for each in _known:
        _held.enter_context(each.hold())


def _after() -> None:
    _known.clear()
    _held.close()


def _after_in_child() -> None:
    for each in _known:
        each.be_a_copy()
    _watched.clear()
    _after()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after_in_child)
