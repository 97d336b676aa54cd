"""The clock of the connections at real ports."""

from __future__ import annotations

from collections.abc import Callable

from wsfake.clock import Callback, Clock, Timer

__all__ = ["Lane"]


class Lane(Clock):
    """Goes with another clock, and keeps a queue of its own.

    So what is due at a port is done by the thread that serves it, while a test blocks; and what is
    due to a script is done in the test's thread, inside `run`. `wake` is called when anything is
    asked for, by whatever thread.
    """

    def __init__(self, other: Clock, wake: Callable[[], None]) -> None:
        self._other = other
        super().__init__()
        self._wake = wake
        self.call_soon = self._call_soon

    @property
    def now(self) -> int:
        return self._other.now

    @now.setter
    def now(self, value: int) -> None:
        """Nobody sets it: it is the time of the other clock."""

    def _call_soon(self, callback: Callback) -> None:
        self.ready.append(callback)
        self._wake()

    def call_at(self, due: int, callback: Callback, *, recurring: bool = False) -> Timer:
        timer = super().call_at(due, callback, recurring=recurring)
        self._wake()
        return timer
