"""Work that may wait until the sockets are served, in order, and not for long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar
from weakref import WeakKeyDictionary, ref

from wsfake.live import Reactor
from wsfake.proxy.upstream import MEBIBYTE
from wsfake.real_time import microseconds_now

__all__ = ["LAG_BYTES", "Backlog"]

LAG_BYTES = 48 * MEBIBYTE
"""What may wait at most; then no socket is served before it is done. With what was understood and
still waits for the file, in `wsfake record`, it is less than 64 MiB."""

LAG_MICROSECONDS = 40_000
"""After so long nothing waits any more. With the 50 ms until what was told is in the part file, a
kill costs less than 100 ms."""

_PAUSE_SECONDS = 0.004
"""How long nothing has to pass first, so that whoever is to answer gets the processor before us,
and pieces that come in short intervals are not put together while we read the first of them."""

_BUSY_MICROSECONDS = 20_000
"""After so long it is begun all the same."""

_AT_ONCE_BYTES = MEBIBYTE // 2
"""So much is not let wait."""

_SLICE_MICROSECONDS = 500
"""How long the sockets are kept waiting by what could wait itself."""


class Backlog:
    """Copies of what has passed, still to be understood: one for each reactor.

    There is one order for all connections, that of time, so that what is told is told in it. It
    is done in a pause, or after a moment, in slices between which the sockets that are ready are
    served, and as a whole when there is too much of it, which slows them.
    """

    _of: ClassVar[WeakKeyDictionary[Reactor, Backlog]] = WeakKeyDictionary()

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = ref(reactor)  # which is the key to this, and is not to be kept alive by it
        self._queue: deque[tuple[int, int, Callable[[int, Any], None], Any]] = deque()
        self._bytes = 0
        self._asked = False
        self._hurried = False

    @classmethod
    def of(cls, reactor: Reactor) -> Backlog:
        """Return the one of a reactor."""
        backlog = cls._of.get(reactor)
        if backlog is None:
            backlog = cls._of[reactor] = cls(reactor)
        return backlog

    def add(self, at: int, call: Callable[[int, Any], None], what: Any, size: int = 0) -> None:
        """Call with `at` and `what` when it is its turn; `size` is in bytes."""
        self._queue.append((at, size, call, what))
        self._bytes += size
        if not self._asked:
            self._asked = True
            self._need_reactor().call_later(_PAUSE_SECONDS, self._work)
        elif self._bytes > _AT_ONCE_BYTES and not self._hurried:
            self._hurried = True
            self._need_reactor().call_soon(self._work)

    def drain(self) -> bool:
        """Do all of it now; tell whether there was any.

        An error of one part is raised, and the rest is left for later.
        """
        waited = bool(self._queue)
        while self._queue:
            self._next()
        return waited

    def _work(self) -> None:
        begin = microseconds_now()
        if self._is_to_wait(begin):
            self._need_reactor().call_later(_PAUSE_SECONDS, self._work)
            return
        self._asked = self._hurried = False
        stop = begin + _SLICE_MICROSECONDS
        try:
            while self._queue:
                at = self._next()
                now = microseconds_now()
                if now > stop and self._bytes <= LAG_BYTES and now - at <= LAG_MICROSECONDS:
                    break
        finally:
            if self._queue and not self._asked:
                self._asked = True
                self._need_reactor().call_soon(self._work)

    def _is_to_wait(self, now: int) -> bool:
        if not self._queue or self._bytes > _AT_ONCE_BYTES:
            return False
        first, last = self._queue[0][0], self._queue[-1][0]
        return now - last < _PAUSE_SECONDS * 500_000 and now - first < _BUSY_MICROSECONDS

    def _need_reactor(self) -> Reactor:
        reactor = self._reactor()
        assert reactor is not None, "the reactor is gone"
        return reactor

    def _next(self) -> int:
        at, size, call, what = self._queue.popleft()
        self._bytes -= size
        call(at, what)
        return at
