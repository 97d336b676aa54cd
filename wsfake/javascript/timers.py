"""A script's timers, on the clock of the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wsfake.clock import Timer, microseconds
from wsfake.script_api import Host

if TYPE_CHECKING:
    from wsfake.javascript.script import Script

__all__ = ["Timers"]


class Timers:
    """The timers of one script, by the numbers that JavaScript knows them by."""

    def __init__(self, script: Script, host: Host) -> None:
        self._script = script
        self._host = host
        self._timers: dict[int, Timer] = {}

    def begin(self, number: int, milliseconds: float, again: bool) -> None:
        """Have a turn `timer` after so long, once or again and again."""
        delay = microseconds(milliseconds / 1000)
        clock = self._host.network.clock

        def tick() -> None:
            if not again:
                del self._timers[number]
            self._script.turn("timer", number)

        carried = self._host.lints.carry(tick)
        if again:
            self._timers[number] = self._host.call_every(delay, carried)
        else:
            self._timers[number] = clock.call_at(clock.now + delay, carried)

    def end(self, number: int) -> None:
        timer = self._timers.pop(number, None)
        if timer is not None:
            self._host.network.clock.cancel(timer)

    def operations(self) -> dict[str, Callable[..., None]]:
        """Return what a turn may ask of timers."""
        return {"timer": self.begin, "clear": self.end}

    def leave(self) -> None:
        """The script has ended: also the timers that it began when it was told so."""
        for number in list(self._timers):
            self.end(number)
