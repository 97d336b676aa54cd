"""The selector of an event loop on virtual time."""

from __future__ import annotations

import selectors
from collections.abc import Mapping
from typing import Any

from wsfake.intercept.between import Between
from wsfake.intercept.passing import Passing, Ready, Work

__all__ = ["VirtualSelector"]


_SELDOM = 64


class VirtualSelector(selectors.BaseSelector):
    """Asks what is ready in reality, and has time pass where nothing is.

    An event loop asks it between all that it does: with no time-out where nothing is left to do,
    as all its timers are kept by the clock of the test.
    """

    def __init__(self, passing: Passing, work: Work, between: Between) -> None:
        self._real = selectors.DefaultSelector()
        self._passing = passing
        self._work = work
        self._between = between
        self._turns = 0

    def select(self, timeout: float | None = None) -> Ready:
        ready = self._look()
        passing, between = self._passing, self._between
        done = between.do()
        if passing.do_due():
            between.do()
            done = True
        if ready or done or timeout == 0:
            passing.count_turn()
            return ready
        ready = passing.pass_time(self._real)
        between.do()
        return ready

    def _look(self) -> Ready:
        """Return what is ready in reality; where only other threads can wake us, look seldom.

        What they ask for is in the loop's queue at once: the wake-up is for those that sleep.
        """
        self._turns += 1
        if len(self._real.get_map()) == 1 and self._turns % _SELDOM:
            return []
        ready = self._real.select(0)
        if ready:
            self._work.renew()
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        self._work.renew()
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()
