"""The selector of an event loop on virtual time."""

from __future__ import annotations

import selectors
from collections.abc import Collection, Mapping
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
        self._registered = 0
        self.waiting: Collection[object] = ()
        """What the loop is about to do, as soon as it is not asked to wait any more."""

    def select(self, timeout: float | None = None) -> Ready:
        """Do what is to be done outside of the loop, until the loop has something to do."""
        while True:
            ready = self._look()
            done = self._do()
            if ready or timeout == 0 or self.waiting:
                self._passing.count_turn()
                return ready
            if done:
                self._passing.count_turn()
                continue
            ready = self._passing.pass_time(self._real)
            self._between.do()
            if ready or self.waiting or self._passing.is_real:
                return ready

    def _do(self) -> bool:
        """Do what connections in memory have asked for, and what is due; tell if there was any."""
        done = self._between.do()
        if self._passing.do_due():
            self._between.do()
            return True
        return done

    def _look(self) -> Ready:
        """Return what is ready in reality; where only other threads can wake us, look seldom.

        What they ask for is in the loop's queue at once: the wake-up is for those that sleep.
        """
        self._turns += 1
        if self._registered == 1 and self._turns % _SELDOM:
            return []
        ready = self._real.select(0)
        if ready:
            self._work.renew()
        return ready

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        self._work.renew()
        key = self._real.register(fileobj, events, data)
        self._registered += 1
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        key = self._real.unregister(fileobj)
        self._registered -= 1
        return key

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.modify(fileobj, events, data)

    def close(self) -> None:
        self._real.close()

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()
