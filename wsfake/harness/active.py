"""Which harness `from wsfake import WebSocket` means.

A stack for the whole process, because threads that a test starts must find its harness; a context
variable narrows the choice where several live at once, as tasks and threads may have them.
"""

from __future__ import annotations

from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING

from wsfake.errors import NoHarness

if TYPE_CHECKING:
    from wsfake.harness.harness import Harness

__all__ = ["current", "enter", "leave"]

_lock = Lock()
_live: list[Harness] = []
_chosen: ContextVar[tuple[Harness, ...]] = ContextVar("wsfake_harness", default=())


def enter(harness: Harness) -> None:
    """Make a harness the one that is meant, here and in what is started from here."""
    with _lock:
        _live.append(harness)
    _chosen.set((*_chosen.get(), harness))


def leave(harness: Harness) -> None:
    """Take a harness back; one that is not live is nothing."""
    with _lock:
        if harness in _live:
            _live.remove(harness)
    _chosen.set(tuple(chosen for chosen in _chosen.get() if chosen is not harness))


def current() -> Harness:
    """Return the harness that is meant.

    Raises `NoHarness` where there is none, or where several are live and none is chosen.
    """
    with _lock:
        live = tuple(_live)
    for chosen in reversed(_chosen.get()):
        if chosen in live:
            return chosen
    if len(live) == 1:
        return live[0]
    if not live:
        raise NoHarness(
            "no harness is active: use the ws_fake fixture, or `with wsfake.Harness():`"
        )
    raise NoHarness(
        f"{len(live)} harnesses are active here, and none is chosen:"
        " use WebSocket of the one that is meant, as in ws_fake.WebSocket"
    )
