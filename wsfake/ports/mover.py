"""What moves the connections at ports."""

from __future__ import annotations

from typing import Protocol

from wsfake.clock import Clock
from wsfake.live.reactor import Reactor

__all__ = ["Mover"]


class Mover(Protocol):
    """What moves connections: the thread of real ports, or an event loop that is in memory."""

    @property
    def reactor(self) -> Reactor: ...

    @property
    def lane(self) -> Clock:
        """The clock that what is due on them waits on."""

    def wake(self) -> None:
        """Have it look again at what is due; from any thread."""
